package watcher_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/simulator/instanceapi"
)

// calls counts the questions about an instance.
func (w *tower) calls(n int) int { return len(w.times(n)) }

func (w *tower) remove(ns ...int) {
	w.t.Helper()
	var ids []monitor.InstanceID
	for _, n := range ns {
		ids = append(ids, w.instances[n].ID)
	}
	if err := w.watcher.Remove(w.t.Context(), ids...); err != nil {
		w.t.Error(err)
	}
}

func TestInstancesJoin(t *testing.T) {
	t.Parallel()
	inTower(t, 20, onePool, func(t *testing.T, w *tower) {
		all := w.instances
		w.instances = all[:3]
		w.every = "@every 10m"
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		w.wantTold(monitor.Arrived)
		for n := 3; n < 10; n++ {
			w.instances = all
			w.set(n, instanceapi.NotAuthorized)
		}
		w.watcher.Add(all...)
		w.watcher.Add(all[5])
		w.until(2*time.Minute + 6*time.Second)
		for n := 3; n < 20; n++ {
			if w.calls(n) != 1 {
				t.Errorf("instance %d was asked %d times within seconds", n, w.calls(n))
			}
		}
		w.until(3 * time.Minute)
		roll := w.wantTold(monitor.Arrived, monitor.Arrived)[1].Roll
		if roll.Total != 17 || roll.Others != 3 || roll.Good != 10 || !roll.Known {
			t.Errorf("the roll is %+v", roll)
		}
		w.until(20 * time.Minute)
		if _, _, sweeps := w.store.count(); sweeps[len(sweeps)-1].Asked != 20 {
			t.Errorf("the last of %d sweeps is %+v", len(sweeps), sweeps[len(sweeps)-1])
		}
		w.wantTold(monitor.Arrived, monitor.Arrived)
	})
}

func TestInstancesLeave(t *testing.T) {
	t.Parallel()
	inTower(t, 5, onePool, func(t *testing.T, w *tower) {
		w.start()
		defer w.end()
		w.until(time.Minute)
		w.set(0, instanceapi.NotAuthorized)
		w.until(3 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened)
		w.remove(0, 1)
		before := w.calls(0) + w.calls(1)
		told := w.wantTold(monitor.Arrived, monitor.Opened, monitor.Dropped)
		if told[2].Subject != w.instances[0].ID.Subject() || w.kase(0).Incident.Open() {
			t.Errorf("told %+v", told[2])
		}
		w.until(10 * time.Minute)
		if n := w.calls(0) + w.calls(1); n != before {
			t.Errorf("asked %d more times", n-before)
		}
		if _, err := w.watcher.Check(t.Context(), w.instances[0].ID); err == nil {
			t.Error("checked all the same")
		}
		if _, _, sweeps := w.store.count(); sweeps[len(sweeps)-1].Asked != 3 {
			t.Errorf("the last sweep is %+v", sweeps[len(sweeps)-1])
		}

		// Back again it is seen for the first time.
		w.watcher.Add(w.instances[0])
		w.until(12 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened, monitor.Dropped, monitor.Arrived, monitor.Opened)
	})
}

// A call under way when its instance leaves is broken off and means nothing; who waits for it is told so.
func TestACallUnderWayIsDropped(t *testing.T) {
	t.Parallel()
	inTower(t, 2, onePool, func(t *testing.T, w *tower) {
		var hanging atomic.Bool
		w.start()
		defer w.end()
		w.until(time.Minute)
		w.api.before = func(ctx context.Context, id monitor.InstanceID) {
			if id == w.instances[0].ID {
				hanging.Store(true)
				<-ctx.Done()
			}
		}
		w.set(0, instanceapi.Blocked)
		pressed := make(chan error, 9)
		for range 9 { // one is under way, and the others wait their turn
			go func() {
				_, err := w.watcher.Check(t.Context(), w.instances[0].ID)
				pressed <- err
			}()
		}
		w.pass(2 * time.Second)
		if !hanging.Load() {
			t.Fatal("no call is under way")
		}
		began := time.Now()
		w.remove(0)
		for range 9 {
			if err := <-pressed; err == nil {
				t.Error("a press was answered")
			}
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %s", took)
		}
		w.until(10 * time.Minute)
		w.wantTold(monitor.Arrived)
		if b := w.kase(0).Belief; b.Verdict() != monitor.Unseen {
			t.Errorf("believed %+v", b)
		}
	})
}

