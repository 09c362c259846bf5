package page_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/page"
)

// words are a caption.
func words(s string) page.Text { return page.Text{EN: s, RU: "ru " + s} }

// play gives the page a story and somebody who plays it when asked.
func (b *bench) play(play func(ctx context.Context, s *page.Stage) error, edit ...func(*page.Options)) {
	b.rebuild(append(edit, func(o *page.Options) {
		o.Story = page.Story{Scenes: 2, Play: play}
		o.Zone = time.FixedZone("", 3600)
	})...)
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.page.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		b.must(<-ended)
	})
}

func TestStory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.play(func(ctx context.Context, s *page.Stage) error {
			s.Tell(words("{time} a fault"))
			b.must(errors.Join(s.Set(ctx, kazan, "falseLogout"), s.Queue(ctx, moscow, 3), s.Break(ctx, instanceapi.PoolScope("7106"), instanceapi.Hang)))
			b.must(s.Pause(ctx, time.Minute))
			s.Tell(words("that is all"))
			return nil
		})
		if story := b.state().Stage.Story; story.Scenes != 2 || story.Playing || b.state().Stage.Offset != 3600 {
			t.Errorf("at first %+v", story)
		}
		b.post("story", `{"play":true}`, 200, nil)
		synctest.Wait()
		if story := b.state().Stage.Story; !story.Playing || story.Scene != 1 || story.Caption != words("01:00 a fault") || !b.page.Playing() {
			t.Errorf("in the first scene %+v", story)
		}
		if v, _ := b.instances.Snapshot(kazan); v.State != instanceapi.NotAuthorized || len(b.instances.Faults()) != 1 {
			t.Errorf("%+v, %d faults", v, len(b.instances.Faults()))
		}
		b.post("story", `{"play":true}`, 200, nil) // it plays already
		time.Sleep(time.Minute)
		synctest.Wait()
		if story := b.state().Stage.Story; story.Playing || story.Scene != 0 || story.Caption != words("that is all") {
			t.Errorf("afterwards %+v", story)
		}
		if v, _ := b.instances.Snapshot(kazan); v.State != instanceapi.Authorized || len(b.instances.Faults()) != 0 {
			t.Errorf("not whole again: %+v, %d faults", v, len(b.instances.Faults()))
		}
	})
}

func TestStoryIsStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.play(func(ctx context.Context, s *page.Stage) error {
			b.must(s.Set(ctx, kazan, "blocked"))
			return s.Pause(ctx, time.Hour)
		})
		b.post("story", `{"play":false}`, 200, nil) // it does not play
		b.post("story", `{"play":true}`, 200, nil)
		synctest.Wait()
		b.post("story", `{"play":false}`, 200, nil)
		synctest.Wait()
		story := b.state().Stage.Story
		if v, _ := b.instances.Snapshot(kazan); story.Playing || !strings.HasPrefix(story.Caption.EN, "Stopped") || v.State != instanceapi.Authorized {
			t.Errorf("%+v, %+v", story, v)
		}
	})
}

// TestStoryEndsEarly has a bot that does not do what the story waits for.
func TestStoryEndsEarly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.play(func(ctx context.Context, s *page.Stage) error { return s.Press(ctx, "reboot:") })
		b.post("story", `{"play":true}`, 200, nil)
		time.Sleep(46 * time.Second)
		synctest.Wait()
		if story := b.state().Stage.Story; story.Playing || !strings.HasPrefix(story.Caption.EN, "The story ended early") {
			t.Errorf("%+v", story)
		}
	})
}

// TestStoryPresses waits for a button, presses it as the first person, and shows the bot's answer.
func TestStoryPresses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		updates := make(chan json.RawMessage, 10)
		b.telegram = botapi.New(botapi.Options{Token: botToken, OnUpdate: func(raw json.RawMessage) { updates <- raw }})
		b.telegram.AddChat(botapi.Chat{ID: group, Kind: botapi.Supergroup, Owner: olga, Members: []botapi.Person{gleb}})
		b.play(func(ctx context.Context, s *page.Stage) error { return s.Press(ctx, "r:") })
		b.post("story", `{"play":true}`, 200, nil)
		synctest.Wait()
		id := b.send()
		synctest.Wait()
		if chat := b.state().Chat; len(chat.Presses) != 1 || chat.Presses[0].Message != id || !chat.Typing {
			t.Errorf("pressed: %+v", chat)
		}
		go b.answerPresses(updates)
		defer close(updates)
		synctest.Wait()
		story := b.state().Stage.Story
		if chat := b.state().Chat; len(chat.Presses) != 0 || chat.Typing || story.Playing || story.Told == nil {
			t.Fatalf("answered: %+v, %+v", chat, story)
		}
		if story.Told.Nth != 1 || story.Told.Text != "501 r:1" {
			t.Errorf("told %+v", story.Told)
		}
	})
}

