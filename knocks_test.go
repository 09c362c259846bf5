package main

import (
	"strings"
	"testing"
	"time"

	"greenwatch/simulator/instanceapi"
)

// A webhook that refuses again and again is told of once, silently, with the setting; a stranger who knows the address makes
// no more of it than that.
func TestKnocks(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 2, func(t *testing.T, h *house) {
		h.locked()
		h.start()
		h.pass(time.Minute)
		knock := func(times int, every time.Duration, token string) {
			t.Helper()
			for range times {
				if status, _ := h.notify(h.app, first, instanceapi.Authorized, token); status != 401 {
					t.Fatalf("answered %d", status)
				}
				h.pass(every)
			}
		}
		told := func(want int) {
			t.Helper()
			if n := strings.Count(h.transcript(opsGroup), "requests refused (401)"); n != want {
				t.Fatalf("told %d times, want %d:\n%s", n, want, h.transcript(opsGroup))
			}
		}
		knock(2, time.Minute, "another-token")
		h.pass(20 * time.Minute)
		knock(2, time.Minute, "another-token")
		told(0)
		knock(1, time.Minute, "another-token")
		told(1)
		m := h.find(opsGroup, "requests refused (401)")
		for _, part := range []string{"WEBHOOK_TOKEN", "/webhook", "their token is not mine", "None with the right token has come since I started"} {
			if !strings.Contains(m.Text, part) {
				t.Errorf("it does not say %q:\n%s", part, m.Text)
			}
		}
		if !m.Silent || strings.Contains(h.transcript(opsGroup)+h.logged.String(), "another-token") {
			t.Errorf("it rings, or shows the token:\n%s", m.Text)
		}
		knock(10, 30*time.Minute, "") // and some more
		for range 20 {
			knock(10, time.Second, "x")
		}
		h.wantNotified(first, instanceapi.Authorized, 200, "no_news") // while others are refused
		knock(3, time.Second, "x")
		h.restart()
		knock(3, time.Second, "x")
		told(1)
		h.pass(2 * time.Hour)
		h.wantNotified(first, instanceapi.Authorized, 200, "no_news")
		knock(3, time.Second, "") // it had worked
		told(2)
		h.pass(25 * time.Hour)
		knock(3, time.Second, "x")
		told(3)
	})
}