// A newcomer that leaves before it is told keeps nobody waiting, and is not told.
func TestANewcomerLeaves(t *testing.T) {
	t.Parallel()
	inTower(t, 3, onePool, func(t *testing.T, w *tower) {
		w.breaks(instanceapi.InstanceScope(string(w.instances[0].ID)), instanceapi.Fault{Kind: instanceapi.BadGateway})
		w.start()
		defer w.end()
		w.until(20 * time.Second)
		w.wantTold()
		w.remove(0)
		w.until(21 * time.Second)
		if roll := w.wantTold(monitor.Arrived)[0].Roll; roll.Total != 2 || roll.Good != 2 {
			t.Errorf("the roll is %+v", roll)
		}
		all := w.instances
		w.watcher.Add(all[0])
		w.pass(10 * time.Second)
		w.remove(0)
		w.pass(2 * time.Minute)
		w.wantTold(monitor.Arrived)
	})
}

// The cases of those that leave are closed as soon as the store is back.
func TestLeavingWaitsForTheStore(t *testing.T) {
	t.Parallel()
	inTower(t, 2, onePool, func(t *testing.T, w *tower) {
		w.start()
		defer w.end()
		w.set(0, instanceapi.Blocked)
		w.until(2 * time.Minute)
		w.store.failWhile(func() bool { return time.Since(w.began) < 5*time.Minute })
		left := make(chan error, 1)
		go func() { left <- w.watcher.Remove(t.Context(), w.instances[0].ID) }()
		w.until(4 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened)
		w.until(6 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.Opened, monitor.Dropped)
		if err := <-left; err != nil {
			t.Error(err)
		}
		w.store.failWhile(func() bool { return true })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := w.watcher.Remove(ctx, w.instances[1].ID); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("without the store: %v", err)
		}
		if n := w.log.count("not closed"); n != 2 {
			t.Errorf("%d log lines, want one for each", n)
		}
	})
}

// A new token is tried at once.
func TestARenewedTokenIsTried(t *testing.T) {
	t.Parallel()
	inTower(t, 1, onePool, func(t *testing.T, w *tower) {
		id := w.instances[0].ID
		wrong := greenapi.Credential{ID: id, Token: secret.New(strings.Repeat("x", 30)), URL: "https://api.green-api.example"}
		right := wrong
		right.Token = secret.New("tok" + string(id) + "ffffffff")
		if err := w.api.client.Replace([]greenapi.Credential{wrong}); err != nil {
			t.Fatal(err)
		}
		w.every = "@every 20m"
		w.start()
		defer w.end()
		w.until(time.Hour + time.Minute)
		if v := w.kase(0).Belief.Verdict(); v != monitor.Denied {
			t.Fatalf("believed %s", v)
		}
		if err := w.api.client.Replace([]greenapi.Credential{right}); err != nil {
			t.Fatal(err)
		}
		w.until(time.Hour + 5*time.Minute)
		w.watcher.Renew(monitor.Instance{ID: id, Pool: "another"}, monitor.Instance{ID: "9999"})
		w.pass(11 * time.Second)
		w.wantState(0, monitor.Authorized)
	})
}

// Instances come and go while everything goes on; the race detector looks on.
func TestComingAndGoing(t *testing.T) {
	t.Parallel()
	inTower(t, 10, []string{"7103", "7105"}, func(t *testing.T, w *tower) {
		w.every = "@every 5s"
		w.start()
		for round := range 20 {
			some := w.instances[round%10 : round%10+10]
			done := make(chan struct{})
			go func() {
				defer close(done)
				for _, i := range w.instances {
					w.watcher.Belief(i.ID)
					w.watcher.Nudge(i.ID.Subject())
					w.watcher.Last(i.ID)
				}
				w.watcher.Unsaved()
			}()
			var ids []monitor.InstanceID
			for _, i := range some {
				ids = append(ids, i.ID)
			}
			w.watcher.Renew(some...)
			if err := w.watcher.Remove(t.Context(), ids...); err != nil {
				t.Fatal(err)
			}
			w.pass(time.Duration(round%7) * 500 * time.Millisecond)
			w.watcher.Add(some...)
			w.pass(time.Duration(round%5) * time.Second)
			<-done
		}
		w.pass(2 * time.Minute)
		for n := range w.instances {
			w.wantState(n, monitor.Authorized)
		}
		w.end()
		w.watcher.Add(monitor.Instance{ID: "7109000001", Pool: "7109"})
		if _, _, sweeps := w.store.count(); sweeps[len(sweeps)-1].Asked != 20 {
			t.Errorf("the last sweep is %+v", sweeps[len(sweeps)-1])
		}
	})
}
