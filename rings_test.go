package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"greenwatch/simulator/instanceapi"
)

const (
	mostRings    = 4 // in any six hours and chat
	mostMessages = 12
)

// swing has instances go to and fro for so long: good, and then not.
func (h *house) swing(lasts, good, out time.Duration, s instanceapi.State, ids ...string) {
	h.t.Helper()
	for end := time.Now().Add(lasts); time.Now().Before(end); {
		h.pass(good)
		for _, id := range ids {
			h.set(id, s)
		}
		h.pass(out)
		for _, id := range ids {
			h.set(id, instanceapi.Authorized)
		}
	}
}

// wantBounded checks that within any six hours nobody was told, or rung for, more often than may be.
func (h *house) wantBounded(since time.Time) {
	h.t.Helper()
	for _, c := range h.cfg.Chats {
		var all, loud []time.Time
		for _, m := range h.bots(c.Chat) {
			if m.SentAt.Before(since) {
				continue
			}
			all = append(all, m.SentAt)
			if !m.Silent {
				loud = append(loud, m.SentAt)
			}
		}
		h.t.Logf("chat %d: %d messages, %d rings", c.Chat, len(all), len(loud))
		if worst := most(all, 6*time.Hour); worst > mostMessages {
			h.t.Errorf("%d messages within six hours in %d:\n%s", worst, c.Chat, h.transcript(c.Chat))
		}
		if worst := most(loud, 6*time.Hour); worst > mostRings {
			h.t.Errorf("%d rings within six hours in %d:\n%s", worst, c.Chat, h.transcript(c.Chat))
		}
	}
}

// most is how many of the times, in order, lie within a span at most.
func most(times []time.Time, span time.Duration) int {
	worst := 0
	for n := range times {
		from := n
		for from > 0 && times[n].Sub(times[from-1]) < span {
			from--
		}
		worst = max(worst, n-from+1)
	}
	return worst
}

// staysOut has an instance stay out, and checks that every chat is rung within ten minutes.
func (h *house) staysOut(id string, s instanceapi.State) {
	h.t.Helper()
	h.pass(2 * time.Minute)
	began := time.Now()
	h.set(id, s)
	h.pass(10*time.Minute + time.Second)
	for _, c := range h.cfg.Chats {
		rang := false
		for _, m := range h.bots(c.Chat) {
			rang = rang || !m.Silent && m.SentAt.After(began)
		}
		if !rang {
			h.t.Errorf("%s stays out, and %d is not rung:\n%s", id, c.Chat, h.transcript(c.Chat))
		}
	}
}

// rings lets a row happen in a house of n instances, and then the first of them stay out where that is not what happens.
func rings(t *testing.T, n int, row func(h *house), stays instanceapi.State) {
	t.Helper()
	skipWhereSlow(t)
	inHouse(t, n, func(_ *testing.T, h *house) {
		h.pass(2 * time.Minute)
		since := time.Now()
		row(h)
		if stays != "" {
			h.staysOut(first, stays)
		}
		h.wantBounded(since)
	})
}

func eight() []string {
	var ids []string
	for n := range 8 {
		ids = append(ids, fmt.Sprint(7105000001+n))
	}
	return ids
}

// Whatever goes to and fro rings at most four times in six hours, and is told at most twelve times; what stays out in the
// end rings all the same.
func TestRingsAreCounted(t *testing.T) {
	t.Parallel()
	const out = instanceapi.NotAuthorized
	for name, row := range map[string]struct {
		n       int
		happens func(h *house)
		stays   instanceapi.State
	}{
		"3 min good, 2 out":    {1, func(h *house) { h.swing(6*time.Hour, 3*time.Minute, 2*time.Minute, out, first) }, out},
		"40 s good, 4 min out": {1, func(h *house) { h.swing(time.Hour, 40*time.Second, 4*time.Minute, out, first) }, ""},
		"eight so": {8, func(h *house) {
			h.swing(time.Hour, 40*time.Second, 4*time.Minute, out, eight()...)
			h.pass(6 * time.Hour)
		}, ""},
		"16 good, 5 out":         {1, func(h *house) { h.swing(24*time.Hour, 16*time.Minute, 5*time.Minute, out, first) }, ""},
		"12 out, 3 good":         {1, func(h *house) { h.swing(12*time.Hour, 3*time.Minute, 12*time.Minute, out, first) }, ""},
		"restricted by turns":    {1, func(h *house) { h.swing(12*time.Hour, 10*time.Minute, 10*time.Minute, instanceapi.Suspended, first) }, ""},
		"two bad words by turns": {1, (*house).twoWords, ""},
		"nothing is answered": {3, func(h *house) {
			for range 30 {
				h.pass(15 * time.Minute)
				h.breakAll(instanceapi.Reset)
				h.pass(5 * time.Minute)
				h.green.Mend(instanceapi.WholeAPI)
			}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rings(t, row.n, row.happens, row.stays)
		})
	}
}

