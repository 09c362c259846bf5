package watcher_test

import (
	"slices"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
	"greenwatch/watcher"
)

// tells claims a state that has been since a time, now.
func (w *tower) tells(s monitor.State, since time.Time) {
	w.t.Helper()
	c := monitor.Claim{Instance: w.instances[0].ID, State: s, At: since.Truncate(time.Second), Heard: time.Now()}
	if _, err := w.watcher.Claim(w.t.Context(), c); err != nil {
		w.t.Error(err)
	}
}

func (w *tower) wantTally(want watcher.Tally) {
	w.t.Helper()
	got := w.watcher.Tally(w.instances[0].ID)
	if got.Last.IsZero() {
		w.t.Error("never heard")
	}
	if got.Last = (time.Time{}); got != want {
		w.t.Errorf("counted %+v, want %+v", got, want)
	}
}

func TestChangesThatAreToldFirstLateAndNot(t *testing.T) {
	t.Parallel()
	inTower(t, 1, onePool, func(t *testing.T, w *tower) {
		var ends []watcher.ClaimEnd
		w.claimed = func(e watcher.ClaimEnd) { ends = append(ends, e) }
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		becomes := func(s instanceapi.State) time.Time {
			w.set(0, s)
			return time.Now()
		}
		becomes(instanceapi.NotAuthorized)
		w.pass(20 * time.Minute) // it has never told of anything: nothing is missed
		if got := w.watcher.Tally(w.instances[0].ID); got != (watcher.Tally{}) {
			t.Errorf("counted %+v", got)
		}

		w.tells(monitor.Authorized, becomes(instanceapi.Authorized))
		w.wantTally(watcher.Tally{First: 1})

		since := becomes(instanceapi.Starting)
		w.pass(2 * time.Minute)
		again := becomes(instanceapi.Authorized)
		w.pass(2 * time.Minute)
		for range 2 { // late, out of order and twice
			w.tells(monitor.Authorized, again)
			w.tells(monitor.Starting, since)
		}
		w.wantTally(watcher.Tally{First: 1, Late: 2})

		since = becomes(instanceapi.Blocked)
		w.pass(10 * time.Minute)
		w.wantTally(watcher.Tally{First: 1, Late: 2, Missed: 1})
		w.tells(monitor.Blocked, since) // after all
		w.wantTally(watcher.Tally{First: 1, Late: 3, Missed: 1})

		w.breaks(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.BadGateway})
		w.pass(10 * time.Minute)
		w.green.Mend(instanceapi.WholeAPI) // that nobody answered is nothing to tell of
		w.pass(20 * time.Minute)
		w.wantTally(watcher.Tally{First: 1, Late: 3, Missed: 1})
		want := []watcher.ClaimEnd{watcher.ClaimFirst, watcher.ClaimLate, watcher.ClaimLate, watcher.ClaimMissed, watcher.ClaimLate}
		if !slices.Equal(ends, want) {
			t.Errorf("counted %v, want %v", ends, want)
		}
	})
}
