package main

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/simulator"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

const (
	publicURL = "https://watch.example"
	crmToken  = "token-of-somebody-else-0123456789"
	crmKey    = "key-of-somebody-else-0123456789"
	crmURL    = "https://crm.example/in?key=" + crmKey
)

// reachable gives the house an address, and has GREEN-API deliver what the instances tell.
func (h *house) reachable() (end func()) {
	h.locked()
	h.cfg.PublicURL = publicURL
	h.cfg.Policy.AutoReboot, h.cfg.Policy.StartingGrace = monitor.AutoRebootOn, time.Minute
	h.secrets = append(h.secrets, crmToken, crmKey)
	h.start()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.green.Deliver(ctx, front{h})
	}()
	return func() {
		stop()
		<-ended
	}
}

// owner is the owner of the instances, with the same API.
func (h *house) owner() *greenapi.Client {
	h.t.Helper()
	client, err := greenapi.New(greenapi.Options{Credentials: greenCredentials(h.cfg.Credentials), HTTP: simulator.Transport(h.green)})
	if err != nil {
		h.t.Fatal(err)
	}
	return client
}

func (h *house) settings(id monitor.InstanceID) greenapi.Settings {
	h.t.Helper()
	s, err := h.owner().Settings(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// sets has the owner set something, and lets the restart pass that this takes.
func (h *house) sets(id monitor.InstanceID, change greenapi.SettingsChange) {
	h.t.Helper()
	if o := h.owner().SetSettings(h.t.Context(), id, change); o.Kind != monitor.OutcomeAccepted {
		h.t.Fatal(o)
	}
	h.pass(3 * time.Minute)
}

// taken is a webhookUrl that somebody else reads.
func taken() greenapi.SettingsChange {
	address, token, on := crmURL, secret.New(crmToken), true
	return greenapi.SettingsChange{WebhookURL: &address, WebhookToken: &token, StateWebhook: &on, Others: map[string]bool{"incomingWebhook": true}}
}

// says writes a command in the group, and gives the bot's last message there.
func (h *house) says(command string) botapi.Message {
	h.t.Helper()
	h.telegram.Say(opsGroup, operator, command)
	h.pass(5 * time.Second)
	return h.last()
}

func (h *house) last() botapi.Message {
	h.t.Helper()
	all := h.bots(opsGroup)
	return all[len(all)-1]
}

// presses has the operator press a button of the last message.
func (h *house) presses(button string) botapi.Message {
	h.t.Helper()
	h.press(opsGroup, h.last().ID, button, operator)
	h.pass(5 * time.Second)
	return h.last()
}

func (h *house) calls(id, method string) int {
	h.t.Helper()
	c, err := h.green.Counters(id)
	if err != nil {
		h.t.Fatal(err)
	}
	return c.Calls[method]
}

func wants(t *testing.T, m botapi.Message, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(m.Text, part) {
			t.Errorf("no %q in:\n%s", part, m.Text)
		}
	}
}

func TestNotificationsAreSentHere(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 3, func(t *testing.T, h *house) {
		defer h.reachable()()
		if err := h.green.SetRebootTime(first, 3*time.Minute); err != nil { // longer than the runbook waits
			t.Fatal(err)
		}
		h.pass(2 * time.Minute)
		before := h.count()
		wants(t, h.says("/webhook@watch_bot Kazan_01"), "Kazan_01: tells nobody of its changes", "webhookUrl: none", "stateWebhook: off")
		if shown := h.press(opsGroup, h.last().ID, "Send notifications here", guest); !strings.Contains(shown, "Only operators") {
			t.Errorf("a guest is shown %q", shown)
		}
		question := h.presses("Send notifications here")
		wants(t, question, "Send notifications of Kazan_01 here?", publicURL+"/webhook/green-api", "No webhookUrl is set now", "up to 5 minutes", "Only @ops_a can confirm")
		if shown := h.press(opsGroup, question.ID, "Yes, set it and restart", guest); shown == "" {
			t.Error("a guest may confirm")
		}
		yes := question.Keyboard[0][0].Data
		h.pressData(opsGroup, question.ID, yes, operator)
		h.pressData(opsGroup, question.ID, yes, operator)
		h.pass(30 * time.Second)
		h.pressData(opsGroup, question.ID, yes, operator)
		h.pass(4 * time.Minute)
		if n, reboots := h.calls(first, "setSettings"), h.reboots(first); n != 1 || reboots != 0 {
			t.Errorf("%d changes and %d reboots", n, reboots)
		}
		wants(t, h.find(opsGroup, "sends its notifications to me now"), "asked for by @ops_a", "done.", "Undo is possible until")
		if n := h.count() - before; n != 3 { // the answer, the question and the outcome
			t.Errorf("%d messages:\n%s", n, h.transcript(opsGroup))
		}
		got := h.settings(first)
		if got.WebhookURL != publicURL+"/webhook/green-api" || got.WebhookToken.Reveal() != hookToken || !got.StateWebhook || len(got.Others) != 0 {
			t.Errorf("set to %+v", got)
		}

		h.set(first, instanceapi.NotAuthorized)
		h.pass(4 * time.Second)
		h.everywhere("logged out of WhatsApp")
		wants(t, h.says("/webhook@watch_bot "+first), "tells me of its changes", "that is me; its token: mine", "told me of first: 2, late: 0, not at all: 0")
		if h.last().Keyboard != nil {
			t.Error("what is so already is offered")
		}
		wants(t, h.says("/status@watch_bot "+first), "told me of first: 2, late: 0, not at all: 0")
		h.says("/status@watch_bot 7105000002")
		if strings.Contains(h.last().Text, "notifications") {
			t.Errorf("of a number that tells nothing:\n%s", h.last().Text)
		}
	})
}

