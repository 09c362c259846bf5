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

// expire has GREEN-API stop instances that are not paid.
func (w *tower) expire(ns ...int) {
	w.t.Helper()
	for _, n := range ns {
		w.breaks(instanceapi.InstanceScope(string(w.instances[n].ID)), instanceapi.Fault{
			Kind: instanceapi.Custom, Status: 400, ContentType: "text/plain",
			Body: "Instance account is expired. Renew your instance from personal area",
		})
	}
}

func (w *tower) pay(ns ...int) {
	for _, n := range ns {
		w.green.Mend(instanceapi.InstanceScope(string(w.instances[n].ID)))
	}
}

// shut waits until all of these are believed to send nothing.
func (w *tower) shut(ns ...int) {
	w.t.Helper()
	for range 40 {
		w.pass(5 * time.Second)
		open := 0
		for _, n := range ns {
			if gate, _, _ := w.watcher.Gate(w.instances[n].ID); gate.Open {
				open++
			}
		}
		if open == 0 {
			return
		}
	}
	w.t.Fatal("the gates are open")
}

// Those that expire within an interval are told by one commit, and one alone is told late by an interval. Who is paid again
// is told like any other.
func TestExpiredTogether(t *testing.T) {
	t.Parallel()
	inTower(t, 5, onePool, func(t *testing.T, w *tower) {
		w.start()
		w.pass(3 * time.Minute)
		w.expire(0, 1, 2)
		w.shut(0, 1, 2)
		w.store.count()
		w.pass(2 * time.Minute)
		if _, writes, _ := w.store.count(); writes != 1 {
			t.Errorf("%d writes, want 1", writes)
		}
		for _, a := range w.wantTold(monitor.Arrived, monitor.Opened, monitor.Opened, monitor.Opened)[1:] {
			if a.Silent || a.Belief.Refusal != monitor.Expired {
				t.Errorf("told %+v", a)
			}
		}
		w.expire(3)
		w.pass(4 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened, monitor.Opened, monitor.Opened, monitor.Opened)
		w.end()
		w.start()
		w.pass(10 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened, monitor.Opened, monitor.Opened, monitor.Opened)
		w.pay(0, 1)
		w.pass(3 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened, monitor.Opened, monitor.Opened, monitor.Opened, monitor.Resolved, monitor.Resolved)
		w.end()
	})
}

// What was another trouble just before is saved in order, once, whoever saves it.
func TestExpiredAfterAnotherTrouble(t *testing.T) {
	t.Parallel()
	inTower(t, 5, onePool, func(t *testing.T, w *tower) {
		w.start()
		w.pass(3 * time.Minute)
		w.store.failWhile(func() bool { return true })
		for n := range 3 {
			w.set(n, instanceapi.NotAuthorized)
		}
		w.pass(3 * time.Minute)
		w.expire(0, 1, 2)
		w.pass(3 * time.Minute)
		w.store.failWhile(func() bool { return false })
		w.pass(time.Minute)
		told := w.wantTold(
			monitor.Arrived, monitor.Opened, monitor.Changed, monitor.Opened, monitor.Changed, monitor.Opened, monitor.Changed,
		)
		if steps := w.kase(0).Incident.Steps; len(told) == 7 && len(steps) != 2 {
			t.Errorf("%d steps", len(steps))
		}
		if unsaved := w.watcher.Unsaved(); len(unsaved) > 0 {
			t.Errorf("not saved: %+v", unsaved)
		}
		w.end()
	})
}

// Who fails to hear that all are saved saves nothing twice.
func TestExpiredAndTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	inTower(t, 5, onePool, func(_ *testing.T, w *tower) {
		w.start()
		w.pass(3 * time.Minute)
		w.expire(0, 1, 2)
		w.shut(0, 1, 2)
		w.store.loseAnswers(1)
		w.pass(5 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened, monitor.Opened, monitor.Opened)
		w.end()
	})
}

