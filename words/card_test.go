package words

import (
	"testing"
	"time"

	"greenwatch/monitor"
)

// TestTroubleCards has a card for every row of the table of states.
func TestTroubleCards(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]monitor.Finding{
		"logged_out": state(monitor.NotAuthorized),
		"blocked":    state(monitor.Blocked),
		"asleep":     state(monitor.SleepMode),
		"starting":   state(monitor.Starting),
		"creating":   state(monitor.Null),
		"code":       state(monitor.PendingCode),
		"password":   state(monitor.PendingPassword),
		"odd":        state("warmingUp"),
		"token":      refusal(monitor.WrongToken),
		"address":    refusal(monitor.WrongAddress),
		"missing":    refusal(monitor.NotFound),
		"unpaid":     refusal(monitor.Expired),
		"deleted":    refusal(monitor.Deleted),
		"denied":     refusal("418"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := wellFor(kazan, 41*days, at(3, 10)).becomes(f, at(3, 11)).passes(at(3, 17))
			golden(t, "card_"+name, l.card(kazan, at(3, 17)))
			l.passes(at(3, 33))
			if l.alerts[len(l.alerts)-1].Kind == monitor.StillOut {
				golden(t, "still_"+name, l.reply(kazan, at(3, 33)))
			}
		})
	}
}

func TestRestrictedCard(t *testing.T) {
	t.Parallel()
	l := wellFor(promo, 12*days, at(14, 1)).becomes(state(monitor.Suspended), at(14, 2))
	golden(t, "card_restricted", l.card(promo, at(14, 2)))
	l = wellFor(promo, 12*days, at(14, 1)).becomes(state(monitor.YellowCard), at(14, 2))
	golden(t, "card_restricted_yellow", l.card(promo, at(14, 2)))
}

func TestCardAfterADay(t *testing.T) {
	t.Parallel()
	l := wellFor(kazan, 41*days, at(3, 10)).becomes(state(monitor.NotAuthorized), at(3, 11))
	golden(t, "card_after_a_day", l.card(kazan, at(9, 0).Add(days)))
	busy := wellFor(promo, 12*days, at(14, 1)).becomes(state(monitor.Suspended), at(14, 2)).rebooted(opsB, at(14, 5), accepted)
	golden(t, "card_restricted_busy", busy.card(promo, at(14, 5)))
}

func TestBlindCard(t *testing.T) {
	t.Parallel()
	l := wellFor(kazan, 41*days, at(3, 7)).becomesAfter(silence, at(3, 7), at(3, 8), "timed out after 30 s")
	golden(t, "card_blind", l.card(kazan, at(3, 10)))
	golden(t, "still_blind", l.passes(at(3, 27)).reply(kazan, at(3, 27)))
}

func TestCardOfWhatBeganUnseen(t *testing.T) {
	t.Parallel()
	l := wellFor(kazan, 41*days, at(2, 10)).becomesAfter(state(monitor.NotAuthorized), at(2, 10), at(3, 5), "")
	golden(t, "card_between", l.card(kazan, at(3, 5)))
	first := &life{c: monitor.Case{Subject: kazan.ID.Subject()}}
	golden(t, "card_first_sight", first.becomes(state(monitor.NotAuthorized), at(3, 11)).card(kazan, at(3, 11)))
	fresh := &life{c: monitor.Case{Subject: kazan.ID.Subject()}}
	fresh.becomes(authorized, at(2, 40)).becomes(state(monitor.NotAuthorized), at(3, 11))
	golden(t, "card_known_shortly", fresh.card(kazan, at(3, 11)))
}

func TestCardWithoutZone(t *testing.T) {
	t.Parallel()
	l := wellFor(kazan, 41*days, at(2, 10)).becomesAfter(state(monitor.NotAuthorized), at(2, 10), at(3, 5), "")
	golden(t, "card_utc", said(at(3, 5), func(v Voice) Message {
		v.Zone = nil
		return v.Card(kazan, l.c.Incident)
	}))
}

func TestCardThatBecomesSomethingElse(t *testing.T) {
	t.Parallel()
	l := wellFor(kazan, 41*days, at(3, 10)).becomes(state(monitor.NotAuthorized), at(3, 11))
	l.becomes(silence, at(3, 20))
	golden(t, "card_now_blind", l.card(kazan, at(3, 21)))
	l.becomes(state(monitor.Blocked), at(3, 40))
	golden(t, "card_changed", l.card(kazan, at(3, 40)))
	golden(t, "reply_changed", l.reply(kazan, at(3, 40)))
}

