package page

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// patience is how long a story waits for the bot.
const patience = 45 * time.Second

// errWaited is how a story ends for which the bot does not do what it waits for.
var errWaited = errors.New("the bot did not do what the story waits for")

// Story is something that the page plays when the visitor wants it.
type Story struct {
	Scenes int // how often Play calls Stage.Tell
	// Play tells the story until its end or ctx's.
	Play func(ctx context.Context, s *Stage) error
}

// Stage is where a story is played. It does what a visitor can do, through the same doors.
type Stage struct{ page *page }

// Tell shows a caption. {time} in it becomes the time of day.
func (s *Stage) Tell(t Text) {
	clock := time.Now().In(s.page.Zone).Format("15:04")
	s.page.stage.update(func(v *stageView) {
		v.Story.Caption = t.at(clock)
		v.Story.Scene++
	})
}

// Pause waits.
func (s *Stage) Pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// Instances lists the instances as they are.
func (s *Stage) Instances() []instanceapi.Snapshot { return s.page.Instances.Snapshots() }

// Set makes of an instance what the visitor can choose by the same key.
func (s *Stage) Set(ctx context.Context, id, to string) error {
	_, err := s.page.setInstance(ctx, setting{ID: id, To: to})
	return err
}

// Queue puts messages into an instance's queue.
func (s *Stage) Queue(ctx context.Context, id string, messages int) error {
	_, err := s.page.enqueue(ctx, enqueueing{ID: id, Messages: messages})
	return err
}

// Empty drops what waits in an instance's queue, as its owner may in the console.
func (s *Stage) Empty(id string) error { return s.page.Instances.EmptyQueue(id) }

// Pass lets time pass for an instance, in whole minutes.
func (s *Stage) Pass(ctx context.Context, id string, d time.Duration) error {
	_, err := s.page.pass(ctx, passing{ID: id, Minutes: int(d / time.Minute)})
	return err
}

// Say writes a message as the first person.
func (s *Stage) Say(ctx context.Context, text string) error {
	_, err := s.page.say(ctx, saying{As: s.page.People[0].ID, Text: text})
	return err
}

// Break puts a fault to work on a part of GREEN-API; an empty kind ends it.
func (s *Stage) Break(ctx context.Context, scope instanceapi.Scope, kind instanceapi.Kind) error {
	_, err := s.page.setFault(ctx, breaking{API: "green", Scope: string(scope), Kind: string(kind)})
	return err
}

// Storm logs n instances out, which begin to come back by themselves after so long.
func (s *Stage) Storm(n int, lasts time.Duration) error { return s.page.storm(n, lasts) }

// Restore ends all that is broken.
func (s *Stage) Restore() error { return s.page.restore() }

// Turn has the program start anew at one of Options.Speeds.
func (s *Stage) Turn(ctx context.Context, key string) error {
	_, err := s.page.setSpeed(ctx, choosing{To: key})
	return err
}

// Press waits for a button whose data begin so, presses it as the first person, and shows what the bot answers.
func (s *Stage) Press(ctx context.Context, data string) error {
	var at pressing
	err := s.Await(ctx, func(all []botapi.Message) bool {
		for _, m := range slices.Backward(all) {
			if hasButton(m, func(b botapi.Button) bool {
				at = pressing{s.page.People[0].ID, m.ID, b.Data}
				return strings.HasPrefix(b.Data, data)
			}) {
				return true
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	answer, err := s.page.press(ctx, at)
	if err != nil || !answer.Answered {
		return errors.Join(err, ctx.Err())
	}
	s.page.stage.update(func(v *stageView) {
		nth := 1
		if v.Story.Told != nil {
			nth += v.Story.Told.Nth
		}
		v.Story.Told = &told{answer, nth}
	})
	return nil
}

// Await waits until is says that it is so, for the group as it looks then. It looks at each message, and every second.
func (s *Stage) Await(ctx context.Context, is func(all []botapi.Message) bool) error {
	late, clock := time.After(patience), time.NewTicker(tick)
	defer clock.Stop()
	for {
		changed := s.page.Telegram.Changed()
		if is(s.page.Telegram.Transcript(s.page.Chat)) {
			return nil
		}
		select {
		case <-changed:
		case <-clock.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return errWaited
		}
	}
}

// HasButton says whether a message of the group has a button whose data begin so.
func HasButton(all []botapi.Message, data string) bool {
	return slices.ContainsFunc(all, func(m botapi.Message) bool {
		return hasButton(m, func(b botapi.Button) bool { return strings.HasPrefix(b.Data, data) })
	})
}
