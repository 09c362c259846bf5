package main

import (
	"strings"
	"testing"
	"time"
)

func (h *house) receives(id string, n int) {
	h.t.Helper()
	for range n {
		if err := h.green.Notify(id, `{"typeWebhook":"incomingMessageReceived"}`); err != nil {
			h.t.Fatal(err)
		}
	}
}

// The number works, and the owner's program has stopped reading what comes in: that is told once, silently, and again only
// after it was over.
func TestIncomingNotRead(t *testing.T) {
	t.Parallel()
	inClock(t, 2, func(t *testing.T, h *house) {
		h.pass(5 * time.Minute)
		told := func(want int) {
			t.Helper()
			if n := strings.Count(h.transcript(opsGroup), "Nobody reads the incoming notifications"); n != want {
				t.Fatalf("told %d times, want %d:\n%s", n, want, h.transcript(opsGroup))
			}
		}
		h.receives("7105000002", 500) // many, and no more come: somebody may be about to read them
		h.receives(first, 200)
		for range 4 {
			h.pass(10 * time.Minute)
			h.receives(first, 100)
		}
		told(0)
		h.restart()
		for range 6 {
			h.pass(10 * time.Minute)
			h.receives(first, 100)
		}
		told(1)
		if m := h.find(opsGroup, "Nobody reads the incoming notifications"); !m.Silent || !strings.Contains(m.Text, "00 wait; at ") {
			t.Errorf("silent %t:\n%s", m.Silent, m.Text)
		}
		for range 12 {
			h.pass(time.Hour)
			h.receives(first, 100)
		}
		told(1)
		if text := h.ask("/queue " + first); !strings.Contains(text, "no message waits") || !strings.Contains(text, "Incoming: 2") ||
			!strings.Contains(text, "Nobody has read any since") {
			t.Errorf("/queue says:\n%s", text)
		}
		h.pass(26 * time.Hour) // dropped by GREEN-API
		h.receives(first, 60)
		for range 8 {
			h.pass(10 * time.Minute)
			h.receives(first, 10)
		}
		told(2)
	})
}
