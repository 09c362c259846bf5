package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// Whatever a crowd does, an alert is told and an operator answered within these.
const (
	alertWithin  = 5 * time.Second
	answerWithin = 2 * time.Second
	editWithin   = 20 * time.Second
)

func nobody(n int) botapi.Person {
	return botapi.Person{ID: 900_000 + int64(n), FirstName: fmt.Sprintf("Stranger %d", n)}
}

// every does something once per step, n times, in the background; done is closed after the last.
func (h *house) every(step time.Duration, n int, do func(n int)) (done chan struct{}) {
	done = make(chan struct{})
	go func() {
		defer close(done)
		for i := range n {
			do(i)
			time.Sleep(step)
		}
	}()
	return done
}

// believedAt is when the last change of an instance was believed.
func (h *house) believedAt(id string) time.Time {
	h.t.Helper()
	past, err := h.app.store.Transitions(h.t.Context(), monitor.InstanceID(id).Subject(), 1)
	if err != nil || len(past) == 0 {
		h.t.Fatalf("no transition of %s: %v", id, err)
	}
	return past[0].At
}

// wantTold fails unless each chat was told of an instance within a time of its being believed.
func (h *house) wantTold(id, text string, within time.Duration, chats ...int64) {
	h.t.Helper()
	at := h.believedAt(id)
	for _, chat := range chats {
		late := time.Duration(-1)
		for _, m := range h.bots(chat) {
			if late < 0 && strings.Contains(m.Text, text) && !m.SentAt.Before(at.Truncate(time.Second)) {
				late = m.SentAt.Sub(at)
			}
		}
		if late < 0 || late > within {
			h.t.Errorf("chat %d was told of %q after %s, want %s", chat, text, late, within)
		}
	}
}

// wantAnswer has an operator write a command, and fails unless the answer comes in time.
func (h *house) wantAnswer(chat int64, command, text string, within time.Duration) {
	h.t.Helper()
	h.telegram.Say(chat, operator, command)
	asked := time.Now()
	for {
		for _, m := range h.bots(chat) {
			if strings.Contains(m.Text, text) && m.SentAt.After(asked.Add(-time.Second)) {
				return
			}
		}
		if time.Since(asked) > 3*time.Minute {
			h.t.Errorf("%s in %d was never answered", command, chat)
			return
		}
		h.pass(50 * time.Millisecond)
		if took := time.Since(asked); took > within && took <= within+50*time.Millisecond {
			h.t.Errorf("%s in %d was not answered within %s", command, chat, within)
		}
	}
}

// wantEdited fails unless a chat's card of an instance has the text within a time from now.
func (h *house) wantEdited(chat int64, message int, text string, within time.Duration) {
	h.t.Helper()
	began := time.Now()
	for time.Since(began) < 5*time.Minute {
		if m, _ := h.telegram.Message(chat, message); strings.Contains(m.Text, text) {
			if took := time.Since(began); took > within {
				h.t.Errorf("the card was edited after %s, want %s", took, within)
			}
			return
		}
		h.pass(200 * time.Millisecond)
	}
	h.t.Errorf("the card in %d was never edited:\n%s", chat, h.transcript(chat))
}

// A hundred strangers write once a second each: nobody else waits for them, and they are not all greeted.
func TestStrangersStarveNobody(t *testing.T) {
	t.Parallel()
	skipWhereSlow(t)
	inHouse(t, 2, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		done := h.every(time.Second, 240, func(int) {
			for n := range 100 {
				h.telegram.Say(nobody(n).ID, nobody(n), "/start")
			}
		})
		h.pass(5 * time.Second)
		h.wantAnswer(operator.ID, "/status", "2 numbers", answerWithin)
		h.wantAnswer(opsGroup, "/status", "2 numbers", answerWithin)
		h.set(first, instanceapi.Blocked)
		h.pass(100 * time.Second)
		h.wantTold(first, "Kazan_01", alertWithin, h.chats()...)
		card := h.find(opsGroup, "Kazan_01")
		h.wantAnswer(operator.ID, "/status", "1 of 2 numbers", answerWithin)
		was := h.believedAt(first)
		h.set(first, instanceapi.Authorized)
		for h.believedAt(first).Equal(was) {
			h.pass(time.Second)
		}
		h.wantEdited(opsGroup, card.ID, "works again", editWithin)
		<-done
		greeted := 0
		for n := range 100 {
			greeted += len(h.bots(nobody(n).ID))
		}
		if greeted < 60 || greeted > 600 {
			t.Errorf("strangers were greeted %d times in four minutes", greeted)
		}
		if lines := strings.Count(h.logged.String(), "too much asked"); lines > 3 {
			t.Errorf("%d log lines about what was not answered", lines)
		}
	})
}