// The runbook leaves alone what restarts because of us, also where that takes longer than it should.
func TestARestartOfOursIsNotRebooted(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 1, func(t *testing.T, h *house) {
		defer h.reachable()()
		if err := h.green.SetRebootTime(first, 30*time.Minute); err != nil {
			t.Fatal(err)
		}
		h.pass(2 * time.Minute)
		h.says("/webhook@watch_bot " + first)
		h.presses("Send notifications here")
		h.presses("Yes, set it and restart")
		h.pass(4 * time.Minute)
		h.nowhere("stuck in starting")
		h.pass(20 * time.Minute)
		if n := h.reboots(first); n != 0 {
			t.Errorf("%d reboots", n)
		}
		h.everywhere("stuck in starting") // 5 minutes are what GREEN-API gives it
		wants(t, h.find(opsGroup, "sends its notifications to me now"), "set, but it is starting")
	})
}

// Another's address is asked about twice, and Undo brings back all that was there.
func TestAnothersAddressIsAskedAboutTwice(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 1, func(t *testing.T, h *house) {
		defer h.reachable()()
		h.sets(first, taken())
		wants(t, h.says("/webhook@watch_bot "+first), "tells somebody else", "https://crm.example/in?***, not me", "another one", "incomingWebhook", "docs/webhook.md")
		wants(t, h.presses("Send notifications here"), "This replaces https://crm.example/in?***", "incomingWebhook")
		once := h.last()
		sharp := h.presses("Replace it…")
		wants(t, sharp, "replace somebody else's webhookUrl?", "gets nothing", "hand a copy on to me", "Undo")
		if now, _ := h.telegram.Message(opsGroup, once.ID); now.Keyboard != nil || !strings.Contains(now.Text, "once more below") {
			t.Errorf("the first question stays:\n%s", now.Text)
		}
		if n := h.calls(first, "setSettings"); n != 1 {
			t.Fatal("replaced by one press")
		}
		h.press(opsGroup, sharp.ID, "Yes, replace it and restart", operator)
		h.pass(2 * time.Minute)
		if got := h.settings(first); got.WebhookURL != publicURL+"/webhook/green-api" || !slices.Equal(got.Others, []string{"incomingWebhook"}) {
			t.Fatalf("set to %+v\n%s", got, h.transcript(opsGroup))
		}

		done := h.find(opsGroup, "sends its notifications to me now")
		if shown := h.press(opsGroup, done.ID, "Undo", guest); !strings.Contains(shown, "Only operators") {
			t.Errorf("a guest is shown %q", shown)
		}
		for range 2 {
			h.press(opsGroup, done.ID, "Undo", operator)
		}
		h.pass(2 * time.Minute)
		h.find(opsGroup, "its settings are as before")
		got := h.settings(first)
		if got.WebhookURL != crmURL || got.WebhookToken.Reveal() != crmToken || !got.StateWebhook || !slices.Equal(got.Others, []string{"incomingWebhook"}) {
			t.Errorf("brought back %+v", got)
		}
		if n := h.calls(first, "setSettings"); n != 3 {
			t.Errorf("%d changes, want the owner's, ours and its undoing", n)
		}
		if shown := h.press(opsGroup, done.ID, "Undo", operator); !strings.Contains(shown, "confirmed already") {
			t.Errorf("shown %q", shown)
		}
	})
}

