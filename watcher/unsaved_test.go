package watcher_test

import (
	"sync/atomic"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
)

// What the store does not take is shown, as long as it differs from what the store knows.
func TestUnsaved(t *testing.T) {
	t.Parallel()
	inTower(t, 3, onePool, func(t *testing.T, w *tower) {
		var away atomic.Bool
		w.store.failWhile(away.Load)
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		if n := len(w.watcher.Unsaved()); n != 0 {
			t.Errorf("%d unsaved while the store works", n)
		}
		away.Store(true)
		w.set(0, instanceapi.NotAuthorized)
		w.set(1, instanceapi.Blocked)
		w.until(5 * time.Minute)
		if all := w.watcher.Unsaved(); len(all) != 2 || all[0].Belief.State != monitor.NotAuthorized || all[1].Instance != w.instances[1].ID {
			t.Errorf("unsaved: %+v", all)
		}
		w.set(1, instanceapi.Authorized)
		w.until(8 * time.Minute)
		if all := w.watcher.Unsaved(); len(all) != 1 || all[0].Instance != w.instances[0].ID {
			t.Errorf("unsaved after one came back: %+v", all)
		}
		away.Store(false)
		w.until(9 * time.Minute)
		if n := len(w.watcher.Unsaved()); n != 0 {
			t.Errorf("%d unsaved after the store came back", n)
		}
	})
}

// At the first look there is no guard that failed to save: the newcomers are.
func TestUnsavedNewcomers(t *testing.T) {
	t.Parallel()
	inTower(t, 3, onePool, func(t *testing.T, w *tower) {
		var away atomic.Bool
		w.store.failWhile(away.Load)
		w.set(2, instanceapi.Blocked)
		w.start()
		defer w.end()
		away.Store(true)
		w.until(3 * time.Minute)
		if all := w.watcher.Unsaved(); len(all) != 1 || all[0].Instance != w.instances[2].ID {
			t.Errorf("unsaved: %+v", all)
		}
		away.Store(false)
		w.until(4 * time.Minute)
		if n := len(w.watcher.Unsaved()); n != 0 {
			t.Errorf("%d unsaved after the store came back", n)
		}
	})
}

// A number that comes and goes while the store is away for a day takes no more memory than one that changes a few times,
// costs no calls, and is told as one incident.
func TestUnsavedIsBounded(t *testing.T) {
	t.Parallel()
	inTower(t, 1, onePool, func(t *testing.T, w *tower) {
		var away atomic.Bool
		w.store.failWhile(away.Load)
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		away.Store(true)
		const day = 12 * time.Hour
		states := []instanceapi.State{instanceapi.NotAuthorized, instanceapi.Authorized}
		for n := 0; time.Since(w.began) < day; n++ {
			w.set(0, states[n%2])
			w.pass(3 * time.Minute)
		}
		w.set(0, instanceapi.NotAuthorized)
		w.pass(3 * time.Minute)
		if asked := len(w.times(0)); asked > 3*int(day/time.Minute) {
			t.Errorf("asked %d times in %s", asked, day)
		}
		away.Store(false)
		w.pass(time.Minute)
		told := 0
		for _, a := range w.told() {
			if a.Incident > 1 {
				t.Errorf("told as incident %d", a.Incident)
			}
			told++
		}
		if told > 45 {
			t.Errorf("told %d times", told)
		}
		w.wantState(0, monitor.NotAuthorized)
		if since := w.kase(0).Incident.Opened; since.Sub(w.began) > 5*time.Minute {
			t.Errorf("opened %s after the start", since.Sub(w.began))
		}
	})
}
