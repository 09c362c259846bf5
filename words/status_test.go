package words

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	var all []Seen
	for _, i := range numbers("7103", "Ufa", 12) {
		all = append(all, Seen{Instance: i, Case: wellFor(i, days, at(3, 0)).c})
	}
	golden(t, "status_well", said(at(3, 12), func(v Voice) Message { return v.Status(all) }))
	golden(t, "status_nothing", said(at(3, 12), func(v Voice) Message { return v.Status(nil) }))

	add := func(l *life, i monitor.Instance) { all = append(all, Seen{Instance: i, Case: l.c}) }
	more := numbers("7105", "Kazan", 8)
	add(outSince(more[0], silence, at(3, 8)), more[0])
	add(outSince(more[1], state(monitor.Starting), at(3, 9)), more[1])
	add(outSince(more[2], state(monitor.NotAuthorized), at(2, 1).Add(-2*days)), more[2])
	add(outSince(more[3], state(monitor.Blocked), at(2, 1).Add(-40*days)), more[3])
	add(outSince(more[4], refusal(monitor.Expired), at(3, 1)), more[4])
	known := &life{c: monitor.Case{Subject: more[5].ID.Subject()}}
	known.becomes(state(monitor.NotAuthorized), at(1, 0))
	known.c.Known = true
	add(known, more[5])
	add(&life{}, more[6])
	add(outSince(promo, state(monitor.Suspended), at(2, 0)).becomes(authorized, at(3, 0)), promo)
	golden(t, "status", said(at(3, 12), func(v Voice) Message { return v.Status(all) }))
}

func TestChecked(t *testing.T) {
	t.Parallel()
	asked := func(i monitor.Instance, l *life, f monitor.Finding) Seen {
		return Seen{Instance: i, Case: l.c, Asked: monitor.Reading{Instance: i.ID, At: at(3, 12), Finding: f}}
	}
	some := numbers("7105", "Kazan", 6)
	well := func(i monitor.Instance) *life { return wellFor(i, days, at(3, 0)) }
	checked := func(name string, all ...Seen) {
		golden(t, name, said(at(3, 12), func(v Voice) Message { return v.Checked(all) }))
	}
	checked("checked_well", asked(some[0], well(some[0]), authorized), asked(some[1], well(some[1]), authorized))
	checked(
		"checked",
		asked(some[0], well(some[0]), authorized),
		asked(some[1], well(some[1]), state(monitor.NotAuthorized)),
		asked(some[2], outSince(some[2], state(monitor.Blocked), at(2, 1)), state(monitor.Blocked)),
		asked(some[3], outSince(some[3], state(monitor.NotAuthorized), at(2, 1)), authorized),
		asked(some[4], well(some[4]), monitor.Finding{Answer: monitor.Throttled}),
		asked(some[5], &life{}, silence),
	)
}

func TestStatusOfThreeHundredUnseen(t *testing.T) {
	t.Parallel()
	var all []Seen
	for _, i := range numbers("7103", "Ufa", 300) {
		all = append(all, Seen{Instance: i})
	}
	m := speak(at(3, 12)).Status(all)
	checkMessage(t, m)
	if !strings.Contains(m.HTML, " more: /status with an id") || !strings.Contains(m.HTML, "300 not seen yet") {
		t.Error(m.HTML)
	}
}

func TestDetail(t *testing.T) {
	t.Parallel()
	l := outSince(kazan, state(monitor.NotAuthorized), at(3, 11)).rebooted(opsA, at(3, 20), accepted).passes(at(3, 24))
	last := monitor.Reading{At: at(3, 24), Finding: state(monitor.NotAuthorized)}
	past := []monitor.Transition{
		{To: monitor.Belief{Finding: authorized, Since: at(3, 0).Add(-41 * days)}},
		{From: authorized, To: l.c.Belief},
	}
	detail := func(name string, c monitor.Case, last monitor.Reading, past []monitor.Transition) {
		golden(t, name, said(at(3, 30), func(v Voice) Message { return v.Detail(kazan, c, last, past) }))
	}
	detail("detail_out", l.c, last, past)
	l.becomes(authorized, at(3, 26))
	detail("detail_well", l.c, monitor.Reading{At: at(3, 29), Finding: authorized}, nil)
	detail("detail_unseen", monitor.Case{}, monitor.Reading{}, nil)
}

