package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"greenwatch/outside/outsidetest"
	"greenwatch/secret"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// inHouseWithMail is inHouse with a mailbox as the other channel. The mail server stands outside of the bubble; its
// connections are never kept, so time goes on.
func inHouseWithMail(t *testing.T, n int, story func(t *testing.T, h *house, m *outsidetest.Mail)) {
	t.Helper()
	m := outsidetest.NewMail(t)
	inIdleHouse(t, n, func(t *testing.T, h *house) {
		h.cfg.Fallbacks = []secret.Text{secret.New(m.Address("ops@hidden.example"))}
		h.cfg.FallbackAfter = 2 * time.Minute
		h.start()
		story(t, h, m)
		h.end()
		mails, _ := m.Got()
		kept, err := os.ReadFile(h.cfg.Database)
		if err != nil {
			t.Error(err)
		}
		for _, hidden := range []string{outsidetest.Password, "ops@hidden.example"} {
			if strings.Contains(h.logged.String()+string(kept), hidden) {
				t.Errorf("%q is in the log or in the database", hidden)
			}
		}
		for _, c := range h.cfg.Credentials {
			if strings.Contains(strings.Join(mails, ""), c.Token.Reveal()) {
				t.Error("a token is in a mail")
			}
		}
	})
}

// mails fails unless there are so many mails that name all of this.
func expectMails(t *testing.T, m *outsidetest.Mail, want int, named ...string) {
	t.Helper()
	mails, _ := m.Got()
	all := strings.Join(mails, "\n---\n")
	if len(mails) != want {
		t.Fatalf("%d mails, want %d:\n%s", len(mails), want, all)
	}
	for _, text := range named {
		if !strings.Contains(all, text) {
			t.Errorf("%q is in no mail:\n%s", text, all)
		}
	}
}

func TestTelegramAwayMailArrives(t *testing.T) {
	t.Parallel()
	inHouseWithMail(t, 6, func(t *testing.T, h *house, m *outsidetest.Mail) {
		h.pass(3 * time.Minute)
		expectMails(t, m, 0)
		broken := h.telegram.Inject(botapi.Fault{Effect: botapi.BlackHole()})
		for i := range 5 {
			h.set(fmt.Sprint(7105000001+i), instanceapi.NotAuthorized)
		}
		h.pass(time.Minute)
		h.restart()
		h.pass(time.Minute)
		expectMails(t, m, 0)
		h.pass(90 * time.Second)
		mails, _ := m.Got()
		if len(mails) == 0 || len(mails) > 2 {
			t.Errorf("%d mails for five numbers", len(mails))
		}
		expectMails(t, m, len(mails), "Kazan_01", "Kazan_02", "Kazan_03", "Kazan_04", "Kazan_05", "notAuthorized", "You read this here")
		h.pass(6 * time.Minute)
		expectMails(t, m, len(mails))

		broken.Off()
		h.pass(2 * time.Minute)
		for chat, card := range h.everywhere("notAuthorized") {
			if !strings.Contains(card.Text, "Kazan_05") {
				t.Errorf("not told in %d:\n%s", chat, h.transcript(chat))
			}
		}
		expectMails(t, m, len(mails))

		h.set(first, instanceapi.Authorized) // those who know that it began learn that it is over
		h.pass(3 * time.Minute)
		expectMails(t, m, len(mails)+1, "Kazan_01: works again")
		h.set("7105000006", instanceapi.NotAuthorized)
		h.pass(5 * time.Minute)
		h.set("7105000006", instanceapi.Authorized)
		h.pass(5 * time.Minute)
		expectMails(t, m, len(mails)+1)
	})
}

func TestNothingOutsideInTime(t *testing.T) {
	t.Parallel()
	inHouseWithMail(t, 3, func(t *testing.T, h *house, m *outsidetest.Mail) {
		h.pass(2 * time.Minute)
		broken := h.telegram.Inject(botapi.Fault{Effect: botapi.Gateway(502)})
		h.set(first, instanceapi.Blocked)
		h.pass(100 * time.Second)
		h.set(first, instanceapi.Authorized)
		broken.Off()
		h.pass(20 * time.Minute)
		h.everywhere("Kazan_01")
		expectMails(t, m, 0)
	})
}

// What came and went while Telegram was away is one mail.
func TestComeAndGoneOutside(t *testing.T) {
	t.Parallel()
	inHouseWithMail(t, 3, func(t *testing.T, h *house, m *outsidetest.Mail) {
		h.pass(2 * time.Minute)
		h.telegram.Inject(botapi.Fault{Effect: botapi.Reset()})
		h.set(first, instanceapi.NotAuthorized)
		h.pass(75 * time.Second)
		h.set(first, instanceapi.Authorized)
		h.pass(20 * time.Minute)
		expectMails(t, m, 1, "Kazan_01: works again", "notAuthorized")
	})
}

func TestDeadChatOutsideAtOnce(t *testing.T) {
	t.Parallel()
	inHouseWithMail(t, 3, func(t *testing.T, h *house, m *outsidetest.Mail) {
		h.pass(2 * time.Minute)
		h.telegram.RemoveBot(opsGroup, operator)
		h.pass(5 * time.Second)
		expectMails(t, m, 1)
		h.set(first, instanceapi.Blocked)
		h.pass(80 * time.Second)
		h.find(forum, "blocked by WhatsApp")
		expectMails(t, m, 2, "Kazan_01: blocked by WhatsApp")
		h.pass(10 * time.Minute)
		expectMails(t, m, 2)
		h.set(first, instanceapi.Authorized)
		h.pass(80 * time.Second)
		expectMails(t, m, 3, "Kazan_01: works again")
	})
}

// Where no channel takes it either, it is tried until one does, or Telegram has.
func TestNobodyTakesIt(t *testing.T) {
	t.Parallel()
	inHouseWithMail(t, 2, func(t *testing.T, h *house, m *outsidetest.Mail) {
		h.pass(2 * time.Minute)
		m.Refuse("550 mailbox full")
		broken := h.telegram.Inject(botapi.Fault{Effect: botapi.Reset()})
		h.set(first, instanceapi.Blocked)
		h.pass(5 * time.Minute)
		expectMails(t, m, 0)
		m.Refuse("")
		h.pass(time.Minute)
		expectMails(t, m, 1, "Kazan_01")

		m.Refuse("550 mailbox full")
		h.set("7105000002", instanceapi.Blocked)
		h.pass(5 * time.Minute)
		broken.Off()
		h.pass(time.Minute)
		m.Refuse("")
		h.pass(5 * time.Minute)
		h.everywhere("Kazan_02")
		expectMails(t, m, 1)
		if !strings.Contains(h.logged.String(), "channel outside failed") {
			t.Error("the failures are not logged")
		}
	})
}
