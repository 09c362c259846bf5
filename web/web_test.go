package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func passes(context.Context) error { return nil }

func TestPages(t *testing.T) {
	t.Parallel()
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("up 1\n")) })
	ready := []Check{{"database", passes}, {"telegram", passes}}
	broken := []Check{{"database", func(context.Context) error { return errors.New("disk full") }}, {"telegram", passes}}
	panics := []Check{{"database", func(context.Context) error { panic("secret") }}}

	tests := map[string]struct {
		options Options
		request string
		status  int
		body    string
	}{
		"health":                {Options{}, "GET /healthz", 200, "ok\n"},
		"health of the broken":  {Options{Ready: broken}, "GET /healthz", 200, "ok\n"},
		"health, head":          {Options{}, "HEAD /healthz", 200, "ok\n"}, // net/http leaves the body out
		"health, post":          {Options{}, "POST /healthz", 405, ""},
		"ready":                 {Options{Ready: ready}, "GET /readyz", 200, `{"database":"ok","telegram":"ok"}` + "\n"},
		"ready without a check": {Options{}, "GET /readyz", 200, "{}\n"},
		"not ready":             {Options{Ready: broken}, "GET /readyz", 503, `{"database":"disk full","telegram":"ok"}` + "\n"},
		"a check panics":        {Options{Ready: panics}, "GET /readyz", 503, `{"database":"the check panicked"}` + "\n"},
		"ready, delete":         {Options{}, "DELETE /readyz", 405, ""},
		"metrics":               {Options{Metrics: metrics}, "GET /metrics", 200, "up 1\n"},
		"metrics, put":          {Options{Metrics: metrics}, "PUT /metrics", 405, ""},
		"no metrics":            {Options{}, "GET /metrics", 404, ""},
		"root":                  {Options{}, "GET /", 404, ""},
		"below a page":          {Options{}, "GET /healthz/", 404, ""},
		"elsewhere, post":       {Options{}, "POST /x", 404, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			method, path, _ := strings.Cut(tt.request, " ")
			w := httptest.NewRecorder()
			New(tt.options).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
			if w.Code != tt.status || tt.body != "" && w.Body.String() != tt.body {
				t.Errorf("got %d %q", w.Code, w.Body)
			}
			for _, header := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control"} {
				if w.Header().Get(header) == "" {
					t.Errorf("no %s", header)
				}
			}
		})
	}
}

func TestReadinessWaitsTwoSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		h := New(Options{Ready: []Check{
			{"obeys", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }},
			{"deaf", func(context.Context) error { <-release; return nil }},
			{"slow", func(context.Context) error { time.Sleep(1900 * time.Millisecond); return nil }},
		}})
		begun := time.Now()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
		close(release)

		const want = `{"deaf":"no answer within 2s","obeys":"no answer within 2s","slow":"ok"}` + "\n"
		if w.Code != http.StatusServiceUnavailable || w.Body.String() != want {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
		if took := time.Since(begun); took != 2*time.Second {
			t.Errorf("took %s", took)
		}
	})
}