func TestUndoIsForgotten(t *testing.T) {
	t.Parallel()
	for name, passes := range map[string]func(h *house){
		"after 15 minutes": func(h *house) { h.pass(16 * time.Minute) },
		"by a restart":     func(h *house) { h.restart() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inIdleHouse(t, 1, func(t *testing.T, h *house) {
				defer h.reachable()()
				h.sets(first, taken())
				h.says("/webhook@watch_bot " + first)
				h.presses("Send notifications here")
				h.presses("Replace it…")
				h.presses("Yes, replace it and restart")
				h.pass(2 * time.Minute)
				passes(h)
				h.pass(10 * time.Second)
				done := h.find(opsGroup, "sends its notifications to me now")
				if shown := h.press(opsGroup, done.ID, "Undo", operator); !strings.Contains(shown, "cannot undo that any more") {
					t.Errorf("shown %q", shown)
				}
				h.pass(3 * time.Minute)
				if n := h.calls(first, "setSettings"); n != 2 {
					t.Errorf("%d changes", n)
				}
			})
		})
	}
}

// What is set is what was asked about, or nothing.
func TestSettingsThatAreNotChanged(t *testing.T) {
	t.Parallel()
	asked := func(h *house) botapi.Message {
		h.says("/webhook@watch_bot " + first)
		return h.presses("Send notifications here")
	}
	for name, test := range map[string]struct {
		story func(h *house)
		calls int // by the owner and by us
		want  []string
	}{
		"cancelled": {func(h *house) { asked(h); h.presses("Cancel") }, 0, []string{"its settings stay as they are", "Cancelled"}},
		"too late": {func(h *house) {
			question := asked(h)
			h.pass(70 * time.Second)
			h.pressData(opsGroup, question.ID, question.Keyboard[0][0].Data, operator)
		}, 0, []string{"its settings stay as they are", "Too late"}},
		"replaced meanwhile": {func(h *house) {
			question := asked(h)
			if o := h.owner().SetSettings(h.t.Context(), first, taken()); o.Kind != monitor.OutcomeAccepted {
				h.t.Fatal(o)
			}
			h.pass(35 * time.Second)
			h.press(opsGroup, question.ID, "Yes, set it and restart", operator)
		}, 1, []string{"its settings were not changed", "another one by now"}},
		"not shown": {func(h *house) {
			asked(h)
			h.spoils(instanceapi.Fault{Kind: instanceapi.BadGateway, Methods: []string{"getSettings"}})
			h.presses("Yes, set it and restart")
		}, 0, []string{"its settings were not changed", "502"}},
		"refused": {func(h *house) {
			asked(h)
			h.spoils(instanceapi.Fault{Kind: instanceapi.Custom, Status: 400, Body: "Validation failed. Details: " + crmToken, Methods: []string{"setSettings"}})
			h.secrets = h.secrets[:0] // the API's own words are shown
			h.presses("Yes, set it and restart")
		}, 1, []string{"its settings were not changed", "Validation failed"}},
		"its payload is gone": {func(h *house) { // as by a restart between the press and the call
			wish := monitor.Press{Key: "setSettings/of/a/former/process", Verb: monitor.SetSettings, To: monitor.Address{Chat: opsGroup}}
			scene := monitor.Scene{Now: time.Now(), Policy: h.cfg.Policy}
			_, err := h.app.store.UpdateAll(h.t.Context(), []monitor.Change{{Subject: monitor.InstanceID(first).Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
				c, e, err := c.Press(wish, scene)
				if err != nil {
					h.t.Error(err)
				}
				return c, e
			}}})
			if err != nil {
				h.t.Fatal(err)
			}
		}, 0, []string{"its settings were not changed", "I was restarted meanwhile; press again"}},
		"unknown": {func(h *house) {
			asked(h)
			h.spoils(instanceapi.Fault{Kind: instanceapi.Hang, Methods: []string{"setSettings"}})
			h.presses("Yes, set it and restart")
			h.pass(time.Second)
			h.restart()
		}, 1, []string{"not known whether its settings changed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inIdleHouse(t, 1, func(t *testing.T, h *house) {
				defer h.reachable()()
				h.pass(2 * time.Minute)
				test.story(h)
				h.pass(time.Minute)
				if n := h.calls(first, "setSettings"); n != test.calls {
					t.Errorf("%d changes, want %d", n, test.calls)
				}
				found := false
				for _, m := range h.bots(opsGroup) {
					found = found || !slices.ContainsFunc(test.want, func(part string) bool { return !strings.Contains(m.Text, part) })
				}
				if !found {
					t.Errorf("no message with %q:\n%s", test.want, h.transcript(opsGroup))
				}
			})
		})
	}
}

func (h *house) spoils(f instanceapi.Fault) {
	h.t.Helper()
	if err := h.green.Break(instanceapi.WholeAPI, f); err != nil {
		h.t.Fatal(err)
	}
}

// front is the way to the program that runs now.
type front struct{ h *house }

func (f front) RoundTrip(r *http.Request) (*http.Response, error) {
	if got := r.URL.Scheme + "://" + r.URL.Host; got != publicURL {
		return nil, errors.New("another's address: " + r.URL.Host)
	}
	return simulator.Transport(f.h.app.server.Handler).RoundTrip(r)
}
