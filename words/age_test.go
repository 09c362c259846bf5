package words

import (
	"testing"

	"greenwatch/monitor"
)

// Nothing is known of a number for a while, in several ways.
func TestAge(t *testing.T) {
	t.Parallel()
	limited := monitor.Finding{Answer: monitor.Throttled}
	now := at(3, 40)
	l := wellFor(kazan, 41*days, at(3, 10)).becomes(limited, at(3, 16))
	golden(t, "card_limited", l.card(kazan, at(3, 17)))
	golden(t, "still_limited", l.passes(at(3, 33)).reply(kazan, at(3, 33)))
	golden(t, "card_now_limited", wellFor(kazan, 41*days, at(3, 10)).becomes(state(monitor.NotAuthorized), at(3, 11)).becomes(limited, at(3, 20)).card(kazan, at(3, 21)))
	hit := numbers("7105", "Kazan", 12)
	bad := make([]monitor.RollEntry, 0, len(hit))
	for _, i := range hit {
		bad = append(bad, monitor.RollEntry{Instance: i.ID, Finding: limited})
	}
	for name, s := range map[string]monitor.Subject{"outage_self_limited": monitor.Self, "outage_pool_limited": "pool/7105"} {
		golden(t, name, outageOf(s).stands(at(3, 16), at(3, 11), 12, bad...).card(at(3, 17)))
	}
	digest(t, "digest_limited", at(3, 17), entries(limited, at(3, 12), hit...), 12)
	for name, say := range map[string]func(v Voice) Message{
		"status_unheard": func(v Voice) Message {
			return v.Status([]Seen{{Instance: kazan, Case: wellFor(kazan, 41*days, at(3, 10)).c, Unheard: true}})
		},
		"other_phone": func(v Voice) Message {
			return v.OtherPhone(kazan, monitor.Alert{Relinked: &monitor.Relinked{Now: "+7900…02", Was: "+7900…01", Again: true, Waiting: 143, Counted: true}})
		},
		"other_phone_alone": func(v Voice) Message {
			return v.OtherPhone(kazan, monitor.Alert{Relinked: &monitor.Relinked{Now: "+7900…02", Was: "+7900…01"}})
		},
		"unread": func(v Voice) Message {
			return v.Unread(kazan, monitor.Alert{Incoming: &monitor.Incoming{At: now, Count: 812, From: at(2, 30), First: 640, Told: 812}})
		},
		"notice_hook_refused": func(v Voice) Message {
			_, effects := monitor.Case{}.Knock(monitor.Knocks{Count: 3, First: at(3, 31), Taken: at(2, 0)}, monitor.Scene{Now: now})
			return v.Notice(effects.Alerts[0])
		},
		"notice_hook_bare": func(v Voice) Message {
			_, effects := monitor.Case{}.Knock(monitor.Knocks{Count: 3, Bare: 3, First: at(3, 31)}, monitor.Scene{Now: now})
			return v.Notice(effects.Alerts[0])
		},
	} {
		golden(t, name, said(now, say))
	}
}
