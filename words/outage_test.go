package words

import (
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
)

// blackout is an outage by the real rules.
type blackout struct {
	c      monitor.Case
	alerts []monitor.Alert
}

func outageOf(s monitor.Subject) *blackout { return &blackout{c: monitor.Case{Subject: s}} }

// stands takes how it stands at the time: who fails of so many, who is bad in another way, and since when.
func (b *blackout) stands(now, since time.Time, total int, bad ...monitor.RollEntry) *blackout {
	v := monitor.Survey{Subject: b.c.Subject, Roll: monitor.Roll{Total: total, Good: total - len(bad), Bad: bad, From: since}}
	failing := len(v.Failing())
	v.Down = failing >= 3 && 2*failing >= total
	if b.c.Subject == monitor.Self {
		v.Down = failing == total
	} else {
		v.Roll.Others, v.Roll.OthersGood = 259, 259
	}
	var e monitor.Effects
	b.c, e = b.c.Survey(v, scene(now))
	b.alerts = append(b.alerts, e.Alerts...)
	return b
}

// over lets it be well, but for those that are bad in another way, until that is told.
func (b *blackout) over(now time.Time, total int, still ...monitor.RollEntry) *blackout {
	for n := range 3 {
		b.stands(now.Add(time.Duration(n)*time.Minute), time.Time{}, total, still...)
	}
	return b
}

func (b *blackout) card(now time.Time) spoken {
	return said(now, func(v Voice) Message { return v.Outage(b.c.Subject, b.c.Incident, called("Kazan")) })
}

func (b *blackout) reply(now time.Time, card int) spoken {
	n := monitor.Note{To: chat, Alert: b.alerts[len(b.alerts)-1], Incident: b.c.Incident, Card: card}
	return said(now, func(v Voice) Message { return v.OutageReply(n, called("Kazan")) })
}

// called names numbers by their last two digits.
func called(city string) func(monitor.InstanceID) monitor.Instance {
	return func(id monitor.InstanceID) monitor.Instance {
		return monitor.Instance{ID: id, Name: city + " " + string(id[len(id)-2:])}
	}
}

// failing are the first of a pool: so many blind, and then so many starting.
func failing(pool string, blind, starting int) []monitor.RollEntry {
	var all []monitor.RollEntry
	for n, i := range numbers(pool, "", blind+starting) {
		f := silence
		if n >= blind {
			f = state(monitor.Starting)
		}
		all = append(all, monitor.RollEntry{Instance: i.ID, Finding: f})
	}
	return all
}

func badOf(f monitor.Finding, all ...monitor.RollEntry) []monitor.RollEntry {
	bad := make([]monitor.RollEntry, 0, len(all))
	for _, e := range all {
		bad = append(bad, monitor.RollEntry{Instance: e.Instance, Finding: f})
	}
	return bad
}

const pool7105 = monitor.Subject("pool/7105")

func TestOutageOfAPool(t *testing.T) {
	t.Parallel()
	hit := failing("7105", 31, 7)
	b := outageOf(pool7105).stands(at(3, 11), at(3, 9), 41, hit...)
	golden(t, "outage", b.card(at(3, 12)))
	b.stands(at(3, 16), at(3, 9), 41, hit[:24]...)
	golden(t, "outage_fewer", b.card(at(3, 16)))
	b.stands(at(3, 25), at(3, 9), 41, hit[:12]...)
	golden(t, "outage_half", b.card(at(3, 26)))
	b.stands(at(3, 43), at(3, 9), 41, badOf(state(monitor.NotAuthorized), hit[11])...)
	golden(t, "outage_back", b.card(at(3, 43)))
	b.over(at(3, 44), 41, badOf(state(monitor.NotAuthorized), hit[11])...)
	golden(t, "outage_over", b.card(at(3, 45)))
	golden(t, "outage_reply_over", b.reply(at(3, 45), 7))
	golden(t, "outage_over_late", b.reply(at(3, 45), 0))

	b.stands(at(3, 52), at(3, 50), 41, hit[:25]...)
	golden(t, "outage_again", b.card(at(3, 53)))
	b.stands(at(3, 56), at(3, 50), 41, hit[:25]...)
	golden(t, "outage_reply_again", b.reply(at(3, 56), 7))
	b.over(at(3, 58), 41, badOf(state(monitor.Blocked), hit[:9]...)...)
	golden(t, "outage_held", b.card(at(4, 0)))
	b.over(at(4, 6), 41, badOf(state(monitor.Blocked), hit[:9]...)...)
	golden(t, "outage_over_many", b.reply(at(4, 0), 7))
}

