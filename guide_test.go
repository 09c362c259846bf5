package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
)

// These stories go through the vendor's guide on tracking an instance's state, line by line:
// https://green-api.com/en/docs/api/recommendations/instance-status-tracking/.

// guided has the runbook on, as the settings have it where nothing is said.
func (h *house) guided() {
	h.t.Helper()
	h.end()
	h.cfg.Policy.AutoReboot, h.cfg.Policy.StartingGrace, h.cfg.Policy.RebootWait = monitor.AutoRebootOn, time.Minute, 2*time.Minute
	h.start()
	h.pass(3 * time.Minute)
}

func (h *house) stick(id string) {
	h.t.Helper()
	if err := h.green.StickStarting(id); err != nil {
		h.t.Fatal(err)
	}
}

// "starting: reboot, wait 2 minutes, ask again, and only if unchanged tell that sending may be delayed." The steps are on
// the card, and a start in the middle changes nothing.
func TestGuideStartingUnchanged(t *testing.T) {
	for _, restarted := range []bool{false, true} {
		t.Run(fmt.Sprint("restarted ", restarted), func(t *testing.T) {
			t.Parallel()
			inHouse(t, 5, func(t *testing.T, h *house) {
				h.guided()
				quiet := h.count()
				h.stick(first)
				h.pass(30 * time.Second)
				if n := h.reboots(first); n != 0 {
					t.Errorf("%d reboots before the grace", n)
				}
				h.pass(2 * time.Minute)
				if restarted {
					h.restart()
				}
				if n := h.reboots(first); n != 1 || h.count() != quiet {
					t.Errorf("%d reboots and %d messages, want 1 and none", n, h.count()-quiet)
				}
				h.pass(4 * time.Minute)
				for chat, m := range h.everywhere("starting") {
					if !strings.Contains(m.Text, "no change") {
						t.Errorf("the card in %d does not say what was done:\n%s", chat, m.Text)
					}
				}
				h.pass(2 * time.Hour)
				if n := h.reboots(first); n != 1 {
					t.Errorf("%d reboots within one incident", n)
				}
			})
		})
	}
}

// A reboot that helps is nobody's night.
func TestGuideStartingCured(t *testing.T) {
	inHouse(t, 5, func(t *testing.T, h *house) {
		h.guided()
		quiet := h.count()
		h.stick(first)
		if err := h.green.AfterReboot(first, instanceapi.Authorized); err != nil {
			t.Fatal(err)
		}
		h.pass(30 * time.Minute)
		if n := h.reboots(first); n != 1 || h.count() != quiet {
			t.Errorf("%d reboots and %d messages, want 1 and none:\n%s", n, h.count()-quiet, h.transcript(opsGroup))
		}
	})
}

// To the letter the guide reboots for ever, as a reboot itself brings starting. Even with no grace at all an instance gets
// one reboot in an incident, and three a day.
func TestGuideMakesNoLoop(t *testing.T) {
	inHouse(t, 5, func(t *testing.T, h *house) {
		h.guided()
		h.end()
		h.cfg.Policy.StartingGrace, h.cfg.Chats = 0, h.cfg.Chats[:1]
		h.start()
		h.stick(first)
		h.pass(90 * time.Minute)
		if n := h.reboots(first); n != 1 {
			t.Errorf("%d reboots of what is stuck, want 1", n)
		}
		const second = "7105000002"
		for range 5 {
			h.stick(second)
			h.pass(12 * time.Minute)
			h.set(second, instanceapi.Authorized)
			h.pass(16 * time.Minute)
		}
		if n := h.reboots(second); n == 0 || n > 3 {
			t.Errorf("%d reboots of what is stuck again and again within a day, want 1 to 3", n)
		}
	})
}

// Where a person decides, the card asks.
func TestGuideAsks(t *testing.T) {
	inHouse(t, 5, func(t *testing.T, h *house) {
		h.guided()
		h.end()
		h.cfg.Policy.AutoReboot = monitor.AutoRebootAsk
		h.start()
		h.stick(first)
		h.pass(10 * time.Minute)
		if n := h.reboots(first); n != 0 {
			t.Errorf("%d reboots, though a person decides", n)
		}
		for _, m := range h.everywhere("starting") {
			if !strings.Contains(m.Text, "Reboot") {
				t.Errorf("the card does not propose it:\n%s", m.Text)
			}
		}
	})
}

// Maintenance that restarts a pool of many, a few at a time, is GREEN-API's own: three messages at most, and no reboot.
func TestGuideRollingRestart(t *testing.T) {
	n := 500
	if racing {
		n = 60
	}
	inHouse(t, n, func(t *testing.T, h *house) {
		h.guided()
		quiet := len(h.bots(opsGroup))
		for i := range n {
			id := fmt.Sprint(7105000001 + i)
			turn := time.Duration(i) * 8 * time.Minute / time.Duration(n)
			if err := h.green.Plan(id,
				instanceapi.Step{After: turn, State: instanceapi.Starting},
				instanceapi.Step{After: turn + 4*time.Minute, State: instanceapi.Authorized},
			); err != nil {
				t.Fatal(err)
			}
		}
		h.pass(40 * time.Minute)
		if got := len(h.bots(opsGroup)) - quiet; got > 3 {
			t.Errorf("%d messages, want at most 3:\n%s", got, h.transcript(opsGroup))
		}
		for i := range n {
			if id := fmt.Sprint(7105000001 + i); h.reboots(id) != 0 {
				t.Fatalf("%s was rebooted", id)
			}
		}
	})
}

