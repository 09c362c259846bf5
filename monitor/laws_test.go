package monitor_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"greenwatch/monitor"
)

// laws is what must hold of any life, kept up by its own simple account of what was asked and told.
type laws struct {
	t      *rapid.T
	policy monitor.Policy
	log    []monitor.Reading // since the last start, without those that were overtaken

	keys     map[string]bool   // of alerts
	runs     map[string]int    // how often an action was started
	out      bool              // people were last told that it is out
	rang     bool              // and were woken
	told     monitor.Finding   // what they were told
	lastKind monitor.AlertKind // and how
	toldAt   time.Time         // when they were told that it is out
	openAt   time.Time         // when the incident opened, or reopened

	claims  []monitor.Claim // since the last start
	sure    string          // the last word that says whether it can send
	outages bool            // there is one now
	outEnd  time.Time       // and otherwise this is when the last one ended
	reboots []time.Time     // the runbook's
	tried   int             // the last incident in which it rebooted
	warned  int             // of a loss, since the queue was empty or it was good
	stuck   bool            // people were told that it does not send
	spoke   time.Time       // when the API last said how the number is

	rings, messages []time.Time // told so far
	swung           time.Time   // when it last became something else that is not good
}

func newLaws(t *rapid.T, p monitor.Policy) *laws {
	return &laws{t: t, policy: p, keys: map[string]bool{}, runs: map[string]int{}}
}

func (l *laws) forget(spoke time.Time) { l.log, l.claims, l.spoke = nil, nil, spoke }

// step is one rule applied to a case.
type step struct {
	rule    string
	was, c  monitor.Case
	effects monitor.Effects
	now     time.Time
}

func (l *laws) changed(s step) {
	l.numbers(s)
	l.deadlines(s)
	l.action(s)
	l.remember(s)
	if !s.was.Belief.Same(s.c.Belief.Finding) {
		l.swung = s.now
	}
	if was := s.was.Incident; l.toldOut(s) && (!was.WasTold() || was.Told.Verdict() == monitor.Good || was.Number != s.c.Incident.Number) {
		l.toldAt = s.now
	}
	for _, a := range s.effects.Alerts {
		if l.keys[a.Key] {
			l.t.Fatalf("alert %s again", a.Key)
		}
		l.keys[a.Key] = true
		if a.Subject != s.c.Subject || !a.At.Equal(s.now) {
			l.t.Fatalf("alert %+v at %s", a, s.now)
		}
		l.tell(s, a)
	}
}

// numbers: one incident at most is open, exactly while it is not good and not known; its number and its events only grow.
func (l *laws) numbers(s step) {
	was, is := s.was.Incident, s.c.Incident
	if is.Number < was.Number || is.Number > was.Number+1 || is.Number > was.Number && was.Open() {
		l.t.Fatalf("%s: incident %d after %d (open: %t)", s.rule, is.Number, was.Number, was.Open())
	}
	v := s.c.Belief.Verdict()
	if bad := v != monitor.Good && v != monitor.Unseen; is.Open() != (bad && !s.c.Known) || s.c.Known && !bad {
		l.t.Fatalf("%s: believed %s, known %t, open %t", s.rule, v, s.c.Known, is.Open())
	}
	if is.Number > 0 && (is.Opened.IsZero() || !is.Open() && is.Closed.Before(is.Opened)) {
		l.t.Fatalf("%s: opened %s, closed %s", s.rule, is.Opened, is.Closed)
	}
	if is.Open() && is.Now != s.c.Belief || is.Number == was.Number && is.Events < was.Events {
		l.t.Fatalf("%s: the incident is of %+v while %+v is believed", s.rule, is.Now, s.c.Belief)
	}
	if len(is.Steps) > 40 {
		l.t.Fatalf("%s: %d steps", s.rule, len(is.Steps))
	}
	if is.Open() && (!was.Open() || is.Number != was.Number) {
		l.openAt = s.now
	}
}

// deadlines: each waits for what may still come, and a look leaves none of them behind.
func (l *laws) deadlines(s step) {
	i := s.c.Incident
	settling := i.Open() && i.Now.Verdict() == monitor.Settling && !i.Told.Same(i.Now.Finding)
	if settling && i.TellBy.IsZero() || !i.TellBy.IsZero() && (!i.Open() || i.Told.Same(i.Now.Finding)) {
		l.t.Fatalf("%s: an untold settling is %t, told by %s", s.rule, settling, i.TellBy)
	}
	if due := i.Runbook.Due; !due.IsZero() && (!i.Open() || i.Now.State.Canonical() != monitor.Starting) {
		l.t.Fatalf("%s: the runbook is due at %s of %s", s.rule, due, i.Now.Word())
	}
	if !i.RingBy.IsZero() && (!i.Open() || !l.toldOut(s)) {
		l.t.Fatalf("%s: rings at %s, open %t, told %s", s.rule, i.RingBy, i.Open(), i.Told.Word())
	}
	if !i.Probation.IsZero() && (i.Open() || s.c.Belief.Verdict() != monitor.Good) {
		l.t.Fatalf("%s: on probation while %s", s.rule, s.c.Belief.Verdict())
	}
	if (s.c.Action.State == monitor.Accepted) != !s.c.Proof.Ask.IsZero() {
		l.t.Fatalf("%s: %s, asked at %s", s.rule, s.c.Action.State, s.c.Proof.Ask)
	}
	if at := s.c.LookAt(); s.rule == "elapse" && !at.IsZero() && !at.After(s.now) {
		l.t.Fatalf("looked at %s, and again at %s", s.now, at)
	}
	if s.rule == "leave" && !s.c.LookAt().IsZero() {
		l.t.Fatalf("left, but to be looked at by %s", s.c.LookAt())
	}
}

func (l *laws) toldOut(s step) bool {
	return s.c.Incident.WasTold() && s.c.Incident.Told.Verdict() != monitor.Good
}

// action: it goes forward only, runs once, and its end is told once and is final.
func (l *laws) action(s step) {
	was, is := s.was.Action, s.c.Action
	ended := was.State != monitor.Ended && is.State == monitor.Ended
	told := slices.ContainsFunc(s.effects.Alerts, func(a monitor.Alert) bool { return a.Kind == monitor.ActedOn })
	if (ended && !is.Automatic) != told {
		l.t.Fatalf("%s: %s to %s, told %t", s.rule, was.State, is.State, told)
	}
	if is == was {
		if len(s.effects.Actions) > 0 {
			l.t.Fatalf("%s: %+v reported, nothing changed", s.rule, s.effects.Actions)
		}
		return
	}
	if n := len(s.effects.Actions); n != 1 || s.effects.Actions[0] != is {
		l.t.Fatalf("%s: %+v reported, it is %+v", s.rule, s.effects.Actions, is)
	}
	order := []monitor.ActionState{"", monitor.Wanted, monitor.Running, monitor.Accepted, monitor.Ended}
	if is.Key == was.Key && slices.Index(order, is.State) <= slices.Index(order, was.State) {
		l.t.Fatalf("%s: %s after %s", s.rule, is.State, was.State)
	}
	if is.Key != was.Key && (is.State != monitor.Wanted || was.UnderWay()) {
		l.t.Fatalf("%s: %+v after %+v", s.rule, is, was)
	}
	if is.State == monitor.Running {
		if l.runs[is.Key]++; l.runs[is.Key] > 1 {
			l.t.Fatalf("%s runs again", is.Key)
		}
	}
}
