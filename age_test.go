package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/fleet"
	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
)

// In these stories GREEN-API says nothing about a number for a long time, in ways that say nothing about the number either.

func (h *house) limit(id string) {
	h.t.Helper()
	if err := h.green.Break(instanceapi.InstanceScope(id), instanceapi.Fault{
		Kind: instanceapi.Throttled, Methods: []string{"getStateInstance"},
	}); err != nil {
		h.t.Fatal(err)
	}
}

// with adds n instances of another pool to those that are watched from the next start on.
func (h *house) with(first, n int) {
	h.t.Helper()
	entries := make([]string, 0, n)
	for _, c := range h.cfg.Credentials {
		entries = append(entries, fmt.Sprintf("%s:%s=Kazan_%s", c.ID, c.Token.Reveal(), c.ID[8:]))
	}
	for i := range n {
		id := fmt.Sprint(first + i)
		if err := h.green.Add(instanceapi.Instance{ID: id, Token: instanceapi.Secret(apiToken(id))}); err != nil {
			h.t.Fatal(err)
		}
		entries = append(entries, fmt.Sprintf("%s:%s=Ufa_%02d", id, apiToken(id), i+1))
	}
	f, credentials, err := fleet.Load(fleet.Sources{Entries: strings.Join(entries, ","), URL: "https://api.green-api.example"})
	if err != nil {
		h.t.Fatal(err)
	}
	h.cfg.Fleet, h.cfg.Credentials = f, credentials
}

func (h *house) outlook(id string) monitor.Gate {
	h.t.Helper()
	gate, _, watched := h.app.watcher.Gate(monitor.InstanceID(id))
	if !watched {
		h.t.Fatalf("%s is not watched", id)
	}
	return gate
}

// Somebody else asks with the same token, or the plan's limit is hit: 429 says nothing about the number, so that after
// five minutes nothing is known of it, and people are told so.
func TestAgeThrottled(t *testing.T) {
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(3 * time.Minute)
		quiet := len(h.bots(opsGroup))
		h.limit(first)
		h.set(first, instanceapi.NotAuthorized)
		h.pass(3 * time.Minute)
		if gate := h.outlook(first); !gate.Sure || len(h.bots(opsGroup)) != quiet {
			t.Errorf("after 3 minutes of 429 the gate is %+v, and told was:\n%s", gate, h.transcript(opsGroup))
		}
		h.pass(4 * time.Minute)
		if gate := h.outlook(first); !gate.Open || gate.Sure {
			t.Errorf("after 7 minutes of 429 the gate is %+v", gate)
		}
		card := h.find(opsGroup, "GREEN-API limits us")
		if !card.Silent {
			t.Errorf("what only we see rings at once:\n%s", card.Text)
		}
		if status := h.ask("/status"); !strings.Contains(status, "2 of 3") || strings.Contains(status, "All 3") {
			t.Errorf("/status says:\n%s", status)
		}
		if !strings.Contains(h.logged.String(), "word=throttled") {
			t.Error("the log says nothing of it")
		}
		h.pass(20 * time.Minute)
		if n := strings.Count(h.transcript(opsGroup), "still limited after"); n != 1 {
			t.Errorf("it has lasted 27 minutes and did not ring:\n%s", h.transcript(opsGroup))
		}
		h.restart()
		h.pass(10 * time.Second)
		if gate := h.outlook(first); gate.Sure {
			t.Errorf("after a start the gate is %+v", gate)
		}
		h.green.Mend(instanceapi.InstanceScope(first))
		h.pass(3 * time.Minute)
		if gate := h.outlook(first); gate.Open || !gate.Sure {
			t.Errorf("once it is answered that it is logged out the gate is %+v", gate)
		}
	})
}

// No mixture of time-outs, errors and 429 escapes.
func TestAgeMixture(t *testing.T) {
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(3 * time.Minute)
		h.set(first, instanceapi.NotAuthorized)
		h.pass(2 * time.Minute)
		scope := instanceapi.InstanceScope(first)
		kinds := []instanceapi.Kind{instanceapi.Throttled, instanceapi.Unauthorized, instanceapi.Hang, instanceapi.Forbidden}
		for n := range 12 {
			h.green.Mend(scope)
			if err := h.green.Break(scope, instanceapi.Fault{Kind: kinds[n%len(kinds)], Methods: []string{"getStateInstance"}}); err != nil {
				t.Fatal(err)
			}
			h.pass(time.Minute)
			if gate := h.outlook(first); n > 6 && gate.Sure {
				t.Fatalf("after %d minutes without an answer the gate is %+v", n+1, gate)
			}
		}
	})
}

