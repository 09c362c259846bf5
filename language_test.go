package main

import (
	"strings"
	"testing"
	"time"

	"greenwatch/simulator/instanceapi"
)

// One alert reaches each chat in the language that it has chosen, and so does all that follows, also after a restart.
func TestEachChatHearsItsLanguage(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.telegram.Say(opsGroup, operator, "/language ru")
		h.pass(3 * time.Second)
		h.tellsOf(opsGroup, "Теперь пишу здесь по-русски")
		h.set(first, instanceapi.NotAuthorized)
		h.pass(2 * time.Minute)
		card := h.find(opsGroup, "Kazan_01: слетела авторизация WhatsApp")
		h.find(forum, "Kazan_01: logged out of WhatsApp")
		if shown := h.press(opsGroup, card.ID, "Проверить", guest); !strings.Contains(shown, "Kazan_01: API отвечает notAuthorized") {
			t.Errorf("the press is answered with %q", shown)
		}
		if shown := h.press(opsGroup, card.ID, "Перезагрузить", guest); !strings.Contains(shown, "Это могут только операторы.") {
			t.Errorf("the press is refused with %q", shown)
		}

		h.restart()
		h.pass(time.Minute)
		h.set(first, instanceapi.Authorized)
		h.pass(3 * time.Minute)
		for _, m := range h.bots(opsGroup) {
			if m.ID == card.ID && (m.Edits == 0 || !strings.Contains(m.Text, "Kazan_01: снова работает")) {
				t.Errorf("the card reads:\n%s", m.Text)
			}
		}
		h.tellsOf(forum, "Kazan_01: works again")
		h.telegram.Say(opsGroup, guest, "/status")
		h.pass(3 * time.Second)
		h.tellsOf(opsGroup, "Все 3 номера authorized")
	})
}

// The settings' language is that of every chat that has not chosen.
func TestLanguageOfTheSettings(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 3, func(_ *testing.T, h *house) {
		h.cfg.Language = "ru"
		h.start()
		h.pass(2 * time.Minute)
		h.telegram.Say(operator.ID, operator, "/language english")
		h.pass(3 * time.Second)
		h.set(first, instanceapi.Blocked)
		h.pass(2 * time.Minute)
		h.tellsOf(opsGroup, "Слежу за 3 номерами")
		h.tellsOf(opsGroup, "Kazan_01: WhatsApp заблокировал номер")
		h.tellsOf(forum, "Kazan_01: WhatsApp заблокировал номер")
		h.tellsOf(operator.ID, "Kazan_01: blocked by WhatsApp")
	})
}
