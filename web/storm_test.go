package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/monitor"
)

// heap is what lives after a collection, in KiB.
func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc >> 10)
}

// TestWebhookStorm runs alone, as it measures the process: 10,000 requests, 1,000 at a time, 4,000 of them copies of one
// change, the others without the token, about a state that is none, and garbage. The change is believed once, and neither
// memory nor goroutines grow.
func TestWebhookStorm(t *testing.T) {
	const callers, rounds = 1000, 10
	synctest.Test(t, func(t *testing.T) {
		believed, alerts, under := monitor.Authorized, 0, atomic.Int32{}
		d := &desk{settle: func(context.Context, Claim) (Outcome, error) {
			if under.Add(1) > 1 {
				t.Error("two calls at once")
			}
			defer under.Add(-1)
			time.Sleep(200 * time.Millisecond) // GREEN-API is asked, and says notAuthorized
			if believed == monitor.NotAuthorized {
				return OutcomeNoNews, nil
			}
			believed, alerts = monitor.NotAuthorized, alerts+1
			return OutcomeCommitted, nil
		}}
		h := New(d.options())
		kinds := []struct{ authorization, body string }{
			{webhookToken, notification(instance, "notAuthorized", 1586700690)},
			{"Bearer " + webhookToken, notification(instance, "notAuthorized", 1586700690)},
			{"Bearer guess", notification(instance, "blocked", 1586700691)},
			{"Bearer " + webhookToken, notification(instance, "authorized", 1586700692)},
			{webhookToken, "{"},
		}
		var heaps []int
		routines, before := 0, runtime.NumGoroutine()
		for range rounds {
			var wg sync.WaitGroup
			for i := range callers {
				k := kinds[i%len(kinds)]
				wg.Go(func() { insist(t, h, k.authorization, k.body) })
			}
			time.Sleep(100 * time.Millisecond)
			routines = max(routines, runtime.NumGoroutine()-before)
			heaps = append(heaps, heap())
			wg.Wait()
		}
		requests := 0
		for _, n := range d.counts {
			requests += n
		}
		t.Logf("counted %v; heap %v KiB; at most %d goroutines", d.counts, heaps, routines)
		if alerts != 1 || d.counts[Unauthorized] != callers*rounds/5 || d.counts[Garbage] != callers*rounds/5 ||
			d.counts[Crowded] == 0 || requests != callers*rounds+d.counts[Crowded] {
			t.Errorf("%d alerts, counted %v", alerts, d.counts)
		}
		if len(d.claims) > 10*rounds {
			t.Errorf("%d calls of GREEN-API", len(d.claims))
		}
		if grown := slices.Max(heaps[rounds/2:]) - slices.Max(heaps[:rounds/2]); grown > 1<<10 {
			t.Errorf("the heap has grown by %d KiB: %v", grown, heaps)
		}
		if routines > callers+1 { // the callers' own, and one for the instance
			t.Errorf("%d goroutines", routines)
		}
	})
}

// insist sends a notification again until it is taken or refused, as GREEN-API does.
func insist(t *testing.T, h http.Handler, authorization, body string) {
	for range 100 {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/webhook/green-api", strings.NewReader(body))
		r.Header.Set("Authorization", authorization)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusServiceUnavailable {
			return
		}
		time.Sleep(time.Minute)
	}
	t.Error("never taken")
}

// TestWebhookIsBounded runs alone, too: of 1,000 requests at once about 1,000 instances, with the token and as large as can be, 256 wait
// and 32 bodies are in memory; the others are sent away at once, and the 256 after 10 s.
func TestWebhookIsBounded(t *testing.T) {
	const callers = 1000
	synctest.Test(t, func(t *testing.T) {
		var reading, most atomic.Int32
		d := &desk{settle: never}
		o := d.options()
		o.Webhook.Parse = func(body []byte) (Notification, error) {
			most.Store(max(most.Load(), reading.Add(1)))
			defer reading.Add(-1)
			time.Sleep(time.Millisecond)
			text, _, _ := bytes.Cut(body, []byte("  "))
			return parse(text)
		}
		h := New(o)
		before := heap()
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				body := notification(fmt.Sprint(7105000001+i), "blocked", 1)
				large := io.MultiReader(strings.NewReader(body), io.LimitReader(spaces{}, int64(maxBody-len(body))))
				r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/webhook/green-api", large)
				r.Header.Set("Authorization", webhookToken)
				h.ServeHTTP(httptest.NewRecorder(), r)
			})
		}
		time.Sleep(5 * time.Second)
		grown, routines := heap()-before, runtime.NumGoroutine()
		d.mu.Lock()
		turnedAway, claims := d.counts[Crowded], len(d.claims)
		d.mu.Unlock()
		t.Logf("heap grown by %d KiB, %d goroutines, at most %d bodies", grown, routines, most.Load())
		if turnedAway != callers-256 || claims != 256 {
			t.Errorf("%d turned away, %d claims", turnedAway, claims)
		}
		if grown > 4<<10 || most.Load() > 32 || routines > 2*256+50 {
			t.Errorf("heap grown by %d KiB, %d goroutines, %d bodies", grown, routines, most.Load())
		}
		wg.Wait()
		time.Sleep(time.Second) // the last calls began some milliseconds after the first
		if d.counts[Late] != 256 {
			t.Errorf("counted %v", d.counts)
		}
	})
}

var blank = strings.Repeat(" ", 64<<10)

// spaces is white space without end.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	return copy(p, blank), nil
}
