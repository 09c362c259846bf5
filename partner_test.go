package main

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"greenwatch/fleet"
	"greenwatch/secret"
	"greenwatch/simulator/instanceapi"
)

const partnerToken = "gac.the-partners-own-secret-0123456789"

// inPartnersHouse runs a story with n instances that only the partner's list names, or as many as the settings say.
func inPartnersHouse(t *testing.T, n int, story func(t *testing.T, h *house)) {
	t.Helper()
	inIdleHouse(t, 1, func(t *testing.T, h *house) {
		h.green = instanceapi.New(instanceapi.Options{PartnerToken: partnerToken})
		for i := range n {
			h.born(i + 1)
		}
		h.cfg.PartnerToken, h.cfg.PartnerSchedule = secret.New(partnerToken), cron.Every(10*time.Minute)
		h.secrets = append(h.secrets, partnerToken)
		h.begin("")
		story(t, h)
	})
}

// born adds an instance to the partner's account: they are counted from 7105000001.
func (h *house) born(n int) string {
	h.t.Helper()
	id := fmt.Sprint(7105000000 + n)
	err := h.green.Add(instanceapi.Instance{ID: id, Token: instanceapi.Secret(apiToken(id)), Name: fmt.Sprintf("Kazan %02d", n)})
	if err != nil {
		h.t.Fatal(err)
	}
	h.secrets = append(h.secrets, apiToken(id))
	return id
}

// begin starts the program as a process does: nothing in memory is left of the one before.
func (h *house) begin(entries string) {
	h.t.Helper()
	h.end()
	f, credentials, err := fleet.Load(fleet.Sources{Entries: entries, URL: "https://api.green-api.example"})
	if err != nil {
		h.t.Fatal(err)
	}
	h.cfg.Fleet, h.cfg.Credentials = f, credentials
	h.start()
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func TestAPartnersInstancesAreWatched(t *testing.T) {
	t.Parallel()
	inPartnersHouse(t, 10, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.everywhere("Watching 10 numbers")
		h.set("7105000003", instanceapi.Blocked)
		h.pass(2 * time.Minute)
		cards := h.everywhere("Kazan 03: blocked")

		// A new one is watched, and one that is deleted is said once and dropped.
		h.born(11)
		h.must(h.green.SetAccount("7105000003", instanceapi.Deleted))
		h.pass(11 * time.Minute)
		h.everywhere("Partner's list: +1")
		for _, m := range h.everywhere("Partner's list: −1") {
			if !m.Silent || !strings.Contains(m.Text, "Deleted at GREEN-API, not watched any more: 7105000003 Kazan 03.") || !strings.Contains(m.Text, "I watch 10 numbers") {
				t.Errorf("told:\n%s", m.Text)
			}
		}
		for chat, card := range cards {
			if now, _ := h.telegram.Message(chat, card.ID); !strings.Contains(now.Text, "Kazan 03: not watched any more") {
				t.Errorf("the card in %d reads:\n%s", chat, now.Text)
			}
		}
		if n := h.watched(); n != 10 {
			t.Errorf("%d are watched", n)
		}
		h.pass(15 * time.Minute)
		h.set("7105000011", instanceapi.Blocked)
		h.pass(2 * time.Minute)
		h.everywhere("Kazan 11: blocked")
		before := h.count()
		h.begin("")
		h.pass(time.Hour)
		if n := h.count(); n != before {
			t.Errorf("%d messages after a restart:\n%s", n-before, h.transcript(opsGroup))
		}
	})
}

// What the settings list has its name, token and address from there, whatever the partner's list says.
func TestTheSettingsWinOverThePartner(t *testing.T) {
	t.Parallel()
	inPartnersHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.begin(first + ":" + apiToken(first) + "=Own")
		h.set(first, instanceapi.Blocked)
		h.pass(3 * time.Minute)
		h.everywhere("Own: blocked")
		h.must(h.green.SetListed(first, false))
		h.pass(time.Hour)
		if n := h.watched(); n != 3 {
			t.Errorf("%d are watched", n)
		}
	})
}

func TestAPartnersListShrinks(t *testing.T) {
	t.Parallel()
	inPartnersHouse(t, 10, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		for n := range 5 {
			h.must(h.green.SetListed(fmt.Sprint(7105000006+n), false))
		}
		h.pass(11 * time.Minute)
		asked := h.everywhere("Partner's list: 5 of 10 numbers are gone from it")
		question := asked[opsGroup]
		if !question.Silent {
			t.Errorf("asked:\n%s", question.Text)
		}
		h.set("7105000010", instanceapi.Blocked)
		h.pass(2 * time.Minute)
		h.everywhere("Kazan 10: blocked")
		h.telegram.Say(opsGroup, guest, "/status@watch_bot")
		h.pass(time.Minute)
		h.find(opsGroup, "5 of 10 numbers are gone from the partner's list since")
		if shown := h.press(opsGroup, question.ID, "Yes, drop 5", guest); !strings.Contains(shown, "Only operators") {
			t.Errorf("a guest was shown %q", shown)
		}
		h.press(opsGroup, question.ID, "Yes, drop 5", operator)
		h.pass(15 * time.Second)
		h.everywhere("Partner's list: −5")
		if now, _ := h.telegram.Message(opsGroup, question.ID); !strings.Contains(now.Text, "Partner's list: 5 of 10 numbers dropped") || len(now.Keyboard) > 0 {
			t.Errorf("the question reads:\n%s", now.Text)
		}
		if n := h.watched(); n != 5 {
			t.Errorf("%d are watched", n)
		}
		h.pass(time.Hour)
		h.everywhere("Partner's list: −5")

		// An empty list changes nothing.
		for n := range 5 {
			h.must(h.green.SetListed(fmt.Sprint(7105000001+n), false))
		}
		h.pass(time.Hour)
		h.everywhere("Partner's list: there is no number in it")
		if n := h.watched(); n != 5 {
			t.Errorf("%d are watched", n)
		}
	})
}

