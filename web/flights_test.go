package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/monitor"
)

func newFlights(c Claims) *flights {
	return &flights{claims: c, log: slog.New(slog.DiscardHandler), routes: map[monitor.InstanceID]*route{}}
}

// slowly takes 2 s, and makes an error of two calls about one instance at once.
func slowly() func(context.Context, Claim) (Outcome, error) {
	var mu sync.Mutex
	under := map[monitor.InstanceID]bool{}
	return func(ctx context.Context, c Claim) (Outcome, error) {
		mu.Lock()
		twice := under[c.Instance]
		under[c.Instance] = true
		mu.Unlock()
		if twice {
			return "", errors.New("two at once")
		}
		select {
		case <-time.After(2 * time.Second):
		case <-ctx.Done():
		}
		mu.Lock()
		defer mu.Unlock()
		delete(under, c.Instance)
		return OutcomeCommitted, ctx.Err()
	}
}

func TestFlights(t *testing.T) {
	t.Parallel()
	type heard struct {
		after    time.Duration
		instance monitor.InstanceID
		state    monitor.State
		at       int64
	}
	tests := map[string]struct {
		heard []heard
		calls []string // instance, state and timestamp, in the order of the calls
		lands []time.Duration
	}{
		"one":    {[]heard{{0, "1", "blocked", 1}}, []string{"1 blocked 1"}, []time.Duration{2}},
		"copies": {[]heard{{0, "1", "blocked", 1}, {0, "1", "blocked", 1}, {1, "1", "BLOCKED", 1}}, []string{"1 blocked 1"}, []time.Duration{2, 2, 2}},
		"a copy after it has landed": {
			[]heard{{0, "1", "blocked", 1}, {3, "1", "blocked", 1}},
			[]string{"1 blocked 1", "1 blocked 1"},
			[]time.Duration{2, 5},
		},
		"two instances": {[]heard{{0, "1", "blocked", 1}, {1, "2", "blocked", 1}}, []string{"1 blocked 1", "2 blocked 1"}, []time.Duration{2, 3}},
		"another state waits": {
			[]heard{{0, "1", "blocked", 1}, {1, "1", "authorized", 2}},
			[]string{"1 blocked 1", "1 authorized 2"},
			[]time.Duration{2, 4},
		},
		"others wait together, the latest speaks": {
			[]heard{{0, "1", "blocked", 1}, {1, "1", "authorized", 2}, {1, "1", "starting", 5}, {1, "1", "suspended", 4}, {1, "1", "yellowCard", 4}},
			[]string{"1 blocked 1", "1 starting 5"},
			[]time.Duration{2, 4, 4, 4, 4},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &desk{settle: slowly()}
				f := newFlights(d)
				begun := time.Now()
				landed := make([]time.Duration, len(tt.heard))
				var wg sync.WaitGroup
				for i, h := range tt.heard {
					time.Sleep(time.Until(begun.Add(h.after*time.Second + time.Duration(i)*time.Millisecond)))
					wg.Go(func() {
						outcome, err := f.claim(t.Context(), Claim{Instance: h.instance, State: h.state, At: time.Unix(h.at, 0)})
						if outcome != OutcomeCommitted || err != nil {
							t.Errorf("%+v: %q, %v", h, outcome, err)
						}
						landed[i] = time.Since(begun).Truncate(time.Second) / time.Second
					})
				}
				wg.Wait()
				var calls []string
				for _, c := range d.claims {
					calls = append(calls, fmt.Sprint(c.Instance, " ", c.State, " ", c.At.Unix()))
				}
				if fmt.Sprint(calls) != fmt.Sprint(tt.calls) || fmt.Sprint(landed) != fmt.Sprint(tt.lands) {
					t.Errorf("calls %v landed after %v s", calls, landed)
				}
				if len(f.routes) != 0 {
					t.Errorf("%d routes are left", len(f.routes))
				}
			})
		})
	}
}

// TestFlightsGoOn: neither a caller that has gone nor a failure touches those who come next.
func TestFlightsGoOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		failure := errors.New("disk full")
		d := &desk{settle: func(context.Context, Claim) (Outcome, error) {
			time.Sleep(2 * time.Second)
			return OutcomeCommitted, failure
		}}
		f := newFlights(d)
		c := Claim{Instance: "1", State: monitor.Blocked}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := f.claim(ctx, c); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if _, err := f.claim(t.Context(), c); !errors.Is(err, failure) {
			t.Error(err)
		}
		failure = nil
		if outcome, err := f.claim(t.Context(), c); outcome != OutcomeCommitted || err != nil {
			t.Error(outcome, err)
		}
		if len(d.claims) != 2 {
			t.Errorf("%d calls, want 2: the second joined the first", len(d.claims))
		}
	})
}
