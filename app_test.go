package main

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

const first = "7105000001"

// chats is everybody who is told in the house.
func (h *house) chats() []int64 { return []int64{opsGroup, forum, operator.ID} }

// everywhere gives each chat's only bot message with the text, and fails where a chat has none or several.
func (h *house) everywhere(text string) map[int64]botapi.Message {
	h.t.Helper()
	found := make(map[int64]botapi.Message)
	for _, chat := range h.chats() {
		found[chat] = h.find(chat, text)
	}
	return found
}

// nowhere fails where a chat has a bot message with the text.
func (h *house) nowhere(text string) {
	h.t.Helper()
	for _, chat := range h.chats() {
		for _, m := range h.bots(chat) {
			if strings.Contains(m.Text, text) {
				h.t.Errorf("chat %d has a message with %q:\n%s", chat, text, h.transcript(chat))
			}
		}
	}
}

// count is how many messages the bot has in all chats.
func (h *house) count() int {
	n := 0
	for _, chat := range h.chats() {
		n += len(h.bots(chat))
	}
	return n
}

func TestFromGoodToBadAndBack(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.everywhere("Watching 3 numbers")

		if err := h.green.FalseLogout(first); err != nil {
			t.Fatal(err)
		}
		h.pass(90 * time.Second)
		cards := h.everywhere("logged out of WhatsApp")
		for chat, card := range cards {
			for _, want := range []string{"Kazan_01", "notAuthorized since", "checked twice", first, "Before: authorized", "Reboot", "24 hours"} {
				if !strings.Contains(card.Text, want) {
					t.Errorf("the card in %d does not say %q:\n%s", chat, want, card.Text)
				}
			}
			if card.Silent {
				t.Errorf("the card in %d did not ring", chat)
			}
		}
		if cards[forum].Topic == 0 {
			t.Error("the forum's card is not in its topic")
		}

		h.restart()
		h.pass(3 * time.Minute)
		h.everywhere("logged out of WhatsApp")

		h.press(opsGroup, cards[opsGroup].ID, "Reboot", operator)
		h.pass(2 * time.Second)
		prompt := h.find(opsGroup, "Reboot Kazan_01")
		if shown := h.press(opsGroup, prompt.ID, prompt.Keyboard[0][0].Text, guest); shown == "" {
			t.Error("a guest may confirm")
		}
		confirm := prompt.Keyboard[0][0].Data
		h.pressData(opsGroup, prompt.ID, confirm, operator)
		h.pressData(opsGroup, prompt.ID, confirm, operator)
		h.pass(5 * time.Second)
		h.pressData(opsGroup, prompt.ID, confirm, operator)
		if n := h.reboots(first); n != 1 {
			t.Fatalf("%d reboots, want 1", n)
		}
		h.restart()
		h.pass(4 * time.Minute)
		if n := h.reboots(first); n != 1 {
			t.Fatalf("%d reboots after the restart, want 1", n)
		}
		for chat, card := range cards {
			now, _ := h.telegram.Message(chat, card.ID)
			for _, want := range []string{"🟢", "works again after", "@ops_a"} {
				if !strings.Contains(now.Text, want) {
					t.Errorf("the recovered card in %d does not say %q:\n%s", chat, want, now.Text)
				}
			}
			replies := 0
			for _, m := range h.bots(chat) {
				if m.ReplyTo == card.ID && m.Silent && strings.Contains(m.Text, "works again") {
					replies++
				}
			}
			if replies != 1 {
				t.Errorf("%d silent replies of the recovery in %d, want 1:\n%s", replies, chat, h.transcript(chat))
			}
		}
	})
}

func TestRestartTellsNothingTwice(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.Blocked)
		for step := range 30 {
			h.pass(time.Duration(1+step%7) * time.Second)
			h.restart()
		}
		h.pass(2 * time.Minute)
		h.everywhere("blocked by WhatsApp")
		if n := h.count(); n != 6 {
			t.Errorf("%d messages, want a greeting and a card in each of three chats:\n%s", n, h.transcript(opsGroup))
		}
	})
}

func TestTelegramAwayForTenMinutes(t *testing.T) {
	t.Parallel()
	effects := map[string]botapi.Fault{
		"black hole": {Effect: botapi.BlackHole()},
		"reset":      {Effect: botapi.Reset()},
		"502":        {Effect: botapi.Gateway(502)},
		"500":        {Effect: botapi.Refuse(500, "Internal Server Error: restart")},
		"429":        {Effect: botapi.FloodWait(20)},
		"401":        {Effect: botapi.Refuse(401, "Unauthorized")},
	}
	for name, fault := range effects {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inHouse(t, 3, func(t *testing.T, h *house) {
				h.pass(2 * time.Minute)
				before := h.count()
				broken := h.telegram.Inject(fault)
				h.set(first, instanceapi.NotAuthorized)
				h.set("7105000002", instanceapi.Suspended)
				h.pass(5 * time.Minute)
				h.set("7105000002", instanceapi.Authorized)
				h.pass(5 * time.Minute)
				if n := h.count(); n != before {
					t.Fatalf("%d messages while Telegram was away", n-before)
				}
				broken.Off()
				h.pass(3 * time.Minute)
				h.everywhere("logged out of WhatsApp")
				h.everywhere("Kazan_02")
				for _, m := range h.everywhere("Kazan_02") {
					if !strings.Contains(m.Text, "suspended") || !strings.Contains(m.Text, "authorized again") {
						t.Errorf("what came and went while Telegram was away reads:\n%s", m.Text)
					}
				}
			})
		})
	}
}

