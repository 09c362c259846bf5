package main

import (
	"strings"
	"testing"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// twice gives the only two of the bot's messages in the group that have the text.
func (h *house) twice(text string) (card, reply botapi.Message) {
	h.t.Helper()
	var found []botapi.Message
	for _, m := range h.bots(opsGroup) {
		if strings.Contains(m.Text, text) {
			found = append(found, m)
		}
	}
	if len(found) != 2 {
		h.t.Fatalf("%d messages with %q, want 2:\n%s", len(found), text, h.transcript(opsGroup))
	}
	return found[0], found[1]
}

// Somebody links another phone: that rings, masked, with what waits, and no whole number is shown, logged or kept.
func TestAnotherPhone(t *testing.T) {
	t.Parallel()
	inClock(t, 2, func(t *testing.T, h *house) {
		h.secrets = append(h.secrets, "79005000001", "79991234502", "79993334477")
		h.pass(15 * time.Minute)
		if n := h.calls(first, "getWaSettings"); n != 1 {
			t.Errorf("asked %d times at first sight, want once", n)
		}
		if text := h.ask("/status " + first); !strings.Contains(text, "Phone: +7900…01") {
			t.Errorf("/status says:\n%s", text)
		}
		link := func(phone string) {
			t.Helper()
			if err := h.green.LinkPhone(first, phone); err != nil {
				t.Fatal(err)
			}
		}
		h.enqueue(first, 3)
		h.hold(first, true)
		h.set(first, instanceapi.NotAuthorized)
		h.pass(5 * time.Minute)
		link("79991234502")
		h.set(first, instanceapi.Authorized)
		h.pass(5 * time.Minute)
		card, m := h.twice("works again, but with another phone number")
		if m.Silent || !strings.Contains(m.Text, "now +7999…02, before +7900…01. 2 messages wait and go out from the new number") ||
			!strings.Contains(card.Text, "2 messages waited") {
			t.Errorf("it does not ring, or does not say all:\n%s", h.transcript(opsGroup))
		}
		if n := h.calls(first, "getWaSettings"); n != 2 {
			t.Errorf("asked %d times after a recovery, want twice in all", n)
		}
		h.set(first, instanceapi.NotAuthorized)
		h.pass(20 * time.Minute)
		h.restart()
		h.set(first, instanceapi.Authorized)
		h.pass(5 * time.Minute)
		h.find(opsGroup, "works again, but with another phone number") // the same phone is no other one

		h.set(first, instanceapi.Starting) // over before it is told
		h.pass(2 * time.Minute)
		link("79993334477")
		h.set(first, instanceapi.Authorized)
		h.pass(5 * time.Minute)
		if alone := h.find(opsGroup, "another phone number is linked"); alone.Silent || !strings.Contains(alone.Text, "now +7999…77, before +7999…02") {
			t.Errorf("silent %t:\n%s", alone.Silent, alone.Text)
		}
		calls := h.calls(first, "getWaSettings")
		h.pass(3 * time.Hour)
		if n := h.calls(first, "getWaSettings"); n != calls {
			t.Errorf("asked %d times more while nothing happened", n-calls)
		}
	})
}

// Where it is not said at the recovery it is asked for again, and told alone; Telegram and MAX have another method.
func TestAnotherPhoneLater(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 1, func(t *testing.T, h *house) {
		const id = "4100000002"
		if err := h.green.Add(instanceapi.Instance{ID: id, Token: instanceapi.Secret(apiToken(id)), Line: instanceapi.Telegram}); err != nil {
			t.Fatal(err)
		}
		h.list(4100000002, 1)
		h.start()
		h.pass(15 * time.Minute)
		h.set(id, instanceapi.NotAuthorized)
		h.pass(5 * time.Minute)
		scope := instanceapi.InstanceScope(id)
		if err := h.green.Break(scope, instanceapi.Fault{Kind: instanceapi.Hang, Methods: []string{"getAccountSettings"}}); err != nil {
			t.Fatal(err)
		}
		if err := h.green.LinkPhone(id, "79993334477"); err != nil {
			t.Fatal(err)
		}
		h.set(id, instanceapi.Authorized)
		h.pass(3 * time.Minute)
		h.twice("works again after")
		h.green.Mend(scope)
		h.pass(90 * time.Minute)
		if alone := h.find(opsGroup, "another phone number is linked"); alone.Silent {
			t.Errorf("it does not ring:\n%s", alone.Text)
		}
	})
}
