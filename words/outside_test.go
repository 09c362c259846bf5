package words

import (
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
)

func TestOutside(t *testing.T) {
	t.Parallel()
	card := wellFor(kazan, 41*days, at(3, 10)).becomes(state(monitor.NotAuthorized), at(3, 11)).card(kazan, at(3, 13))["en"]
	got := speak(at(3, 13)).Outside(card)
	for _, want := range []string{"Kazan 07: logged out", "1. Press Reboot", "(https://console.green-api.com/)", "\n\nYou read this here because"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if strings.ContainsAny(got, "<>&") {
		t.Errorf("not plain:\n%s", got)
	}
}

func TestReported(t *testing.T) {
	t.Parallel()
	day := func(sweeps, instances, alerts int, slowest time.Duration) *monitor.Day {
		return &monitor.Day{Sweeps: sweeps, Asked: sweeps * instances, Alerts: alerts, Slowest: slowest}
	}
	bad := []monitor.RollEntry{
		{Instance: kazan.ID, Finding: state(monitor.NotAuthorized)}, {Instance: promo.ID, Finding: state(monitor.Suspended)},
	}
	for name, a := range map[string]monitor.Alert{
		"report_well":  {Day: day(1440, 52, 3, 3060*time.Millisecond), Roll: &monitor.Roll{Total: 52, Good: 52}},
		"report_quiet": {Day: day(1440, 52, 0, 0), Roll: &monitor.Roll{Total: 52, Good: 52}},
		"report_bad":   {Day: day(1380, 52, 9, 10*time.Minute), Roll: &monitor.Roll{Total: 52, Good: 50, Bad: bad}},
		"report_first": {Day: day(1, 1, 1, 200*time.Millisecond), Roll: &monitor.Roll{Total: 1, Good: 1}},
		"report_long":  {Day: day(17280, 2000, 9, 70*time.Minute), Roll: &monitor.Roll{Total: 2000, Good: 1904, Bad: bad}},
	} {
		a.Kind, a.Silent = monitor.Reported, true
		all := said(at(9, 0), func(v Voice) Message {
			return v.Fleet(a, func(monitor.InstanceID) monitor.Instance { return kazan })
		})
		golden(t, name, all)
		for language, m := range all {
			if strings.Contains(m.HTML, "\n") {
				t.Errorf("%s in %s has several lines: %s", name, language, m.HTML)
			}
		}
	}
}
