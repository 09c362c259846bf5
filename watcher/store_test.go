package watcher_test

import (
	"slices"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
)

func TestWhatIsSeenWhileTheStoreIsAwayIsKeptAfterwards(t *testing.T) {
	t.Parallel()
	inTower(t, 10, onePool, func(t *testing.T, w *tower) {
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		w.wantTold(monitor.Arrived)
		away := func() bool {
			at := time.Since(w.began)
			return at > 2*time.Minute && at < 12*time.Minute
		}
		w.store.failWhile(away)
		w.store.count()
		w.until(3 * time.Minute)
		w.set(0, instanceapi.NotAuthorized)
		w.until(5 * time.Minute)
		w.set(0, instanceapi.Blocked)
		w.set(1, instanceapi.SleepMode)
		w.until(8 * time.Minute)
		w.set(0, instanceapi.Authorized)
		w.until(10 * time.Minute)
		w.set(0, instanceapi.Suspended)
		w.until(12*time.Minute - time.Second)
		_, writes, _ := w.store.count()
		if writes > 10*60/5*2+20 {
			t.Errorf("%d writes were tried while the store was away", writes)
		}
		if asked := len(w.times(2)); asked > 14 {
			t.Errorf("an instance without news was asked %d times in 12 minutes", asked)
		}
		if lines := w.log.count("case not kept"); lines != 2 {
			t.Errorf("%d log lines say that the store is away, want one for each instance with news", lines)
		}
		w.until(12*time.Minute + 6*time.Second)
		w.wantState(0, monitor.Suspended)
		w.wantState(1, monitor.SleepMode)
		w.until(13 * time.Minute)

		var seen []monitor.State
		var last time.Time
		for _, step := range w.kase(0).Incident.Steps {
			seen = append(seen, step.Belief.State)
			if step.Belief.Since.Before(last) || step.Belief.Since.After(w.began.Add(12*time.Minute)) {
				t.Errorf("%s since %s, after %s", step.Belief.State, step.Belief.Since, last)
			}
			last = step.Belief.Since
		}
		want := []monitor.State{monitor.NotAuthorized, monitor.Blocked, monitor.Authorized, monitor.Suspended}
		if !slices.Equal(seen, want) {
			t.Errorf("the incident went through %v, want %v", seen, want)
		}
		var kinds []monitor.AlertKind
		for _, a := range w.told() {
			if a.Subject == w.instances[0].ID.Subject() {
				kinds = append(kinds, a.Kind)
			}
		}
		if want := []monitor.AlertKind{monitor.Opened, monitor.Changed, monitor.Resolved}; !slices.Equal(kinds, want) {
			t.Errorf("told %v, want %v", kinds, want)
		}
		w.store.count()
		w.until(14 * time.Minute)
		if _, writes, _ := w.store.count(); writes > 0 {
			t.Errorf("%d writes in a minute without news", writes)
		}
	})
}

// The commit may have happened though its answer did not come: the same beliefs again change nothing.
func TestABeliefThatIsSavedTwiceIsToldOnce(t *testing.T) {
	t.Parallel()
	inTower(t, 1, onePool, func(_ *testing.T, w *tower) {
		w.start()
		defer w.end()
		w.until(time.Minute)
		w.set(0, instanceapi.NotAuthorized)
		w.store.loseAnswers(2)
		w.until(3 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened)
		w.wantState(0, monitor.NotAuthorized)
	})
}

// A deadline that somebody else set is kept though the store was away when the guard wanted to read it.
func TestADeadlineThatCouldNotBeReadIsReadAgain(t *testing.T) {
	t.Parallel()
	inTower(t, 1, onePool, func(t *testing.T, w *tower) {
		w.every = "@every 1h"
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		w.store.failWhile(func() bool { return time.Since(w.began) < 2*time.Minute+12*time.Second })
		w.acceptReboot(0)
		w.until(3 * time.Minute)
		if o := w.kase(0).Action.Outcome.Kind; o != monitor.OutcomeWorked {
			t.Errorf("the reboot's outcome is %q: asked at %v", o, w.times(0))
		}
		if asked := w.times(0); len(asked) > 8 {
			t.Errorf("asked at %v", asked)
		}
	})
}

func TestARestartGoesOnFromTheStore(t *testing.T) {
	t.Parallel()
	inTower(t, 5, onePool, func(t *testing.T, w *tower) {
		w.set(0, instanceapi.NotAuthorized)
		w.start()
		w.until(3 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened)
		w.end()

		w.start()
		w.until(5 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened) // nothing is told again
		w.end()

		swept := time.Now()
		w.set(1, instanceapi.Blocked)
		w.pass(time.Hour)
		w.start()
		w.until(5 * time.Minute)
		told := w.wantTold(monitor.Arrived, monitor.Opened, monitor.Returned, monitor.Opened)
		if roll := told[2].Roll; roll.Until.Sub(roll.From) < time.Hour-time.Minute || roll.From.After(swept) {
			t.Errorf("away from %s until %s", roll.From, roll.Until)
		}
		if b := told[3].Belief; b.After.After(swept) || b.After.Before(swept.Add(-2*time.Minute)) || b.Since.Before(w.began) {
			t.Errorf("changed between %s and %s, want from before %s to after %s", b.After, b.Since, swept, w.began)
		}
		w.end()

		left := w.instances[0]
		w.instances = w.instances[1:]
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened, monitor.Returned, monitor.Opened, monitor.Dropped)
		c, err := w.store.Store.Case(t.Context(), left.ID.Subject())
		if err != nil || c.Incident.Open() || c.Belief.Verdict() != monitor.Unseen {
			t.Errorf("the one that left is kept as %+v, %v", c.Belief, err)
		}
		w.end()
		w.store.count()
		w.start()
		if _, writes, _ := w.store.count(); writes > 0 {
			t.Error("the one that left leaves again")
		}
	})
}

func TestAShortAbsenceIsNotTold(t *testing.T) {
	t.Parallel()
	for away, told := range map[time.Duration]int{4 * time.Minute: 1, 6 * time.Minute: 2} {
		inTower(t, 3, onePool, func(t *testing.T, w *tower) {
			w.start()
			w.until(2*time.Minute + 59*time.Second)
			w.end()
			w.pass(away)
			w.start()
			defer w.end()
			w.until(10 * time.Minute)
			if got := len(w.told()); got != told {
				t.Errorf("after %s: told %d times, want %d", away, got, told)
			}
		})
	}
}

// A round that comes seldom is no absence, and an absence is told though the store was away at first.
func TestAnAbsenceIsToldOnce(t *testing.T) {
	t.Parallel()
	inTower(t, 3, onePool, func(t *testing.T, w *tower) {
		w.every = "@every 1h"
		w.start()
		w.until(5*time.Hour - 20*time.Minute)
		w.wantTold(monitor.Arrived)
		w.end()
		w.start() // long after the last round, but none was missed
		w.until(5 * time.Minute)
		w.wantTold(monitor.Arrived)
		w.end()
		w.pass(2 * time.Hour)
		w.start()
		defer w.end()
		w.store.failWhile(func() bool { return time.Since(w.began) < 3*time.Minute })
		w.until(5 * time.Hour)
		told := w.wantTold(monitor.Arrived, monitor.Returned)
		if roll := told[1].Roll; roll.Until.Sub(w.began) > 10*time.Second {
			t.Errorf("away until %s, want about %s", roll.Until, w.began)
		}
	})
}