func (h *house) twoWords() {
	for range 40 {
		h.set(first, instanceapi.NotAuthorized)
		h.pass(3 * time.Minute)
		h.set(first, instanceapi.SleepMode)
		h.pass(3 * time.Minute)
	}
}

// Drops of 20 s, told by notifications alone.
func TestRingsOfNotifiedDrops(t *testing.T) {
	t.Parallel()
	skipWhereSlow(t)
	inIdleHouse(t, 1, func(_ *testing.T, h *house) {
		h.locked()
		h.start()
		h.pass(2 * time.Minute)
		since := time.Now()
		for range 36 {
			h.pass(4*time.Minute + 37*time.Second)
			h.set(first, instanceapi.NotAuthorized)
			h.notify(h.app, first, instanceapi.NotAuthorized, hookToken)
			h.pass(20 * time.Second)
			h.set(first, instanceapi.Authorized)
			h.notify(h.app, first, instanceapi.Authorized, hookToken)
		}
		h.staysOut(first, instanceapi.NotAuthorized)
		h.wantBounded(since)
	})
}

// An instance that is in the partner's list and out of it again by turns, and out of order whenever it is in it.
func TestRingsOfAPartnersList(t *testing.T) {
	t.Parallel()
	skipWhereSlow(t)
	inPartnersHouse(t, 3, func(_ *testing.T, h *house) {
		h.pass(2 * time.Minute)
		since := time.Now()
		h.set("7105000003", instanceapi.NotAuthorized)
		for range 13 {
			h.must(h.green.SetListed("7105000003", false))
			h.pass(11 * time.Minute)
			h.must(h.green.SetListed("7105000003", true))
			h.pass(10 * time.Minute)
		}
		h.wantBounded(since)
	})
}

// What goes to and fro hides nothing: its card, /status and the gate show how it stands, out or good.
func TestAnUnstableNumberIsShown(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 2, func(t *testing.T, h *house) {
		h.locked()
		h.start()
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.NotAuthorized)
		h.pass(2 * time.Minute)
		cards := h.everywhere("Kazan_01: logged out")
		h.set(first, instanceapi.Authorized)
		h.swing(30*time.Minute, 3*time.Minute, 2*time.Minute, instanceapi.NotAuthorized, first)
		h.pass(3 * time.Minute)
		reads := func(parts ...string) {
			t.Helper()
			for chat, card := range cards {
				now, _ := h.telegram.Message(chat, card.ID)
				wants(t, now, parts...)
			}
		}
		reads("Kazan_01: works now, but is unstable", "Out 7 times since 00:02", "% of the time", "I call it over at 01:3", "I ring if it stays out")
		wants(t, h.says("/status@watch_bot"), "All 2 numbers authorized", "Kazan_01: authorized since", "unstable, out 7 times since 00:02", "over at 01:3")
		h.wantGate(h.app, first, http.StatusOK, instanceapi.Authorized)

		h.set(first, instanceapi.NotAuthorized)
		h.pass(2 * time.Minute)
		reads("Kazan_01: unstable, out 8 times since 00:02", "notAuthorized since", "Press Reboot", "I ring if it stays out, at 00:4")
		wants(t, h.says("/status@watch_bot "+first), "Kazan_01: notAuthorized", "Out 8 times since 00:02", "I ring if it stays out")
		h.wantGate(h.app, first, http.StatusServiceUnavailable, instanceapi.NotAuthorized)
		h.set(first, instanceapi.Authorized)
		h.pass(61 * time.Minute)
		for _, chat := range h.chats() {
			if n := h.said(chat, "Was out 8 times in 37 minutes, "); n != 2 { // its card, and the answer to that
				t.Errorf("%d messages in %d tell its end", n, chat)
			}
		}
		reads("Kazan_01: works again, stable for 1 hour", "Was out 8 times in 37 minutes")
	})
}
