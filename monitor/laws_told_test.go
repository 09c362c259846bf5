package monitor_test

import (
	"slices"
	"time"

	"greenwatch/monitor"
)

// tell: what people are told makes sense as a whole, and something has happened each time.
func (l *laws) tell(s step, a monitor.Alert) {
	if a.Kind == monitor.ActedOn {
		if *a.Action != s.c.Action || !slices.Equal(a.Only, []monitor.Address{s.c.Action.To}) || a.Incident != 0 {
			l.t.Fatalf("told %+v of %+v", a, s.c.Action)
		}
		return
	}
	if l.tellQueue(s, a) {
		return
	}
	if a.Incident != s.c.Incident.Number || len(a.Only) > 0 {
		l.t.Fatalf("incident %d, told %+v", s.c.Incident.Number, a)
	}
	if s.was.Belief.Same(s.c.Belief.Finding) && !passed(s.was, s.now) && s.rule != "adopt" && s.was.Action.State == s.c.Action.State {
		l.t.Fatalf("%s: nothing happened, told %+v", s.rule, a)
	}
	was := s.was.Incident
	starts := a.Kind == monitor.Opened || a.Kind == monitor.Reopened
	ends := a.Kind == monitor.Resolved || a.Kind == monitor.Dropped
	switch {
	case a.Kind == monitor.Proved:
		if l.toldOut(s) || !s.c.Incident.Restricted || was.Wavers() {
			l.t.Fatalf("proved after %s, restricted %t", was.Told.Word(), s.c.Incident.Restricted)
		}
	case a.Kind == monitor.Opened && s.c.Incident.Number == was.Number && was.WasTold():
		l.t.Fatalf("opened after %s", was.Told.Word())
	case ends && !was.Wavers() && (!was.WasTold() || was.Told.Verdict() == monitor.Good):
		l.t.Fatalf("%s after %s", a.Kind, was.Told.Word())
	case a.Kind == monitor.Reopened && (s.c.Incident.Reopened == 0 || a.Silent):
		l.t.Fatalf("reopened, but never closed, or silently")
	case a.Kind == monitor.Changed && was.Told.Same(a.Belief.Finding):
		l.t.Fatalf("%s: %s is told again", a.Kind, a.Belief.Word())
	case a.Kind == monitor.StillOut && (a.Silent || was.RingBy.IsZero()):
		l.t.Fatalf("still out: silently %t", a.Silent)
	}
	if s.c.Incident.Told != s.c.Incident.Now.Finding || !ends && a.Belief != s.c.Belief {
		l.t.Fatalf("told %+v, the incident says %s", a, s.c.Incident.Told.Word())
	}
	if starts {
		l.out, l.rang = true, false
	}
	l.out = l.out && !ends
	l.rang = l.rang || !a.Silent
	l.told, l.lastKind = a.Belief.Finding, a.Kind
	l.bounded(s, a)
}

func passed(c monitor.Case, now time.Time) bool {
	at := c.LookAt()
	return !at.IsZero() && !now.Before(at)
}

// inTime: for one who looks when asked to, nothing waits longer than is said.
func (l *laws) inTime(c monitor.Case, now time.Time) {
	if !c.Incident.Open() {
		return
	}
	if l.excused(c, now) {
		return
	}
	limit := 5 * time.Minute
	if c.Action.Automatic && now.Sub(c.Action.At) < time.Hour {
		limit += l.wait() + time.Minute
	}
	told := c.Incident.WasTold() && c.Incident.Told.Verdict() != monitor.Good
	if now.Sub(l.openAt) >= limit && !told {
		l.t.Fatalf("out for %s, and nobody was told", now.Sub(l.openAt))
	}
	l.staysOut(c, now)
}

// proof: only good that is not believed yet is waited for longer than five minutes.
func (l *laws) proof(a monitor.Action, r monitor.Reading) {
	waited := r.At.Sub(a.Called)
	if a.Automatic && a.State == monitor.Accepted && r.Tells() && r.Verdict() != monitor.Good && waited >= l.wait() {
		l.t.Fatalf("accepted %s ago, %s still, and no end", waited, r.Word())
	}
	if a.State == monitor.Accepted && r.Verdict() != monitor.Good && waited >= 5*time.Minute {
		l.t.Fatalf("accepted %s ago, %s, and still no end", waited, r.Word())
	}
}

