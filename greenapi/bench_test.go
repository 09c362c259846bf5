package greenapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
)

var authorized = answering(200, `{"stateInstance":"authorized"}`)

func state(ctx context.Context, b testing.TB) func() {
	c := newClient(b, greenapi.Options{HTTP: authorized})
	return func() {
		if r := c.State(ctx, id); r.State != monitor.Authorized {
			b.Fatalf("read as %+v", r)
		}
	}
}

// bare is what any client has to do at least: a GET that is bounded in time, and the decoding.
func bare(ctx context.Context, b testing.TB) func() {
	c := &http.Client{Transport: authorized}
	return func() {
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+"/waInstance"+string(id)+"/getStateInstance/"+token, nil)
		if err != nil {
			b.Fatal(err)
		}
		resp, err := c.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		defer resp.Body.Close()
		var said struct {
			StateInstance string `json:"stateInstance"`
		}
		if err := json.NewDecoder(resp.Body).Decode(&said); err != nil || said.StateInstance != "authorized" {
			b.Fatal(err)
		}
	}
}

func BenchmarkState(b *testing.B) {
	for name, prepare := range map[string]func(context.Context, testing.TB) func(){"greenapi": state, "bare": bare} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			call := prepare(b.Context(), b)
			for b.Loop() {
				call()
			}
		})
	}
}

// TestStateAllocations holds State to a few allocations more than a bare GET and its decoding.
func TestStateAllocations(t *testing.T) {
	const few = 5
	ours, least := testing.AllocsPerRun(100, state(t.Context(), t)), testing.AllocsPerRun(100, bare(t.Context(), t))
	t.Logf("%.0f allocations, a bare client %.0f", ours, least)
	if ours > least+few {
		t.Errorf("%.0f allocations, a bare client makes %.0f", ours, least)
	}
}