// Who is watched no more, or is paid within the interval, is not waited for.
func TestExpiredLeaves(t *testing.T) {
	t.Parallel()
	inTower(t, 5, onePool, func(t *testing.T, w *tower) {
		w.start()
		w.pass(3 * time.Minute)
		w.expire(0, 1, 2)
		w.shut(0, 1, 2)
		if err := w.watcher.Remove(t.Context(), w.instances[1].ID); err != nil {
			t.Fatal(err)
		}
		w.pay(2)
		for range 2 {
			if _, err := w.watcher.Check(t.Context(), w.instances[2].ID); err != nil {
				t.Fatal(err)
			}
			w.pass(5 * time.Second)
		}
		w.wantState(2, monitor.Authorized)
		w.pass(3 * time.Minute)
		for _, a := range w.told() {
			if a.Subject == w.instances[1].ID.Subject() {
				t.Errorf("told %+v", a)
			}
		}
		w.wantState(2, monitor.Authorized)
		if c := w.kase(0); c.Belief.Refusal != monitor.Expired || !c.Incident.WasTold() {
			t.Errorf("the one that is left is %+v", c.Belief)
		}
		w.end()
	})
}

// What is believed of those that have expired is not lost where the store fails when it is due, and the store is not asked
// once for each.
func TestExpiredWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	inTower(t, 3, onePool, func(t *testing.T, w *tower) {
		w.start()
		w.pass(3 * time.Minute)
		var away atomic.Bool
		away.Store(true)
		w.store.failWhile(away.Load)
		w.expire(0, 1, 2)
		w.shut(0, 1, 2)
		w.pass(time.Minute)
		w.store.count()
		w.pass(time.Minute)
		if _, writes, _ := w.store.count(); writes > 13 {
			t.Errorf("%d writes in a minute", writes)
		}
		away.Store(false)
		w.pass(time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened, monitor.Opened, monitor.Opened)
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

// A pool that hangs for longer than from one round to the next is away all the same.
func TestPoolHangsLongerThanARound(t *testing.T) {
	t.Parallel()
	inTower(t, 4, []string{"7105", "7103"}, func(_ *testing.T, w *tower) {
		w.every = "@every 10s"
		w.policy.Interval = 10 * time.Second
		w.start()
		w.pass(3 * time.Minute)
		w.breaks(instanceapi.PoolScope("7105"), instanceapi.Fault{Kind: instanceapi.Hang})
		w.pass(10 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.PoolDown)
		w.end()
	})
}

// A logout that GREEN-API speaks of within an outage of its pool is told while that lasts, a quarter of an hour later.
func TestLogoutInsideAnOutage(t *testing.T) {
	t.Parallel()
	inTower(t, 10, []string{"7105", "7103"}, func(t *testing.T, w *tower) {
		w.start()
		w.pass(3 * time.Minute)
		for _, i := range w.instances[:8] {
			w.breaks(instanceapi.InstanceScope(string(i.ID)), instanceapi.Fault{Kind: instanceapi.Reset})
		}
		w.pass(10 * time.Minute)
		w.set(0, instanceapi.NotAuthorized)
		w.green.Mend(instanceapi.InstanceScope(string(w.instances[0].ID)))
		w.pass(10 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.PoolDown)
		w.pass(20 * time.Minute)
		if told := w.wantTold(monitor.Arrived, monitor.PoolDown, monitor.Opened); told[len(told)-1].Subject != w.instances[0].ID.Subject() {
			t.Errorf("told %+v", told[len(told)-1])
		}
		w.end()
	})
}

// A start while a pool restarts wants no reboot: its members' times have passed, but the pools are not known yet.
func TestNoRebootBeforeThePoolsAreKnown(t *testing.T) {
	t.Parallel()
	inTower(t, 20, []string{"7105", "7103"}, func(t *testing.T, w *tower) {
		w.policy.AutoReboot, w.policy.StartingGrace = monitor.AutoRebootOn, time.Minute
		w.start()
		w.pass(3 * time.Minute)
		for n := range 20 {
			w.set(n, instanceapi.Starting)
		}
		w.pass(62 * time.Second)
		w.end()
		w.pass(2 * time.Minute)
		w.start()
		w.pass(3 * time.Minute)
		acts, err := w.store.Store.ActionsSince(t.Context(), w.began.Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if len(acts) > 0 {
			t.Errorf("%d reboots are wanted, the first %+v", len(acts), acts[0])
		}
		w.end()
	})
}
