package greenapi_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
)

// silent never answers.
func silent(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, errors.New("GET " + r.URL.String() + ": " + context.Cause(r.Context()).Error())
}

// stuck sends a status and half a body.
func stuck(r *http.Request) (*http.Response, error) {
	body, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, `{"stateInstance":"auth`)
		<-r.Context().Done()
		w.CloseWithError(errors.New("reading " + r.URL.String()))
	}()
	return &http.Response{StatusCode: 200, Body: body}, nil
}

func TestCallsEnd(t *testing.T) {
	t.Parallel()
	for name, via := range map[string]inProcess{"silent": silent, "stuck": stuck} {
		for _, timeout := range []time.Duration{0, 2 * time.Minute} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c := newClient(t, greenapi.Options{HTTP: via, Timeout: timeout})
					want := timeout
					if want == 0 {
						want = 30 * time.Second
					}
					asked := time.Now()
					r := c.State(t.Context(), id)
					if r.Answer != monitor.NoAnswer || r.Detail != "timed out after "+want.String() || !r.At.Equal(asked) {
						t.Errorf("read as %+v", r)
					}
					if took := time.Since(asked); took != want {
						t.Errorf("took %s", took)
					}
					if o := c.Reboot(t.Context(), id); o.Kind != monitor.OutcomeUnknown || o.Detail != "timed out after "+want.String() {
						t.Errorf("went as %+v", o)
					}
				})
			})
		}
	}
}

func TestCallerGivesUp(t *testing.T) {
	t.Parallel()
	for name, via := range map[string]inProcess{"silent": silent, "stuck": stuck} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, greenapi.Options{HTTP: via})
				cancelled := func() context.Context {
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(time.Second, func() { cancel(errors.New("shutting down")) })
					return ctx
				}
				if r := c.State(cancelled(), id); r.Finding != (monitor.Finding{}) || r.Detail != "cancelled" {
					t.Errorf("read as %+v", r)
				}
				if o := c.Reboot(cancelled(), id); o.Kind != monitor.OutcomeUnknown || o.Detail != "cancelled" {
					t.Errorf("went as %+v", o)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				if r := c.State(ctx, id); r.Answer != monitor.NoAnswer || r.Detail != "timed out after 5s" {
					t.Errorf("read as %+v", r)
				}
			})
		})
	}
}
