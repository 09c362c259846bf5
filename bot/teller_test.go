package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/botapi"
)

var (
	blocked = monitor.Finding{Answer: monitor.Answered, State: monitor.Blocked}
	blind   = monitor.Finding{Answer: monitor.NoAnswer}
)

// due is what a chat must be told now.
func (r *room) due(to monitor.Address) []monitor.Note {
	r.t.Helper()
	notes, err := r.cases.Due(r.t.Context(), to, time.Now())
	if err != nil {
		r.t.Fatal(err)
	}
	return notes
}

// tell has the teller write one message with what is due, and settles it.
func (r *room) tell(to monitor.Address) monitor.Settlement {
	r.t.Helper()
	s := r.teller.Tell(r.t.Context(), to, r.due(to))
	s.At = time.Now()
	if err := r.cases.Settle(r.t.Context(), s); err != nil {
		r.t.Fatal(err)
	}
	r.pass(4 * time.Second)
	return s
}

func (r *room) stale(to monitor.Address) monitor.Card {
	r.t.Helper()
	cards, err := r.cases.Stale(r.t.Context(), to)
	if err != nil || len(cards) != 1 {
		r.t.Fatalf("stale: %v, %v", cards, err)
	}
	return cards[0]
}

var ops = monitor.Address{Chat: alerts}

func TestACardItsReplyAndItsEnd(t *testing.T) {
	t.Parallel()
	for name, place := range map[string]func(r *room) monitor.Address{
		"group": func(*room) monitor.Address { return ops },
		"topic": func(r *room) monitor.Address { return monitor.Address{Chat: forum, Topic: r.topic} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inRoom(t, func(t *testing.T, r *room) { r.oneIncident(t, place(r)) })
		})
	}
}

func (r *room) oneIncident(t *testing.T, to monitor.Address) {
	r.believe(notAuthorized, kazan1)
	s := r.tell(to)
	card := r.last(to.Chat)
	if s.End != monitor.SettledTold || s.MessageID != card.ID || len(s.Notes) != 1 || card.Silent || card.Topic != to.Topic {
		t.Errorf("settled %+v, told %+v", s, card)
	}
	reads(t, card.Text, "🔴 Kazan_01: logged out of WhatsApp", "notAuthorized since", string(kazan1), "1. Press Reboot")
	if got := buttons(card); got != "Reboot=reboot:7105000001 Check now=check:7105000001" {
		t.Errorf("the buttons are %s", got)
	}
	r.believe(blocked, kazan1)
	r.tell(to)
	changed := r.last(to.Chat)
	reads(t, changed.Text, "Kazan_01: blocked by WhatsApp")
	if changed.ReplyTo != card.ID || !changed.Silent || changed.Topic != to.Topic {
		t.Errorf("the change is %+v", changed)
	}
	r.believe(authorized, kazan1)
	r.tell(to)
	over := r.last(to.Chat)
	reads(t, over.Text, "🟢 Kazan_01: works again after")
	if over.ReplyTo != card.ID || !over.Silent || len(over.Keyboard) != 0 {
		t.Errorf("the end is %+v", over)
	}
	if s := r.teller.Show(t.Context(), r.stale(to)); s.End != monitor.SettledTold {
		t.Errorf("showing: %+v", s)
	}
	now, _ := r.telegram.Message(to.Chat, card.ID)
	reads(t, now.Text, "🟢 Kazan_01: works again after")
	if len(now.Keyboard) != 0 {
		t.Error("the ended card keeps its buttons")
	}
}

// buttons is "label=data" of each.
func buttons(m botapi.Message) string {
	var all []string
	for _, row := range m.Keyboard {
		for _, b := range row {
			all = append(all, b.Text+"="+b.Data)
		}
	}
	return strings.Join(all, " ")
}

func TestWhatRings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		found  map[monitor.InstanceID]monitor.Finding
		back   bool
		silent bool
		says   string
	}{
		"blind":               {found: map[monitor.InstanceID]monitor.Finding{kazan1: blind}, silent: true, says: "⚪ Kazan_01: GREEN-API gives no answer for it"},
		"out":                 {found: map[monitor.InstanceID]monitor.Finding{kazan1: blocked}, says: "🔴 Kazan_01: blocked by WhatsApp"},
		"two blind":           {found: map[monitor.InstanceID]monitor.Finding{kazan1: blind, ufa: blind}, silent: true, says: "No answer for 2 numbers"},
		"one of two out":      {found: map[monitor.InstanceID]monitor.Finding{kazan1: blind, ufa: blocked}, says: "2 numbers in trouble"},
		"over before told":    {found: map[monitor.InstanceID]monitor.Finding{kazan1: blocked}, back: true, silent: true, says: "🟢 Kazan_01: works again"},
		"all over, untold":    {found: map[monitor.InstanceID]monitor.Finding{kazan1: blocked, ufa: blocked}, back: true, silent: true, says: "2 numbers work again"},
		"several, no trouble": {found: map[monitor.InstanceID]monitor.Finding{kazan1: notAuthorized, ufa: notAuthorized}, says: "2 numbers stopped"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inRoom(t, func(t *testing.T, r *room) {
				for id, f := range c.found {
					r.believe(f, id)
				}
				r.pass(time.Minute)
				if c.back {
					for id := range c.found {
						r.believe(authorized, id)
					}
				}
				s := r.tell(ops)
				got := r.last(alerts)
				reads(t, got.Text, c.says)
				if got.Silent != c.silent || len(r.due(ops)) != 0 || len(r.bots(alerts)) != 1 {
					t.Errorf("settled %+v, told %+v, still due %d", s, got, len(r.due(ops)))
				}
			})
		})
	}
}

