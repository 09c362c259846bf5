package watcher_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
)

// wantGate checks whether a gate is open, and that it says as much as is known.
func (w *tower) wantGate(n int, open bool, s monitor.State) {
	w.t.Helper()
	g, _, watched := w.watcher.Gate(w.instances[n].ID)
	if !watched || g.Open != open || g.State != s || g.Sure != (s != "") {
		w.t.Errorf("the gate is %+v, watched %t; want open %t, %q", g, watched, open, s)
	}
}

func TestTheGateFollowsWhatIsBelieved(t *testing.T) {
	t.Parallel()
	inTower(t, 2, onePool, func(t *testing.T, w *tower) {
		w.start()
		w.wantGate(0, true, "")
		w.until(30 * time.Second)
		w.wantGate(0, true, monitor.Authorized)
		_, version, _ := w.watcher.Gate(w.instances[0].ID)
		w.until(10 * time.Minute)
		if _, now, _ := w.watcher.Gate(w.instances[0].ID); now != version {
			t.Errorf("the version went from %d to %d, though nothing changed", version, now)
		}
		w.set(0, instanceapi.Blocked)
		w.until(12 * time.Minute)
		w.wantGate(0, false, monitor.Blocked)
		w.wantGate(1, true, monitor.Authorized)
		w.end()

		w.start() // before anything is asked
		w.wantGate(0, false, monitor.Blocked)
		defer w.end()
		w.until(time.Minute)
		w.breaks(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.BadGateway})
		w.until(6 * time.Minute)
		if g, _, _ := w.watcher.Gate(w.instances[1].ID); !g.Open || g.Sure || g.State != monitor.Authorized {
			t.Errorf("while the API is away the gate is %+v", g)
		}
		if err := w.watcher.Remove(t.Context(), w.instances[0].ID); err != nil {
			t.Fatal(err)
		}
		if _, _, watched := w.watcher.Gate(w.instances[0].ID); watched {
			t.Error("one that is removed has a gate")
		}
	})
}

func TestTheGateIsRightWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	inTower(t, 2, onePool, func(_ *testing.T, w *tower) {
		var away atomic.Bool
		w.store.failWhile(away.Load)
		w.set(1, instanceapi.NotAuthorized)
		w.start()
		defer w.end()
		away.Store(true)
		w.until(30 * time.Second) // first beliefs, held by the newcomers
		w.wantGate(0, true, monitor.Authorized)
		w.wantGate(1, false, monitor.NotAuthorized)
		w.watcher.Nudge(w.instances[1].ID.Subject())
		w.until(3 * time.Minute)
		w.wantGate(1, false, monitor.NotAuthorized)
		away.Store(false)
		w.until(4 * time.Minute)
		w.wantState(1, monitor.NotAuthorized)
		away.Store(true)
		w.set(0, instanceapi.Suspended)
		w.set(1, instanceapi.Authorized)
		w.until(6 * time.Minute)
		w.wantGate(0, false, monitor.Suspended)
		w.wantGate(1, true, monitor.Authorized)
		w.wantState(1, monitor.NotAuthorized)
		w.set(0, instanceapi.Authorized)
		w.until(8 * time.Minute)
		if g, _, _ := w.watcher.Gate(w.instances[0].ID); !g.Open || !g.Probation {
			w.t.Errorf("after a restriction the gate is %+v", g)
		}
		away.Store(false)
		w.until(9 * time.Minute)
		w.wantGate(0, true, monitor.Authorized)
		w.wantGate(1, true, monitor.Authorized)
	})
}

// What somebody else changed while the newcomers still hold the first beliefs takes none of these away.
func TestTheGateKeepsWhatTheNewcomersHold(t *testing.T) {
	t.Parallel()
	inTower(t, 2, onePool, func(_ *testing.T, w *tower) {
		w.set(0, instanceapi.NotAuthorized)
		w.breaks(instanceapi.InstanceScope(string(w.instances[1].ID)), instanceapi.Fault{Kind: instanceapi.BadGateway})
		w.start()
		defer w.end()
		w.until(30 * time.Second)
		w.wantGate(0, false, monitor.NotAuthorized)
		w.watcher.Nudge(w.instances[0].ID.Subject())
		w.until(31 * time.Second)
		w.wantGate(0, false, monitor.NotAuthorized)
	})
}

func TestWaitingForAGate(t *testing.T) {
	t.Parallel()
	inTower(t, 2, onePool, func(t *testing.T, w *tower) {
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		id := w.instances[0].ID
		_, seen, _ := w.watcher.Gate(id)

		short, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if g, version, watched := w.watcher.WaitGate(short, id, seen); !g.Open || version != seen || !watched || short.Err() == nil {
			t.Errorf("with no news: %+v, version %d", g, version)
		}
		if _, version, _ := w.watcher.WaitGate(t.Context(), id, seen+7); version != seen {
			t.Errorf("another version was waited for: %d", version)
		}
		w.set(0, instanceapi.Blocked)
		var woken atomic.Int64
		for range 3 {
			go func() {
				if g, version, _ := w.watcher.WaitGate(t.Context(), id, seen); g.Open || version == seen {
					t.Errorf("woken with %+v", g)
				}
				woken.Add(1)
			}()
		}
		w.until(4 * time.Minute)
		if n := woken.Load(); n != 3 {
			t.Errorf("%d of 3 were woken", n)
		}
		_, seen, _ = w.watcher.Gate(id)
		gone := make(chan bool, 1)
		go func() {
			_, _, watched := w.watcher.WaitGate(t.Context(), id, seen)
			gone <- watched
		}()
		synctest.Wait()
		if err := w.watcher.Remove(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		select {
		case watched := <-gone:
			if watched {
				t.Error("one that is removed has a gate")
			}
		default:
			t.Error("still waiting for one that is removed")
		}
	})
}
