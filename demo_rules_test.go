package main

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/page"
	"greenwatch/words"
)

// TestDemoGate shows the gate of the real program: it closes when a number drops, counts what waits, and opens again.
func TestDemoGate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := startDemo(t)
		defer b.end()
		id := demoNumbers[0].id
		time.Sleep(5 * time.Second)
		if g := b.gate(id); g.Status != http.StatusOK || !g.Body.Open || !g.Body.Sure || g.Body.State != "authorized" {
			t.Errorf("at first %+v", g)
		}
		b.post("instance", fmt.Sprintf(`{"id":%q,"to":"notAuthorized"}`, id))
		b.post("queue", fmt.Sprintf(`{"id":%q,"messages":12}`, id))
		time.Sleep(5 * time.Second)
		g := b.gate(id)
		if g.Status != http.StatusServiceUnavailable || g.Body.Open || g.Body.Queued != 12 || time.Until(g.Body.FirstLoss) < 23*time.Hour {
			t.Errorf("out: %+v", g)
		}
		if g := b.gate(demoNumbers[1].id); !g.Body.Open {
			t.Errorf("another: %+v", g)
		}
		rang := len(b.telegram.Rings())
		b.post("pass", fmt.Sprintf(`{"id":%q,"minutes":1320}`, id))
		time.Sleep(5 * time.Second)
		if g := b.gate(id); time.Until(g.Body.FirstLoss) > 2*time.Hour || g.Body.Queued != 12 {
			t.Errorf("22 hours later: %+v", g)
		}
		if n := len(b.telegram.Rings()); n != rang+1 {
			t.Errorf("%d messages rang, %d before the 22 hours", n, rang)
		}
		b.post("pass", fmt.Sprintf(`{"id":%q,"minutes":180}`, id))
		time.Sleep(15 * time.Second)
		if now := b.instance(id); now.Expired != 12 || b.gate(id).Body.Queued != 0 {
			t.Errorf("a day later: %+v, %+v", now, b.gate(id))
		}
		b.post("queue", fmt.Sprintf(`{"id":%q,"messages":143}`, id))
		time.Sleep(time.Second / 10)
		b.post("pass", fmt.Sprintf(`{"id":%q,"minutes":120}`, id))
		time.Sleep(2 * time.Second)
		if g := b.gate(id); g.Body.Queued != 143 || time.Until(g.Body.FirstLoss) > 22*time.Hour {
			t.Errorf("what has not been counted before has not waited: %+v", g)
		}
		b.post("instance", fmt.Sprintf(`{"id":%q,"to":"authorized"}`, id))
		time.Sleep(5 * time.Second)
		if g := b.gate(id); g.Status != http.StatusOK || !g.Body.Open {
			t.Errorf("linked again: %+v", g)
		}
	})
}

// TestDemoRunbook: what hangs in its start is rebooted by itself, and nobody hears of it where that helps. With rests in
// between, that is so as often as one likes.
func TestDemoRunbook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := startDemo(t)
		defer b.end()
		time.Sleep(10 * time.Second)
		said, rang := len(b.texts()), len(b.telegram.Rings())
		for _, one := range demoNumbers[:4] {
			b.post("instance", fmt.Sprintf(`{"id":%q,"to":"starting"}`, one.id))
			time.Sleep(4 * time.Second)
			if g := b.gate(one.id); !g.Body.Open || !g.Body.Delayed {
				t.Errorf("%s is starting: %+v", one.name, g)
			}
			time.Sleep(28 * time.Second) // its outcome is known after 20 s
			if now := b.instance(one.id); now.State != instanceapi.Authorized || now.Reboots != 1 {
				t.Errorf("%s is %s after %d reboots", one.name, now.State, now.Reboots)
			}
			if err := b.program.rest(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if all := b.texts()[said:]; len(all) > 0 {
			t.Errorf("said %q", all)
		}
		id := demoNumbers[4].id
		b.post("instance", fmt.Sprintf(`{"id":%q,"to":"stuck"}`, id))
		time.Sleep(25 * time.Second)
		if now := b.instance(id); now.Reboots != 1 || !page.HasButton(b.telegram.Transcript(demoGroup), demoButton(words.Reboot, id)) {
			t.Errorf("%d reboots of what none cures; said %q", now.Reboots, b.texts()[said:])
		}
		if n := len(b.telegram.Rings()); n != rang {
			t.Errorf("%d messages rang", n-rang)
		}
	})
}

