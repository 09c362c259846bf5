package watcher_test

import (
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
)

func TestFirstSightIsOneCommit(t *testing.T) {
	t.Parallel()
	inTower(t, 20, onePool, func(t *testing.T, w *tower) {
		for n := range 5 {
			w.set(n, instanceapi.NotAuthorized)
		}
		w.start()
		defer w.end()
		w.until(16 * time.Second) // all were asked within 5 s, and again 10 s later
		_, writes, _ := w.store.count()
		if writes != 1 {
			t.Errorf("%d writes, want 1", writes)
		}
		told := w.wantTold(monitor.Arrived, monitor.Opened, monitor.Opened, monitor.Opened, monitor.Opened, monitor.Opened)
		roll := told[0].Roll
		if roll.Total != 20 || roll.Good != 15 || len(roll.Bad) != 5 || roll.Known || roll.Others != 0 {
			t.Errorf("the roll is %+v", roll)
		}
		for n, a := range told[1:] {
			if a.Subject != w.instances[n].ID.Subject() {
				t.Errorf("told in the order %s at %d", a.Subject, n)
			}
		}
	})
}

func TestManyBadOnesAtFirstSightAreKnown(t *testing.T) {
	t.Parallel()
	inTower(t, 20, onePool, func(t *testing.T, w *tower) {
		for n := range 6 {
			w.set(n, instanceapi.NotAuthorized)
		}
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		told := w.wantTold(monitor.Arrived)
		if roll := told[0].Roll; !roll.Known || len(roll.Bad) != 6 || roll.Good != 14 {
			t.Errorf("the roll is %+v", roll)
		}
		w.set(0, instanceapi.Blocked)
		w.set(1, instanceapi.Authorized)
		w.until(4 * time.Minute)
		w.wantTold(monitor.Arrived)
		w.set(1, instanceapi.NotAuthorized)
		w.until(6 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened)
	})
}

// What the first commit brought has deadlines, like any case.
func TestANewcomersDeadlinesAreKept(t *testing.T) {
	t.Parallel()
	inTower(t, 2, onePool, func(_ *testing.T, w *tower) {
		w.every = "@every 1h"
		w.set(0, instanceapi.PendingCode)
		w.start()
		defer w.end()
		w.until(4 * time.Minute)
		w.wantTold(monitor.Arrived)
		w.until(6 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened)
	})
}

// Those that do not answer are waited for, but not for ever; what is learned of them later is told like any change.
func TestLateNewcomers(t *testing.T) {
	t.Parallel()
	inTower(t, 10, onePool, func(t *testing.T, w *tower) {
		mute := instanceapi.InstanceScope(string(w.instances[0].ID))
		w.breaks(mute, instanceapi.Fault{Kind: instanceapi.BadGateway})
		w.start()
		defer w.end()
		w.until(59 * time.Second)
		w.wantTold()
		w.until(time.Minute)
		roll := w.wantTold(monitor.Arrived)[0].Roll
		if roll.Total != 10 || roll.Good != 9 || len(roll.Bad) != 0 {
			t.Errorf("the roll is %+v", roll)
		}
		w.until(4 * time.Minute)
		told := w.wantTold(monitor.Arrived, monitor.Opened)
		if told[1].Belief.Verdict() != monitor.Blind {
			t.Errorf("told %+v", told[1])
		}
	})
}

func TestNewcomersToAFleet(t *testing.T) {
	t.Parallel()
	inTower(t, 10, onePool, func(t *testing.T, w *tower) {
		all := w.instances
		w.instances = all[:7]
		w.start()
		w.until(2 * time.Minute)
		w.end()
		w.instances = all
		w.set(8, instanceapi.Blocked)
		w.set(0, instanceapi.Blocked) // not new: told as ever
		w.start()
		w.until(2 * time.Minute)
		roll := w.wantTold(monitor.Arrived, monitor.Opened, monitor.Arrived, monitor.Opened)[2].Roll
		if roll.Total != 3 || roll.Others != 7 || roll.Good != 2 || len(roll.Bad) != 1 {
			t.Errorf("the roll is %+v", roll)
		}
		w.end()
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened, monitor.Arrived, monitor.Opened)
	})
}