func TestReading(t *testing.T) {
	t.Parallel()
	well, out := wellFor(kazan, 41*days, at(3, 0)).c, outSince(kazan, state(monitor.NotAuthorized), at(3, 11)).c
	for name, asked := range map[string]struct {
		f      monitor.Finding
		detail string
		c      monitor.Case
	}{
		"believed":  {authorized, "", well},
		"one_voice": {state(monitor.NotAuthorized), "", well},
		"still_out": {state(monitor.NotAuthorized), "", out},
		"maybe_ok":  {authorized, "", out},
		"silence":   {silence, "timed out after 30 s", well},
		"token":     {refusal(monitor.WrongToken), "", well},
		"throttled": {monitor.Finding{Answer: monitor.Throttled}, "", well},
		"first":     {state(monitor.YellowCard), "", monitor.Case{}},
		"nothing":   {monitor.Finding{Answer: monitor.Throttled}, "", monitor.Case{}},
	} {
		r := monitor.Reading{Instance: kazan.ID, At: at(3, 12), Via: monitor.ViaPress, Finding: asked.f, Detail: asked.detail}
		golden(t, "reading_"+name, said(at(3, 12), func(v Voice) Message { return v.Reading(kazan, r, asked.c) }))
	}
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	confirm := func(name string, i monitor.Instance, l *life) {
		golden(t, "confirm_"+name, said(at(3, 20), func(v Voice) Message { return v.Confirm(i, l.c, opsA.Name) }))
	}
	confirm("well", kazan, wellFor(kazan, 41*days, at(3, 0)))
	for name, f := range map[string]monitor.Finding{
		"logged_out": state(monitor.NotAuthorized),
		"blocked":    state(monitor.Blocked),
		"starting":   state(monitor.Starting),
		"blind":      silence,
		"unpaid":     refusal(monitor.Expired),
		"deleted":    refusal(monitor.Deleted),
	} {
		confirm(name, kazan, outSince(kazan, f, at(3, 11)))
	}
	l := outSince(promo, state(monitor.Suspended), at(2, 0).Add(-3*days))
	l.rebooted(opsB, at(15, 20).Add(-3*days), accepted).passes(at(15, 30).Add(-3 * days))
	confirm("restricted", promo, l)
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, tag := range Languages() {
		v := speak(at(3, 21))
		v.Language = tag
		var all strings.Builder
		say := func(name, text string) {
			if n := len16(text); n == 0 || n > MaxToast || strings.ContainsAny(text, "<>\n") {
				t.Errorf("%s: %d units: %q", name, n, text)
			}
			all.WriteString(name + ": " + text + "\n")
		}
		for _, a := range everyAnswer() {
			say(string(a), v.Say(a))
		}
		say("not allowed", v.NotAllowed(opsA))
		say("nobody", v.NotAllowed(monitor.Person{}))
		say("busy", v.NotTaken(&monitor.BusyError{Action: lastReboot}))
		say("too soon", v.NotTaken(&monitor.TooSoonError{Last: lastReboot, Again: at(3, 23)}))
		say("repeated", v.NotTaken(&monitor.RepeatedError{}))
		for _, c := range v.Menu() {
			say("/"+c.Name, c.Description)
		}
		compareGolden(t, filepath.Join(tag, "answers"), all.String())
	}
}

func everyAnswer() []Answer {
	return []Answer{
		NotHere, NoMessage, TooLate, NotYours, WasAway, Asking, Cancelled, NotWatched, OldButton, Crowded, WhichOne, NoCommand, Adopted, Trouble, NoQueues,
		ListChanged, ListAnswered, HookLate, HookNotYours, HookUndo, HookNoUndo, HookWhich,
	}
}

var lastReboot = monitor.Action{Verb: monitor.Reboot, By: opsA, At: at(3, 13)}

