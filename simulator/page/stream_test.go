package page_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator/instanceapi"
)

// wire is a visitor who reads a stream.
type wire struct {
	header http.Header

	mu     sync.Mutex
	events []string // the first line of each
}

func (w *wire) Header() http.Header { return w.header }
func (w *wire) WriteHeader(int)     {}
func (w *wire) Flush()              {}
func (w *wire) Write(p []byte) (int, error) {
	first, _, _ := strings.Cut(string(p), "\n")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, first)
	return len(p), nil
}

// took waits for d and lists the events since the last call.
func (w *wire) took(d time.Duration) string {
	time.Sleep(d)
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	got := strings.Join(w.events, ", ")
	w.events = nil
	return got
}

func TestStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		ctx, leave := context.WithCancel(t.Context())
		w, done := &wire{header: http.Header{}}, make(chan struct{})
		go func() {
			defer close(done)
			b.page.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/api/stream", nil))
		}()
		expect := func(what string, d time.Duration, want string) {
			t.Helper()
			if got := w.took(d); got != want {
				t.Errorf("%s: events are %q, want %q", what, got, want)
			}
		}
		const instant = 100 * time.Millisecond
		expect("at first", 0, "event: stage, event: chat, event: panel")
		if kind := w.header.Get("Content-Type"); kind != "text/event-stream" {
			t.Errorf("the type is %q", kind)
		}
		expect("nothing happens", 3*time.Second, "")
		b.send()
		expect("a message", instant, "event: chat")
		b.must(b.instances.Set(kazan, instanceapi.Blocked))
		expect("a state", instant, "event: panel")
		b.fault("telegram", "lost")
		expect("a switch", instant, "event: panel")
		b.send()
		expect("a message that turns the switch off", instant, "event: chat, event: panel")
		b.must(b.instances.Plan(moscow, instanceapi.Step{After: 5 * time.Second, State: instanceapi.Starting}))
		expect("a plan", instant, "event: panel")
		expect("its time has not come", 4*time.Second, "")
		expect("it has", 2*time.Second, "event: panel")
		expect("a silent time", 20*time.Second, ": nothing new")
		leave()
		synctest.Wait()
		select {
		case <-done:
		default:
			t.Error("the stream goes on without its visitor")
		}
	})
}

// TestStreamOfAStorm has five hundred changes in a second shown in a few events.
func TestStreamOfAStorm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		w := &wire{header: http.Header{}}
		go b.page.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/api/stream", nil))
		w.took(0)
		for range 500 {
			b.telegram.Say(group, olga, "hello")
			time.Sleep(2 * time.Millisecond)
		}
		if n := strings.Count(w.took(time.Second), "event: chat"); n < 5 || n > 12 {
			t.Errorf("%d events", n)
		}
	})
}
