package monitor_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"greenwatch/monitor"
)

// TestTownWalk lets a small fleet live through anything, and looks at what it was told as a whole.
func TestTownWalk(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := runbook()
		p.StartingGrace = rapid.SampledFrom([]time.Duration{0, time.Minute, 5 * time.Minute}).Draw(t, "grace")
		w := newTown(t, p, map[string]int{"7105": 7, "7103": 4, "7107": 1})
		w.live(3 * time.Minute)
		for range rapid.IntRange(2, 7).Draw(t, "spells") {
			w.spell(t)
		}
		w.world = func(monitor.InstanceID, time.Time) string { return "authorized" }
		w.live(25 * time.Minute)
		w.alternates(t)
		for _, m := range w.members {
			if m.c.Incident.Open() {
				t.Fatalf("%s is good, and its incident open: %+v", m.id, m.c)
			}
		}
		for s, c := range w.cases {
			if c.Incident.Open() {
				t.Fatalf("all is good, and the incident of %s open: %+v", s, c)
			}
		}
	})
}

// spell is a word for some of the fleet, for a while; sometimes greenwatch starts anew in it.
func (w *town) spell(t *rapid.T) {
	word := rapid.SampledFrom([]string{"mute", "mute", "starting", "starting", "notAuthorized", "expired", "401", "429"}).Draw(t, "word")
	concerns := rapid.SampledFrom([]string{"", "7", "7105", "7103", "71050", "7105000001", "7107"}).Draw(t, "concerns")
	share := rapid.IntRange(1, 4).Draw(t, "share")
	w.world = func(id monitor.InstanceID, _ time.Time) string {
		n := int(id[len(id)-1] - '0')
		if len(concerns) > 0 && len(id) >= len(concerns) && string(id[:len(concerns)]) == concerns && n%4 < share {
			return word
		}
		return "authorized"
	}
	w.live(time.Duration(rapid.IntRange(10, 1200).Draw(t, "seconds")) * time.Second)
	if rapid.IntRange(0, 4).Draw(t, "restart") == 0 {
		w.restart()
	}
}

// alternates: of each subject, what begins and what ends is told by turns. That an incident was there again may have been
// shown by its card alone, and then its end is told once more.
func (w *town) alternates(t *rapid.T) {
	out, ended := map[monitor.Subject]bool{}, map[monitor.Subject]int{}
	for _, a := range w.alerts {
		var begins bool
		switch a.Kind {
		case monitor.Reopened: // its card alone may have said that it was good meanwhile
			out[a.Subject] = true
			continue
		case monitor.Opened, monitor.PoolDown:
			begins = true
		case monitor.Resolved, monitor.PoolUp:
			if ended[a.Subject] == a.Incident {
				out[a.Subject] = true
			}
			ended[a.Subject] = a.Incident
		default:
			continue
		}
		if out[a.Subject] == begins {
			t.Fatalf("%s of %s again: %s", a.Kind, a.Subject, w.told())
		}
		out[a.Subject] = begins
	}
}
