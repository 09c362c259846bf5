package main

import (
	"strings"
	"testing"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// rebootLines counts the audit log's lines about reboots.
func (h *house) rebootLines() (n int) {
	h.t.Helper()
	log, err := h.app.store.AuditLog(h.t.Context(), 100)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, e := range log {
		if e.What == "reboot" {
			n++
		}
	}
	return n
}

// asks has the operator ask for a reboot, and gives the question.
func (h *house) asks() botapi.Message {
	h.t.Helper()
	h.telegram.Say(opsGroup, operator, "/reboot "+first)
	h.pass(2 * time.Second)
	own := h.bots(opsGroup)
	question := own[len(own)-1]
	if len(question.Keyboard) != 1 || len(question.Keyboard[0]) != 2 {
		h.t.Fatalf("no question:\n%s", h.transcript(opsGroup))
	}
	return question
}

// Two questions, pressed by turns, each refused by GREEN-API: each leads to one call and one line of the audit log.
func TestEachQuestionCountsOnce(t *testing.T) {
	t.Parallel()
	inHouse(t, 1, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		err := h.green.Break(instanceapi.InstanceScope(first), instanceapi.Fault{
			Kind: instanceapi.Custom, Status: 400, Body: "bad request", Methods: []string{"reboot"},
		})
		if err != nil {
			t.Fatal(err)
		}
		a, b := h.asks(), h.asks()
		var shown string
		for _, question := range []botapi.Message{a, b, a, b, a} {
			tap := h.taps(opsGroup, question.ID, question.Keyboard[0][0].Data)
			h.pass(3 * time.Second)
			answer, _ := tap.Answer()
			shown = answer.Text
		}
		if !strings.Contains(shown, "confirmed already") {
			t.Errorf("pressed for the third time it says %q", shown)
		}
		if calls, lines := h.calls(first, "reboot"), h.rebootLines(); calls != 2 || lines != 2 {
			t.Errorf("%d calls and %d lines in the audit log, want 2 and 2", calls, lines)
		}
	})
}

// What was cancelled, or came too late, is not done after all, also when the program was killed in between.
func TestACancelledQuestionOutlivesAKill(t *testing.T) {
	t.Parallel()
	f := &fate{}
	inTrial(t, 1, f, func(t *testing.T, tr *trial) {
		tr.pass(2 * time.Minute)
		question := tr.asks()
		tr.insist(question, question.Keyboard[0][1].Data)
		tr.pass(time.Second)
		f.die()
		if err := <-tr.stopped; err != nil {
			t.Logf("the dead program ended with %v", err)
		}
		tr.pass(time.Second)
		tr.live(nil)
		tr.pass(5 * time.Second)
		tr.insist(question, question.Keyboard[0][0].Data)
		tr.pass(10 * time.Second)
		if n := tr.reboots(first); n != 0 {
			t.Errorf("%d reboots after Cancel", n)
		}
		if m, _ := tr.telegram.Message(opsGroup, question.ID); !strings.Contains(m.Text, "not rebooted") || !strings.Contains(m.Text, "Cancelled") {
			t.Errorf("the question reads\n%s", m.Text)
		}
	})
}

// While the bot's callback_query_mode is inline, presses come without their message: nothing is done, and who pressed, the
// log and a metric say why. That ends with the first press that comes as it should.
func TestPressesWithoutTheirMessage(t *testing.T) {
	t.Parallel()
	inHouse(t, 1, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.telegram.Say(opsGroup, operator, "/status "+first)
		h.pass(2 * time.Second)
		own := h.bots(opsGroup)
		card := own[len(own)-1]
		h.telegram.CallbackInline(true)
		for _, by := range []botapi.Person{operator, guest, operator} {
			if shown := h.press(opsGroup, card.ID, "Check now", by); !strings.Contains(shown, "callback_query_mode to default") {
				t.Errorf("shown %q", shown)
			}
		}
		if n := strings.Count(h.logged.String(), "callback_query_mode must be default"); n != 1 {
			t.Errorf("%d lines in the log", n)
		}
		h.scrape().expect(t, samples{"telegram_presses_without_message": 1})
		h.telegram.CallbackInline(false)
		if shown := h.press(opsGroup, card.ID, "Check now", operator); !strings.Contains(shown, "the API says authorized") {
			t.Errorf("shown %q", shown)
		}
		h.scrape().expect(t, samples{"telegram_presses_without_message": 0})
	})
}