func TestFleetMessages(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		now := time.Now()
		bad := []monitor.RollEntry{{Instance: ufa, Finding: notAuthorized}, {Instance: "7199000001", Finding: blocked}}
		roll := monitor.Roll{Total: 3, Good: 1, Bad: bad, Known: true, From: now.Add(-time.Hour), Until: now}
		quiet := roll
		quiet.Known = false
		tellFleet := func(apply func(monitor.Case) (monitor.Case, monitor.Effects)) {
			if _, err := r.cases.Update(t.Context(), monitor.Self, apply); err != nil {
				t.Fatal(err)
			}
		}
		r.believe(blocked, kazan1, kazan2)
		tellFleet(func(c monitor.Case) (monitor.Case, monitor.Effects) { return c.Arrive(roll, scene()) })
		tellFleet(func(c monitor.Case) (monitor.Case, monitor.Effects) { return c.Return(quiet, scene()) })
		r.believe(blocked, ufa)
		if s := r.tell(ops); len(s.Notes) != 3 { // the incidents, and not what is about the fleet and stands between them
			t.Errorf("settled %+v", s)
		}
		r.tell(ops)
		arrived := r.last(alerts)
		reads(t, arrived.Text, "Watching 3 numbers", "7103000001 Ufa_01 notAuthorized", "7199000001 blocked", "I treat these 2 as known")
		if got := buttons(arrived); got != "Watch these too=adopt" {
			t.Errorf("the buttons are %s", got)
		}
		r.tell(ops)
		returned := r.last(alerts)
		reads(t, returned.Text, "Watching again: I was away")
		if arrived.Silent || !returned.Silent {
			t.Errorf("silent: first sight %t, return %t", arrived.Silent, returned.Silent)
		}
		if len(r.due(ops)) != 0 {
			t.Error("something is left")
		}
	})
}

// How an action ended is told where it was asked for, also in a private chat that gets no alerts.
func TestTheOutcomeIsToldWhereItWasAsked(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		question := r.prompted(opsA.ID, opsA, kazan1)
		r.tap(opsA.ID, question.ID, confirmButton(question), opsA)
		r.finish(kazan1)
		private := monitor.Address{Chat: opsA.ID}
		if len(r.due(ops)) != 0 || len(r.due(private)) != 1 {
			t.Fatalf("due: %v, %v", r.due(ops), r.due(private))
		}
		r.tell(private)
		reads(t, r.last(opsA.ID).Text, "Kazan_01: Reboot was refused", "Reboot by @ops_a at")
	})
}

// The end of an incident and the outcome of what ended it are due together, in either order: each is told once.
func TestTheEndAndTheOutcomeAreDueTogether(t *testing.T) {
	t.Parallel()
	for name, endFirst := range map[string]bool{"the end first": true, "the outcome first": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inRoom(t, func(t *testing.T, r *room) {
				r.believe(notAuthorized, kazan1)
				r.tell(ops)
				question := r.prompted(alerts, opsA, kazan1)
				r.tap(alerts, question.ID, confirmButton(question), opsA)
				if endFirst {
					r.believe(authorized, kazan1)
				}
				r.finish(kazan1)
				if !endFirst {
					r.believe(authorized, kazan1)
				}
				before := len(r.bots(alerts))
				for len(r.due(ops)) > 0 {
					r.tell(ops)
				}
				said := ""
				for _, m := range r.bots(alerts)[before:] {
					said += m.Text + "\n"
				}
				if strings.Count(said, "works again") != 1 || strings.Count(said, "was refused") != 1 {
					t.Errorf("told:\n%s", said)
				}
			})
		})
	}
}

func TestARepeatIsMarked(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.believe(notAuthorized, kazan1, ufa)
		r.telegram.Inject(botapi.Fault{Method: "sendMessage", Times: 1, Stored: true, Effect: botapi.Reset()})
		if s := r.tell(ops); s.End != monitor.SettledAgain || !s.MaybeSent {
			t.Errorf("settled %+v", s)
		}
		r.tell(ops)
		own := r.bots(alerts)
		if len(own) != 2 || strings.Contains(own[0].Text, "May be a repeat") || !strings.Contains(own[1].Text, "May be a repeat") {
			t.Errorf("told %+v", own)
		}
	})
}

