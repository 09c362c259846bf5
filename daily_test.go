package main

import (
	"strings"
	"testing"
	"time"

	"greenwatch/report"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// The line comes once a day at its time by the zone's clocks, also over restarts and the change of the clocks, and late
// where greenwatch was away.
func TestDailyReport(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 2, func(t *testing.T, h *house) {
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(time.Date(2000, 3, 26, 1, 45, 0, 0, berlin)))
		h.cfg.Zone, h.cfg.DailyReport = berlin, &report.Clock{Hour: 4, Zone: berlin}
		h.start()
		h.pass(time.Minute)
		h.expectReports(t, 0)
		h.until(t, berlin, 26, "04:00:30") // the clocks were set at two
		h.expectReports(t, 1, "04:00 🟢 2 ok, 7", " checks each, slowest alert ")
		h.restart()
		h.pass(time.Minute)
		h.expectReports(t, 1)
		h.set(first, instanceapi.Blocked)
		h.pass(2 * time.Minute)
		h.end()
		h.until(t, berlin, 27, "07:00:00")
		h.pass(8 * time.Hour)
		h.start()
		h.pass(time.Minute)
		h.expectReports(t, 2, "15:00 🔴 1 of 2 ok, ")
		h.restart()
		h.pass(time.Minute)
		h.expectReports(t, 2)
		if n := strings.Count(h.logged.String(), "kind=report"); n != 2 {
			t.Errorf("%d reports committed, want 2", n)
		}
	})
}

// until lets time pass until a day of March at a time.
func (h *house) until(t *testing.T, zone *time.Location, day int, clock string) {
	t.Helper()
	at, err := time.Parse(time.TimeOnly, clock)
	if err != nil {
		t.Fatal(err)
	}
	h.pass(time.Until(time.Date(2000, 3, day, at.Hour(), at.Minute(), at.Second(), 0, zone)))
}

// expectReports fails unless every chat has so many daily lines, of which the last has these parts, and all are silent.
func (h *house) expectReports(t *testing.T, want int, parts ...string) {
	t.Helper()
	for _, chat := range h.chats() {
		var lines []botapi.Message
		for _, m := range h.bots(chat) {
			if strings.Contains(m.Text, "each") {
				lines = append(lines, m)
			}
		}
		if len(lines) != want {
			t.Fatalf("%d daily lines in %d, want %d:\n%s", len(lines), chat, want, h.transcript(chat))
		}
		if want == 0 {
			continue
		}
		last := lines[want-1]
		shown := last.SentAt.In(h.cfg.Zone).Format("15:04") + " " + last.Text
		for _, part := range parts {
			if !strings.Contains(shown, part) {
				t.Errorf("%q is not in %q", part, shown)
			}
		}
		if !last.Silent {
			t.Errorf("it rings in %d", chat)
		}
	}
}
