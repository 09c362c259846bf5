package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
)

const pool7105 = monitor.Subject("pool/7105")

// stands puts a survey of a pool, or of everything, into its case: so many of its numbers are blind, of so many.
func (r *room) stands(s monitor.Subject, blindOnes, total int, still ...monitor.RollEntry) {
	r.t.Helper()
	v := monitor.Survey{Subject: s, Roll: monitor.Roll{Total: total, Others: 2, OthersGood: 2, From: time.Now().Add(-2 * time.Minute)}}
	for n := range blindOnes {
		v.Roll.Bad = append(v.Roll.Bad, monitor.RollEntry{Instance: monitor.InstanceID(fmt.Sprint(7105000001 + n)), Finding: blind})
	}
	v.Roll.Bad = append(v.Roll.Bad, still...)
	v.Roll.Good, v.Down = total-len(v.Roll.Bad), blindOnes > 0
	_, err := r.cases.Update(r.t.Context(), s, func(c monitor.Case) (monitor.Case, monitor.Effects) { return c.Survey(v, scene()) })
	if err != nil {
		r.t.Fatal(err)
	}
}

// over lets an outage end, but for one that is out by itself.
func (r *room) over(s monitor.Subject) {
	for range 2 {
		r.stands(s, 0, 5, monitor.RollEntry{Instance: kazan2, Finding: notAuthorized})
		r.pass(70 * time.Second)
	}
}

// The card of an outage is one message: what changes is edited into it, and its end and its return answer it.
func TestACardOfAnOutage(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.stands(pool7105, 8, 10)
		r.tell(ops)
		card := r.last(alerts)
		reads(t, card.Text, "🔴 GREEN-API 7105 is failing: 8 of our 10 numbers", "8 give no answer", "7105000002 Kazan_02 no answer", "All 2 elsewhere")
		if card.Silent || len(card.Keyboard) != 0 {
			t.Errorf("told %+v", card)
		}
		r.stands(pool7105, 4, 10)
		if s := r.teller.Show(t.Context(), r.stale(ops)); s.End != monitor.SettledTold {
			t.Errorf("showing: %+v", s)
		}
		half, _ := r.telegram.Message(alerts, card.ID)
		reads(t, half.Text, "GREEN-API 7105: half are back, 4 of 10 still fail", "Half were back at")
		r.over(pool7105)
		r.tell(ops)
		over := r.last(alerts)
		reads(t, over.Text, "🟢 GREEN-API 7105: over after", "7 of 8 are back. Still out, told on its own: Kazan_02 (notAuthorized).")
		if over.ReplyTo != card.ID || !over.Silent {
			t.Errorf("the end is %+v", over)
		}
		if s := r.teller.Show(t.Context(), r.stale(ops)); s.End != monitor.SettledTold {
			t.Error(s)
		}
		now, _ := r.telegram.Message(alerts, card.ID)
		reads(t, now.Text, "🟢 GREEN-API 7105: over after")
		r.stands(pool7105, 8, 10)
		if s := r.teller.Show(t.Context(), r.stale(ops)); s.End != monitor.SettledTold {
			t.Error(s)
		}
		now, _ = r.telegram.Message(alerts, card.ID)
		reads(t, now.Text, "🔴 GREEN-API 7105 is failing again", "Out 2 times since", "I ring if it stays out, at")
		r.pass(5 * time.Minute)
		r.stands(pool7105, 8, 10)
		r.tell(ops)
		again := r.last(alerts)
		reads(t, again.Text, "🔴 GREEN-API 7105 is failing again: 8 of our 10 numbers")
		if again.ReplyTo != card.ID || again.Silent {
			t.Errorf("the return is %+v", again)
		}
		made, notes := r.teller.Compose([]monitor.Note{{Alert: monitor.Alert{Kind: monitor.PoolDown, Subject: pool7105, Incident: 1}, Incident: r.outage(pool7105)}})
		if text := made.Text(); len(notes) != 1 || !strings.Contains(text, "is failing again") || strings.ContainsAny(text, "<>") {
			t.Errorf("outside it reads:\n%s", text)
		}
	})
}

func (r *room) outage(s monitor.Subject) monitor.Incident {
	r.t.Helper()
	c, err := r.cases.Case(r.t.Context(), s)
	if err != nil {
		r.t.Fatal(err)
	}
	return c.Incident
}