// heard: a belief rests on voices that were asked for one after the other, the last of which says it.
func (l *laws) heard(was, w monitor.Watch, r monitor.Reading, next monitor.Next) {
	overtaken := len(l.log) > 0 && !r.At.After(l.log[len(l.log)-1].At)
	if !overtaken {
		l.log = append(l.log, r)
		l.hear(r, w)
	}
	b := next.Believe
	if b == nil {
		if w.Believed() != was.Believed() {
			l.t.Fatalf("believes %+v after %+v without saying so", w.Believed(), was.Believed())
		}
		l.heardEnough(w)
		l.outlived(w)
		return
	}
	silent := l.silent(was.Believed(), *b)
	if overtaken || *b != w.Believed() || !b.At.Equal(r.At) || b.Finding != r.Finding && !silent || was.Believed().Same(b.Finding) {
		l.t.Fatalf("believes %+v from %+v", b, r)
	}
	if b.Claimed {
		l.backedByClaim(*b)
		return
	}
	if !b.Since.Before(b.At) || b.After.After(b.Since) {
		l.t.Fatalf("believed at %s, since %s, after %s", b.At, b.Since, b.After)
	}
	first := slices.IndexFunc(l.log, func(v monitor.Reading) bool { return v.At.Equal(b.Since) })
	if first < 0 {
		l.t.Fatalf("since %s: nothing was asked then", b.Since)
	}
	if !silent {
		l.voices(was.Believed(), l.log[first:])
	}
	for _, v := range l.log[:first] {
		if v.Same(was.Believed().Finding) && v.At.After(b.After) {
			l.t.Fatalf("after %s, but %s said the same at %s", b.After, v.Word(), v.At)
		}
	}
}

// voices are the readings from the first voice to the last.
func (l *laws) voices(was monitor.Belief, voices []monitor.Reading) {
	first, last := voices[0], voices[len(voices)-1]
	agreeing := 0
	for _, v := range voices {
		if was.Answer != "" && v.Same(was.Finding) {
			l.t.Fatalf("%s believed over a voice for %s", last.Word(), was.Word())
		}
		if v.Answer == last.Answer {
			agreeing++
		} else if breaks := v.Answer == monitor.Answered || v.Answer == monitor.Refused && last.Answer == monitor.NoAnswer; breaks {
			l.t.Fatalf("%s believed over a %s", last.Word(), v.Word())
		}
	}
	leaves := was.Verdict() == monitor.Good || was.Verdict() == monitor.Unseen
	either := leaves && first.Verdict() != monitor.Good && last.Verdict() != monitor.Good
	enough := 2
	if last.Answer == monitor.NoAnswer {
		enough = l.policy.UnreachableAfter
	}
	switch {
	case first.Answer != last.Answer || agreeing < enough || !either && !first.Same(last.Finding):
		l.t.Fatalf("%s believed from %d voices, the first for %s, over %s", last.Word(), agreeing, first.Word(), was.Word())
	case last.At.Sub(first.At) < time.Duration(enough-1)*l.policy.ConfirmAfter:
		l.t.Fatalf("%s confirmed after %s", last.Word(), last.At.Sub(first.At))
	}
}

// heardEnough: what is said again and again is believed in the end, counted from what was believed last. Voices that come
// closer together than a confirmation are one.
func (l *laws) heardEnough(w monitor.Watch) {
	last := l.log[len(l.log)-1]
	first, counted, voices := last, last.At.Add(time.Hour), 0
	for n := len(l.log) - 1; n >= 0 && l.log[n].Same(last.Finding) && l.log[n].Answer != monitor.Throttled && l.log[n].At.After(w.Believed().At); n-- {
		first = l.log[n]
		if counted.Sub(first.At) >= 2*l.policy.ConfirmAfter {
			counted = first.At
			voices++
		}
	}
	lasts := last.At.Sub(first.At)
	if voices > max(3, l.policy.UnreachableAfter) && lasts >= 30*time.Second && !w.Believed().Same(last.Finding) {
		l.t.Fatalf("%s again and again for %s, and %s is believed", last.Word(), lasts, w.Believed().Word())
	}
}
