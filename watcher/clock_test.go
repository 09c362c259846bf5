package watcher

import (
	"context"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/robfig/cron/v3"

	"greenwatch/monitor"
)

// jumped is t as time.Now would give it had the wall's clock been set by d: this machine's own goes on unmoved. No
// function makes such a time, so it is written where package time keeps it: seconds since 1885 above 30 bits of
// nanoseconds.
func jumped(t time.Time, d time.Duration) time.Time {
	wall := (*uint64)(unsafe.Pointer(&t))
	*wall += uint64(d/time.Second) << 30
	return t
}

func TestDrift(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, d := range []time.Duration{0, time.Hour, 24 * time.Hour, -24 * time.Hour} {
		later := jumped(now.Add(10*time.Second), d)
		if later.Sub(now) != 10*time.Second {
			t.Fatalf("the test's clock is wrong: %s", later.Sub(now))
		}
		if got := drift(now, later); got != d {
			t.Errorf("drift %s, want %s", got, d)
		}
	}
	if got := drift(time.Time{}, now); got != 0 {
		t.Errorf("drift since never: %s", got)
	}
}

// guardFor is a guard of one instance.
func guardFor(t *testing.T) *guard {
	t.Helper()
	w := &Watcher{Options: Options{Policy: monitor.DefaultPolicy()}}
	w.outages = newOutages(w)
	return &guard{w: w, id: "7105000001"}
}

// A deadline that lies a day ahead, because the clock was set back since, is looked at in time all the same, and goes by
// this machine's own clock from then on.
func TestDeadlineAfterTheClockWasSetBack(t *testing.T) {
	t.Parallel()
	g := guardFor(t)
	c := monitor.Case{Subject: g.id.Subject()}
	c.Incident = monitor.Incident{Number: 1, RingBy: time.Now().Add(24 * time.Hour).Round(0)}
	g.follow(c)
	if wait := time.Until(g.lookAt); wait > 16*time.Minute {
		t.Errorf("looks in %s", wait)
	}
	if g.lookAt.Round(0) == g.lookAt {
		t.Error("the deadline goes by the wall's clock")
	}
	g.follow(monitor.Case{})
	if !g.lookAt.IsZero() {
		t.Errorf("looks at %s for nothing", g.lookAt)
	}
}

// memory is a store of sweeps and of the one case about ourselves.
type memory struct{ told []monitor.Alert }

func (m *memory) EndSweep(context.Context, monitor.Sweep) error { return nil }

func (m *memory) LastSweep(context.Context) (monitor.Sweep, error) { return monitor.Sweep{}, nil }

func (m *memory) Case(context.Context, monitor.Subject) (monitor.Case, error) {
	return monitor.Case{}, nil
}

func (m *memory) Cases(context.Context) ([]monitor.Case, error) { return nil, nil }

func (m *memory) UpdateAll(_ context.Context, changes []monitor.Change) ([]monitor.Case, error) {
	for _, change := range changes {
		_, effects := change.Apply(monitor.Case{})
		m.told = append(m.told, effects.Alerts...)
	}
	return make([]monitor.Case, len(changes)), nil
}

// The machine sleeps for an hour, which this machine's own clock does not show: it is told once. A clock that is set back
// is no absence.
func TestSleepIsToldOnce(t *testing.T) {
	t.Parallel()
	every, err := cron.ParseStandard("@every 1m")
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{}
	w := &Watcher{Options: Options{Schedule: every, Cases: m, Sweeps: m}, sweeps: make(chan monitor.Sweep)}
	ctx, cancel := context.WithCancel(t.Context())
	var keeper sync.WaitGroup
	keeper.Go(func() { w.keepSweeps(ctx) })
	began, jump := time.Now(), time.Duration(0)
	for n := range 30 {
		switch n {
		case 10:
			jump += time.Hour
		case 20:
			jump -= 24 * time.Hour
		}
		at := began.Add(time.Duration(n) * time.Minute)
		w.sweeps <- monitor.Sweep{Started: jumped(at, jump), Ended: jumped(at.Add(50*time.Second), jump)}
	}
	cancel()
	keeper.Wait()
	if len(m.told) != 1 || m.told[0].Kind != monitor.Returned {
		t.Fatalf("told %d times", len(m.told))
	}
	if away := m.told[0].Roll.Until.Round(0).Sub(m.told[0].Roll.From); away < time.Hour || away > time.Hour+2*time.Minute {
		t.Errorf("away for %s", away)
	}
}
