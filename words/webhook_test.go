package words

import (
	"testing"
	"time"

	"greenwatch/monitor"
)

// Hosts with a digit before the dot are no keys of texts.
const (
	here = "https://watch-1.example/webhook/green-api"
	crm  = "https://crm-2.example/hooks/whatsapp?***"
)

func TestHook(t *testing.T) {
	t.Parallel()
	both := []string{"PUBLIC_URL", "WEBHOOK_TOKEN"}
	counted := Told{First: 12, Late: 2, Missed: 1, Last: at(2, 58)}
	for name, h := range map[string]Hook{
		"hook_none":   {Here: here, Version: "0123abcd"},
		"hook_unset":  {Missing: both},
		"hook_here":   {URL: here, Ours: true, On: true, Token: HookTokenOurs, Here: here, Told: counted},
		"hook_deaf":   {URL: here, Ours: true, Token: HookTokenAnother, Here: here, Others: []string{"incomingWebhook", "outgoingWebhook"}, Version: "0123abcd"},
		"hook_away":   {URL: crm, On: true, Token: HookTokenAnother, Others: []string{"incomingWebhook"}, Here: here, Told: counted, Version: "0123abcd"},
		"hook_unsure": {URL: crm, On: true, Missing: both[:1]},
		"hook_read":   {On: true, Here: here, Told: Told{First: 3, Last: at(2, 58), Exclusive: true}},
		"hook_unread": {URL: crm, Others: []string{"a1", "b1", "c1", "d1", "e1", "f1", "g1"}, Here: here, Told: Told{
			Exclusive: true, Obstacle: Obstacle{URL: true, Off: true, Others: []string{"incomingWebhook", "outgoingWebhook"}},
		}},
		"hook_unseen": {Fault: "HTTP 502", Told: counted},
	} {
		golden(t, name, said(at(3, 5), func(v Voice) Message { return v.Hook(kazan, h) }))
	}
	free, own, taken := Hook{Here: here, Version: "1"}, Hook{URL: here, Ours: true, Here: here, Version: "2"}, Hook{
		URL: crm, Here: here, Others: []string{"incomingWebhook"}, Version: "3",
	}
	for name, say := range map[string]func(Voice) Message{
		"hook_ask":         func(v Voice) Message { return v.HookAsk(kazan, free, opsA.Name) },
		"hook_ask_own":     func(v Voice) Message { return v.HookAsk(kazan, own, opsA.Name) },
		"hook_ask_taken":   func(v Voice) Message { return v.HookAsk(kazan, taken, opsA.Name) },
		"hook_asked_again": func(v Voice) Message { return v.HookAskedAgain(kazan) },
		"hook_replace":     func(v Voice) Message { return v.HookReplace(kazan, taken, opsA.Name) },
		"hook_left":        func(v Voice) Message { return v.NotSet(kazan, v.Say(HookLate)) },
		"hook_taken":       func(v Voice) Message { return v.Taken(kazan, change(monitor.SetSettings, "")) },
		"hook_told":        func(v Voice) Message { return v.WithTold(v.NotSet(kazan, v.Say(Cancelled)), counted) },
	} {
		golden(t, name, said(at(3, 15), say))
	}
}

// change is a change of settings that ended, or is under way.
func change(verb monitor.Verb, k monitor.OutcomeKind) monitor.Action {
	a := monitor.Action{Verb: verb, By: opsA, At: at(3, 13), Called: at(3, 13).Add(2 * time.Second), State: monitor.Ended, Outcome: monitor.Outcome{Kind: k}}
	if k == "" {
		a.State = monitor.Wanted
	}
	return a
}

func TestSettingsActed(t *testing.T) {
	t.Parallel()
	ended := func(name string, a monitor.Action, believed monitor.Finding) {
		alert := monitor.Alert{Kind: monitor.ActedOn, At: at(3, 15), Action: &a, Belief: monitor.Belief{Finding: believed}}
		golden(t, name, said(at(3, 15), func(v Voice) Message { return v.Reply(kazan, monitor.Note{To: chat, Alert: alert}) }))
	}
	with := func(a monitor.Action, detail string) monitor.Action {
		a.Outcome.Detail = detail
		return a
	}
	ended("set_done", change(monitor.SetSettings, monitor.OutcomeWorked), authorized)
	ended("set_done_out", with(change(monitor.SetSettings, monitor.OutcomeNoChange), "notAuthorized"), state(monitor.NotAuthorized))
	ended("set_refused", with(change(monitor.SetSettings, monitor.OutcomeRefused), "Validation failed"), authorized)
	ended("set_forgotten", with(change(monitor.SetSettings, monitor.OutcomeRefused), HookForgotten), authorized)
	ended("set_changed", with(change(monitor.UndoSettings, monitor.OutcomeRefused), HookChanged), authorized)
	ended("set_unknown", change(monitor.SetSettings, monitor.OutcomeUnknown), authorized)
	ended("set_expired", change(monitor.SetSettings, monitor.OutcomeExpired), authorized)
	ended("set_undone", change(monitor.UndoSettings, monitor.OutcomeWorked), authorized)
}

func TestSettingsOnACard(t *testing.T) {
	t.Parallel()
	l := outSince(kazan, state(monitor.Starting), at(3, 13))
	c, e, err := l.c.Press(monitor.Press{Key: "k", Verb: monitor.SetSettings, By: opsA, To: chat}, scene(at(3, 14)))
	if err != nil {
		t.Fatal(err)
	}
	l.take(c, e)
	golden(t, "card_set", l.card(kazan, at(3, 15)))
	busy, soon := &monitor.BusyError{Action: l.c.Action}, &monitor.TooSoonError{Last: change(monitor.SetSettings, monitor.OutcomeWorked), Again: at(3, 23)}
	golden(t, "set_not_taken", said(at(3, 15), func(v Voice) Message {
		return Message{HTML: string(lines("<b>"+escape("Kazan")+"</b>", escape(v.NotTaken(busy)), escape(v.NotTaken(soon))))}
	}))
}
