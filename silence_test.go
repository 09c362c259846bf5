package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"greenwatch/outside/outsidetest"
	"greenwatch/report"
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

// clinic notices heartbeats.
type clinic struct {
	mu    sync.Mutex
	alive int
	fails []string
	paths []string
}

func (c *clinic) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paths = append(c.paths, r.URL.RequestURI())
	if r.Method == http.MethodGet {
		c.alive++
	} else {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		c.fails = append(c.fails, string(body))
	}
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

func (c *clinic) noticed() (alive int, fails []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.alive, append([]string(nil), c.fails...)
}

const heartKey = "4a5b6c7d-0000-n3verseen"

func inHouseWithHeart(t *testing.T, n int, story func(t *testing.T, h *house, c *clinic)) {
	t.Helper()
	inIdleHouse(t, n, func(t *testing.T, h *house) {
		c := &clinic{}
		h.heartbeat, h.cfg.Heartbeat = c, secret.New("https://hc.example/"+heartKey+"?rid=1")
		h.cfg.FallbackAfter = 2 * time.Minute
		h.start()
		story(t, h, c)
		h.end()
		for _, p := range c.paths {
			if p != "/"+heartKey+"?rid=1" && p != "/"+heartKey+"/fail?rid=1" {
				t.Errorf("called %s", p)
			}
		}
		if strings.Contains(h.logged.String(), heartKey) {
			t.Error("the URL is in the log")
		}
	})
}

func TestHeartBeatsAtTheEndOfEachSweep(t *testing.T) {
	t.Parallel()
	inHouseWithHeart(t, 3, func(t *testing.T, h *house, c *clinic) {
		h.pass(time.Hour)
		h.breakAll(instanceapi.BadGateway) // GREEN-API's trouble is not ours
		h.pass(time.Hour)
		day, err := h.app.store.Day(t.Context(), time.Now().Add(-3*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		alive, fails := c.noticed()
		if alive != day.Sweeps || alive < 119 || len(fails) > 0 {
			t.Errorf("%d beats and %d complaints for %d sweeps", alive, len(fails), day.Sweeps)
		}
		h.end()
		h.pass(time.Hour)
		if after, _ := c.noticed(); after > alive+1 {
			t.Errorf("%d beats after the end", after-alive)
		}
	})
}

func TestHeartComplains(t *testing.T) {
	t.Parallel()
	inHouseWithHeart(t, 3, func(t *testing.T, h *house, c *clinic) {
		h.pass(2 * time.Minute)
		broken := h.telegram.Inject(botapi.Fault{Effect: botapi.Reset()})
		h.pass(10 * time.Minute)
		if _, fails := c.noticed(); len(fails) > 0 {
			t.Errorf("complains while nobody needs Telegram: %q", fails)
		}
		h.set(first, instanceapi.Blocked)
		h.pass(10 * time.Minute)
		_, fails := c.noticed()
		if len(fails) < 6 || fails[0] != "alerts that nobody could be told of: 1" {
			t.Errorf("complained %q", fails)
		}
		broken.Off()
		h.pass(2 * time.Minute)
		before, _ := c.noticed()
		h.pass(5 * time.Minute)
		if after, _ := c.noticed(); after < before+4 {
			t.Errorf("%d beats in 5 minutes after it was over", after-before)
		}
	})
}

func TestHeartIsSilentWhileSweepsHang(t *testing.T) {
	t.Parallel()
	inHouseWithHeart(t, 3, func(t *testing.T, h *house, c *clinic) {
		h.cfg.CheckTimeout = 10 * time.Minute // so that a call may hang for longer than the test looks
		h.restart()
		h.pass(2 * time.Minute)
		h.breakAll(instanceapi.Hang)
		h.pass(90 * time.Second)
		before, _ := c.noticed()
		h.pass(7 * time.Minute)
		if after, fails := c.noticed(); after > before || len(fails) > 0 {
			t.Errorf("%d beats and %d complaints while all calls hang", after-before, len(fails))
		}
		h.green.Mend(instanceapi.WholeAPI)
	})
}

// The line comes once a day at its time by the zone's clocks, also over restarts and the change of the clocks, and late
// where greenwatch was away.
func TestDailyReport(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 2, func(t *testing.T, h *house) {
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(time.Date(2000, 3, 24, 12, 0, 0, 0, berlin)))
		h.cfg.Zone, h.cfg.DailyReport = berlin, &report.Clock{Hour: 9, Zone: berlin}
		h.start()
		h.pass(time.Minute)
		h.nowhere("checks each") // it was not there at nine
		h.until(t, berlin, 25, "09:00:30")
		h.expectReports(t, 1, "2 ok, 1,2", "09:00")
		h.restart()
		h.until(t, berlin, 25, "23:00:00")
		h.expectReports(t, 1)
		h.until(t, berlin, 26, "09:00:30") // the night had 23 hours
		h.expectReports(t, 2, "2 ok, 1,4", "09:00")
		h.end()
		h.until(t, berlin, 27, "15:00:00")
		h.start()
		h.pass(time.Minute)
		h.expectReports(t, 3, "15:00")
		h.restart()
		h.set(first, instanceapi.Blocked)
		h.until(t, berlin, 28, "09:00:30")
		h.expectReports(t, 4, "1 of 2 ok", "slowest alert", "09:00")
		if n := strings.Count(h.logged.String(), `kind=report`); n != 4 {
			t.Errorf("%d reports committed, want 4", n)
		}
	})
}

// until lets time pass until a day of March at a time.
func (h *house) until(t *testing.T, zone *time.Location, day int, clock string) {
	t.Helper()
	at, err := time.Parse(time.TimeOnly, clock)
	if err != nil {
		t.Fatal(err)
	}
	h.pass(time.Until(time.Date(2000, 3, day, at.Hour(), at.Minute(), at.Second(), 0, zone)))
}

// expectReports fails unless every chat has so many daily lines, of which the last has these parts, and all are silent.
func (h *house) expectReports(t *testing.T, want int, parts ...string) {
	t.Helper()
	for _, chat := range h.chats() {
		var lines []botapi.Message
		for _, m := range h.bots(chat) {
			if strings.Contains(m.Text, "each") {
				lines = append(lines, m)
			}
		}
		if len(lines) != want {
			t.Fatalf("%d daily lines in %d, want %d:\n%s", len(lines), chat, want, h.transcript(chat))
		}
		last := lines[want-1]
		shown := last.SentAt.In(h.cfg.Zone).Format("15:04") + " " + last.Text
		for _, part := range parts {
			if !strings.Contains(shown, part) {
				t.Errorf("%q is not in %q", part, shown)
			}
		}
		if !last.Silent {
			t.Errorf("it rings in %d", chat)
		}
	}
}
