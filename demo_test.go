package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator"
	"greenwatch/simulator/instanceapi"
)

// demoBench is the demo in virtual time: the page is asked and the services are reached in the process.
type demoBench struct {
	*testing.T
	*demonstration
	logged *record
	end    func()
}

func startDemo(t *testing.T) *demoBench {
	t.Helper()
	b := &demoBench{T: t, logged: &record{}}
	b.demonstration = newDemo(slog.New(slog.NewTextHandler(b.logged, &slog.HandlerOptions{Level: slog.LevelError})), filepath.Join(t.TempDir(), "demo.db"))
	b.program.reach = transports{telegram: simulator.Transport(b.room), green: simulator.Transport(b.green)}
	if err := b.begin(t.Context(), "http://localhost", "http://localhost"); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- runStages(ctx, b.program.log, stage{{"story", b.page.Run}}, stage{{"greenwatch", b.program.run}})
	}()
	b.end = func() {
		t.Helper()
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the demo ends with %v", err)
		}
		if errors := b.logged.all.String(); errors != "" {
			t.Errorf("errors are logged:\n%s", errors)
		}
	}
	return b
}

// post does what a visitor does.
func (b *demoBench) post(action, body string) {
	b.Helper()
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "http://localhost/api/"+action, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	rec := httptest.NewRecorder()
	b.page.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		b.Errorf("%s %s: %d %s", action, body, rec.Code, rec.Body)
	}
}

type demoGate struct {
	Status int
	Body   struct {
		Open, Sure, Delayed, Probation bool
		State                          string
		Queued                         int
		FirstLoss                      time.Time `json:"first_loss"`
	}
}

type demoShown struct {
	Panel struct {
		Instances []struct {
			ID   string
			Gate demoGate
		}
	}
	Stage struct {
		Clock struct{ At string }
		Story struct {
			Scenes, Scene int
			Playing       bool
			Caption       struct{ EN, RU string }
			Told          struct{ Nth int }
		}
	}
}

func (b *demoBench) shown() demoShown {
	b.Helper()
	rec := httptest.NewRecorder()
	b.page.ServeHTTP(rec, httptest.NewRequestWithContext(b.Context(), http.MethodGet, "http://localhost/api/state", nil))
	var out demoShown
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
		b.Fatal(err)
	}
	return out
}

// texts lists what the bot has said, as it stands now.
func (b *demoBench) texts() (all []string) {
	for _, m := range b.telegram.Transcript(demoGroup) {
		if m.Bot {
			all = append(all, m.Text)
		}
	}
	return all
}

func (b *demoBench) instance(id string) instanceapi.Snapshot {
	b.Helper()
	now, err := b.green.Snapshot(id)
	if err != nil {
		b.Fatal(err)
	}
	return now
}

// gate is what the page shows of a number's gate.
func (b *demoBench) gate(id string) demoGate {
	b.Helper()
	for _, one := range b.shown().Panel.Instances {
		if one.ID == id {
			return one.Gate
		}
	}
	return demoGate{}
}

func (b *demoBench) broken() (n int) {
	for _, s := range b.green.Snapshots() {
		if s.State != instanceapi.Authorized {
			n++
		}
	}
	return n + len(b.green.Faults())
}

