package words

import (
	"testing"
	"time"

	"greenwatch/monitor"
)

// waits takes a look at the messages that wait.
func (l *life) waits(n int, when time.Time) *life { return l.heads("", n, when) }

// heads also sees which is the first of them.
func (l *life) heads(head string, n int, when time.Time) *life {
	l.take(l.c.Look(monitor.QueueLook{At: when, Known: true, Count: n, Head: head}, scene(when)))
	return l
}

func loggedOut() *life { return outSince(kazan, state(monitor.NotAuthorized), at(3, 11)) }

func TestWaitingOnCards(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]monitor.Finding{
		"logged_out": state(monitor.NotAuthorized),
		"blocked":    state(monitor.Blocked),
		"asleep":     state(monitor.SleepMode),
		"starting":   state(monitor.Starting),
		"code":       state(monitor.PendingCode),
	} {
		l := outSince(kazan, f, at(3, 11)).waits(12, at(3, 12)).passes(at(3, 17))
		golden(t, "waits_"+name, l.card(kazan, at(3, 17)))
	}
	golden(t, "waits_none", loggedOut().waits(0, at(3, 12)).card(kazan, at(3, 12)))
	golden(t, "waits_one", loggedOut().waits(1, at(3, 12)).card(kazan, at(3, 12)))
	l := outSince(promo, state(monitor.Suspended), at(14, 2)).waits(8412, at(14, 3))
	golden(t, "waits_restricted", l.card(promo, at(14, 3)))
	late := at(9, 0).Add(days)
	golden(t, "waits_dropping", loggedOut().waits(143, at(3, 12)).waits(102, late).card(kazan, late))
}

func TestWhatBecameOfTheWaiting(t *testing.T) {
	t.Parallel()
	ended := func(name string, l *life, now time.Time) { golden(t, name, l.card(kazan, now)) }
	back := func() *life { return loggedOut().waits(12, at(3, 20)).becomes(authorized, at(3, 26)) }
	ended("left_none_yet", back(), at(3, 26))
	ended("left_some", back().waits(7, at(3, 27)), at(3, 27))
	ended("left_all", back().waits(7, at(3, 27)).waits(0, at(3, 28)), at(3, 28))
	ended("left_nothing", loggedOut().waits(0, at(3, 12)).becomes(authorized, at(3, 26)), at(3, 26))
	ended("left_one", loggedOut().waits(1, at(3, 20)).becomes(authorized, at(3, 26)).waits(0, at(3, 27)), at(3, 27))

	tuesday := at(7, 20).Add(days)
	lost := func() *life {
		l := loggedOut().waits(143, at(3, 12)).waits(102, tuesday.Add(-10*time.Minute))
		return l.becomes(authorized, tuesday)
	}
	ended("left_lost", lost(), tuesday)
	ended("left_lost_rest", lost().waits(0, tuesday.Add(2*time.Minute)), tuesday.Add(2*time.Minute))
	unseen := loggedOut().waits(143, at(3, 12)).waits(143, tuesday.Add(-10*time.Minute)).becomes(authorized, tuesday)
	ended("left_lost_unseen", unseen, tuesday)
}

func TestProbationSeesTheQueue(t *testing.T) {
	t.Parallel()
	restricted := func(waiting int) *life {
		l := wellFor(promo, 12*days, at(14, 1)).becomes(state(monitor.Suspended), at(14, 2)).waits(waiting, at(16, 30))
		return l.rebooted(opsB, at(16, 37), accepted).becomes(authorized, at(16, 40))
	}
	l := restricted(8412)
	golden(t, "unproved_none_left", l.card(promo, at(16, 40)))
	golden(t, "unproved_some_left", l.waits(8200, at(16, 52)).card(promo, at(16, 52)))
	golden(t, "proved_left", l.passes(at(18, 30)).card(promo, at(18, 30)))
	golden(t, "unproved_empty", restricted(0).card(promo, at(16, 40)))
}