func TestStoredButAnswerLost(t *testing.T) {
	t.Parallel()
	inHouse(t, 1, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.telegram.Inject(botapi.Fault{Method: "sendMessage", Chat: opsGroup, Times: 1, Stored: true, Effect: botapi.Reset()})
		h.set(first, instanceapi.Blocked)
		h.pass(3 * time.Minute)
		var seen []botapi.Message
		for _, m := range h.bots(opsGroup) {
			if strings.Contains(m.Text, "blocked by WhatsApp") {
				seen = append(seen, m)
			}
		}
		if len(seen) != 2 || strings.Contains(seen[0].Text, "repeat") || !strings.Contains(seen[1].Text, "repeat") {
			t.Errorf("want the alert, and again marked as a repeat:\n%s", h.transcript(opsGroup))
		}
		h.find(forum, "blocked by WhatsApp")
	})
}

func TestGreenAPIBroken(t *testing.T) {
	t.Parallel()
	kinds := []instanceapi.Kind{
		instanceapi.ServerErrorText, instanceapi.ServerErrorJSON, instanceapi.BadGateway, instanceapi.Garbage, instanceapi.Null,
		instanceapi.Throttled, instanceapi.Hang, instanceapi.Huge, instanceapi.EmptyBody, instanceapi.Reset, instanceapi.StatusFalse,
	}
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			inHouse(t, 3, func(t *testing.T, h *house) { h.breakGreen(t, kind) })
		})
	}
}

// breakGreen breaks the API shortly, when nothing may be told; then for so long that not seeing is told as our view;
// and has a number drop out meanwhile, which must be told.
func (h *house) breakGreen(t *testing.T, kind instanceapi.Kind) {
	h.pass(2 * time.Minute)
	quiet := h.count()
	h.breakAll(kind)
	h.pass(100 * time.Second)
	h.green.Mend(instanceapi.WholeAPI)
	h.pass(3 * time.Minute)
	if n := h.count(); n != quiet {
		t.Fatalf("%d messages about a short fault:\n%s", n-quiet, h.transcript(opsGroup))
	}

	h.breakAll(kind)
	h.set(first, instanceapi.NotAuthorized)
	h.pass(10 * time.Minute)
	h.nowhere("logged out")
	h.green.Mend(instanceapi.WholeAPI)
	h.pass(3 * time.Minute)
	for _, chat := range h.chats() {
		told := false
		for _, m := range h.bots(chat) {
			told = told || strings.Contains(m.Text, "Kazan_01") && strings.Contains(m.Text, "notAuthorized")
		}
		if !told {
			t.Errorf("what happened during the fault is not told in %d:\n%s", chat, h.transcript(chat))
		}
	}
}

func (h *house) breakAll(kind instanceapi.Kind) {
	h.t.Helper()
	if err := h.green.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: kind}); err != nil {
		h.t.Fatal(err)
	}
}

func TestHugeAnswersCostNoMemory(t *testing.T) {
	inHouse(t, 5, func(t *testing.T, h *house) {
		h.pass(time.Minute)
		var before, after runtime.MemStats
		h.breakAll(instanceapi.Huge)
		runtime.ReadMemStats(&before)
		h.pass(20 * time.Minute)
		runtime.ReadMemStats(&after)
		calls := 5 * 20
		if per := (after.TotalAlloc - before.TotalAlloc) / uint64(calls); per > 4<<20 {
			t.Errorf("%d bytes allocated per call of 100 MB", per)
		}
	})
}

func TestMoreThanThreeDueAreOneMessage(t *testing.T) {
	t.Parallel()
	inHouse(t, 40, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		before := h.count()
		broken := h.telegram.Inject(botapi.Fault{Method: "sendMessage", Effect: botapi.Gateway(502)})
		for i := range 30 {
			h.set(fmt.Sprint(7105000001+i), instanceapi.NotAuthorized)
		}
		h.pass(3 * time.Minute)
		broken.Off()
		h.pass(time.Minute)
		if n := h.count() - before; n != len(h.chats()) {
			t.Errorf("%d messages, want one a chat:\n%s", n, h.transcript(opsGroup))
		}
		for chat, m := range h.everywhere("30 notAuthorized") {
			for i := range 30 {
				if name := fmt.Sprintf("Kazan_%02d", i+1); !strings.Contains(m.Text, name) {
					t.Errorf("%s is not named in %d", name, chat)
				}
			}
		}
		h.set(first, instanceapi.Authorized)
		h.pass(3 * time.Minute)
		h.everywhere("29 notAuthorized")
	})
}