func TestFirstSightWaitsForTheStore(t *testing.T) {
	t.Parallel()
	inTower(t, 10, onePool, func(t *testing.T, w *tower) {
		w.set(0, instanceapi.NotAuthorized)
		w.start()
		defer w.end()
		w.store.failWhile(func() bool { return time.Since(w.began) < 10*time.Minute })
		w.until(5 * time.Minute)
		w.set(0, instanceapi.Blocked)
		w.until(10*time.Minute - time.Second)
		if _, writes, _ := w.store.count(); writes > 10*60/5+20 {
			t.Errorf("%d writes were tried while the store was away", writes)
		}
		if lines := w.log.count("first sight not kept"); lines != 1 {
			t.Errorf("%d log lines say that the store is away, want 1", lines)
		}
		w.until(11 * time.Minute)
		told := w.wantTold(monitor.Arrived, monitor.Opened, monitor.Changed)
		if roll := told[0].Roll; roll.Total != 10 || roll.Good != 9 || len(roll.Bad) != 1 || roll.Bad[0].State != monitor.Blocked {
			t.Errorf("the roll is %+v", roll)
		}
	})
}

// A reboot may be wanted before anything is believed. Its deadlines are kept, and are no belief.
func TestAPressOnANewcomer(t *testing.T) {
	t.Parallel()
	inTower(t, 10, onePool, func(t *testing.T, w *tower) {
		mute := instanceapi.InstanceScope(string(w.instances[0].ID))
		w.breaks(mute, instanceapi.Fault{Kind: instanceapi.BadGateway})
		w.start()
		defer w.end()
		w.until(20 * time.Second)
		w.acceptReboot(0)
		w.until(35 * time.Second)
		w.green.Mend(mute)
		w.until(45 * time.Second)
		if asked := w.times(0); len(asked) != 3 {
			t.Errorf("asked at %v, want once, and 10 and 20 s after the reboot", asked)
		}
		w.wantTold()
		w.until(time.Minute)
		roll := w.wantTold(monitor.Arrived, monitor.ActedOn)[0].Roll
		if roll.Total != 10 || roll.Good != 10 || len(roll.Bad) != 0 {
			t.Errorf("the roll is %+v", roll)
		}
		if o := w.kase(0).Action.Outcome.Kind; o != monitor.OutcomeWorked {
			t.Errorf("the reboot's outcome is %q", o)
		}
	})
}

// New ones that are being created, or not paid yet, neither ring nor count as many bad ones: each is told after its grace,
// if that lasts.
func TestManyNewbornsAreGivenTime(t *testing.T) {
	t.Parallel()
	inTower(t, 10, onePool, func(t *testing.T, w *tower) {
		all := w.instances
		w.instances = all[:1]
		w.start()
		w.pass(3 * time.Minute)
		w.instances = all
		for n := 1; n < 8; n++ {
			w.breaks(instanceapi.InstanceScope(string(all[n].ID)), instanceapi.Fault{Kind: instanceapi.Null, Methods: []string{"getStateInstance"}})
		}
		w.expire(8, 9)
		w.watcher.Add(all[1:]...)
		w.pass(9 * time.Minute)
		roll := w.wantTold(monitor.Arrived, monitor.Arrived)[1].Roll
		if roll.Total != 9 || len(roll.Bad) != 0 || roll.Known {
			t.Errorf("the roll is %+v", roll)
		}
		w.pay(1, 2, 3, 4, 5, 8)
		w.set(6, instanceapi.NotAuthorized)
		w.pay(6)
		w.pass(10 * time.Minute)
		told := map[monitor.Subject]bool{}
		for _, a := range w.wantTold(monitor.Arrived, monitor.Arrived, monitor.Opened, monitor.Opened, monitor.Opened)[2:] {
			told[a.Subject] = true
		}
		for _, n := range []int{6, 7, 9} {
			if !told[all[n].ID.Subject()] {
				t.Errorf("%d is not told", n)
			}
		}
		w.end()
	})
}
