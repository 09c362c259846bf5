package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/monitor"
)

// board is gates that a test sets.
type board struct {
	mu      sync.Mutex
	gates   map[monitor.InstanceID]Gate
	changed chan struct{} // closed at the next change
}

func newBoard() *board {
	return &board{gates: map[monitor.InstanceID]Gate{}, changed: make(chan struct{})}
}

func (b *board) set(id monitor.InstanceID, g Gate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	g.Version = b.gates[id].Version + 1
	b.gates[id] = g
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *board) now(id monitor.InstanceID) (Gate, bool, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	g, known := b.gates[id]
	return g, known, b.changed
}

func (b *board) Gate(id monitor.InstanceID) (Gate, bool) {
	g, known, _ := b.now(id)
	return g, known
}

func (b *board) Wait(ctx context.Context, id monitor.InstanceID, seen uint64) (Gate, bool) {
	for {
		g, known, changed := b.now(id)
		if !known || g.Version != seen || ctx.Err() != nil {
			return g, known
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

var (
	since  = time.Date(2026, 9, 21, 6, 11, 7, 123456789, time.FixedZone("", 3*60*60))
	queued = 143

	open   = Gate{Open: true, Sure: true, State: "authorized", Since: since}
	closed = Gate{
		Sure: true, State: "notAuthorized", Since: since, Reason: "logged out of WhatsApp",
		Queued: &queued, FirstLoss: since.Add(24 * time.Hour),
	}
)

const (
	openSaid   = `{"open":true,"sure":true,"state":"authorized","since":"2026-09-21T03:11:07Z"}`
	closedSaid = `{"open":false,"sure":true,"state":"notAuthorized","since":"2026-09-21T03:11:07Z","reason":"logged out of WhatsApp","queued":143,"first_loss":"2026-09-22T03:11:07Z"}`
)

// allGates is one of each kind.
func allGates() *board {
	none := 0
	b := newBoard()
	b.set("1", open)
	b.set("2", closed)
	b.set("3", Gate{Open: true})
	b.set("4", Gate{Open: true, Sure: true, Delayed: true, State: "starting", Since: since})
	b.set("5", Gate{Open: true, Sure: true, Probation: true, State: "authorized", Since: since})
	b.set("6", Gate{State: "blocked", Since: since, Queued: &none})
	b.set("7", Gate{Sure: true, State: "o\"d<d\xff", Since: since})
	return b
}

func TestGateAnswers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		request string
		status  int
		body    string
	}{
		"open":              {"GET /gate/1", 200, openSaid},
		"closed":            {"GET /gate/2", 503, closedSaid},
		"nothing believed":  {"GET /gate/3", 200, `{"open":true,"sure":false}`},
		"starting":          {"GET /gate/4", 200, `{"open":true,"sure":true,"delayed":true,"state":"starting","since":"2026-09-21T03:11:07Z"}`},
		"on probation":      {"GET /gate/5", 200, `{"open":true,"sure":true,"probation":true,"state":"authorized","since":"2026-09-21T03:11:07Z"}`},
		"closed, not seen":  {"GET /gate/6", 503, `{"open":false,"sure":false,"state":"blocked","since":"2026-09-21T03:11:07Z","queued":0}`},
		"an odd word":       {"GET /gate/7", 503, `{"open":false,"sure":true,"state":"o\"d\u003cd\ufffd","since":"2026-09-21T03:11:07Z"}`},
		"head, open":        {"HEAD /gate/1", 200, ""},
		"head, closed":      {"HEAD /gate/2", 503, ""},
		"unknown":           {"GET /gate/99", 404, `{"error":"instance 99 is not watched here"}`},
		"head, unknown":     {"HEAD /gate/99", 404, ""},
		"no id":             {"GET /gate/x", 400, `{"error":"` + wrongID + `"}`},
		"an escaped id":     {"GET /gate/1%2F2", 400, `{"error":"` + wrongID + `"}`},
		"below":             {"GET /gate/1/2", 404, ""},
		"without":           {"GET /gate/", 404, ""},
		"post":              {"POST /gate/1", 405, ""},
		"no wait":           {"GET /gate/1?wait=0s", 200, openSaid},
		"wait without unit": {"GET /gate/1?wait=30", 400, `{"error":"` + wrongWait + `"}`},
		"wait for nothing":  {"GET /gate/1?wait=", 400, `{"error":"` + wrongWait + `"}`},
		"wait backwards":    {"GET /gate/1?wait=-1s", 400, `{"error":"` + wrongWait + `"}`},
		"wait for words":    {"GET /gate/1?wait=long", 400, `{"error":"` + wrongWait + `"}`},
		"wait, unknown":     {"GET /gate/99?wait=30s", 404, ""},
		"seen otherwise":    {"GET /gate/1?wait=30s&seen=closed", 200, openSaid},
		"seen open":         {"GET /gate/2?wait=30s&seen=open", 503, closedSaid},
		"seen nonsense":     {"GET /gate/1?wait=30s&seen=1", 400, `{"error":"` + wrongSeen + `"}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, client := serve(t, Options{Gate: GateOptions{Gates: allGates()}})
				begun := time.Now()
				got := call(t, client, tt.request, "", "")
				if got.status != tt.status || tt.body != "" && got.body != tt.body+"\n" {
					t.Errorf("got %d %s", got.status, got.body)
				}
				if took := time.Since(begun); took != 0 {
					t.Errorf("took %s", took)
				}
				if got.header.Get("Cache-Control") != "no-store" || (got.header.Get("Retry-After") == gateRetry) != (tt.status == 503) {
					t.Errorf("headers %v", got.header)
				}
				if json := got.header.Get("Content-Type") == "application/json"; json != (tt.body != "" || strings.HasPrefix(name, "head") || name == "wait, unknown") {
					t.Errorf("headers %v", got.header)
				}
			})
		})
	}
}

func TestGateToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		b.set(instance, closed)
		_, client := serve(t, Options{Gate: GateOptions{Gates: b, Token: token(gateToken)}})
		for authorization, status := range map[string]int{
			"": 401, "Bearer": 401, "Bearer x": 401, gateToken + "x": 401, gateToken: 503, "Bearer " + gateToken: 503,
		} {
			got := call(t, client, "GET /gate/"+instance, authorization, "")
			if got.status != status || status == 401 && strings.Contains(got.body, `"open"`) {
				t.Errorf("%q: %d %s", authorization, got.status, got.body)
			}
		}
		if got := call(t, client, "GET /gate/99", "", ""); got.status != 401 {
			t.Errorf("a stranger learns what is watched: %d", got.status)
		}
	})
}

func TestGateWaits(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		query string
		first Gate
		after time.Duration // until the next
		next  Gate
		took  time.Duration
		body  string
	}{
		"opens":             {"wait=30s", closed, 20 * time.Second, open, 20 * time.Second, openSaid},
		"closes":            {"wait=30s", open, 20 * time.Second, closed, 20 * time.Second, closedSaid},
		"opens, as awaited": {"wait=30s&seen=closed", closed, 20 * time.Second, open, 20 * time.Second, openSaid},
		"too late":          {"wait=30s", closed, 31 * time.Second, open, 30 * time.Second, closedSaid},
		"a minute":          {"wait=60s", closed, 61 * time.Second, open, time.Minute, closedSaid},
		"no more":           {"wait=24h", closed, 61 * time.Second, open, time.Minute, closedSaid},
		"in milliseconds":   {"wait=1500ms", closed, 31 * time.Second, open, 1500 * time.Millisecond, closedSaid},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBoard()
				b.set(instance, tt.first)
				_, client := serve(t, Options{Gate: GateOptions{Gates: b}})
				go func() {
					time.Sleep(tt.after)
					b.set(instance, tt.next)
				}()
				begun := time.Now()
				got := call(t, client, "GET /gate/"+instance+"?"+tt.query, "", "")
				if got.body != tt.body+"\n" || time.Since(begun) != tt.took {
					t.Errorf("%d %s after %s", got.status, got.body, time.Since(begun))
				}
				time.Sleep(2 * time.Minute)
			})
		})
	}
}

// TestGateHoldsOnlySoMany: who comes later is told when to come again, and a place is free again when its caller hangs up.
func TestGateHoldsOnlySoMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		b.set(instance, closed)
		h := New(Options{Gate: GateOptions{Gates: b}})
		ask := func(ctx context.Context, query string) *httptest.ResponseRecorder {
			answer := httptest.NewRecorder()
			h.ServeHTTP(answer, httptest.NewRequestWithContext(ctx, http.MethodGet, "/gate/"+instance+query, http.NoBody))
			return answer
		}
		ctx, hangUp := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range maxHeld {
			wg.Go(func() { ask(ctx, "?wait=60s") })
		}
		synctest.Wait()
		begun := time.Now()
		got := ask(t.Context(), "?wait=60s")
		if got.Code != http.StatusTooManyRequests || got.Header().Get("Retry-After") == "" || strings.Contains(got.Body.String(), `"open"`) || time.Since(begun) != 0 {
			t.Errorf("got %d %s after %s", got.Code, got.Body, time.Since(begun))
		}
		for _, query := range []string{"", "?wait=60s&seen=open"} {
			if got := ask(t.Context(), query); got.Code != http.StatusServiceUnavailable || !strings.Contains(got.Body.String(), `"open":false`) {
				t.Errorf("what need not wait: %d %s", got.Code, got.Body)
			}
		}
		hangUp()
		wg.Wait()
		if ask(t.Context(), "?wait=60s"); time.Since(begun) != time.Minute {
			t.Errorf("not held: %s", time.Since(begun))
		}
	})
}

func TestGateForgetsAnInstance(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		b.set(instance, closed)
		_, client := serve(t, Options{Gate: GateOptions{Gates: b}})
		go func() {
			time.Sleep(time.Second)
			b.mu.Lock()
			delete(b.gates, instance)
			b.mu.Unlock()
			b.set("1", open)
		}()
		if got := call(t, client, fmt.Sprintf("GET /gate/%s?wait=30s", instance), "", ""); got.status != 404 {
			t.Errorf("got %d %s", got.status, got.body)
		}
	})
}
