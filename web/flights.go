package web

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"greenwatch/monitor"
)

// flights makes one call for all claims of an instance that come while it is under way, as copies and forgeries cost
// GREEN-API nothing and us a question each. A claim that says another state than the call that is under way waits for
// the next one with all that follow: the answer to it must have been asked for after it was heard.
type flights struct {
	claims Claims
	log    *slog.Logger

	mu     sync.Mutex
	routes map[monitor.InstanceID]*route // those with a call under way
}

type route struct {
	now, next *flight // next is nil while nobody waits for it
}

// flight is one call and what came of it.
type flight struct {
	claim   Claim
	landed  chan struct{} // closed once the two below are set
	outcome Outcome
	err     error
}

func newFlight(c Claim) *flight { return &flight{claim: c, landed: make(chan struct{})} }

// claim waits for the outcome until ctx ends. The call goes on without those who have left.
func (f *flights) claim(ctx context.Context, c Claim) (Outcome, error) {
	fl := f.board(c)
	select {
	case <-fl.landed:
		return fl.outcome, fl.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// board gives the flight that settles the claim.
func (f *flights) board(c Claim) *flight {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.routes[c.Instance]
	switch {
	case r == nil:
		r = &route{now: newFlight(c)}
		f.routes[c.Instance] = r
		go f.fly(c.Instance, r.now)
		return r.now
	case r.now.claim.State.Canonical() == c.State.Canonical():
		return r.now
	case r.next == nil:
		r.next = newFlight(c)
	case c.At.After(r.next.claim.At):
		r.next.claim = c
	}
	return r.next
}

func (f *flights) fly(id monitor.InstanceID, fl *flight) {
	for fl != nil {
		fl.outcome, fl.err = f.call(fl.claim)
		next := f.after(id)
		close(fl.landed)
		fl = next
	}
}

// after makes the next flight the one that is under way, or ends the route.
func (f *flights) after(id monitor.InstanceID) *flight {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.routes[id]
	r.now, r.next = r.next, nil
	if r.now == nil {
		delete(f.routes, id)
	}
	return r.now
}

// call belongs to no single request: others wait for it when the first has gone.
func (f *flights) call(c Claim) (outcome Outcome, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("web: claiming panicked: %v", p)
		}
		if err != nil {
			f.log.WarnContext(ctx, "a claim of the webhook is not settled and will be sent again", "instance", c.Instance, "error", err)
		}
	}()
	if outcome, err = f.claims.Claim(ctx, c); err == nil && statuses[Reason(outcome)] == 0 {
		err = fmt.Errorf("web: a claim has the outcome %q", outcome)
	}
	return outcome, err
}