func TestCardOfARelapse(t *testing.T) {
	t.Parallel()
	l := wellFor(kazan, 41*days, at(3, 10)).becomes(state(monitor.NotAuthorized), at(3, 11))
	l.becomes(authorized, at(3, 20)).becomes(state(monitor.Starting), at(3, 24))
	golden(t, "card_wavering", l.card(kazan, at(3, 24)))
	l.becomes(state(monitor.NotAuthorized), at(3, 26))
	golden(t, "card_reopened", l.card(kazan, at(3, 26)))
	l.passes(at(3, 32))
	golden(t, "reply_reopened", l.reply(kazan, at(3, 32)))
	l.becomes(authorized, at(3, 36))
	golden(t, "card_held", l.card(kazan, at(3, 37)))
	l.passes(at(3, 42))
	golden(t, "card_recovered_twice", l.card(kazan, at(3, 42)))
}

// unstable is a number that is out for 2 of 5 minutes, so many times.
func unstable(i monitor.Instance, f monitor.Finding, began time.Time, times int) *life {
	l := wellFor(i, 41*days, began.Add(-time.Minute)).becomes(f, began)
	for range times - 1 {
		l.becomes(authorized, began.Add(2*time.Minute))
		began = began.Add(5 * time.Minute)
		l.passes(began).becomes(f, began)
	}
	return l
}

func TestUnstableCards(t *testing.T) {
	t.Parallel()
	l := unstable(kazan, state(monitor.NotAuthorized), at(1, 10), 6)
	golden(t, "card_unstable", l.card(kazan, at(1, 36)))
	golden(t, "detail_unstable", said(at(1, 36), func(v Voice) Message { return v.Detail(kazan, l.c, monitor.Reading{}, nil) }))
	l.passes(at(1, 41))
	golden(t, "reply_unstable", l.reply(kazan, at(1, 41)))
	l.becomes(authorized, at(1, 50))
	golden(t, "card_unstable_held", l.card(kazan, at(1, 51)))
	golden(t, "detail_unstable_held", said(at(1, 51), func(v Voice) Message { return v.Detail(kazan, l.c, monitor.Reading{}, nil) }))
	golden(t, "status_unstable", said(at(1, 51), func(v Voice) Message {
		out := unstable(promo, state(monitor.Blocked), at(1, 12), 5)
		return v.Status([]Seen{{Instance: kazan, Case: l.c}, {Instance: promo, Case: out.c}})
	}))
	l.passes(at(3, 0))
	golden(t, "card_unstable_over", l.card(kazan, at(3, 0)))
	golden(t, "reply_unstable_over", l.reply(kazan, at(3, 0)))

	held := unstable(promo, state(monitor.Suspended), at(1, 10), 5).becomes(authorized, at(1, 40))
	golden(t, "card_unstable_restricted", held.card(promo, at(1, 41)))
	digest(t, "digest_unstable", at(1, 41), []Entry{
		{Instance: promo, Incident: held.c.Incident}, {Instance: kazan, Incident: unstable(kazan, state(monitor.Blocked), at(1, 15), 5).c.Incident},
	}, 2)

	turns := wellFor(kazan, 41*days, at(1, 9)).becomes(state(monitor.NotAuthorized), at(1, 10))
	for n := range 5 {
		turns.becomes([]monitor.Finding{state(monitor.SleepMode), state(monitor.NotAuthorized)}[n%2], at(1, 13+3*n))
	}
	golden(t, "card_unstable_turns", turns.card(kazan, at(1, 26)))
}

func TestRecoveredCards(t *testing.T) {
	t.Parallel()
	out := func() *life {
		return wellFor(kazan, 41*days, at(3, 10)).becomes(state(monitor.NotAuthorized), at(3, 11))
	}
	l := out().becomes(authorized, at(3, 26))
	golden(t, "card_recovered", l.card(kazan, at(3, 26)))
	golden(t, "reply_resolved", l.reply(kazan, at(3, 26)))

	late := at(7, 20).Add(days)
	golden(t, "card_recovered_lost", out().becomes(authorized, late).card(kazan, late))

	l = out().becomes(state(monitor.Blocked), at(3, 30)).becomes(authorized, at(4, 0))
	golden(t, "card_recovered_from_two", l.card(kazan, at(4, 0)))

	l = wellFor(kazan, 41*days, at(3, 7)).becomesAfter(silence, at(3, 7), at(3, 8), "HTTP 502").becomes(authorized, at(3, 20))
	golden(t, "card_seen_again", l.card(kazan, at(3, 20)))

	first := &life{c: monitor.Case{Subject: kazan.ID.Subject()}}
	l = first.becomes(state(monitor.NotAuthorized), at(3, 11)).becomes(authorized, at(3, 26))
	golden(t, "card_recovered_first_sight", l.card(kazan, at(3, 26)))
}

