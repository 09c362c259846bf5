package words

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
)

func TestPartnersList(t *testing.T) {
	t.Parallel()
	list := func(name string, kind monitor.AlertKind, n monitor.ListNews) {
		golden(t, name, said(at(3, 5), func(v Voice) Message { return v.List(monitor.Alert{Kind: kind, List: &n}) }))
	}
	list("partner_changed", monitor.ListChanged, monitor.ListNews{
		Added: some(50, kazan, promo), Gone: some(2, kazan, promo), Changed: some(1, monitor.Instance{ID: "7103000001"}), Of: 300, Total: 348,
	})
	list("partner_gone", monitor.ListChanged, monitor.ListNews{Gone: some(1, kazan), Of: 21, Total: 20})
	list("partner_wavers", monitor.ListChanged, monitor.ListNews{Wavers: some(1, kazan), Of: 21, Total: 21})
	list("partner_mended", monitor.ListChanged, monitor.ListNews{Mended: true, Of: 300, Total: 300})
	list("partner_gone_away", monitor.ListChanged, monitor.ListNews{Gone: some(250, kazan), Of: 300, Total: 50, Start: true})
	list("partner_asked", monitor.ListAsked, monitor.ListNews{Version: "p0123456789abcdef", Gone: some(250, kazan), Of: 300})
	for name, n := range map[string]monitor.ListNews{
		"partner_refused":       {Why: "code 401: Unauthorized", Total: 3, Problems: []monitor.ListProblem{{What: monitor.PartnerRefused}}},
		"partner_refused_alone": {Problems: []monitor.ListProblem{{What: monitor.PartnerRefused}}},
		"partner_away":          {Why: "HTTP 502", Total: 21, Problems: []monitor.ListProblem{{What: monitor.PartnerAway}}},
		"partner_empty":         {Total: 300, Problems: []monitor.ListProblem{{What: monitor.ListEmpty}}},
	} {
		n.Wrong = 1
		list(name, monitor.ListRefused, n)
	}
	for name, answer := range map[string]monitor.ListAnswer{"partner_dropped": monitor.DropGone, "partner_kept": monitor.KeepGone} {
		golden(t, name, said(at(3, 5), func(v Voice) Message {
			return v.ListDecided("", monitor.Question{Gone: 250, Of: 300, Answer: answer}, opsA)
		}))
	}
	golden(t, "partner_closed", said(at(3, 5), func(v Voice) Message { return v.ListClosed("", v.Say(ListChanged)) }))
	for name, s := range map[string]monitor.ListStanding{
		"status_partner_unread": {News: monitor.ListNews{Wrong: 1, Why: "code 401: Unauthorized"}},
		"status_partner_off":    {News: monitor.ListNews{Wrong: 1}, Read: at(2, 0)},
		"status_partner_gone":   {News: monitor.ListNews{Gone: some(250), Of: 300}, Read: at(2, 0)},
	} {
		s.Since = at(3, 1)
		golden(t, name, said(at(3, 5), func(v Voice) Message { return v.Unlisted(v.Status(nil), s) }))
	}
}

func expiring(all ...monitor.Paid) monitor.Alert {
	return monitor.Alert{Kind: monitor.Expiring, Expiry: &monitor.Expiry{Count: len(all), Some: all}}
}

func TestPaidTimeEnds(t *testing.T) {
	t.Parallel()
	end := at(9, 0).Add(3 * 24 * time.Hour)
	golden(t, "expiring_one", said(at(3, 5), func(v Voice) Message { return v.Expiring(expiring(monitor.Paid{Instance: kazan, Until: end})) }))
	golden(t, "expiring_many", said(at(3, 5), func(v Voice) Message {
		return v.Expiring(expiring(
			monitor.Paid{Instance: kazan, Until: end.Add(-48 * time.Hour)}, monitor.Paid{Instance: monitor.Instance{ID: "7103000001"}, Until: end},
		))
	}))
	many := expiring()
	for range monitor.MaxNamed {
		many.Expiry.Some = append(many.Expiry.Some, monitor.Paid{Instance: monitor.Instance{ID: "999999999999999999", Name: strings.Repeat("🟢", 64)}, Until: end})
	}
	many.Expiry.Count = 12345
	for _, m := range said(at(3, 5), func(v Voice) Message { return v.Expiring(many) }) {
		checkMessage(t, m)
		if !regexp.MustCompile(`12\D?2\d\d`).MatchString(m.Text()) { // less those that are named
			t.Errorf("it does not say how many more there are:\n%s", m.Text())
		}
	}
	for _, name := range []string{"", "<b>&\u202e\x00", strings.Repeat("й", 200)} {
		one := monitor.Paid{Instance: monitor.Instance{ID: "7103000001", Name: name}, Until: end}
		for _, m := range said(at(3, 5), func(v Voice) Message { return v.Expiring(expiring(one)) }) {
			checkMessage(t, m)
		}
	}
	checkMessage(t, speak(at(3, 5)).Expiring(monitor.Alert{}))
	checkMessage(t, speak(at(3, 5)).List(monitor.Alert{Kind: monitor.ListRefused, List: &monitor.ListNews{Wrong: 1}}))
}