// TestDemoNight plays the night to its end: every caption comes, and the program does what they say.
func TestDemoNight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := startDemo(t)
		defer b.end()
		time.Sleep(5 * time.Second)
		b.post("story", `{"play":true}`)
		start := time.Now()
		worst, highest := 0, 0
		for time.Sleep(time.Second); b.shown().Stage.Story.Playing; time.Sleep(time.Second) {
			worst, highest = max(worst, b.broken()), max(highest, b.shown().Stage.Story.Scene)
		}
		took, story := time.Since(start), b.shown().Stage.Story
		if took < 150*time.Second || took > 200*time.Second {
			t.Errorf("it took %s", took)
		}
		if highest != story.Scenes || !strings.Contains(story.Caption.EN, "All is well") || story.Told.Nth != 6 {
			t.Errorf("scene %d of %d, %d answers, at the end %q", highest, story.Scenes, story.Told.Nth, story.Caption.EN)
		}
		if worst != 42 || b.broken() != 0 {
			t.Errorf("%d broken at worst, %d at the end", worst, b.broken())
		}
		for _, want := range []string{"works again", "Reboot worked", "40 numbers", "in 2 hours", "8,412", "GREEN-API " + demoPool} {
			if !slices.ContainsFunc(b.texts(), func(s string) bool { return strings.Contains(s, want) }) {
				t.Errorf("nobody said %q in %q", want, b.texts())
			}
		}
		if n := len(b.texts()); n > 24 {
			t.Errorf("%d messages", n)
		}
		// Five ring by themselves: a logout, its messages, a restriction, a pool and a storm. As many are asked for.
		if n := len(b.telegram.Rings()); n != 5+5 {
			t.Errorf("%d messages rang", n)
		}
		for _, one := range []demoNumber{demoNumbers[1], demoNumbers[3]} {
			if now := b.instance(one.id); now.Reboots != 1 {
				t.Errorf("%s was rebooted %d times", one.name, now.Reboots)
			}
		}
	})
}

// TestDemoNightIsStopped leaves nothing broken.
func TestDemoNightIsStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := startDemo(t)
		defer b.end()
		b.post("story", `{"play":true}`)
		time.Sleep(5 * time.Second)
		if b.broken() == 0 {
			t.Error("nothing is broken in the second scene")
		}
		b.post("story", `{"play":false}`)
		time.Sleep(time.Second)
		if story := b.shown().Stage.Story; story.Playing || !strings.HasPrefix(story.Caption.EN, "Stopped") || b.broken() != 0 {
			t.Errorf("%+v, %d broken", story, b.broken())
		}
	})
}

// TestDemoClock turns the clock while a number is out: the program goes on where it was, as often as it then says.
func TestDemoClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := startDemo(t)
		defer b.end()
		hero := demoNumbers[0].id
		b.post("instance", fmt.Sprintf(`{"id":%q,"to":"falseLogout"}`, hero))
		time.Sleep(4 * time.Second)
		out := len(b.telegram.Rings())
		if out == 0 {
			t.Error("nobody is told within 4 s")
		}
		for _, pace := range slices.Backward(demoPaces()) {
			b.post("speed", fmt.Sprintf(`{"to":%q}`, pace.Key))
			if at := b.shown().Stage.Clock.At; at != pace.Key {
				t.Errorf("the clock stands at %s, not %s", at, pace.Key)
			}
			time.Sleep(3 * time.Minute)
			every, err := time.ParseDuration(strings.TrimPrefix(pace.check, "@every "))
			if err != nil {
				t.Fatal(err)
			}
			counted, err := b.green.Counters(hero)
			if err != nil {
				t.Fatal(err)
			}
			within := slices.DeleteFunc(counted.Log, func(c instanceapi.Call) bool {
				return c.Method != "getStateInstance" || time.Since(c.At) > 2*time.Minute
			})
			// The watcher leaves a little over a second between two questions to one number.
			if want := int(2 * time.Minute / every); len(within) < want*3/4 || len(within) > want+1 {
				t.Errorf("%s: %d checks in 2 minutes, not %d", pace.Key, len(within), want)
			}
		}
		if n := len(b.telegram.Rings()); n != out {
			t.Errorf("%d messages rang, %d before the clock was turned", n, out)
		}
	})
}

// TestDemoZone: it is ten past three at night, whatever the hour.
func TestDemoZone(t *testing.T) {
	t.Parallel()
	for hour := range 24 {
		now := time.Date(2026, 3, 1, hour, 59, 59, 0, time.UTC)
		if got := now.In(demoZone(now)).Format("15:04"); got != "03:10" {
			t.Errorf("at %s it is %s", now, got)
		}
	}
}

// TestDemoSpeaks: each text of the demo is there in both languages.
func TestDemoSpeaks(t *testing.T) {
	t.Parallel()
	check := func(en, ru string) {
		if en == "" || ru == "" || en == ru {
			t.Errorf("%q is %q", en, ru)
		}
	}
	for _, s := range demoScenes() {
		check(s.caption.EN, s.caption.RU)
	}
	for _, p := range demoPaces() {
		check(p.Means.EN, p.Means.RU)
	}
}