// What becomes of notes that Telegram does not take at once.
func TestSettling(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		effect botapi.Effect
		end    monitor.SettlementEnd
		maybe  bool
		reason string
	}{
		"429":            {botapi.FloodWait(20), monitor.SettledAgain, false, "Too Many Requests"},
		"500":            {botapi.Refuse(500, "Internal Server Error: restart"), monitor.SettledAgain, true, "restart"},
		"502":            {botapi.Gateway(502), monitor.SettledAgain, true, "502"},
		"reset":          {botapi.Reset(), monitor.SettledAgain, true, "no answer"},
		"black hole":     {botapi.BlackHole(), monitor.SettledAgain, true, "no answer"},
		"token refused":  {botapi.Refuse(401, "Unauthorized"), monitor.SettledAgain, false, "Unauthorized"},
		"chat not found": {botapi.Refuse(400, "Bad Request: chat not found"), monitor.SettledAgain, false, "chat not found"},
		"kicked":         {botapi.Refuse(403, "Forbidden: bot was kicked from the supergroup chat"), monitor.SettledAgain, false, "kicked"},
		"too long":       {botapi.Refuse(400, "Bad Request: message is too long"), monitor.SettledRefused, false, "too long"},
		"our mistake":    {botapi.Refuse(400, "Bad Request: nobody knows why"), monitor.SettledRefused, false, "nobody knows"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inRoom(t, func(t *testing.T, r *room) {
				r.believe(notAuthorized, kazan1)
				r.telegram.Inject(botapi.Fault{Method: "sendMessage", Effect: c.effect})
				s := r.tell(ops)
				if s.End != c.end || s.MaybeSent != c.maybe || !strings.Contains(s.Reason, c.reason) || strings.Contains(s.Reason, token) || len(s.Notes) != 1 {
					t.Errorf("settled %+v", s)
				}
			})
		})
	}
}

func TestTopicGone(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(r *room){
		"deleted": func(r *room) { r.telegram.DeleteTopic(forum, r.topic) },
		"closed":  func(r *room) { r.telegram.CloseTopic(forum, r.topic, opsA) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inRoom(t, func(t *testing.T, r *room) {
				to := monitor.Address{Chat: forum, Topic: r.topic}
				r.believe(notAuthorized, kazan1)
				r.tell(to)
				lose(r)
				r.believe(blocked, kazan1)
				if s := r.tell(to); s.End != monitor.SettledTold {
					t.Errorf("settled %+v", s)
				}
				got := r.last(forum)
				reads(t, got.Text, "Kazan_01: blocked by WhatsApp")
				if got.Topic != 0 || got.ReplyTo != 0 {
					t.Errorf("told %+v, want in General", got)
				}
				r.telegram.CloseTopic(forum, 1, opsA)
				r.believe(notAuthorized, kazan1)
				if s := r.tell(to); s.End != monitor.SettledAgain {
					t.Errorf("with General closed too: settled %+v", s)
				}
			})
		})
	}
}

func TestAGroupThatBecameASupergroup(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		const moved = -1001000000009
		r.believe(notAuthorized, kazan1)
		r.tell(monitor.Address{Chat: basic})
		r.end() // so that sending finds it out first
		r.telegram.Migrate(basic, moved)
		r.believe(blocked, kazan1)
		if s := r.tell(monitor.Address{Chat: basic}); s.End != monitor.SettledAgain {
			t.Errorf("settled %+v", s)
		}
		r.start()
		r.pass(5 * time.Second)
		if left := r.due(monitor.Address{Chat: basic}); len(left) != 0 {
			t.Errorf("%d left for the group that is no more", len(left))
		}
		r.tell(monitor.Address{Chat: moved})
		reads(t, r.last(moved).Text, "Kazan_01: blocked by WhatsApp")
	})
}

// What a message settles, it names, or a file below it does: that of the incidents that begin with it.
func TestAMessageTakesWhatItNames(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		teller := r.teller
		for _, test := range []struct{ begin, again, want int }{
			{0, 66, monitor.MaxNamed}, {10, 66, 10}, {66, 10, 66}, {20, 20, 40},
		} {
			var notes []monitor.Note
			for n := range test.begin + test.again {
				kind := monitor.Opened
				if n >= test.begin {
					kind = monitor.Reopened
				}
				b := monitor.Belief{Finding: monitor.Finding{Answer: monitor.Answered, State: monitor.NotAuthorized}, Since: time.Now()}
				subject := monitor.InstanceID(fmt.Sprint(7105000001 + n)).Subject()
				notes = append(notes, monitor.Note{
					Alert:    monitor.Alert{Kind: kind, Subject: subject, Incident: 1},
					Incident: monitor.Incident{Number: 1, Now: b, Trouble: b, Opened: b.Since, Told: b.Finding},
				})
			}
			made := teller.compose(teller.Voices.Of(alerts), notes)
			if len(made.notes) != test.want {
				t.Errorf("%d that begin and %d others: %d taken, want %d", test.begin, test.again, len(made.notes), test.want)
			}
		}
	})
}
