package watcher_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
)

// A call that never comes back brings no reading at all: the gate turns unsure by time, and who waits for it hears so then.
func TestTheGateTurnsUnsureByTimeAlone(t *testing.T) {
	t.Parallel()
	inTower(t, 2, onePool, func(t *testing.T, w *tower) {
		var stuck atomic.Bool
		w.api.before = func(ctx context.Context, id monitor.InstanceID) {
			if stuck.Load() && id == w.instances[0].ID {
				<-ctx.Done()
			}
		}
		w.start()
		defer w.end()
		w.until(3 * time.Minute)
		w.wantGate(0, true, monitor.Authorized)
		stuck.Store(true)
		_, seen, _ := w.watcher.Gate(w.instances[0].ID)
		changed := make(chan time.Time, 1)
		go func() {
			_, _, _ = w.watcher.WaitGate(t.Context(), w.instances[0].ID, seen)
			changed <- time.Now()
		}()
		w.until(7 * time.Minute)
		w.wantGate(0, true, monitor.Authorized)
		w.until(9 * time.Minute)
		g, _, _ := w.watcher.Gate(w.instances[0].ID)
		if !g.Open || g.Sure || g.State != monitor.Authorized || !w.watcher.Unheard(w.instances[0].ID) {
			t.Errorf("the gate is %+v", g)
		}
		w.wantGate(1, true, monitor.Authorized)
		select {
		case at := <-changed:
			if waited := at.Sub(w.began); waited > 8*time.Minute+time.Second {
				t.Errorf("who waits heard of it after %s", waited)
			}
		default:
			t.Error("who waits has not heard of it")
		}
		if n := len(w.told()); n != 1 { // the arrival
			t.Errorf("%d alerts, want 1", n)
		}
	})
}

// After a start what was believed counts as old as it is. It is sure at once where the last sweep brought an answer of all,
// and else with the first answer.
func TestTheAgeSurvivesAStart(t *testing.T) {
	t.Parallel()
	inTower(t, 2, onePool, func(t *testing.T, w *tower) {
		limited := instanceapi.Fault{Kind: instanceapi.Throttled}
		one := instanceapi.InstanceScope(string(w.instances[0].ID))
		w.start()
		w.until(3 * time.Minute)
		w.breaks(one, limited)
		w.until(6 * time.Minute)
		w.wantGate(0, true, monitor.Authorized)
		w.end()

		w.start()
		w.until(10 * time.Minute)
		if g, _, _ := w.watcher.Gate(w.instances[0].ID); !g.Open || g.Sure {
			t.Errorf("limited before and after a start, the gate is %+v", g)
		}
		w.wantGate(1, true, monitor.Authorized)
		w.green.Mend(one)
		w.until(13 * time.Minute)
		w.wantGate(0, true, monitor.Authorized)
		w.end()

		w.until(3 * time.Hour)
		w.start()
		for n := range w.instances {
			if g, _, _ := w.watcher.Gate(w.instances[n].ID); !g.Open || g.Sure {
				t.Errorf("after hours away, before anything is asked, the gate is %+v", g)
			}
		}
		w.pass(10 * time.Second)
		w.wantGate(0, true, monitor.Authorized)
		w.end()
	})
}
