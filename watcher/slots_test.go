package watcher_test

import (
	"context"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
)

// offsets are when each instance was asked between two times after the start, counted from the first.
func (w *tower) offsets(from, until time.Duration) map[monitor.InstanceID][]time.Duration {
	at := make(map[monitor.InstanceID][]time.Duration)
	for _, q := range w.api.since(w.began.Add(from)) {
		if after := q.at.Sub(w.began); after < until {
			at[q.id] = append(at[q.id], after-from)
		}
	}
	return at
}

func TestSlotsAreSpreadOverTheRound(t *testing.T) {
	t.Parallel()
	for _, round := range []struct {
		every       string
		span, round time.Duration
	}{
		{"@every 1m", 54 * time.Second, time.Minute},
		{"@every 10s", 9 * time.Second, 10 * time.Second},
		{"@every 5m", 54 * time.Second, 5 * time.Minute},
		{"@every 1h", 54 * time.Second, time.Hour},
	} {
		t.Run(round.every, func(t *testing.T) {
			t.Parallel()
			inTower(t, 200, onePool, func(t *testing.T, w *tower) {
				w.every = round.every
				w.start()
				defer w.end()
				w.until(5 * time.Second)
				w.wantEachOnce(w.offsets(0, 5*time.Second), 5*time.Second)
				w.until(4 * round.round)
				second := w.offsets(2*round.round, 3*round.round)
				w.wantEachOnce(second, round.span)
				for id, at := range w.offsets(3*round.round, 4*round.round) {
					if len(at) != 1 || len(second[id]) != 1 || (at[0]-second[id][0]).Abs() > time.Millisecond {
						t.Fatalf("%s was asked at %v of one round and at %v of the next", id, second[id], at)
					}
				}
			})
		})
	}
}

// wantEachOnce checks that everybody was asked once within the span, and at no time by many more than at another.
func (w *tower) wantEachOnce(at map[monitor.InstanceID][]time.Duration, span time.Duration) {
	w.t.Helper()
	const parts = 10
	var filled [parts]int
	for _, i := range w.instances {
		if len(at[i.ID]) != 1 || at[i.ID][0] >= span {
			w.t.Fatalf("%s was asked at %v, want once within %s", i.ID, at[i.ID], span)
		}
		filled[at[i.ID][0]*parts/span]++
	}
	even := len(w.instances) / parts
	for _, n := range filled {
		if n < even/2 || n > even*3/2 {
			w.t.Errorf("the tenths of the span hold %v instances, want about %d each", filled, even)
			return
		}
	}
}

// A tick during the first sweep must not take its slots away: the minutes after a start are when people look.
func TestATickSoonAfterTheStartDelaysNobody(t *testing.T) {
	t.Parallel()
	inTower(t, 100, onePool, func(t *testing.T, w *tower) {
		w.every = "* * * * *"
		time.Sleep(time.Until(time.Now().Truncate(time.Minute).Add(59 * time.Second)))
		w.start()
		defer w.end()
		w.until(5 * time.Second)
		if asked := w.offsets(0, 5*time.Second); len(asked) != len(w.instances) {
			t.Errorf("%d instances were asked within 5 s, want all %d", len(asked), len(w.instances))
		}
		w.until(3 * time.Minute)
		_, _, sweeps := w.store.count()
		if len(sweeps) != 4 { // the first one at the tick
			t.Errorf("%d sweeps ended, want 4", len(sweeps))
		}
	})
}

func TestAPoolThatHangsDelaysNobodyElse(t *testing.T) {
	t.Parallel()
	inTower(t, 110, []string{"7105", "7107"}, func(t *testing.T, w *tower) {
		var hangs atomic.Bool
		w.api.before = func(ctx context.Context, id monitor.InstanceID) {
			if hangs.Load() && id.Pool() == "7105" { // for so long that the pool is full
				select {
				case <-time.After(3 * time.Minute):
				case <-ctx.Done():
				}
			}
		}
		w.start()
		defer w.end()
		w.until(2*time.Minute - time.Millisecond)
		hangs.Store(true)
		w.until(7 * time.Minute)
		was := w.offsets(time.Minute, 2*time.Minute)
		for round := 2; round < 7; round++ {
			is := w.offsets(time.Duration(round)*time.Minute, time.Duration(round+1)*time.Minute)
			for _, i := range w.instances[110:] {
				if len(is[i.ID]) != 1 || (is[i.ID][0]-was[i.ID][0]).Abs() > time.Millisecond {
					t.Fatalf("minute %d: %s was asked at %v, want at %v", round, i.ID, is[i.ID], was[i.ID])
				}
			}
		}
		_, _, sweeps := w.store.count()
		if len(sweeps) < 6 {
			t.Errorf("%d sweeps ended, want 6", len(sweeps))
		}
	})
}

func TestOneInstanceIsNeverAskedTwiceWithinASecond(t *testing.T) {
	t.Parallel()
	inTower(t, 1, onePool, func(t *testing.T, w *tower) {
		w.every = "@every 5s"
		w.start()
		defer w.end()
		w.until(30 * time.Second)
		w.acceptReboot(0) // asked every 10 s from now on
		w.set(0, instanceapi.NotAuthorized)
		w.breaks(instanceapi.InstanceScope(string(w.instances[0].ID)), instanceapi.Fault{Kind: instanceapi.Slow, Delay: 2500 * time.Millisecond, Calls: 5})
		answered := make(chan monitor.Reading, 100)
		for range 20 {
			go func() {
				r, err := w.watcher.Check(t.Context(), w.instances[0].ID)
				if err != nil {
					t.Error(err)
				}
				answered <- r
			}()
		}
		w.pass(2 * time.Minute)
		if len(answered) != 20 {
			t.Errorf("%d of 20 presses were answered", len(answered))
		}
		seen, err := w.green.Counters(string(w.instances[0].ID))
		if err != nil {
			t.Fatal(err)
		}
		if seen.MaxConcurrent != 1 || seen.SmallestGap < time.Second {
			t.Errorf("asked by %d at once and %s apart", seen.MaxConcurrent, seen.SmallestGap)
		}
		w.wantState(0, monitor.NotAuthorized)
	})
}

// acceptReboot has a reboot of the instance accepted now, as package acts would; nobody reboots anything.
func (w *tower) acceptReboot(n int) {
	w.t.Helper()
	scene := monitor.Scene{Now: time.Now(), Policy: monitor.DefaultPolicy()}
	_, err := w.store.Store.Update(w.t.Context(), w.instances[n].ID.Subject(), func(c monitor.Case) (monitor.Case, monitor.Effects) {
		c, _, err := c.Press(monitor.Press{Key: "key", Verb: monitor.Reboot, To: ops}, scene)
		if err != nil {
			w.t.Error(err)
		}
		c, _ = c.Start("key", scene)
		return c.Done(c.Action, monitor.Outcome{Kind: monitor.OutcomeAccepted}, scene)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 0.001 }