func TestProbationCards(t *testing.T) {
	t.Parallel()
	l := wellFor(promo, 12*days, at(14, 1)).becomes(state(monitor.Suspended), at(14, 2))
	l.rebooted(opsB, at(16, 37), accepted).becomes(state(monitor.Starting), at(16, 38)).becomes(authorized, at(16, 40))
	golden(t, "card_unproved", l.card(promo, at(16, 40)))
	golden(t, "reply_unproved", l.reply(promo, at(16, 40)))
	l.passes(at(16, 41))
	golden(t, "acted_unproved", l.reply(promo, at(16, 41)))
	l.passes(at(17, 45))
	golden(t, "card_proved", l.card(promo, at(17, 45)))
	golden(t, "reply_proved", l.reply(promo, at(17, 45)))
}

func TestDroppedCard(t *testing.T) {
	t.Parallel()
	l := wellFor(kazan, 41*days, at(3, 10)).becomes(state(monitor.NotAuthorized), at(3, 11))
	l.take(l.c.Leave(scene(at(3, 40))))
	golden(t, "card_dropped", l.card(kazan, at(3, 40)))
	golden(t, "reply_dropped", l.reply(kazan, at(3, 40)))
}

func TestReplyWithoutACardIsTheCard(t *testing.T) {
	t.Parallel()
	l := wellFor(kazan, 41*days, at(3, 10)).becomes(state(monitor.NotAuthorized), at(3, 11))
	n := monitor.Note{Alert: monitor.Alert{Kind: monitor.Changed, Belief: l.c.Belief}, Incident: l.c.Incident}
	if got := speak(at(3, 11)).Reply(kazan, n); got.HTML != l.card(kazan, at(3, 11))["en"].HTML {
		t.Errorf("got:\n%s", got.HTML)
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	out := func() *life {
		return wellFor(kazan, 41*days, at(3, 10)).becomes(state(monitor.NotAuthorized), at(3, 11))
	}

	l := out()
	l.pressed(opsA, at(3, 13))
	golden(t, "card_act_asked", l.card(kazan, at(3, 13)))

	l = out().rebooted(opsA, at(3, 13), accepted)
	golden(t, "card_act_accepted", l.card(kazan, at(3, 13)))
	l.becomes(state(monitor.Starting), at(3, 14))
	golden(t, "card_act_starting", l.card(kazan, at(3, 14)))
	l.becomes(authorized, at(3, 17)).passes(at(3, 18))
	golden(t, "card_act_cured", l.card(kazan, at(3, 18)))
	golden(t, "acted_worked", l.reply(kazan, at(3, 18)))

	l = out().rebooted(opsA, at(3, 20), accepted).passes(at(3, 24))
	golden(t, "card_act_no_change", l.card(kazan, at(3, 24)))
	golden(t, "acted_no_change", l.reply(kazan, at(3, 24)))

	for name, o := range map[string]monitor.Outcome{
		"refused": {Kind: monitor.OutcomeRefused, Detail: "isReboot: false"},
		"unknown": {Kind: monitor.OutcomeUnknown, Detail: "timed out after 30 s"},
	} {
		l = out().rebooted(opsA, at(3, 20), o)
		golden(t, "card_act_"+name, l.card(kazan, at(3, 21)))
		golden(t, "acted_"+name, l.reply(kazan, at(3, 21)))
	}

	l = out()
	l.pressed(opsA, at(3, 13))
	l.take(l.c.Start(l.c.Action.Key, scene(at(3, 15))))
	golden(t, "acted_expired", l.reply(kazan, at(3, 15)))
}

func TestActionOnAHealthyNumber(t *testing.T) {
	t.Parallel()
	l := wellFor(kazan, 41*days, at(12, 0)).rebooted(opsA, at(12, 0), accepted)
	l.take(l.c.Elapse(monitor.Reading{At: at(12, 1), Finding: state(monitor.Starting)}, scene(at(12, 1))))
	l.take(l.c.Elapse(monitor.Reading{At: at(12, 3), Finding: authorized}, scene(at(12, 3))))
	golden(t, "acted_healthy", l.reply(kazan, at(12, 3).Add(time.Second)))
}
