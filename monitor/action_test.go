package monitor_test

import (
	"testing"

	"greenwatch/monitor"
)

// A reading speaks for the time when it was asked, not for the time when its answer came.
func TestProofCountsFromTheQuestion(t *testing.T) {
	t.Parallel()
	c := caseScript(t, `
		0s believe authorized >
		0s press k            > reboot wanted
		0s start k            > reboot running
		0s done k accepted    > reboot accepted`)
	scene := func(offset string) monitor.Scene {
		return monitor.Scene{Now: instant(t, offset), Policy: monitor.DefaultPolicy()}
	}
	c, effects := c.Elapse(reading("authorized", instant(t, "5s")), scene("25s"))
	if got := effectsText(effects, nil); got != "" {
		t.Errorf("asked after 5s, answered after 25s: %s", got)
	}
	if c, _ = c.Elapse(reading("starting", instant(t, "0s")), scene("30s")); c.Proof.Starting || offset(c.LookAt()) != "40s" {
		t.Errorf("asked before the answer to the reboot: starting %t, look %s", c.Proof.Starting, offset(c.LookAt()))
	}
	if c, effects = c.Elapse(reading("authorized", instant(t, "31s")), scene("32s")); c.Action.Outcome.Kind != monitor.OutcomeWorked {
		t.Errorf("asked after 31s: %s", effectsText(effects, nil))
	}
}

func TestActionIsToldWhereItWasAskedFor(t *testing.T) {
	t.Parallel()
	c := caseScript(t, `
		0s believe blocked > opened
		0s press k         > reboot wanted
		0s start k         > reboot running`)
	c, effects := c.Done(c.Action, monitor.Outcome{Kind: monitor.OutcomeRefused, Detail: "no"}, monitor.Scene{Now: epoch()})
	a := effects.Alerts[0]
	if a.Key != "acted/k" || a.Only[0] != somewhere() || len(a.Only) != 1 || a.Subject != c.Subject {
		t.Errorf("told %+v", a)
	}
	if a.Action.By != someone() || a.Action.Outcome.Detail != "no" || *a.Action != c.Action || a.Action == &c.Action {
		t.Errorf("told of %+v", a.Action)
	}
	if last, ok := c.Incident.Acted(); !ok || last != c.Action {
		t.Errorf("the incident knows %+v", last)
	}
}

// Nothing was wanted: an outcome without a key must not end it.
func TestOutcomeOfNothing(t *testing.T) {
	t.Parallel()
	c := monitor.Case{Subject: instance.Subject()}
	c, effects := c.Done(monitor.Action{}, monitor.Outcome{Kind: monitor.OutcomeUnknown}, monitor.Scene{Now: epoch()})
	if c.Action.State != "" || len(effects.Alerts) != 0 {
		t.Errorf("ended %+v, told %+v", c.Action, effects.Alerts)
	}
}

func TestWhyAPressWasNotTaken(t *testing.T) {
	t.Parallel()
	a := monitor.Action{Key: "k", Verb: monitor.Reboot, At: epoch()}
	for _, test := range []struct {
		err  error
		want string
	}{
		{&monitor.BusyError{Action: a}, "monitor: reboot under way since 2026-03-01 03:00:00 +0000 UTC"},
		{&monitor.TooSoonError{Last: a, Again: epoch()}, "monitor: reboot possible again from 2026-03-01 03:00:00 +0000 UTC"},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
