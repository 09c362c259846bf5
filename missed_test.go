package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// While a group refuses for some minutes, more comes than incidents that last: it waits, and is told.
func TestNothingIsMissedWhileAChatRefuses(t *testing.T) {
	t.Parallel()
	inOneChat(t, func(t *testing.T, h *house, _ *clinic) {
		h.set("7105000003", instanceapi.NotAuthorized)
		h.pass(3 * time.Minute)
		h.tellsOf(opsGroup, "Kazan_03: logged out")
		refused := h.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "sendMessage", Effect: chatRefusals["rights"]})
		probe := h.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "sendChatAction", Effect: chatRefusals["rights"]})
		h.set(first, instanceapi.Blocked)
		for refused.Hits() == 0 {
			h.pass(time.Second)
		}
		h.pass(10 * time.Second)
		conflict := h.telegram.Inject(botapi.Fault{Method: "getUpdates", Effect: botapi.Refuse(409, "Conflict: terminated by other getUpdates request")})
		h.pass(time.Minute)
		conflict.Off()
		h.set(second, instanceapi.Blocked)
		h.pass(2 * time.Minute)
		h.set(second, instanceapi.Authorized)
		h.set("7105000003", instanceapi.Authorized)
		h.pass(3 * time.Minute)
		refused.Off()
		probe.Off()
		h.pass(20 * time.Minute)
		for _, text := range []string{"Kazan_01", "Kazan_02", "Kazan_03: works again", "Buttons and commands may not reach me"} {
			h.tellsOf(opsGroup, text)
		}
		if strings.Contains(h.transcript(opsGroup), "cannot write") {
			t.Error("the chat is told of itself")
		}
	})
}

// A group refuses every now and then: it is told of what it was not told, and the others are told of it once an hour at most.
func TestAChatThatRefusesNowAndThen(t *testing.T) {
	t.Parallel()
	inHouse(t, 6, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.set("7105000005", instanceapi.NotAuthorized)
		h.set("7105000006", instanceapi.NotAuthorized)
		h.pass(3 * time.Minute)
		for n, id := range []string{first, second, "7105000003", "7105000004"} {
			refused := h.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "sendMessage", Effect: chatRefusals["rights"]})
			h.set(id, instanceapi.Blocked)
			for refused.Hits() == 0 {
				h.pass(time.Second)
			}
			refused.Off()
			h.pass(4 * time.Minute)
			for _, name := range []string{"Kazan_01", "Kazan_02", "Kazan_03", "Kazan_04"}[:n+1] {
				h.tellsOf(opsGroup, name)
			}
		}
		for _, name := range []string{"Kazan_01", "Kazan_02", "Kazan_03", "Kazan_04", "Kazan_05", "Kazan_06"} {
			if n := strings.Count(h.transcript(opsGroup), name); n > 1 {
				t.Errorf("%s is told %d times", name, n)
			}
		}
		if n := strings.Count(h.transcript(operator.ID), "I cannot write to a chat any more"); n > 2 {
			t.Errorf("the others are told %d times", n)
		}
		if t.Failed() {
			t.Log(h.transcript(opsGroup))
		}
	})
}

// After more than a day nothing new waits for a group; at its return it is told of everything that lasts.
func TestAChatThatIsBackAfterLong(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.Blocked)
		h.pass(3 * time.Minute)
		h.telegram.RemoveBot(opsGroup, guest)
		h.pass(25 * time.Hour)
		before := len(h.bots(opsGroup))
		h.set(second, instanceapi.Blocked)
		h.set("7105000003", instanceapi.Blocked)
		h.pass(10 * time.Minute)
		h.set("7105000003", instanceapi.Authorized)
		h.pass(10 * time.Minute)
		h.telegram.AddBot(opsGroup, operator)
		h.pass(time.Minute)
		var told strings.Builder
		for _, m := range h.bots(opsGroup)[before:] {
			told.WriteString(m.Text)
		}
		if got := told.String(); !strings.Contains(got, "Kazan_01") || !strings.Contains(got, "Kazan_02") || strings.Contains(got, "Kazan_03") {
			t.Errorf("told at its return:\n%s", h.transcript(opsGroup))
		}
	})
}

// A chat that is new in the settings, or there again after a slip, is told of what lasts, once.
func TestAChatThatIsNewInTheSettings(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(_ *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.Blocked)
		h.pass(3 * time.Minute)
		all := h.cfg.Chats
		h.end()
		h.cfg.Chats = all[2:]
		h.start()
		h.pass(time.Minute)
		h.set(second, instanceapi.Blocked)
		h.pass(3 * time.Minute)
		h.find(operator.ID, "Kazan_02: blocked")
		h.end()
		h.cfg.Chats = all
		h.start()
		h.pass(3 * time.Minute)
		h.restart()
		h.pass(3 * time.Minute)
		h.find(opsGroup, "Kazan_01: blocked")
		h.find(opsGroup, "Kazan_02: blocked")
		h.find(operator.ID, "Kazan_02: blocked")
		h.set(second, instanceapi.Authorized)
		h.pass(3 * time.Minute)
		h.tellsOf(opsGroup, "Kazan_02: works again")
	})
}

// One chat that no probe gets an answer of holds up no other.
func TestAProbeWithoutAnAnswerHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(_ *testing.T, h *house) {
		h.pass(2 * time.Minute)
		var faults []*botapi.Injected
		for _, chat := range []int64{opsGroup, forum, operator.ID} {
			for _, method := range []string{"sendMessage", "sendChatAction"} {
				faults = append(faults, h.telegram.Inject(botapi.Fault{Chat: chat, Method: method, Effect: chatRefusals["rights"]}))
			}
		}
		h.set(first, instanceapi.Blocked)
		h.pass(2 * time.Minute)
		for _, f := range faults {
			f.Off()
		}
		h.telegram.Inject(botapi.Fault{Chat: forum, Method: "sendChatAction", Effect: botapi.FloodWait(40)})
		h.pass(30 * time.Minute)
		h.tellsOf(opsGroup, "Kazan_01: blocked")
		h.tellsOf(operator.ID, "Kazan_01: blocked")
	})
}

// A group refuses again and again in a storm, and greenwatch ends and starts meanwhile: all is told, nothing twice without
// a mark.
func TestAStormInAGroupThatRefuses(t *testing.T) {
	t.Parallel()
	inTrial(t, crowd, nil, func(_ *testing.T, tr *trial) {
		digest := tr.goOut(opsGroup)
		for n, effect := range []botapi.Effect{
			chatRefusals["rights"], strangeRefusals["new"], botapi.Refuse(500, "Internal Server Error"), chatRefusals["kicked"],
		} {
			var faults []*botapi.Injected
			for _, method := range []string{"sendMessage", "editMessageText", "sendChatAction"} {
				faults = append(faults, tr.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: method, Effect: effect}))
			}
			for i := range 4 {
				tr.set(fmt.Sprint(7105000001+(n*3+i)%crowd), []instanceapi.State{instanceapi.Authorized, instanceapi.Blocked}[(n+i)%2])
			}
			tr.pass(90 * time.Second)
			if n == 1 {
				tr.telegram.RemoveMessage(opsGroup, digest.ID)
			}
			if n%2 == 1 {
				tr.tellOnly(tr.cfg.Chats...)
			}
			tr.pass(30 * time.Second)
			for _, f := range faults {
				f.Off()
			}
			tr.pass(7 * time.Minute)
		}
		tr.pass(20 * time.Minute)
	})
}
