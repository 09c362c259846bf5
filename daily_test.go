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
		time.Sleep(time.Until(time.Date(2000, 3, 24, 12, 0, 0, 0, berlin)))
		h.cfg.Zone, h.cfg.DailyReport = berlin, &report.Clock{Hour: 9, Zone: berlin}
		h.start()
		h.pass(time.Minute)
		h.nowhere("checks each") // it was not there at nine
		h.until(t, berlin, 25, "09:00:30")
		h.expectReports(t, 1, "2 ok, 1,2", "09:00")
		h.restart()
		h.until(t, berlin, 25, "23:00:00")
		h.expectReports(t, 1)
		h.until(t, berlin, 26, "09:00:30") // the night had 23 hours
		h.expectReports(t, 2, "2 ok, 1,4", "09:00")
		h.end()
		h.until(t, berlin, 27, "15:00:00")
		h.start()
		h.pass(time.Minute)
		h.expectReports(t, 3, "15:00")
		h.restart()
		h.set(first, instanceapi.Blocked)
		h.until(t, berlin, 28, "09:00:30")
		h.expectReports(t, 4, "1 of 2 ok", "slowest alert", "09:00")
		if n := strings.Count(h.logged.String(), `kind=report`); n != 4 {
			t.Errorf("%d reports committed, want 4", n)
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