// A limit on everything is one message, not one for each number, and one at its end.
func TestAgeEverythingThrottled(t *testing.T) {
	inHouse(t, 20, func(t *testing.T, h *house) {
		h.pass(3 * time.Minute)
		quiet := len(h.bots(opsGroup))
		if err := h.green.Break(instanceapi.WholeAPI, instanceapi.Fault{
			Kind: instanceapi.Throttled, Methods: []string{"getStateInstance"},
		}); err != nil {
			t.Fatal(err)
		}
		h.pass(3 * time.Minute)
		if n := len(h.bots(opsGroup)) - quiet; n != 0 {
			t.Errorf("%d messages after 3 minutes of 429:\n%s", n, h.transcript(opsGroup))
		}
		h.pass(40 * time.Minute)
		if n := len(h.bots(opsGroup)) - quiet; n != 1 {
			t.Errorf("%d messages, want 1:\n%s", n, h.transcript(opsGroup))
		}
		h.find(opsGroup, "GREEN-API limits us")
		if gate := h.outlook(first); !gate.Open || gate.Sure {
			t.Errorf("the gate is %+v", gate)
		}
		h.green.Mend(instanceapi.WholeAPI)
		h.pass(15 * time.Minute)
		if n := len(h.bots(opsGroup)) - quiet; n != 2 {
			t.Errorf("%d messages after the end, want 2:\n%s", n, h.transcript(opsGroup))
		}
		if gate := h.outlook(first); !gate.Open || !gate.Sure {
			t.Errorf("after the end the gate is %+v", gate)
		}
	})
}

// A limit on one pool is one message too.
func TestAgePoolThrottled(t *testing.T) {
	inIdleHouse(t, 10, func(t *testing.T, h *house) {
		h.with(7106000001, 10)
		h.start()
		h.pass(3 * time.Minute)
		quiet := len(h.bots(opsGroup))
		if err := h.green.Break(instanceapi.PoolScope("7106"), instanceapi.Fault{
			Kind: instanceapi.Throttled, Methods: []string{"getStateInstance"},
		}); err != nil {
			t.Fatal(err)
		}
		h.pass(40 * time.Minute)
		if n := len(h.bots(opsGroup)) - quiet; n != 1 {
			t.Errorf("%d messages, want 1:\n%s", n, h.transcript(opsGroup))
		}
		h.green.Mend(instanceapi.PoolScope("7106"))
		h.pass(15 * time.Minute)
		if n := len(h.bots(opsGroup)) - quiet; n != 2 {
			t.Errorf("%d messages after the end, want 2:\n%s", n, h.transcript(opsGroup))
		}
	})
}

// Starts every four minutes, as of a program that somebody or something ends again and again, hide no limit.
func TestAgeOutlivesStarts(t *testing.T) {
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(3 * time.Minute)
		h.limit(first)
		for range 5 {
			h.pass(4 * time.Minute)
			h.restart()
		}
		h.find(opsGroup, "GREEN-API limits us")
		h.green.Mend(instanceapi.InstanceScope(first))
		h.pass(3 * time.Minute)
		before := len(h.bots(opsGroup))
		for range 3 { // a moment's limit at a start is nothing
			h.restart()
			h.pass(10 * time.Second)
			h.limit(second)
			h.pass(2 * time.Minute)
			h.green.Mend(instanceapi.InstanceScope(second))
			h.pass(2 * time.Minute)
		}
		if len(h.bots(opsGroup)) > before {
			t.Errorf("a moment's limit is told:\n%s", h.transcript(opsGroup))
		}
	})
}

// Webhooks that claim what the API cannot confirm, as it limits us: nothing is concluded from them, and the age goes on.
func TestAgeOfClaimsWhileLimited(t *testing.T) {
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(3 * time.Minute)
		h.limit(first)
		for range 12 {
			h.pass(50 * time.Second)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			claim := monitor.Claim{Instance: first, State: monitor.NotAuthorized, Heard: time.Now()}
			if outcome, err := h.app.watcher.Claim(ctx, claim); err == nil {
				t.Errorf("a claim that nobody could confirm ends as %v", outcome)
			}
			cancel()
		}
		h.find(opsGroup, "GREEN-API limits us")
		if text := h.transcript(opsGroup); strings.Contains(text, "logged out") {
			t.Errorf("a claim alone is told:\n%s", text)
		}
	})
}