func TestAPartnersTokenIsRefused(t *testing.T) {
	t.Parallel()
	inPartnersHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.everywhere("Watching 3 numbers")
		h.cfg.PartnerToken = secret.New("gac.another-token-that-is-wrong")
		h.set(first, instanceapi.Blocked)
		h.begin("")
		h.pass(20 * time.Minute)
		for _, m := range h.everywhere("GREEN-API refuses the partner token") {
			if !m.Silent || !strings.Contains(m.Text, "code 401: Unauthorized") || !strings.Contains(m.Text, "I watch no number until it comes") {
				t.Errorf("told:\n%s", m.Text)
			}
		}
		h.telegram.Say(opsGroup, guest, "/status@watch_bot")
		h.pass(time.Minute)
		h.find(opsGroup, "The partner's list cannot be read since")
		before := h.count()
		h.begin("")
		h.pass(6 * time.Hour)
		if n := h.count(); n != before {
			t.Errorf("%d messages more:\n%s", n-before, h.transcript(opsGroup))
		}
		h.cfg.PartnerToken = secret.New(partnerToken)
		h.begin("")
		h.pass(2 * time.Minute)
		h.everywhere("Partner's list: read again, nothing changed")
		h.everywhere("Kazan 01: blocked")
	})
}

// No case is closed for want of a list, and as soon as that comes everything goes on where it was.
func TestThePartnerIsAwayAtTheStart(t *testing.T) {
	t.Parallel()
	inPartnersHouse(t, 10, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.set("7105000010", instanceapi.Blocked)
		h.pass(2 * time.Minute)
		cards := h.everywhere("Kazan 10: blocked")
		h.set("7105000009", instanceapi.Blocked)
		h.pass(2 * time.Minute)
		left := h.everywhere("Kazan 09: blocked")
		h.must(h.green.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.BadGateway, Methods: []string{"getInstances"}}))
		before := h.count()
		for range 3 {
			h.begin("")
			h.pass(90 * time.Second)
		}
		if n := h.count(); n != before {
			t.Errorf("%d messages for want of a list:\n%s", n-before, h.transcript(opsGroup))
		}
		h.telegram.Say(opsGroup, guest, "/status@watch_bot")
		h.pass(20 * time.Second)
		h.find(opsGroup, "Numbers that only it has are not watched")

		// One works again and one is deleted meanwhile.
		h.set("7105000010", instanceapi.Authorized)
		h.must(h.green.SetAccount("7105000009", instanceapi.Deleted))
		h.green.Mend(instanceapi.WholeAPI)
		h.pass(2 * time.Minute)
		for chat, card := range cards {
			if now, _ := h.telegram.Message(chat, card.ID); !strings.Contains(now.Text, "Kazan 10: works again") {
				t.Errorf("the card in %d reads:\n%s", chat, now.Text)
			}
		}
		h.everywhere("Deleted at GREEN-API, not watched any more: 7105000009 Kazan 09")
		for chat, card := range left {
			if now, _ := h.telegram.Message(chat, card.ID); !strings.Contains(now.Text, "not watched any more") {
				t.Errorf("the card in %d reads:\n%s", chat, now.Text)
			}
		}
		if n := h.watched(); n != 9 {
			t.Errorf("%d are watched", n)
		}
		h.everywhere("Watching 10 numbers")
		h.nowhere("I was away")
		h.set("7105000001", instanceapi.Blocked)
		h.pass(2 * time.Minute)
		h.everywhere("Kazan 01: blocked")
	})
}

// The file does not say that those are gone whom only the partner's list has, and each list follows its own.
func TestAFileAndAPartner(t *testing.T) {
	t.Parallel()
	inPartnersHouse(t, 10, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.end()
		h.file(1, 2, 3)
		h.must(h.green.SetListed("7105000003", false))
		start := func() {
			h.end()
			h.readFile()
			h.start()
		}
		start()
		h.pass(12 * time.Minute)
		h.must(h.green.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.BadGateway, Methods: []string{"getInstances"}}))
		h.file(3, 2, 1)
		start()
		h.pass(5 * time.Minute)
		if n := h.watched(); n != 3 {
			t.Errorf("%d are watched", n)
		}
		h.green.Mend(instanceapi.WholeAPI)
		h.pass(2 * time.Minute)
		h.nowhere("−")
		h.file(1, 3) // the second is the partner's still
		h.pass(2 * time.Minute)
		h.nowhere("−")
		h.must(h.green.SetListed("7105000002", false))
		h.pass(11 * time.Minute)
		h.everywhere("Partner's list: −1")
		if n := h.watched(); n != 9 {
			t.Errorf("%d are watched", n)
		}
	})
}

