package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// sink is a connection that keeps nothing.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(status int)      { s.status = status }

// asks gives a func that makes a request anew, of what a handler gets from net/http.
func asks(t testing.TB, h http.Handler, request, authorization string, want int) func() {
	method, path, _ := strings.Cut(request, " ")
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return func() {
		w := sink{header: make(http.Header, 8)}
		if h.ServeHTTP(&w, r); w.status != want {
			t.Fatalf("answered %d", w.status)
		}
	}
}

// bare is the least that answers by JSON, behind the same router and with the same headers.
func bare() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /gate/{idInstance}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write([]byte(openSaid + "\n"))
	})
	return secure(mux)
}

func gates() http.Handler {
	b := newBoard()
	b.set(instance, open)
	b.set("2", closed)
	return New(Options{Gate: GateOptions{Gates: b}})
}

func BenchmarkGate(b *testing.B) {
	for _, bench := range []struct {
		name    string
		handler http.Handler
		request string
		status  int
	}{
		{"bare", bare(), "GET /gate/" + instance, 200},
		{"open", gates(), "GET /gate/" + instance, 200},
		{"closed", gates(), "GET /gate/2", 503},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			ask := asks(b, bench.handler, bench.request, "", bench.status)
			for b.Loop() {
				ask()
			}
		})
	}
}

// TestAllocations holds a gate's answer, and the refusal of a stranger's webhook, to a few more than the bare handler's.
func TestAllocations(t *testing.T) {
	const few = 8
	least := testing.AllocsPerRun(100, asks(t, bare(), "GET /gate/"+instance, "", 200))
	d := &desk{}
	for name, ask := range map[string]func(){
		"open":     asks(t, gates(), "GET /gate/"+instance, "", 200),
		"closed":   asks(t, gates(), "GET /gate/2", "", 503),
		"stranger": asks(t, New(d.options()), hook, "Bearer guess", 401),
	} {
		got := testing.AllocsPerRun(100, ask)
		t.Logf("%s: %.0f allocations, the bare handler %.0f", name, got, least)
		if got > least+few {
			t.Errorf("%s: %.0f allocations, the bare handler makes %.0f", name, got, least)
		}
	}
}