// Three thousand strangers at once.
func TestACrowdOfStrangersAtOnce(t *testing.T) {
	t.Parallel()
	skipWhereSlow(t)
	inHouse(t, 2, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		for n := range 3000 {
			h.telegram.Say(nobody(n).ID, nobody(n), "/start")
		}
		h.wantAnswer(operator.ID, "/status", "2 numbers", answerWithin)
		h.wantAnswer(opsGroup, "/status", "2 numbers", answerWithin)
		for n := range 3000 {
			h.telegram.Say(nobody(n).ID, nobody(n), "/start")
		}
		h.set(first, instanceapi.Blocked)
		h.pass(100 * time.Second)
		h.wantTold(first, "Kazan_01", alertWithin, h.chats()...)
		h.telegram.Say(4242, botapi.Person{ID: 4242, FirstName: "Late"}, "/start")
		h.pass(10 * time.Second)
		if n := len(h.bots(4242)); n != 1 {
			t.Errorf("who comes after the crowd gets %d greetings", n)
		}
	})
}

// Ten thousand presses of a member leave the operator's press its answer.
func TestAHammeringMemberStarvesNoOperator(t *testing.T) {
	t.Parallel()
	skipWhereSlow(t)
	inHouse(t, 2, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.NotAuthorized)
		h.pass(100 * time.Second)
		card := h.find(opsGroup, "Kazan_01: logged out")
		hammer := func(n int) {
			for range n {
				if _, err := h.telegram.PressData(opsGroup, card.ID, "reboot:"+first, guest); err != nil {
					t.Fatal(err)
				}
			}
		}
		slow := h.telegram.Inject(botapi.Fault{Method: "answerCallbackQuery", Effect: botapi.Drip(300 * time.Millisecond)})
		hammer(5000)
		tap := h.taps(opsGroup, card.ID, "reboot:"+first)
		h.pass(answerWithin)
		h.wantTapped(tap)
		question := h.find(opsGroup, "Reboot Kazan_01")
		hammer(5000)
		tap = h.taps(opsGroup, question.ID, question.Keyboard[0][0].Data)
		h.pass(answerWithin)
		h.wantTapped(tap)
		h.wantEdited(opsGroup, question.ID, "on its way", answerWithin)
		slow.Off()
		if h.reboots(first) != 1 {
			t.Errorf("%d reboots", h.reboots(first))
		}
		h.set("7105000002", instanceapi.Blocked)
		done := h.every(time.Second, 100, func(int) { hammer(100) })
		<-done
		h.wantTold("7105000002", "Kazan_02", alertWithin, opsGroup)
		last, err := h.telegram.PressData(opsGroup, card.ID, "reboot:"+first, guest)
		if err != nil {
			t.Fatal(err)
		}
		h.pass(answerWithin)
		h.wantTapped(last)
		if lines := strings.Count(h.logged.String(), "too much asked"); lines > 3 {
			t.Errorf("%d log lines about what was not answered", lines)
		}
	})
}

// taps presses without waiting for the answer.
func (h *house) taps(chat int64, message int, data string) *botapi.Tap {
	h.t.Helper()
	tap, err := h.telegram.PressData(chat, message, data, operator)
	if err != nil {
		h.t.Fatal(err)
	}
	return tap
}

func (h *house) wantTapped(tap *botapi.Tap) {
	h.t.Helper()
	if _, answered := tap.Answer(); !answered {
		h.t.Errorf("a press was not answered within %s", answerWithin)
	}
}

// An operator who presses Yes forty times in a group edits the question once, and holds no alert back.
func TestAnImpatientOperatorHoldsNoAlertBack(t *testing.T) {
	t.Parallel()
	for _, step := range []time.Duration{0, 700 * time.Millisecond} {
		t.Run(step.String(), func(t *testing.T) {
			t.Parallel()
			inHouse(t, 2, func(t *testing.T, h *house) {
				h.pass(2 * time.Minute)
				h.set("7105000002", instanceapi.Blocked)
				h.pass(10 * time.Second)
				h.telegram.Say(opsGroup, operator, "/reboot "+first)
				h.pass(2 * time.Second)
				question := h.find(opsGroup, "Reboot Kazan_01")
				for range 40 {
					h.taps(opsGroup, question.ID, question.Keyboard[0][0].Data)
					h.pass(step)
				}
				for !h.believed("7105000002", monitor.Bad) {
					h.taps(opsGroup, question.ID, question.Keyboard[0][0].Data)
					h.pass(time.Second)
				}
				h.pass(30 * time.Second)
				h.wantTold("7105000002", "Kazan_02", alertWithin, h.chats()...)
				if m, _ := h.telegram.Message(opsGroup, question.ID); m.Edits > 3 {
					t.Errorf("the question was edited %d times", m.Edits)
				}
				if h.reboots(first) != 1 {
					t.Errorf("%d reboots", h.reboots(first))
				}
			})
		})
	}
}

func (h *house) believed(id string, v monitor.Verdict) bool { return h.kase(id).Belief.Verdict() == v }

// Members who ask much leave the group's share of messages to alerts and operators.
func TestMembersWhoAskMuchLeaveRoom(t *testing.T) {
	t.Parallel()
	inHouse(t, 2, func(_ *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.Blocked)
		done := h.every(time.Second, 90, func(int) {
			h.telegram.Say(opsGroup, guest, "/status")
			h.telegram.Say(opsGroup, guest, "/help")
		})
		h.pass(30 * time.Second)
		h.wantAnswer(opsGroup, "/status "+first, "7105000001", answerWithin)
		<-done
		h.wantTold(first, "Kazan_01: blocked", alertWithin, opsGroup)
	})
}
