package bot

import (
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/botapi"
)

// A reboot runs once, by the one who asked, however often and by whomever the button is pressed.
func TestOneQuestionOneReboot(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		question := r.prompted(alerts, opsA, kazan1)
		yes, no := confirmButton(question), cancelButton(question)
		reads(t, r.tap(alerts, question.ID, yes, opsB), "This question is for who asked for the reboot.")
		reads(t, r.tap(alerts, question.ID, yes, guest), "Only operators")
		if len(r.reboots()) != 0 {
			t.Fatal("somebody else confirmed")
		}
		var taps []*botapi.Tap
		for _, data := range []string{yes, yes, no, yes} { // before anything is to be seen
			tap, err := r.telegram.PressData(alerts, question.ID, data, opsA)
			if err != nil {
				t.Fatal(err)
			}
			taps = append(taps, tap)
		}
		r.pass(10 * time.Second)
		for n, tap := range taps {
			shown, answered := tap.Answer()
			if !answered || (n > 0) != strings.Contains(shown.Text, "This was confirmed already.") {
				t.Errorf("press %d: %+v, %t", n, shown, answered)
			}
		}
		done := r.reboots()
		if len(done) != 1 || done[0].By != (monitor.Person{ID: opsA.ID, Name: "@ops_a"}) || done[0].Where.Chat != alerts || done[0].Subject != kazan1.Subject() {
			t.Fatalf("in the audit log: %+v", done)
		}
		now, _ := r.telegram.Message(alerts, question.ID)
		reads(t, now.Text, "Kazan_01: reboot on its way", "Asked for by @ops_a", "I tell you how it ends.", string(kazan1))
		if len(now.Keyboard) != 0 {
			t.Error("the question keeps its buttons")
		}
	})
}

func TestCancelIsFinal(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		question := r.prompted(alerts, opsA, kazan1)
		yes, no := confirmButton(question), cancelButton(question)
		for _, data := range []string{no, yes, no, yes} {
			r.tap(alerts, question.ID, data, opsA)
		}
		r.pass(2 * time.Minute)
		r.tap(alerts, question.ID, yes, opsA)
		now, _ := r.telegram.Message(alerts, question.ID)
		reads(t, now.Text, "⚪ Kazan_01: not rebooted", string(kazan1))
		if len(r.reboots()) != 0 || len(now.Keyboard) != 0 {
			t.Errorf("after cancelling: %v, %+v", r.reboots(), now)
		}
	})
}

func TestTooLate(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		question := r.prompted(alerts, opsA, kazan1)
		r.pass(confirmWithin)
		reads(t, r.tap(alerts, question.ID, confirmButton(question), opsA), "Too late: a confirmation holds for 60 seconds.")
		now, _ := r.telegram.Message(alerts, question.ID)
		reads(t, now.Text, "Kazan_01: not rebooted", "Too late", "Ask for the reboot again")
		if len(r.reboots()) != 0 || len(now.Keyboard) != 0 {
			t.Errorf("after 60 s: %v, %+v", r.reboots(), now)
		}
		fresh := r.prompted(alerts, opsA, kazan1)
		r.pass(confirmWithin - 10*time.Second)
		r.tap(alerts, fresh.ID, confirmButton(fresh), opsA)
		if len(r.reboots()) != 1 {
			t.Error("not taken after 50 s")
		}
	})
}

