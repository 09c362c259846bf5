package watcher_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
)

// A pool that is away is one message, and the end of it another; who does not come back is told on its own. Members that
// are judged meanwhile, and a start in the middle, tell nothing.
func TestPoolAway(t *testing.T) {
	t.Parallel()
	inTower(t, 4, []string{"7105", "7103"}, func(t *testing.T, w *tower) {
		w.start()
		w.pass(3 * time.Minute)
		w.wantTold(monitor.Arrived)
		w.breaks(instanceapi.PoolScope("7105"), instanceapi.Fault{Kind: instanceapi.Reset})
		w.pass(90 * time.Second)
		w.wantTold(monitor.Arrived)
		w.pass(4 * time.Minute)
		down := w.wantTold(monitor.Arrived, monitor.PoolDown)[1]
		if down.Subject != monitor.PoolSubject("7105") || down.Silent || len(down.Roll.Bad) != 4 || down.Roll.OthersGood != 4 {
			t.Errorf("told %+v", down)
		}
		if s := w.watcher.Scene(w.instances[0].ID.Subject()); !s.PoolDown {
			t.Error("a member does not know that its pool is away")
		}
		if s := w.watcher.Scene(w.instances[4].ID.Subject()); s.PoolDown {
			t.Error("another pool counts as away")
		}
		w.end()
		w.start()
		if s := w.watcher.Scene(w.instances[0].ID.Subject()); !s.PoolDown {
			t.Error("the outage is forgotten by a restart")
		}
		w.pass(20 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.PoolDown)
		w.set(0, instanceapi.NotAuthorized)
		w.green.Mend(instanceapi.PoolScope("7105"))
		w.pass(5 * time.Minute)
		told := w.wantTold(monitor.Arrived, monitor.PoolDown, monitor.PoolUp, monitor.Opened)
		if up := told[2]; !up.Silent || up.Roll.Total != 4 || up.Roll.Good != 3 || told[3].Subject != w.instances[0].ID.Subject() {
			t.Errorf("told %+v and %s", up.Roll, told[3].Subject)
		}
		w.pass(30 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.PoolDown, monitor.PoolUp, monitor.Opened)
		w.end()
	})
}

// While the store is away an outage is known in memory, and is told when the store is back.
func TestPoolAwayWhileTheStoreIs(t *testing.T) {
	t.Parallel()
	inTower(t, 4, []string{"7105", "7103"}, func(t *testing.T, w *tower) {
		w.start()
		w.pass(3 * time.Minute)
		w.store.mu.Lock()
		w.store.fail = func() error { return errOff }
		w.store.mu.Unlock()
		w.breaks(instanceapi.PoolScope("7105"), instanceapi.Fault{Kind: instanceapi.Reset})
		w.pass(5 * time.Minute)
		if s := w.watcher.Scene(w.instances[0].ID.Subject()); !s.PoolDown {
			t.Error("the outage is not known")
		}
		w.store.mu.Lock()
		w.store.fail = nil
		w.store.mu.Unlock()
		w.pass(time.Minute)
		w.wantTold(monitor.Arrived, monitor.PoolDown)
		w.end()
	})
}

// A pool whose instances are all watched no more has no outage.
func TestPoolDeserted(t *testing.T) {
	t.Parallel()
	inTower(t, 3, []string{"7105", "7103"}, func(t *testing.T, w *tower) {
		w.start()
		w.pass(3 * time.Minute)
		w.breaks(instanceapi.PoolScope("7105"), instanceapi.Fault{Kind: instanceapi.Reset})
		w.pass(5 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.PoolDown)
		for _, i := range w.instances[:3] {
			if err := w.watcher.Remove(t.Context(), i.ID); err != nil {
				t.Fatal(err)
			}
		}
		w.pass(5 * time.Minute)
		c, err := w.store.Store.Case(t.Context(), monitor.PoolSubject("7105"))
		if err != nil || c.Incident.Open() {
			t.Errorf("the outage lasts: %v", err)
		}
		w.end()
	})
}

