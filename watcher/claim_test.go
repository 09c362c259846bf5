package watcher_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
	"greenwatch/watcher"
)

// claim claims a state of an instance now, and waits up to 10 s.
func (w *tower) claim(n int, s monitor.State) (watcher.ClaimOutcome, error) {
	now := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return w.watcher.Claim(ctx, monitor.Claim{Instance: w.instances[n].ID, State: s, At: now.Truncate(time.Second), Heard: now})
}

func (w *tower) wantClaim(n int, s monitor.State, want watcher.ClaimOutcome) {
	w.t.Helper()
	if got, err := w.claim(n, s); got != want || err != nil {
		w.t.Errorf("a claim of %s comes to %q, %v; want %q", s, got, err, want)
	}
}

func TestAClaimIsConfirmedWithinSeconds(t *testing.T) {
	t.Parallel()
	inTower(t, 1, onePool, func(t *testing.T, w *tower) {
		var ends []watcher.ClaimEnd
		w.claimed = func(e watcher.ClaimEnd) { ends = append(ends, e) }
		w.every = "@every 1h"
		w.start()
		defer w.end()
		w.until(5 * time.Minute)
		w.set(0, instanceapi.NotAuthorized)
		began := time.Now()
		w.wantClaim(0, monitor.NotAuthorized, watcher.ClaimCommitted)
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("believed after %s", took)
		}
		w.wantState(0, monitor.NotAuthorized)
		w.wantGate(0, false, monitor.NotAuthorized)
		if !w.kase(0).Belief.Claimed {
			t.Error("the belief does not say that it was claimed")
		}
		asked := len(w.times(0))
		w.wantClaim(0, monitor.NotAuthorized, watcher.ClaimNoNews) // a copy
		if n := len(w.times(0)); n != asked {
			t.Errorf("a copy was asked about")
		}
		w.wantClaim(0, monitor.Blocked, watcher.ClaimNoNews) // a forgery
		w.pass(time.Minute)
		w.wantState(0, monitor.NotAuthorized)
		w.wantTold(monitor.Arrived, monitor.Opened)
		if len(ends) != 2 || ends[0] != watcher.ClaimFirst || ends[1] != watcher.ClaimRefuted {
			t.Errorf("the claims ended as %v", ends)
		}
		if got, err := w.watcher.Claim(t.Context(), monitor.Claim{Instance: "7105999999", State: monitor.Blocked, Heard: time.Now()}); got != watcher.ClaimUnknown || err != nil {
			t.Errorf("a claim of another instance comes to %q, %v", got, err)
		}
	})
}

// A claim that is late, or older than the API's last word, has nothing asked.
func TestClaimsThatComeLate(t *testing.T) {
	t.Parallel()
	inTower(t, 1, onePool, func(t *testing.T, w *tower) {
		late := 0
		w.claimed = func(e watcher.ClaimEnd) {
			if e == watcher.ClaimLate {
				late++
			}
		}
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		w.set(0, instanceapi.Blocked)
		changed := time.Now()
		w.until(5 * time.Minute)
		asked := len(w.times(0))
		for _, s := range []monitor.State{monitor.Blocked, monitor.Blocked, monitor.Authorized} {
			got, err := w.watcher.Claim(t.Context(), monitor.Claim{Instance: w.instances[0].ID, State: s, At: changed, Heard: time.Now()})
			if got != watcher.ClaimNoNews || err != nil {
				t.Errorf("an old claim of %s comes to %q, %v", s, got, err)
			}
		}
		if late != 1 || len(w.times(0)) != asked {
			t.Errorf("%d late ones, want 1; asked at %v", late, w.times(0))
		}
	})
}

// While the API does not answer, a claim is not settled; copies make no more questions than the schedule does.
func TestAClaimWhileTheAPIIsAway(t *testing.T) {
	t.Parallel()
	inTower(t, 1, onePool, func(t *testing.T, w *tower) {
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		w.breaks(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.BadGateway})
		asked, began := len(w.times(0)), time.Now()
		for time.Since(began) < 3*time.Minute {
			if got, err := w.claim(0, monitor.Blocked); err == nil {
				t.Errorf("a claim comes to %q without an answer", got)
			}
		}
		if n := len(w.times(0)) - asked; n > 5 {
			t.Errorf("%d questions in 3 minutes", n)
		}
		w.set(0, instanceapi.Blocked)
		w.green.Mend(instanceapi.WholeAPI)
		w.pass(70 * time.Second)
		w.wantState(0, monitor.Blocked)
	})
}

func TestAClaimThatTheStoreDoesNotTake(t *testing.T) {
	t.Parallel()
	inTower(t, 1, onePool, func(t *testing.T, w *tower) {
		var away atomic.Bool
		w.store.failWhile(away.Load)
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		away.Store(true)
		w.set(0, instanceapi.Blocked)
		for range 2 { // the second says what is believed
			if got, err := w.claim(0, monitor.Blocked); err == nil {
				t.Errorf("what is not in the store comes to %q", got)
			}
		}
		w.wantGate(0, false, monitor.Blocked)
		away.Store(false)
		w.pass(10 * time.Second)
		w.wantClaim(0, monitor.Blocked, watcher.ClaimNoNews)
		w.wantState(0, monitor.Blocked)
	})
}

func TestManyClaimsAtOnce(t *testing.T) {
	t.Parallel()
	inTower(t, 1, onePool, func(t *testing.T, w *tower) {
		w.every = "@every 1h"
		w.start()
		w.until(2 * time.Minute)
		w.set(0, instanceapi.Blocked)
		asked := len(w.times(0))
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				if _, err := w.claim(0, []monitor.State{monitor.Blocked, monitor.NotAuthorized, monitor.Authorized}[i%3]); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.pass(15 * time.Second) // where a forgery was heard last, the answer is confirmed like any other
		w.wantState(0, monitor.Blocked)
		if n := len(w.times(0)) - asked; n > 6 {
			t.Errorf("%d questions for 200 claims", n)
		}

		w.breaks(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.Hang})
		unsettled := make(chan error, 1)
		go func() {
			_, err := w.claim(0, monitor.Authorized)
			unsettled <- err
		}()
		w.pass(3 * time.Second)
		w.end()
		began := time.Now()
		if err := <-unsettled; err == nil {
			t.Error("a claim was settled by the end")
		}
		if _, err := w.claim(0, monitor.Authorized); err == nil || time.Since(began) > time.Second {
			t.Errorf("a claim after the end: %v after %s", err, time.Since(began))
		}
	})
}