// Two questions, of one person or of two, lead to one reboot; the other says who was first.
func TestTwoQuestionsAtOnce(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		first, second, third := r.prompted(alerts, opsA, kazan1), r.prompted(alerts, opsA, kazan1), r.prompted(basic, opsB, kazan1)
		other := r.prompted(opsB.ID, opsB, kazan2)
		r.tap(alerts, first.ID, confirmButton(first), opsA)
		reads(t, r.tap(alerts, second.ID, confirmButton(second), opsA), "Reboot by @ops_a is under way since")
		reads(t, r.tap(basic, third.ID, confirmButton(third), opsB), "Reboot by @ops_a is under way since")
		now, _ := r.telegram.Message(basic, third.ID)
		reads(t, now.Text, "Kazan_01: not rebooted", "Reboot by @ops_a is under way since", "Wait for its end.")
		if len(now.Keyboard) != 0 {
			t.Error("a refused question keeps its buttons")
		}
		r.finish(kazan1)
		r.tap(alerts, second.ID, confirmButton(second), opsA) // answered already, and so not asked again
		if n := len(r.reboots()); n != 1 {
			t.Errorf("%d reboots of Kazan_01", n)
		}
		r.tap(opsB.ID, other.ID, confirmButton(other), opsB)
		if done := r.reboots(); len(done) != 2 || done[0].By.Name != "Boris <b>" {
			t.Errorf("another number: %+v", done)
		}
		now, _ = r.telegram.Message(opsB.ID, other.ID)
		reads(t, now.Text, "Asked for by Boris <b>")
	})
}

func TestTooSoon(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		question := r.prompted(alerts, opsA, kazan1)
		r.tap(alerts, question.ID, confirmButton(question), opsA)
		r.change(kazan1, func(c monitor.Case) (monitor.Case, monitor.Effects) { return c.Start(c.Action.Key, scene()) })
		r.change(kazan1, func(c monitor.Case) (monitor.Case, monitor.Effects) {
			return c.Done(c.Action, monitor.Outcome{Kind: monitor.OutcomeUnknown}, scene())
		})
		again := r.prompted(alerts, opsB, kazan1)
		reads(t, again.Text, "Reboot by @ops_a at", "not known whether it arrived")
		reads(t, r.tap(alerts, again.ID, confirmButton(again), opsB), "Too soon: the last Reboot by @ops_a was at", "Possible again from")
		now, _ := r.telegram.Message(alerts, again.ID)
		reads(t, now.Text, "Kazan_01: not rebooted", "Possible again from")
	})
}

// The press came, the reboot was committed, and the program ended before it could say so.
func TestConfirmedBeforeARestart(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		question := r.prompted(alerts, opsA, kazan1)
		lost := r.telegram.Inject(botapi.Fault{Effect: botapi.Reset()})
		if _, err := r.telegram.PressData(alerts, question.ID, confirmButton(question), opsA); err != nil {
			t.Fatal(err)
		}
		r.pass(time.Second)
		lost.Off()
		r.pass(2 * time.Second)
		r.end()
		r.start()
		r.pass(2 * time.Minute)
		shown := r.tap(alerts, question.ID, confirmButton(question), opsA)
		if n := len(r.reboots()); n != 1 {
			t.Fatalf("%d reboots", n)
		}
		reads(t, shown, "This was confirmed already.")
		now, _ := r.telegram.Message(alerts, question.ID)
		reads(t, now.Text, "reboot on its way")
		if shown = r.tap(alerts, question.ID, cancelButton(question), opsA); !strings.Contains(shown, "confirmed already") {
			t.Errorf("cancelled what runs: %q", shown)
		}
	})
}

// The time to confirm begins when the question can be read, also where Telegram has held it back.
func TestTheQuestionIsFreshWhenItComes(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.telegram.Inject(botapi.Fault{Method: "sendMessage", Times: 1, Effect: botapi.FloodWait(80)})
		r.telegram.Say(alerts, opsA, "/reboot Kazan_01")
		r.pass(100 * time.Second)
		question := r.last(alerts)
		r.tap(alerts, question.ID, confirmButton(question), opsA)
		if n := len(r.reboots()); n != 1 {
			t.Errorf("%d reboots", n)
		}
	})
}

// A restricted number says what a reboot sends, on its button too.
func TestRestrictedAsksCarefully(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.believe(monitor.Finding{Answer: monitor.Answered, State: monitor.Suspended}, ufa)
		card := r.card(alerts, ufa)
		r.tap(alerts, card.ID, "reboot:"+string(ufa), opsA)
		question := r.last(alerts)
		reads(t, question.Text, "Reboot Ufa_01 while it is suspended?", "What waits starts to go out", "Only @ops_a can confirm")
		if question.ReplyTo != card.ID || question.Keyboard[0][0].Text != "Reboot and send what waits" {
			t.Errorf("the question is %+v", question)
		}
	})
}