// Those that expire within an interval are one message, and one alone is told on its own; it is late by an interval.
func TestExpiredTogether(t *testing.T) {
	t.Parallel()
	inTower(t, 5, onePool, func(t *testing.T, w *tower) {
		w.start()
		w.pass(3 * time.Minute)
		expire := func(n int) {
			w.breaks(instanceapi.InstanceScope(string(w.instances[n].ID)), instanceapi.Fault{
				Kind: instanceapi.Custom, Status: 400, ContentType: "text/plain",
				Body: "Instance account is expired. Renew your instance from personal area",
			})
		}
		expire(0)
		expire(1)
		expire(2)
		w.pass(4 * time.Minute)
		told := w.wantTold(monitor.Arrived, monitor.Unpaid)
		if r := told[1].Roll; len(r.Bad) != 3 || r.From.IsZero() || told[1].Silent {
			t.Errorf("told %+v", told[1])
		}
		expire(3)
		w.pass(4 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Unpaid, monitor.Opened)
		if gate, _, _ := w.watcher.Gate(w.instances[0].ID); gate.Open {
			t.Error("the gate of one that is not paid is open")
		}
		w.end()
		w.start()
		w.pass(10 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Unpaid, monitor.Opened)
		w.end()
	})
}

// The message about those that have expired is not lost where the store fails when it is due.
func TestExpiredWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	inTower(t, 3, onePool, func(_ *testing.T, w *tower) {
		w.start()
		w.pass(3 * time.Minute)
		w.store.mu.Lock()
		w.store.fail = func() error { return errOff }
		w.store.mu.Unlock()
		w.breaks(instanceapi.WholeAPI, instanceapi.Fault{
			Kind: instanceapi.Custom, Status: 400, ContentType: "text/plain", Body: "Instance account is expired",
		})
		w.pass(5 * time.Minute)
		w.store.mu.Lock()
		w.store.fail = nil
		w.store.mu.Unlock()
		w.pass(time.Minute)
		w.wantTold(monitor.Arrived, monitor.Unpaid)
		w.end()
	})
}

// One that appears while we run may be refused, or be created still, for ten minutes.
func TestNewbornIsGivenTime(t *testing.T) {
	t.Parallel()
	inTower(t, 2, onePool, func(_ *testing.T, w *tower) {
		newborn := w.instances[1]
		w.instances = w.instances[:1]
		w.breaks(instanceapi.InstanceScope(string(newborn.ID)), instanceapi.Fault{Kind: instanceapi.Unauthorized})
		w.start()
		w.pass(3 * time.Minute)
		w.watcher.Add(newborn)
		w.pass(8 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Arrived)
		w.pass(3 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Arrived, monitor.Opened)
		w.end()
	})
}

// past is a history that tells one time.
type past struct {
	began time.Time
	asked int
}

func (p *past) Began(context.Context, monitor.InstanceID, monitor.State, time.Time) (time.Time, error) {
	p.asked++
	return p.began, nil
}

// What changed while we were away, or blind, is told with its own time where GREEN-API knows that, and between two looks
// where it does not.
func TestHistoryDatesAChange(t *testing.T) {
	t.Parallel()
	for name, known := range map[string]bool{"known": true, "not known": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newTower(t, 4, []string{"7105", "7103"})
				defer func() { _ = w.store.Store.Close() }()
				p := new(past)
				w.history = p
				w.start()
				w.pass(3 * time.Minute)
				w.end()
				left := time.Now()
				w.pass(20 * time.Minute)
				if known {
					p.began = time.Now()
				}
				w.set(0, instanceapi.NotAuthorized)
				w.pass(20 * time.Minute)
				w.start()
				w.pass(time.Minute)
				b := w.kase(0).Belief
				switch {
				case known && !b.Since.Equal(p.began):
					t.Errorf("since %s, want %s", b.Since, p.began)
				case !known && (b.After.Before(left.Add(-2*time.Minute)) || b.After.After(left) || b.Since.Before(w.began)):
					t.Errorf("between %s and %s", b.After, b.Since)
				}
				p.began = time.Time{}
				asked := p.asked
				w.set(1, instanceapi.NotAuthorized)
				w.pass(3 * time.Minute)
				if p.asked != asked {
					t.Error("the history of a change that was seen was asked for")
				}
				blind := time.Now()
				w.breaks(instanceapi.PoolScope("7103"), instanceapi.Fault{Kind: instanceapi.Reset})
				w.pass(20 * time.Minute)
				if known {
					p.began = time.Now()
				}
				w.set(4, instanceapi.Blocked)
				w.pass(10 * time.Minute)
				w.green.Mend(instanceapi.PoolScope("7103"))
				w.pass(2 * time.Minute)
				b = w.kase(4).Belief
				if known && !b.Since.Equal(p.began) || !known && b.After.After(blind) {
					t.Errorf("after blindness since %s, after %s", b.Since, b.After)
				}
				w.end()
			})
		})
	}
}