func TestOutageOfAPoolThatIsAllOfIt(t *testing.T) {
	t.Parallel()
	b := outageOf(pool7105).stands(at(3, 11), at(3, 9), 3, failing("7105", 3, 0)...)
	golden(t, "outage_all", b.card(at(3, 12)))
	golden(t, "outage_all_over", b.over(at(3, 20), 3).reply(at(3, 25), 7))
	var e monitor.Effects
	b = outageOf(pool7105).stands(at(3, 11), at(3, 9), 3, failing("7105", 3, 0)...)
	b.c, e = b.c.Leave(scene(at(3, 14)))
	b.alerts = append(b.alerts, e.Alerts...)
	golden(t, "outage_dropped", b.card(at(3, 14)))
	golden(t, "outage_reply_dropped", b.reply(at(3, 14), 7))
}

func TestEverythingUnseen(t *testing.T) {
	t.Parallel()
	hit := failing("7105", 300, 0)
	b := outageOf(monitor.Self).stands(at(3, 11), at(3, 9), 300, hit...)
	golden(t, "unseen", b.card(at(3, 12)))
	b.stands(at(3, 19), at(3, 9), 300, hit[:299]...)
	golden(t, "unseen_back", b.card(at(3, 19)))
	b.over(at(3, 20), 300, badOf(state(monitor.NotAuthorized), hit[:2]...)...)
	golden(t, "unseen_over", b.card(at(3, 21)))
	golden(t, "unseen_reply_over", b.reply(at(3, 21), 7))
	b.stands(at(3, 30), at(3, 28), 300, hit...)
	golden(t, "unseen_again", b.reply(at(3, 30), 7))
	one := outageOf(monitor.Self).stands(at(3, 11), at(3, 9), 1, hit[:1]...)
	golden(t, "unseen_one", one.card(at(3, 12)))
}

// entry is an outage in a digest.
func (b *blackout) entry() Entry { return Entry{Outage: b.c.Subject, Incident: b.c.Incident} }

func TestDigestOfOutages(t *testing.T) {
	t.Parallel()
	kazan := outageOf(pool7105).stands(at(3, 11), at(3, 9), 41, failing("7105", 31, 7)...).entry()
	perm := outageOf("pool/7107").stands(at(3, 11), at(3, 9), 20, failing("7107", 12, 0)...)
	all := append([]Entry{kazan, perm.entry()}, entries(state(monitor.NotAuthorized), at(3, 5), numbers("7103", "Ufa", 3)...)...)
	digest(t, "digest_outages_mixed", at(3, 12), all, 5)
	digest(t, "digest_outages", at(3, 12), all[:2], 2)
	self := outageOf(monitor.Self).stands(at(3, 11), at(3, 9), 300, failing("7105", 300, 0)...)
	digest(t, "digest_unseen", at(3, 12), append(all[2:4:4], self.entry()), 3)
	all[1] = perm.over(at(3, 20), 20).entry()
	digest(t, "digest_outages_partly", at(3, 22), all, 5)
	digest(t, "digest_outages_over", at(3, 22), []Entry{all[1], self.over(at(3, 20), 300).entry()}, 2)
	digest(t, "digest_numbers_left", at(3, 22), all[1:], 4)
	f, err := speak(at(3, 22)).Table(all)
	if err != nil || !strings.Contains(string(f.Content), "\n,7105,,7105,no answer,2026-11-22 03:09:12 MSK,,🔴 GREEN-API is failing,\n") {
		t.Errorf("%v:\n%s", err, f.Content)
	}
}

func TestStatusShowsOutages(t *testing.T) {
	t.Parallel()
	var all []Seen
	for _, i := range numbers("7105", "Kazan", 4) {
		all = append(all, Seen{Instance: i, Case: outSince(i, silence, at(3, 9)).c})
	}
	for _, i := range numbers("7103", "Ufa", 12) {
		all = append(all, Seen{Instance: i, Case: wellFor(i, days, at(3, 0)).c})
	}
	down := outageOf(pool7105).stands(at(3, 11), at(3, 9), 4, failing("7105", 4, 0)...)
	over := outageOf("pool/7103").stands(at(2, 11), at(2, 9), 4, failing("7103", 4, 0)...).over(at(2, 30), 4)
	golden(t, "status_outage", said(at(3, 12), func(v Voice) Message { return v.Status(all, over.c, down.c) }))
	golden(t, "checked_outage", said(at(3, 12), func(v Voice) Message { return v.Checked(all, down.c) }))
}