// Whoever is not paid on is warned of 3 days and 1 day before, once each, however often the program is started.
func TestPaidTimeEnds(t *testing.T) {
	t.Parallel()
	inPartnersHouse(t, 3, func(t *testing.T, h *house) {
		const day = 24 * time.Hour
		h.end()
		h.pass(27 * day) // the third one's month ends soon, and renews itself
		end := time.Now().Add(3*day + 2*time.Hour)
		h.must(h.green.SetExpires("7105000001", end))
		h.must(h.green.SetExpires("7105000002", end.Add(time.Minute)))
		warnings := func() (n int) {
			for _, m := range h.bots(opsGroup) {
				if strings.Contains(m.Text, "stops what is not paid") {
					if n++; !m.Silent {
						t.Errorf("it rings:\n%s", m.Text)
					}
				}
			}
			return n
		}
		at := func(left time.Duration, want int) { // so long before the end, and twice
			t.Helper()
			h.end()
			h.pass(time.Until(end.Add(-left)))
			for range 2 {
				h.begin("")
				h.pass(11 * time.Minute)
			}
			if n := warnings(); n != want {
				t.Fatalf("%d warnings %s before the end, want %d:\n%s", n, left, want, h.transcript(opsGroup))
			}
		}
		at(3*day+time.Hour, 0)
		at(3*day-time.Hour, 1)
		h.find(opsGroup, "2 numbers expire within 3 days")
		at(2*day, 1)
		h.must(h.green.SetExpires("7105000002", end.Add(30*day)))
		at(day-time.Hour, 2)
		h.find(opsGroup, "Kazan 01: paid until")
		at(time.Hour, 2)
		at(-time.Hour, 2)
		h.everywhere("Kazan 01: not paid")
		if n := h.watched(); n != 3 {
			t.Errorf("%d are watched", n)
		}
	})
}

// A partner is enough to start with, and what is given besides adds up.
func TestSettingsOfAPartner(t *testing.T) {
	t.Parallel()
	alone := []string{"TELEGRAM_BOT_TOKEN=" + testBotToken, "TELEGRAM_CHATS=-100123", "TELEGRAM_OPERATORS=42"}
	if _, _, err := loadConfig(alone, noDotenv(t)); err == nil || !strings.Contains(err.Error(), "GREEN_API_PARTNER_TOKEN is not set") {
		t.Errorf("without any instance: %v", err)
	}
	cfg, warnings, err := loadConfig(append(alone, "GREEN_API_PARTNER_TOKEN="+partnerToken), noDotenv(t))
	if err != nil || warnings != nil || cfg.Fleet.Count() != 0 || cfg.PartnerURL != "https://api.green-api.com" {
		t.Fatalf("%v, %v, %q", err, warnings, cfg.PartnerURL)
	}
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if next := cfg.PartnerSchedule.Next(begin); !next.Equal(begin.Add(10 * time.Minute)) {
		t.Errorf("the list is read at %s", next)
	}
}

func TestDoctorKnowsThePartner(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	api := instanceapi.New(instanceapi.Options{PartnerToken: partnerToken})
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	for n := range 3 {
		id := fmt.Sprint(7105000001 + n)
		if err := api.Add(instanceapi.Instance{ID: id, Token: instanceapi.Secret(apiToken(id))}); err != nil {
			t.Fatal(err)
		}
	}
	w.settings["GREEN_API_URL"], w.settings["GREEN_API_PARTNER_URL"] = server.URL, server.URL
	w.settings["GREEN_API_PARTNER_TOKEN"] = partnerToken
	said, failed := w.examine()
	if failed > 0 {
		t.Errorf("%d failures:\n%s", failed, said)
	}
	w.wants(said, "ok    settings   2 instances and a partner's list, ", "ok    partner    its list names 1 instance more", "ok    instance   3 of 3 can be watched")

	w.settings["GREEN_API_INSTANCES"] = ""
	if said, failed = w.examine(); failed > 0 {
		t.Errorf("%d failures:\n%s", failed, said)
	}
	w.wants(said, "ok    partner    its list names 3 instances more", "ok    instance   3 of 3 can be watched", "ok    clock      agrees with GREEN-API's")
	w.settings["GREEN_API_PARTNER_TOKEN"] = "gac.another-token-that-is-wrong"
	if said, failed = w.examine(); failed != 1 || strings.Contains(said, "another-token") {
		t.Errorf("%d failures:\n%s", failed, said)
	}
	w.wants(said, "FAIL  partner    its list cannot be read: .*code 401: Unauthorized", " +-> compare GREEN_API_PARTNER_TOKEN ")
}