// The whole API away is trouble of our view: one message and its end, no gate is closed, nothing is rebooted.
func TestGuideEverythingAway(t *testing.T) {
	inHouse(t, 20, func(t *testing.T, h *house) {
		h.guided()
		quiet := len(h.bots(opsGroup))
		h.breakAll(instanceapi.Reset)
		h.pass(40 * time.Minute)
		if got := len(h.bots(opsGroup)) - quiet; got != 1 {
			t.Errorf("%d messages, want 1:\n%s", got, h.transcript(opsGroup))
		}
		h.find(opsGroup, "I cannot reach GREEN-API")
		if gate, _, _ := h.app.watcher.Gate(monitor.InstanceID(first)); !gate.Open || gate.Sure {
			t.Errorf("the gate is %+v", gate)
		}
		h.green.Mend(instanceapi.WholeAPI)
		h.pass(15 * time.Minute)
		if got := len(h.bots(opsGroup)) - quiet; got != 2 {
			t.Errorf("%d messages after the end, want 2:\n%s", got, h.transcript(opsGroup))
		}
		if n := h.reboots(first); n != 0 {
			t.Errorf("%d reboots", n)
		}
	})
}

// A token that was renewed in the console says nothing about the number: its gate stays open.
func TestGuideTokenRotated(t *testing.T) {
	inHouse(t, 5, func(t *testing.T, h *house) {
		h.guided()
		if err := h.green.SetToken(first, "another0000000000000000000000000000000000000000"); err != nil {
			t.Fatal(err)
		}
		h.pass(10 * time.Minute)
		h.everywhere("refuses our token")
		if gate, _, _ := h.app.watcher.Gate(monitor.InstanceID(first)); !gate.Open || gate.Sure {
			t.Errorf("the gate is %+v", gate)
		}
	})
}

// The gate by the guide's table, as the user's own software sees it.
func TestGuideGate(t *testing.T) {
	for state, want := range map[instanceapi.State]monitor.Gate{
		instanceapi.NotAuthorized: {Sure: true},
		instanceapi.Blocked:       {Sure: true},
		instanceapi.YellowCard:    {Sure: true},
		instanceapi.Suspended:     {Sure: true},
		instanceapi.Starting:      {Open: true, Sure: true, Delayed: true},
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			inHouse(t, 5, func(t *testing.T, h *house) {
				h.pass(3 * time.Minute)
				h.set(first, state)
				h.pass(3 * time.Minute)
				gate, _, _ := h.app.watcher.Gate(monitor.InstanceID(first))
				if gate.Open != want.Open || gate.Sure != want.Sure || gate.Delayed != want.Delayed {
					t.Errorf("the gate is %+v", gate)
				}
			})
		})
	}
}

// Bills that fall due together are one message, which names all and shows who is paid again, and one silent reply.
func TestGuideExpiredTogether(t *testing.T) {
	inHouse(t, 6, func(t *testing.T, h *house) {
		h.guided()
		quiet := len(h.bots(opsGroup))
		scopes := make([]instanceapi.Scope, 0, 3)
		for i := range 3 {
			s := instanceapi.InstanceScope(fmt.Sprint(7105000001 + i))
			scopes = append(scopes, s)
			if err := h.green.Break(s, instanceapi.Fault{
				Kind: instanceapi.Custom, Status: 400, ContentType: "text/plain", Body: "Instance account is expired. Renew your instance",
			}); err != nil {
				t.Fatal(err)
			}
		}
		h.pass(4 * time.Minute)
		card := h.find(opsGroup, "3 numbers are not paid: GREEN-API has stopped them")
		for _, name := range []string{"Kazan_01", "Kazan_02", "Kazan_03"} {
			if !strings.Contains(card.Text, name) {
				t.Errorf("%s is not named:\n%s", name, card.Text)
			}
		}
		if got := len(h.bots(opsGroup)) - quiet; got != 1 || card.Silent {
			t.Errorf("%d messages, want 1 that rings:\n%s", got, h.transcript(opsGroup))
		}
		h.green.Mend(scopes[0])
		h.pass(3 * time.Minute)
		if got := len(h.bots(opsGroup)) - quiet; got != 1 {
			t.Errorf("%d messages after the first is paid, want 1:\n%s", got, h.transcript(opsGroup))
		}
		h.find(opsGroup, "2 numbers are not paid")
		h.green.Mend(scopes[1])
		h.green.Mend(scopes[2])
		h.pass(3 * time.Minute)
		own := h.bots(opsGroup)[quiet:]
		if len(own) != 2 || own[0].ID != card.ID || !strings.Contains(own[0].Text, "3 numbers work again") ||
			!own[1].Silent || own[1].ReplyTo != card.ID {
			t.Errorf("told:\n%s", h.transcript(opsGroup))
		}
	})
}
