package watcher_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
	"greenwatch/watcher"
)

func TestAChangeIsConfirmed(t *testing.T) {
	t.Parallel()
	inTower(t, 1, onePool, func(t *testing.T, w *tower) {
		w.start()
		defer w.end()
		w.until(time.Minute)
		w.wantState(0, monitor.Authorized)
		before := len(w.times(0))
		w.set(0, instanceapi.NotAuthorized)
		w.until(2 * time.Minute)
		asked := w.times(0)[before:]
		if len(asked) != 2 || !near(asked[1]-asked[0], 10) {
			t.Fatalf("asked at %v, want twice, 10 s apart", asked)
		}
		first := w.began.Add(time.Duration(asked[0] * float64(time.Second)))
		c := w.kase(0)
		if since := c.Incident.Opened.Sub(first).Abs(); since > time.Millisecond || !c.Incident.Open() {
			t.Errorf("the incident began %s beside the first voice", since)
		}
		if told := w.wantTold(monitor.Arrived, monitor.Opened); !near(told[1].At.Sub(w.began).Seconds(), asked[1]) {
			t.Errorf("told at %s, want with the second voice", told[1].At)
		}
	})
}

// A deadline is kept to the moment, however seldom the rounds are, also where somebody else set it.
func TestDeadlinesAreKept(t *testing.T) {
	t.Parallel()
	inTower(t, 2, onePool, func(t *testing.T, w *tower) {
		w.every = "@every 1h"
		w.start()
		defer w.end()
		w.until(time.Hour)
		w.set(0, instanceapi.Starting)
		w.until(2 * time.Hour)
		told := w.wantTold(monitor.Arrived, monitor.Opened, monitor.StillOut)
		since := w.kase(0).Incident.Opened
		if after := told[1].At.Sub(since); (after - 5*time.Minute).Abs() > time.Millisecond {
			t.Errorf("told after %s, want 5 min", after)
		}
		if after := told[2].At.Sub(told[1].At); (after - 15*time.Minute).Abs() > time.Millisecond {
			t.Errorf("rang after %s, want 15 min", after)
		}

		w.until(2*time.Hour + 10*time.Minute)
		before := len(w.times(1))
		w.acceptReboot(1)
		w.pass(31 * time.Second)
		asked := w.times(1)[before:]
		if len(asked) != 2 || !near(asked[0], 2*3600+610) || !near(asked[1], 2*3600+620) {
			t.Errorf("asked at %v, want after 10 and 20 s", asked)
		}
		if o := w.kase(1).Action.Outcome.Kind; o != monitor.OutcomeWorked {
			t.Errorf("the reboot's outcome is %q", o)
		}
	})
}

// Not run in parallel: it counts what the process allocates.
func TestASteadyStateCostsNothing(t *testing.T) {
	inTower(t, 100, onePool, func(t *testing.T, w *tower) {
		w.start()
		defer w.end()
		w.until(3*time.Minute - time.Second)
		w.store.count()
		w.api.hush()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		w.until(33*time.Minute - time.Second)
		runtime.ReadMemStats(&after)
		reads, writes, sweeps := w.store.count()
		if reads != 0 || writes != 0 || len(sweeps) != 30 {
			t.Errorf("30 rounds cost %d reads, %d writes and %d sweep rows, want 0, 0 and 30", reads, writes, len(sweeps))
		}
		for _, s := range sweeps {
			if s.Asked != 100 || s.Answered != 100 || s.Ended.Sub(s.Started) > 54*time.Second {
				t.Errorf("a sweep %+v", s)
			}
		}
		if per := float64(after.Mallocs-before.Mallocs) / 3000; per > 8 {
			t.Errorf("%.1f allocations per look", per)
		}
	})
}

func TestPressesAreAnsweredAndJudged(t *testing.T) {
	t.Parallel()
	inTower(t, 1, onePool, func(t *testing.T, w *tower) {
		w.every = "@every 1h"
		w.start()
		defer w.end()
		w.until(time.Minute)
		w.set(0, instanceapi.Blocked)
		r, err := w.watcher.Check(t.Context(), w.instances[0].ID)
		if err != nil || r.State != monitor.Blocked || r.Via != monitor.ViaPress {
			t.Errorf("answered %+v, %v", r, err)
		}
		if last, ok := w.watcher.Last(w.instances[0].ID); !ok || last != r {
			t.Errorf("the last reading is %+v", last)
		}
		w.pass(11 * time.Second)
		w.wantState(0, monitor.Blocked)
		if _, err := w.watcher.Check(t.Context(), "7105999999"); !errors.Is(err, watcher.ErrUnknown) {
			t.Errorf("an unknown instance gave %v", err)
		}
		if _, ok := w.watcher.Last("7105999999"); ok {
			t.Error("an unknown instance has a reading")
		}

		w.breaks(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.Hang})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		if _, err := w.watcher.Check(ctx, w.instances[0].ID); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 5*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		w.pass(time.Minute)
	})
}

func TestAPanicIsSurvived(t *testing.T) {
	t.Parallel()
	inTower(t, 3, onePool, func(t *testing.T, w *tower) {
		w.api.before = func(_ context.Context, id monitor.InstanceID) {
			if id == w.instances[0].ID {
				panic("in State")
			}
		}
		w.checked = func(r monitor.Reading, _ time.Duration) {
			if r.Instance == w.instances[1].ID {
				panic("in Checked")
			}
		}
		w.start()
		defer w.end()
		w.until(3 * time.Minute)
		w.wantState(1, monitor.Authorized)
		w.wantState(2, monitor.Authorized)
		if _, _, sweeps := w.store.count(); len(sweeps) < 2 || sweeps[0].Asked != 2 {
			t.Errorf("sweeps %+v, want two or more, in which two were asked", sweeps)
		}
		if n := len(w.times(0)); n > 40 {
			t.Errorf("the one that panics was asked %d times in 3 minutes", n)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := w.watcher.Check(ctx, w.instances[0].ID); err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a press on the one that panics gave %v", err)
		}
		if w.log.count("check panicked") == 0 {
			t.Error("not logged")
		}
	})
}

func TestRunEndsWhileEverythingHangs(t *testing.T) {
	t.Parallel()
	inTower(t, 150, onePool, func(t *testing.T, w *tower) { // more than a pool lets in at once
		var under atomic.Int32
		w.api.before = func(ctx context.Context, _ monitor.InstanceID) {
			under.Add(1)
			<-ctx.Done()
			time.Sleep(100 * time.Millisecond) // it takes a moment to leave
			under.Add(-1)
		}
		w.start()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for n := range 10 {
			go func() { _, _ = w.watcher.Check(ctx, w.instances[n].ID) }()
		}
		w.until(20 * time.Second)
		if under.Load() != 100 {
			t.Errorf("%d calls under way, want as many as a pool takes", under.Load())
		}
		w.end()
		if under.Load() != 0 {
			t.Errorf("Run ended before %d calls did", under.Load())
		}
		if told := w.told(); len(told) > 0 {
			t.Errorf("calls that we broke off were told as %+v", told)
		}
		w.pass(time.Minute)
	})
}

func TestOptions(t *testing.T) {
	t.Parallel()
	if _, err := watcher.New(t.Context(), watcher.Options{}); err == nil || !strings.HasPrefix(err.Error(), "watcher: ") {
		t.Errorf("New without options gave %v", err)
	}
}