// Outages and single numbers may share a message, whose last line is told when all is over.
func TestOutagesAmongOthers(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.stands(pool7105, 4, 5)
		r.stands(monitor.Self, 4, 4)
		r.believe(notAuthorized, kazan1, ufa)
		s := r.tell(ops)
		card := r.last(alerts)
		reads(
			t, card.Text, "🔴 GREEN-API: 2 outages, and 2 single numbers in trouble", "🔴 GREEN-API 7105 is failing since",
			"⚪ I cannot reach GREEN-API since", "7103000001 Ufa_01", "do not re-link it and do not reboot it",
		)
		if len(s.Notes) != 4 || len(r.bots(alerts)) != 1 {
			t.Errorf("settled %d in %d messages", len(s.Notes), len(r.bots(alerts)))
		}
		r.over(pool7105)
		r.believe(authorized, kazan1)
		if s := r.teller.Show(t.Context(), r.stale(ops)); s.End != monitor.SettledTold {
			t.Error(s)
		}
		now, _ := r.telegram.Message(alerts, card.ID)
		reads(t, now.Text, "🔴 GREEN-API: 1 outage, and 1 single number in trouble", "🟢 GREEN-API 7105: over at", "🟢 work again")
	})
}

func TestStatusNamesOutages(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.stands(pool7105, 4, 5)
		for _, command := range []string{"/status", "/check"} {
			r.telegram.Say(alerts, guest, command)
			r.pass(4 * time.Second)
			reads(t, r.last(alerts).Text, "\n\n🔴 GREEN-API 7105 is failing since", ": 4 of our 5 numbers")
		}
		r.over(pool7105)
		r.telegram.Say(alerts, guest, "/status")
		r.pass(4 * time.Second)
		if text := r.last(alerts).Text; strings.Contains(text, "7105 is failing") {
			t.Errorf("what is over is named:\n%s", text)
		}
	})
}

func TestUnpaidTogetherIsOneMessage(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.believe(monitor.Finding{Answer: monitor.Refused, Refusal: monitor.Expired}, kazan1, ufa)
		r.tell(ops)
		told := r.last(alerts)
		reads(t, told.Text, "🔴 2 numbers are not paid: GREEN-API has stopped them", "🔴 not paid", "7103000001 Ufa_01", "7105000001 Kazan_01")
		if told.Silent || len(told.Keyboard) != 0 {
			t.Errorf("told %+v", told)
		}
	})
}

// looks counts the messages that wait to leave some instances.
func (r *room) looks(count int, head string, ids ...monitor.InstanceID) {
	r.t.Helper()
	for _, id := range ids {
		r.change(id, func(c monitor.Case) (monitor.Case, monitor.Effects) {
			return c.Look(monitor.QueueLook{At: time.Now(), Known: true, Count: count, Head: head}, scene())
		})
	}
}

// The first messages are lost soon: that rings as an answer to the card, and for several in one message.
func TestLossesRing(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.end() // a day of polling adds nothing
		defer r.start()
		r.believe(notAuthorized, kazan1)
		r.looks(143, "", kazan1)
		r.tell(ops)
		card := r.last(alerts)
		reads(t, card.Text, "143 messages wait.", "the first is dropped about")
		r.pass(18 * time.Hour)
		r.looks(144, "", kazan1)
		r.tell(ops)
		near := r.last(alerts)
		reads(t, near.Text, "🔴 Kazan_01: messages start to be lost in 6 hours", "144 wait")
		if near.ReplyTo != card.ID || near.Silent {
			t.Errorf("told %+v", near)
		}
		r.believe(notAuthorized, kazan2, ufa)
		r.tell(ops)
		r.looks(8412, "", kazan2, ufa)
		r.pass(18 * time.Hour)
		r.looks(8412, "", kazan2, ufa)
		r.tell(ops)
		both := r.last(alerts)
		reads(t, both.Text, "🔴 Messages start to be lost in 6 hours: 2 numbers", "16,824 messages wait", "Kazan_02", "Ufa_01")
		if both.Silent {
			t.Error("it is silent")
		}
	})
}

func TestAQueueThatDoesNotMove(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		for range 4 {
			r.pass(5 * time.Minute)
			r.looks(37, "a", kazan1)
		}
		r.tell(ops)
		stuck := r.last(alerts)
		reads(t, stuck.Text, "🟠 Kazan_01: authorized, but does not send", "37 messages wait; the first in the queue has not moved since")
		if got := buttons(stuck); stuck.Silent || stuck.ReplyTo != 0 || got != "Check now=check:7105000001 Reboot=reboot:7105000001" {
			t.Errorf("told %+v with %s", stuck, got)
		}
		r.looks(30, "b", kazan1)
		r.tell(ops)
		moves := r.last(alerts)
		reads(t, moves.Text, "🟢 Kazan_01: sends again", "30 messages wait still")
		if !moves.Silent {
			t.Error("good news rings")
		}
	})
}