func TestAnswersInMessages(t *testing.T) {
	t.Parallel()
	here := monitor.Address{Chat: -1001234567890}
	card := outSince(kazan, state(monitor.NotAuthorized), at(3, 11)).c.Incident
	for name, say := range map[string]func(Voice) Message{
		"taken":            func(v Voice) Message { return v.Taken(kazan, lastReboot) },
		"taken_nameless":   func(v Voice) Message { return v.Taken(kazan, monitor.Action{Verb: monitor.Reboot, At: at(3, 13)}) },
		"not_rebooted":     func(v Voice) Message { return v.NotRebooted(kazan, v.Say(TooLate)) },
		"unanswered":       func(v Voice) Message { return v.Unanswered(kazan) },
		"unknown":          func(v Voice) Message { return v.Unknown("kazna <7>", numbers("7105", "Kazan", 7)) },
		"unknown_alone":    func(v Voice) Message { return v.Unknown("kazna", nil) },
		"help":             func(v Voice) Message { return v.Help("greenwatch_bot", true) },
		"help_reader":      func(v Voice) Message { return v.Help("", false) },
		"greeting":         func(v Voice) Message { return v.Greeting(monitor.Address{Chat: here.Chat, Topic: 12}, opsA) },
		"greeting_private": func(v Voice) Message { return v.Greeting(monitor.Address{Chat: 1001}, opsA) },
		"greeting_nobody":  func(v Voice) Message { return v.Greeting(here, monitor.Person{}) },
		"repeated":         func(v Voice) Message { return v.Repeated(v.Card(kazan, card)) },
		"language":         Voice.Tongue,
		"language_set":     Voice.Spoken,
		"language_unknown": Voice.NoSuchLanguage,
		"notice_lost": func(v Voice) Message {
			return v.Notice(monitor.Lost(monitor.LostChat{Address: here, Why: "Forbidden: bot was kicked"}, at(3, 0)))
		},
		"notice_deaf": func(v Voice) Message { return v.Notice(deaf()) },
		"unreached": func(v Voice) Message {
			dead := monitor.Chat{Address: here, Dead: at(3, 1).Add(5 * days), DeadWhy: "Forbidden: bot was kicked", ProbeAt: at(4, 1).Add(5 * days)}
			return v.Unreached(v.Status(nil), []monitor.Chat{dead})
		},
		"unreached_topic": func(v Voice) Message {
			dead := monitor.Chat{Address: monitor.Address{Chat: here.Chat, Topic: 12}, Dead: at(3, 1), DeadWhy: "Bad Request: TOPIC_CLOSED", ProbeAt: at(3, 22)}
			return v.Unreached(v.Status(nil), []monitor.Chat{dead})
		},
		"unreached_messages": func(v Voice) Message {
			refusing := func(r monitor.RefusedNotes) monitor.Chat {
				r.Why = "telegram: sendMessage: 400 Bad Request: SOMETHING_NEW"
				return monitor.Chat{Address: here, Refused: r}
			}
			return v.Unreached(v.Status(nil), []monitor.Chat{
				refusing(monitor.RefusedNotes{Waiting: 2, Since: at(3, 1), Again: at(3, 22)}), refusing(monitor.RefusedNotes{GivenUp: 1}),
			})
		},
	} {
		golden(t, name, said(at(3, 21), say))
	}
}

func deaf() monitor.Alert {
	_, effects := monitor.Case{Subject: monitor.Self}.Deafness("Conflict: terminated by other getUpdates request", scene(at(3, 20)))
	return effects.Alerts[0]
}

func TestTimes(t *testing.T) {
	t.Parallel()
	v := speak(at(3, 12))
	for want, when := range map[string]time.Time{
		"00:00":             at(0, 0),
		"Sat 23:59":         at(0, 0).Add(-time.Minute),
		"Mon 03:10":         at(3, 10).Add(days),
		"Mon 00:00":         at(0, 0).Add(-6 * days),
		"15 Nov 23:59":      at(0, 0).Add(-6*days - time.Minute),
		"31 Dec 2025 00:30": time.Date(2025, 12, 30, 21, 30, 0, 0, time.UTC),
	} {
		if got := v.clock(when); got != want {
			t.Errorf("%s: got %q, want %q", when, got, want)
		}
	}
	for want, d := range map[string]time.Duration{
		"0 seconds": -time.Second, "1 second": time.Second, "59 seconds": 59 * time.Second, "1 minute": time.Minute,
		"15 minutes": 15 * time.Minute, "1 hour": time.Hour, "4 hours": 4 * time.Hour, "2 h 38 min": 158 * time.Minute,
		"1 day 4 h": 28 * time.Hour, "2 days": 2 * days, "41 days": 41*days + 5*time.Hour, "1 day": days - time.Second,
	} {
		if got := v.lasting(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}