func TestCallsKeepToTheRate(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(time.Minute)
		for range 5 {
			h.telegram.Say(opsGroup, operator, "/check@watch_bot "+first)
		}
		h.set(first, instanceapi.Blocked)
		h.pass(5 * time.Minute)
		c, err := h.green.Counters(first)
		if err != nil {
			t.Fatal(err)
		}
		if c.MaxConcurrent > 1 || c.SmallestGap < time.Second {
			t.Errorf("%d calls at once, %s apart", c.MaxConcurrent, c.SmallestGap)
		}
	})
}

func TestStartsWhileBothAreDown(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 3, func(t *testing.T, h *house) {
		h.telegram.Inject(botapi.Fault{Effect: botapi.BlackHole()})
		h.breakAll(instanceapi.Hang)
		h.start()
		h.pass(5 * time.Minute)
		h.set(first, instanceapi.Blocked)
		h.telegram.ClearFaults()
		h.green.Mend(instanceapi.WholeAPI)
		h.pass(3 * time.Minute)
		for _, chat := range h.chats() {
			if !strings.Contains(h.transcript(chat), "Kazan_01: blocked by WhatsApp") {
				t.Errorf("not told in %d:\n%s", chat, h.transcript(chat))
			}
		}
		h.telegram.Say(operator.ID, operator, "/status")
		h.pass(5 * time.Second)
		h.find(operator.ID, "2 of 3 numbers authorized")
	})
}

func TestEndsInTimeWhileEverythingHangs(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(_ *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.Blocked)
		h.telegram.Inject(botapi.Fault{Effect: botapi.BlackHole()})
		h.pass(90 * time.Second)
		h.breakAll(instanceapi.Hang)
		h.pass(50 * time.Second)
		h.end() // fails the test where it takes longer than promised
		h.telegram.ClearFaults()
		h.green.Mend(instanceapi.WholeAPI)
		h.start()
		h.pass(2 * time.Minute)
		h.everywhere("blocked by WhatsApp")
	})
}

func TestAbsenceIsToldOnce(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.end()
		h.pass(30 * time.Minute)
		h.set(first, instanceapi.Blocked) // which GREEN-API's history has
		h.set("7105000002", instanceapi.Suspended)
		h.pass(25 * time.Minute)
		h.start()
		h.pass(5 * time.Minute)
		h.everywhere("I was away")
		for text, want := range map[string]string{"blocked by WhatsApp": "since 00:32", "restricted its sending": "between 00:0"} {
			for _, m := range h.everywhere(text) {
				if !strings.Contains(m.Text, want) {
					t.Errorf("the card does not say %q:\n%s", want, m.Text)
				}
			}
		}
	})
}

func TestFirstSight(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 20, func(t *testing.T, h *house) {
		for i := range 8 {
			h.set(fmt.Sprint(7105000001+i), instanceapi.NotAuthorized)
		}
		h.start()
		h.pass(2 * time.Minute)
		rolls := h.everywhere("Watching 20 numbers")
		h.nowhere("logged out of WhatsApp")
		for i := range 8 {
			if name := fmt.Sprintf("Kazan_%02d", i+1); !strings.Contains(rolls[opsGroup].Text, name) {
				t.Errorf("%s is not named:\n%s", name, rolls[opsGroup].Text)
			}
		}
		h.set(first, instanceapi.Authorized)
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.NotAuthorized)
		h.pass(2 * time.Minute)
		h.everywhere("Kazan_01: logged out of WhatsApp")

		h.press(opsGroup, rolls[opsGroup].ID, "Watch these too", operator)
		h.pass(2 * time.Minute)
		for _, m := range h.everywhere("7 numbers") {
			if !strings.Contains(m.Text, "Kazan_08") || m.Silent {
				t.Errorf("the adopted ones do not ring by name:\n%s", m.Text)
			}
		}
	})
}

func TestTheListChanges(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 5, func(t *testing.T, h *house) {
		h.list(7105000001, 3)
		h.start()
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.Blocked)
		h.pass(2 * time.Minute)
		card := h.everywhere("blocked by WhatsApp")[opsGroup]
		h.end()
		h.list(7105000002, 4)
		h.start()
		h.pass(2 * time.Minute)
		if now, _ := h.telegram.Message(opsGroup, card.ID); !strings.Contains(now.Text, "⚪") || now.Edits == 0 {
			t.Errorf("the card of an instance that left reads:\n%s", now.Text)
		}
		h.everywhere("Watching 2 more numbers")
	})
}
