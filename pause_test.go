package main

import (
	"testing"
	"time"

	"greenwatch/outside/outsidetest"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// Telegram refuses edits for minutes, and messages not: alerts and answers go out all the same.
func TestAnEditsPauseHoldsNoMessageBack(t *testing.T) {
	t.Parallel()
	inHouse(t, 2, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.NotAuthorized)
		h.pass(100 * time.Second)
		h.find(opsGroup, "Kazan_01: logged out")
		edits := h.telegram.Inject(botapi.Fault{Method: "editMessageText", Chat: opsGroup, Effect: botapi.FloodWait(222)})
		h.set(first, instanceapi.Blocked)
		for edits.Hits() == 0 {
			h.pass(time.Second)
		}
		h.wantAnswer(opsGroup, "/status", "2 numbers", answerWithin)
		h.set("7105000002", instanceapi.Blocked)
		h.pass(100 * time.Second)
		h.wantTold("7105000002", "Kazan_02", alertWithin, h.chats()...)
		if n := edits.Hits(); n > 1 {
			t.Errorf("%d edits were tried in the pause", n)
		}
	})
}

// A message that is refused too pauses the whole chat: nothing is tried until that is over.
func TestAMessagesPauseHoldsAllBack(t *testing.T) {
	t.Parallel()
	inHouse(t, 2, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		all := h.telegram.Inject(botapi.Fault{Chat: opsGroup, Effect: botapi.FloodWait(200)})
		h.set(first, instanceapi.Blocked)
		for all.Hits() == 0 {
			h.pass(time.Second)
		}
		h.telegram.Say(opsGroup, operator, "/status")
		h.set("7105000002", instanceapi.Blocked)
		h.pass(190 * time.Second)
		if n := all.Hits(); n != 1 {
			t.Errorf("%d calls in the pause", n)
		}
		all.Off()
		h.pass(30 * time.Second)
		h.find(opsGroup, "Kazan_02")
		h.wantTold(first, "Kazan_01", alertWithin, forum, operator.ID)
	})
}

// A chat that is paused for longer than FALLBACK_AFTER is told of elsewhere.
func TestAPausedChatIsToldOfElsewhere(t *testing.T) {
	t.Parallel()
	inHouseWithMail(t, 2, func(_ *testing.T, h *house, m *outsidetest.Mail) {
		h.pass(2 * time.Minute)
		h.telegram.Inject(botapi.Fault{Method: "sendMessage", Effect: botapi.FloodWait(280)})
		h.set(first, instanceapi.Blocked)
		for !h.believed(first, "bad") {
			h.pass(time.Second)
		}
		h.pass(100 * time.Second)
		expectMails(h.t, m, 0)
		h.pass(40 * time.Second)
		expectMails(h.t, m, 1, "Kazan_01")
	})
}
