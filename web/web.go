// Package web is the HTTP side: health, readiness, metrics, the webhook that GREEN-API calls, and the gate that the
// user's own software asks before it sends. It has handlers only; who listens, and where, is the caller's business.
package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Check is one thing that must work for greenwatch to be ready.
type Check struct {
	Name  string                          // unique; the key in the answer of /readyz
	Check func(ctx context.Context) error // nil: works, and so it does with a Remark; the text is shown; its context ends after 2 s
}

// Remark is what a check that passes says instead of "ok".
type Remark string

// Error gives the text.
func (r Remark) Error() string { return string(r) }

// Options are what the pages are made of.
type Options struct {
	Ready   []Check
	Metrics http.Handler // nil: there is no /metrics
	Webhook Webhook      // without a token there is no /webhook/green-api
	Gate    GateOptions  // without Gates there is no /gate/

	// Hosts are the names by which the pages may be asked for that need no token, beside those of loopback; nil: any.
	Hosts []string
	Log   *slog.Logger // of what is refused because of its host; nil: nothing is logged
}

// WebhookPath is where notifications are posted.
const WebhookPath = "/webhook/green-api"

// New gives the handler of
//
//   - /healthz: 200 while the process lives;
//   - /readyz: 200 where every check passes, else 503, with a JSON object of each check's name and "ok" or its error or remark;
//   - /metrics;
//   - POST /webhook/green-api, as [Webhook] says;
//   - /gate/{idInstance}, as [GateOptions] says.
//
// Anything else is 404. The webhook takes POST alone, all others GET and HEAD; other methods are 405. An answer may be
// held for as long as a minute (a gate's), so the server's WriteTimeout, if it has one, must be longer; see [NewServer].
// What needs no token and tells something is 403 for a host that is not among Hosts.
func New(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("ok\n")) // it fails where the caller has gone
	})
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	named := &hosts{names: o.Hosts, log: o.Log}
	mux.Handle("GET /readyz", named.only(readiness(o.Ready)))
	if o.Metrics != nil {
		mux.Handle("GET /metrics", named.only(o.Metrics))
	}
	if o.Webhook.Token.Reveal() != "" {
		mux.Handle("POST "+WebhookPath, newWebhook(o.Webhook))
	}
	if o.Gate.Gates != nil {
		var gate http.Handler = newGate(o.Gate)
		if o.Gate.Token.Reveal() == "" {
			gate = named.only(gate)
		}
		mux.Handle("GET /gate/{idInstance}", gate)
	}
	return secure(mux)
}

// secure sets the headers of an answer that no browser should keep, frame, guess the type of or run anything from.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

const checkTimeout = 2 * time.Second

type readiness []Check

func (checks readiness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()

	results := make([]error, len(checks))
	var wg sync.WaitGroup
	for i, check := range checks {
		wg.Go(func() { results[i] = check.ask(ctx) })
	}
	wg.Wait()

	status, report := http.StatusOK, make(map[string]string, len(checks))
	for i, check := range checks {
		report[check.Name] = "ok"
		if results[i] == nil {
			continue
		}
		report[check.Name] = results[i].Error()
		if _, remark := errors.AsType[Remark](results[i]); !remark {
			status = http.StatusServiceUnavailable
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(report) // it fails where the caller has gone
}

// ask makes the check and waits no longer than ctx, whatever the check does.
func (c Check) ask(ctx context.Context) error {
	answer := make(chan error, 1)
	go func() {
		defer func() {
			if recover() != nil { // what it says is not shown: it was not written for a page
				answer <- errors.New("the check panicked")
			}
		}()
		answer <- c.Check(ctx)
	}()
	var err error
	select {
	case err = <-answer:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s", checkTimeout)
	}
	return err
}