func TestLossNear(t *testing.T) {
	t.Parallel()
	l := loggedOut().waits(143, at(3, 12))
	for name, left := range map[string]time.Duration{"loss_6h": 6 * time.Hour, "loss_2h": 2 * time.Hour, "loss_30m": 30 * time.Minute} {
		now := at(3, 12).Add(days - left)
		near := *l
		golden(t, name, near.passes(now).reply(kazan, now))
		if last := near.alerts[len(near.alerts)-1]; last.Kind != monitor.LossNear {
			t.Errorf("%s after %s", last.Kind, left)
		}
	}
	late := at(3, 30).Add(days)
	golden(t, "loss_now", l.passes(at(3, 0).Add(days)).reply(kazan, late))
	golden(t, "loss_over", l.becomes(authorized, late).said(monitor.LossNear).reply(kazan, late))
	var several []Entry
	for n, i := range numbers("7105", "Kazan", 5) {
		several = append(several, Entry{Instance: i, Incident: outSince(i, state(monitor.NotAuthorized), at(3, 11)).waits(20*n+1, at(3, 12)).c.Incident})
	}
	for name, now := range map[string]time.Time{"loss_several": at(1, 12).Add(days), "loss_several_now": at(4, 0).Add(days)} {
		golden(t, name, said(now, func(v Voice) Message {
			m, named := v.Losses(several)
			if named != 5 {
				t.Errorf("names %d", named)
			}
			return m
		}))
	}
	several[4] = Entry{Instance: kazan, Incident: loggedOut().c.Incident}
	digest(t, "digest_waits_part", at(3, 13), several, 5)
	digest(t, "digest_waits_none", at(3, 13), []Entry{{Instance: kazan, Incident: loggedOut().waits(0, at(3, 12)).c.Incident}}, 1)
}

// said leaves the last alert of a kind as the last.
func (l *life) said(kind monitor.AlertKind) *life {
	for n := len(l.alerts) - 1; n >= 0; n-- {
		if l.alerts[n].Kind == kind {
			l.alerts = l.alerts[:n+1]
			return l
		}
	}
	panic("never said: " + kind)
}

func TestNotSending(t *testing.T) {
	t.Parallel()
	l := wellFor(kazan, 41*days, at(14, 0)).heads("a", 30, at(14, 2)).heads("a", 33, at(14, 7)).heads("a", 37, at(14, 13))
	golden(t, "flow_stuck", l.reply(kazan, at(14, 13)))
	golden(t, "detail_stuck", said(at(14, 13), func(v Voice) Message { return v.Detail(kazan, l.c, monitor.Reading{}, nil) }))
	golden(t, "flow_empty", l.heads("", 0, at(14, 36)).reply(kazan, at(14, 36)))
	one := wellFor(kazan, 41*days, at(14, 0)).heads("a", 1, at(14, 2)).heads("a", 1, at(14, 7)).heads("a", 1, at(14, 13))
	golden(t, "flow_stuck_one", one.reply(kazan, at(14, 13)))
	golden(t, "flow_again", one.heads("b", 12, at(14, 25)).reply(kazan, at(14, 25)))
}

func TestDetailCounts(t *testing.T) {
	t.Parallel()
	l := loggedOut().waits(143, at(3, 25))
	golden(t, "detail_waits", said(at(3, 30), func(v Voice) Message { return v.Detail(kazan, l.c, monitor.Reading{}, nil) }))
}

func TestConfirmCounts(t *testing.T) {
	t.Parallel()
	confirm := func(name string, l *life, now time.Time) {
		golden(t, name, said(now, func(v Voice) Message { return v.Confirm(promo, l.c, opsA.Name) }))
	}
	thursday := -3 * days
	l := outSince(promo, state(monitor.Suspended), at(14, 2).Add(thursday))
	l.rebooted(opsB, at(15, 20).Add(thursday), accepted).becomes(state(monitor.Starting), at(15, 21).Add(thursday))
	l.becomes(authorized, at(15, 23).Add(thursday)).passes(at(15, 24).Add(thursday))
	l.becomes(state(monitor.Suspended), at(15, 29).Add(thursday)).waits(8412, at(3, 15))
	confirm("confirm_released", l, at(3, 20))
	confirm("confirm_stale_count", l, at(3, 50))
	confirm("confirm_nothing_waits", l.waits(0, at(3, 51)), at(3, 52))
	vain := outSince(promo, state(monitor.Suspended), at(14, 2).Add(thursday))
	vain.rebooted(opsB, at(15, 20).Add(thursday), accepted).passes(at(15, 30).Add(thursday)).waits(1, at(3, 15))
	confirm("confirm_vain", vain, at(3, 20))
}
