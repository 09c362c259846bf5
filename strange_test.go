package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"greenwatch/outside/outsidetest"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// strangeRefusals are words that nobody knows.
var strangeRefusals = map[string]botapi.Effect{
	"flood":     botapi.Refuse(400, "Bad Request: PEER_FLOOD"),
	"new":       botapi.Refuse(400, "Bad Request: SOMETHING_NEW"),
	"empty":     botapi.Refuse(400, "Bad Request: message text is empty"),
	"406":       botapi.Refuse(406, "Not Acceptable"),
	"418":       botapi.Refuse(418, "I'm a teapot"),
	"302":       botapi.Refuse(302, "Found"),
	"no method": botapi.Refuse(404, "Not Found: method not found"),
}

func TestStrangeRefusalPasses(t *testing.T) {
	t.Parallel()
	for name, refusal := range strangeRefusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inHouse(t, 3, func(_ *testing.T, h *house) {
				h.pass(2 * time.Minute)
				refused := h.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "sendMessage", Effect: refusal})
				h.set(first, instanceapi.Blocked)
				for refused.Hits() == 0 {
					h.pass(time.Second)
				}
				h.pass(12 * time.Second)
				refused.Off()
				h.pass(30 * time.Second)
				h.find(opsGroup, "Kazan_01: blocked")
				h.set(first, instanceapi.Authorized)
				h.pass(2 * time.Minute)
				h.tellsOf(opsGroup, "Kazan_01: works again")
			})
		})
	}
}

// It never passes: it is tried for an hour, ever more slowly, and named meanwhile and after.
func TestStrangeRefusalLasts(t *testing.T) {
	t.Parallel()
	inHouseWithHeart(t, 3, func(t *testing.T, h *house, c *clinic) {
		h.pass(2 * time.Minute)
		refused := h.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "sendMessage", Effect: strangeRefusals["new"]})
		h.set(first, instanceapi.Blocked)
		h.pass(10 * time.Minute)
		status := h.askedInPrivate("/status")
		for _, part := range []string{fmt.Sprint(opsGroup), "SOMETHING_NEW", "Next try"} {
			if !strings.Contains(status, part) {
				t.Errorf("/status does not say %q:\n%s", part, status)
			}
		}
		if code, page := h.readyz(); code != http.StatusOK || !strings.Contains(page, "SOMETHING_NEW") {
			t.Errorf("/readyz: %d %s", code, page)
		}
		if got := h.scrape()[`chats_refusing{refused="message"}`]; got != 1 {
			t.Errorf("greenwatch_chats_refusing is %v", got)
		}
		h.pass(2 * time.Hour)
		if n := refused.Hits(); n < 12 || n > 60 {
			t.Errorf("tried %d times", n)
		}
		if status := h.askedInPrivate("/status"); !strings.Contains(status, "SOMETHING_NEW") {
			t.Errorf("/status does not name what was given up:\n%s", status)
		}
		c.since()
		h.set(second, instanceapi.Blocked) // the chat is not given up
		refused.Off()
		h.pass(3 * time.Minute)
		h.find(opsGroup, "Kazan_02: blocked")
	})
}

// Those outside are told in time of what is refused.
func TestStrangeRefusalGoesOutside(t *testing.T) {
	t.Parallel()
	inHouseWithMail(t, 3, func(t *testing.T, h *house, m *outsidetest.Mail) {
		h.pass(2 * time.Minute)
		h.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "sendMessage", Effect: strangeRefusals["flood"]})
		h.set(first, instanceapi.Blocked)
		h.pass(2 * time.Minute)
		expectMails(t, m, 0)
		h.pass(2 * time.Minute)
		expectMails(t, m, 1, "Kazan_01: blocked by WhatsApp")
		h.pass(10 * time.Minute)
		expectMails(t, m, 1)
	})
}

// One message is refused among others.
func TestOneOfManyIsRefused(t *testing.T) {
	t.Parallel()
	inHouse(t, 12, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		poison := h.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "sendMessage", Text: "Kazan_03", Effect: strangeRefusals["new"]})
		for i := range 10 {
			h.set(fmt.Sprint(7105000001+i), instanceapi.NotAuthorized)
		}
		h.pass(6 * time.Minute)
		for i := range 10 {
			if i != 2 {
				h.tellsOf(opsGroup, fmt.Sprintf("Kazan_%02d", i+1))
			}
		}
		if n := poison.Hits(); n > 30 {
			t.Errorf("%d tries", n)
		}
		poison.Off()
		h.pass(6 * time.Minute)
		h.tellsOf(opsGroup, "Kazan_03")
	})
}

// An answer that cannot be read says nothing of what became of the message.
func TestUnreadableAnswers(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a list":        `{"ok":true,"result":[{"message_id":7}]}`,
		"a word":        `{"ok":true,"result":"done"}`,
		"no id":         `{"ok":true,"result":{}}`,
		"a wrong id":    `{"ok":true,"result":{"message_id":"seven"}}`,
		"no message":    `{"ok":true,"result":{"message_id":-7}}`,
		"nothing":       `{"ok":true}`,
		"not ok":        `{"ok":false}`,
		"odd code":      `{"ok":false,"error_code":"x","description":"y"}`,
		"a wrong pause": `{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":"soon"}}`,
		"null":          `null`,
		"half":          `{"ok":true,"res`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inHouse(t, 3, func(_ *testing.T, h *house) {
				h.pass(2 * time.Minute)
				h.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "sendMessage", Times: 2, Effect: botapi.Verbatim(200, body)})
				h.set(first, instanceapi.Blocked)
				h.pass(3 * time.Minute)
				h.find(opsGroup, "Kazan_01: blocked")
				h.find(opsGroup, "May be a repeat")
				h.find(forum, "Kazan_01: blocked")
			})
		})
	}
}

// A pause that would last for days is cut short, for messages and for polls.
func TestAbsurdPauses(t *testing.T) {
	t.Parallel()
	for _, seconds := range []int{100000, 2147483647, 1 << 60, -5, 0} {
		t.Run(fmt.Sprint(seconds), func(t *testing.T) {
			t.Parallel()
			inHouse(t, 3, func(t *testing.T, h *house) {
				h.pass(2 * time.Minute)
				h.telegram.Inject(botapi.Fault{Times: 6, Effect: botapi.FloodWait(seconds)})
				h.set(first, instanceapi.Blocked)
				h.pass(25 * time.Minute)
				h.everywhere("Kazan_01: blocked")
				if got := h.askedInPrivate("/status"); !strings.Contains(got, "Kazan_01") {
					t.Errorf("/status: %s", got)
				}
			})
		})
	}
}