// TestDemoHeldQueue: a number that says "authorized" and sends nothing is told of once that has lasted.
func TestDemoHeldQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := startDemo(t)
		defer b.end()
		time.Sleep(15 * time.Second)
		id := demoNumbers[4].id
		b.post("hold", fmt.Sprintf(`{"id":%q,"held":true}`, id))
		b.post("queue", fmt.Sprintf(`{"id":%q,"messages":143}`, id))
		time.Sleep(45 * time.Second)
		rang := len(b.telegram.Rings())
		b.post("pass", fmt.Sprintf(`{"id":%q,"minutes":10}`, id))
		time.Sleep(15 * time.Second)
		if n := len(b.telegram.Rings()); n != rang+1 {
			t.Errorf("%d messages rang, %d before the 10 minutes: %q", n, rang, b.texts())
		}
	})
}

// TestDemoPoolRestarts: one message when the vendor restarts a pool, one when that is over, and no reboot by us.
func TestDemoPoolRestarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := startDemo(t)
		defer b.end()
		time.Sleep(15 * time.Second)
		said := len(b.texts())
		b.post("fleet", `{"do":"restart","scope":"pool/`+demoPool+`"}`)
		time.Sleep(time.Minute)
		if all := b.texts()[said:]; len(all) != 2 || !strings.Contains(all[0], demoPool) || !strings.Contains(all[1], demoPool) {
			t.Errorf("said %q", all)
		}
		for _, now := range b.green.Snapshots() {
			if now.Reboots > 0 || now.State != instanceapi.Authorized && now.Pool == demoPool {
				t.Errorf("%s: %s, %d reboots", now.ID, now.State, now.Reboots)
			}
		}
	})
}

// TestDemoEverythingAway: one message, and no gate closes.
func TestDemoEverythingAway(t *testing.T) {
	t.Parallel()
	for _, kind := range []instanceapi.Kind{instanceapi.Reset, instanceapi.Hang} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := startDemo(t)
				defer b.end()
				time.Sleep(5 * time.Second) // before the prologue
				b.post("fault", `{"api":"green","scope":"api","kind":"`+string(kind)+`"}`)
				said := len(b.texts())
				time.Sleep(30 * time.Second)
				if all := b.texts()[said:]; len(all) != 1 {
					t.Errorf("said %q", all)
				}
				for _, one := range b.shown().Panel.Instances {
					if g := one.Gate.Body; !g.Open || g.Sure {
						t.Errorf("%s: %+v", one.ID, g)
					}
				}
			})
		})
	}
}

// TestDemoShift: every time of a case is moved, and only that.
func TestDemoShift(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 3, 10, 0, 0, time.UTC)
	was := monitor.Case{
		Subject: "7105000017", Restarted: at, Reboots: []time.Time{at, at},
		Incident: monitor.Incident{Number: 2, Opened: at, Steps: []monitor.Step{{At: at, Action: monitor.Action{Called: at}}}},
		Queue:    monitor.Queue{First: at, Count: 12},
	}
	want := monitor.Case{
		Subject: "7105000017", Restarted: at.Add(-time.Hour), Reboots: []time.Time{at.Add(-time.Hour), at.Add(-time.Hour)},
		Incident: monitor.Incident{Number: 2, Opened: at.Add(-time.Hour), Steps: []monitor.Step{{
			At: at.Add(-time.Hour), Action: monitor.Action{Called: at.Add(-time.Hour)},
		}}},
		Queue: monitor.Queue{First: at.Add(-time.Hour), Count: 12},
	}
	if got := demoShift(was, time.Hour); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	if !was.Reboots[0].Equal(at) || !was.Incident.Steps[0].At.Equal(at) {
		t.Error("the case before has changed too")
	}
}
