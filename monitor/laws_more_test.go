package monitor_test

import (
	"slices"
	"time"

	"greenwatch/monitor"
)

// claimed: a claim is no belief, and asks at once at most.
func (l *laws) claimed(was, w monitor.Watch, c monitor.Claim, next monitor.Next) {
	if next.Believe != nil || w.Believed() != was.Believed() || !w.Agreed().Equal(was.Agreed()) {
		l.t.Fatalf("claim %+v alone is believed", c)
	}
	if next.Late && !w.Believed().Same(monitor.Finding{Answer: monitor.Answered, State: c.State}) {
		l.t.Fatalf("claim %+v is late, but not what is believed", c)
	}
	l.claims = append(l.claims, c)
}

// backedByClaim: an answer that was asked for after a claim of the same word.
func (l *laws) backedByClaim(b monitor.Belief) {
	last := l.log[len(l.log)-1]
	if last.Answer != monitor.Answered || last.Finding != b.Finding || b.Since.After(b.At) || b.Since.Before(b.After) {
		l.t.Fatalf("believed %+v by the answer %+v", b, last)
	}
	if !slices.ContainsFunc(l.claims, func(c monitor.Claim) bool {
		age := last.At.Sub(c.Heard)
		return age >= 0 && age <= 5*time.Minute && last.Same(monitor.Finding{Answer: monitor.Answered, State: c.State})
	}) {
		l.t.Fatalf("believed %+v, claimed was %+v", b, l.claims)
	}
}

// remember keeps the last word that is sure.
func (l *laws) remember(s step) {
	if s.rule == "leave" {
		l.sure = ""
	}
	switch b := s.c.Belief; b.Answer {
	case monitor.Answered:
		if b.State != "frozen" {
			l.sure = string(b.State)
		}
	case monitor.Refused:
		if b.Refusal == monitor.Expired {
			l.sure = string(b.Refusal)
		}
	}
	if s.c.Queue.First.IsZero() || s.c.Queue.Shut.IsZero() {
		l.warned = 0
	}
	if s.c.Queue.Stuck.IsZero() && s.rule != "queue" {
		l.stuck = false
	}
}

// gate: closed exactly when the table says.
func (l *laws) gate(c monitor.Case, s monitor.Scene) {
	g := c.Gate(s)
	shut := slices.Contains([]string{
		"notAuthorized", "blocked", "yellowCard", "suspended", "null", "pendingCode", "expired",
	}, l.sure)
	sure := l.sure != "" && c.Belief.Word() == l.sure
	if g.Open == shut || g.Sure != sure || g.Delayed != (l.sure == "starting") || string(g.State) != l.sure {
		l.t.Fatalf("%s, last sure %q: gate %+v", c.Belief.Word(), l.sure, g)
	}
	if g.Probation && (c.Belief.Verdict() != monitor.Good && g.Sure || !g.Open) || g.Changed(g) {
		l.t.Fatalf("%s: gate %+v", c.Belief.Word(), g)
	}
}

// rebooted: the runbook's caps.
func (l *laws) rebooted(c monitor.Case, s monitor.Scene) {
	i := c.Incident
	others := 0
	for _, at := range s.Reboots {
		if s.Now.Sub(at) < 10*time.Minute {
			others++
		}
	}
	n := len(l.reboots)
	switch {
	case l.policy.AutoReboot != monitor.AutoRebootOn, s.PoolDown, s.PoolShaky, c.Known, !i.Open(), i.Restricted:
		l.t.Fatalf("rebooted %+v in %+v", c, s)
	case i.Before.Answer == "", c.Belief.State != monitor.Starting:
		l.t.Fatalf("rebooted though %s, before it %q", c.Belief.Word(), i.Before.Word())
	case l.tried == i.Number:
		l.t.Fatalf("rebooted twice within incident %d", i.Number)
	case others >= 3:
		l.t.Fatalf("rebooted after %d others", others)
	case n > 0 && s.Now.Sub(l.reboots[n-1]) < 10*time.Minute, n > 2 && s.Now.Sub(l.reboots[n-3]) < aDay:
		l.t.Fatalf("rebooted at %s, and before at %v", s.Now, l.reboots)
	}
	l.tried = i.Number
	l.reboots = append(l.reboots, s.Now)
}

func (l *laws) wait() time.Duration {
	if l.policy.RebootWait > 0 {
		return l.policy.RebootWait
	}
	return 2 * time.Minute
}

// outage: whether there is one, or was until now.
func (l *laws) outage(is bool, now time.Time) { l.outages, l.outEnd = is, now }

// excused reports whether it may take longer until people are told: an outage was lately, or it is new.
func (l *laws) excused(c monitor.Case, now time.Time) bool {
	lately := l.outages || !l.outEnd.IsZero() && now.Sub(l.outEnd) < 40*time.Minute
	spared := c.Incident.Pooled || !now.After(c.Incident.Spare)
	return lately || spared || !c.Born.IsZero() && now.Sub(c.Born) < 30*time.Minute
}

// tellQueue: three warnings at most, of a number that people know to be out, and what does not send is told by turns with
// what does. It reports whether the alert is one of these.
func (l *laws) tellQueue(s step, a monitor.Alert) bool {
	switch a.Kind {
	case monitor.LossNear:
		l.warned++
		if l.warned > 3 || !l.toldOut(s) || a.Silent || s.c.Queue.Count == 0 || a.Incident != s.c.Incident.Number {
			l.t.Fatalf("warned for the %dth time, out %t, of %+v", l.warned, l.toldOut(s), s.c.Queue)
		}
		if loss := s.c.Incident.Queue.FirstLoss; !loss.Equal(s.c.Queue.First.Add(aDay)) || loss.Sub(s.now) > 6*time.Hour {
			l.t.Fatalf("warned of %s, %s before it", loss, loss.Sub(s.now))
		}
	case monitor.NotSending, monitor.SendsAgain:
		if stuck := a.Kind == monitor.NotSending; stuck == l.stuck || s.rule != "queue" || a.Incident != 0 || a.Queue == nil {
			l.t.Fatalf("%s, told before: %t", a.Kind, l.stuck)
		}
		if s.c.Belief.Verdict() != monitor.Good {
			l.t.Fatalf("%s while %s", a.Kind, s.c.Belief.Word())
		}
		l.stuck = a.Kind == monitor.NotSending
	default:
		return false
	}
	return true
}

// looked: what need not be kept is nothing that anybody sees.
func (l *laws) looked(was, c monitor.Case, q monitor.QueueLook, learns bool) {
	if !q.Known && c.Queue.Count != was.Queue.Count {
		l.t.Fatalf("nothing was seen, and %+v became %+v", was.Queue, c.Queue)
	}
	if learns {
		return
	}
	is := c
	is.Queue.At = was.Queue.At
	if string(toJSON(l.t, is)) != string(toJSON(l.t, was)) {
		l.t.Fatalf("nothing to keep, but %+v became %+v", was, c)
	}
}
