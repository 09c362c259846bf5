package main

import (
	"strings"
	"testing"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// An edit is refused in words that nobody knows: it is tried ever more slowly, and holds up no other card.
func TestAnEditIsRefusedInUnknownWords(t *testing.T) {
	t.Parallel()
	inOneChat(t, func(t *testing.T, h *house, _ *clinic) {
		h.set(first, instanceapi.Blocked)
		h.set(second, instanceapi.Blocked)
		h.pass(2 * time.Minute)
		card := h.find(opsGroup, "Kazan_01: blocked")
		reads := func(id int) string {
			for _, m := range h.bots(opsGroup) {
				if m.ID == id {
					return m.Text
				}
			}
			return ""
		}
		other := h.find(opsGroup, "Kazan_02: blocked")
		refused := h.telegram.Inject(botapi.Fault{
			Chat: opsGroup, Method: "editMessageText", Text: "Kazan_01", Effect: botapi.Refuse(400, "Bad Request: SOMETHING_NEW"),
		})
		h.set(first, instanceapi.Authorized)
		h.pass(3 * time.Minute)
		h.set(second, instanceapi.Authorized)
		h.pass(2 * time.Minute)
		if text := reads(other.ID); !strings.Contains(text, "works again") {
			t.Errorf("the other card is held up:\n%s", text)
		}
		h.pass(10 * time.Hour)
		if n := refused.Hits(); n < 20 || n > 60 {
			t.Errorf("%d tries in 10 hours", n)
		}
		refused.Off()
		h.pass(time.Hour + time.Minute)
		if text := reads(card.ID); !strings.Contains(text, "works again") {
			t.Errorf("the card is not brought up to date:\n%s", text)
		}
	})
}