func TestFleet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.rebuild(func(o *page.Options) { o.Shown = 1 })
		states := func(want ...instanceapi.State) {
			t.Helper()
			for i, s := range b.instances.Snapshots() {
				if s.State != want[i] || s.Account != instanceapi.Active {
					t.Errorf("%s is %s, %s", s.Name, s.State, s.Account)
				}
			}
		}
		if p := b.state().Panel; p.Shown != 1 || p.Storm != 1 {
			t.Errorf("shown %d, a storm takes %d", p.Shown, p.Storm)
		}
		b.post("fleet", `{"do":"drop"}`, 200, nil)
		states(instanceapi.NotAuthorized, instanceapi.Authorized)
		b.post("fleet", `{"do":"restore"}`, 200, nil)
		b.must(b.instances.SetAccount(moscow, instanceapi.Expired))
		b.post("fleet", `{"do":"storm"}`, 200, nil)
		states(instanceapi.Authorized, instanceapi.NotAuthorized)
		time.Sleep(46 * time.Second)
		states(instanceapi.Authorized, instanceapi.Authorized)

		b.fault("telegram", "off")
		b.fault("green", "hang")
		b.must(errors.Join(b.instances.SetAccount(kazan, instanceapi.Deleted), b.instances.StickStarting(moscow)))
		b.post("fleet", `{"do":"drop"}`, 409, nil) // there is none that works
		b.post("fleet", `{"do":"restore"}`, 200, nil)
		states(instanceapi.Authorized, instanceapi.Authorized)
		if p := b.state().Panel; p.Cut != "" || len(p.Broken) != 0 {
			t.Errorf("still broken: %+v", p)
		}
		b.post("fleet", `{"do":"dance"}`, 400, nil)
	})
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.post("language", `{"to":"ru"}`, 200, nil)
	if b.state().Stage.Language != "ru" || len(b.telegram.Transcript(group)) != 0 {
		t.Errorf("%+v, %d messages", b.state().Stage, len(b.telegram.Transcript(group)))
	}
	b.rebuild(func(o *page.Options) { o.LanguageCommand = "/language" })
	b.post("language", `{"to":"ru"}`, 200, nil)
	if said := b.telegram.Transcript(group); len(said) != 1 || said[0].Text != "/language ru" || said[0].FromID != olga.ID {
		t.Errorf("%+v", said)
	}
	b.post("language", `{"to":"xx"}`, 400, nil)
}

func TestSpeed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.post("speed", `{"to":"slow"}`, 400, nil)
	b.rebuild(func(o *page.Options) {
		o.Speeds = []page.Speed{{Key: "fast"}, {Key: "slow"}, {Key: "broken"}}
		o.Turn = func(_ context.Context, key string) error {
			if clock := b.state().Stage.Clock; !clock.Turning || clock.At != "fast" {
				return fmt.Errorf("turning to %s: %+v", key, clock)
			}
			if key == "broken" {
				return errors.New("no")
			}
			return nil
		}
	})
	b.post("speed", `{"to":"broken"}`, 409, nil)
	if clock := b.state().Stage.Clock; clock.At != "fast" || clock.Turning {
		t.Errorf("after a failure %+v", clock)
	}
	b.post("speed", `{"to":"slow"}`, 200, nil)
	if clock := b.state().Stage.Clock; clock.At != "slow" || clock.Turning || len(clock.Speeds) != 3 {
		t.Errorf("%+v", clock)
	}
}

func TestHasButton(t *testing.T) {
	t.Parallel()
	all := []botapi.Message{{}, {Keyboard: [][]botapi.Button{{{Data: "r:1"}, {Data: "x:1", Disabled: true}}}}}
	for data, want := range map[string]bool{"r:": true, "r:1": true, "r:2": false, "x:": false} {
		if page.HasButton(all, data) != want {
			t.Errorf("%s", data)
		}
	}
}
