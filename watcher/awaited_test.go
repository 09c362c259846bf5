package watcher_test

import (
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
	"greenwatch/watcher"
)

// Cases of those that a list still to come may name are left alone, and gone on with when it names them.
func TestAwaitedInstances(t *testing.T) {
	t.Parallel()
	inTower(t, 4, onePool, func(t *testing.T, w *tower) {
		w.every = "@every 10m"
		w.start()
		w.until(time.Minute)
		for n := range 4 {
			w.set(n, instanceapi.Blocked)
		}
		w.until(15 * time.Minute)
		before := w.wantTold(monitor.Arrived, monitor.Opened, monitor.Opened, monitor.Opened, monitor.Opened)
		w.end()

		all := w.instances
		w.instances, w.awaited = nil, func(id monitor.InstanceID) bool { return id != all[3].ID }
		w.start()
		defer w.end()
		w.until(time.Second)
		w.instances = all
		w.wantTold(append(kindsOf(before), monitor.Dropped)...) // of the fourth, which nobody awaits
		if !w.watcher.Swept().IsZero() {
			t.Error("a sweep over nobody has ended")
		}
		w.watcher.Add(all[0], all[1])
		w.set(1, instanceapi.Authorized)
		w.until(10 * time.Second)
		if w.watcher.Swept().IsZero() {
			t.Error("the sweep of the start was not made up for")
		}
		w.until(time.Minute)
		w.wantTold(append(kindsOf(before), monitor.Dropped, monitor.Resolved)...)
		if !w.kase(0).Incident.Open() || !w.kase(2).Incident.Open() || w.calls(2) > 2 {
			t.Error("the incidents did not last, or one was asked that is not listed")
		}
		w.remove(2) // the list has come without it
		told := w.wantTold(append(kindsOf(before), monitor.Dropped, monitor.Resolved, monitor.Dropped)...)
		if last := told[len(told)-1]; last.Subject != all[2].ID.Subject() {
			t.Errorf("told %+v", last)
		}
	})
}

func kindsOf(alerts []monitor.Alert) []monitor.AlertKind {
	var kinds []monitor.AlertKind
	for _, a := range alerts {
		kinds = append(kinds, a.Kind)
	}
	return kinds
}

func TestNobodyToWatch(t *testing.T) {
	t.Parallel()
	if _, err := watcher.New(t.Context(), watcher.Options{}); err == nil {
		t.Error("made without options")
	}
	inTower(t, 0, onePool, func(_ *testing.T, w *tower) {
		w.awaited = func(monitor.InstanceID) bool { return false }
		w.start()
		w.until(time.Hour)
		w.wantTold()
		w.end()
	})
}
