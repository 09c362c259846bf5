package monitor

import "time"

// Gate is whether the user's own software should send through an instance, and why.
type Gate struct {
	Open        bool
	Sure        bool      // false: before anything is believed, and while only our view is in the way
	Delayed     bool      // open, but it is starting: what is sent waits
	Probation   bool      // open, but a restriction or a reboot was lately
	State       State     // the last word of the API's that is believed, or "expired" or "deleted"
	Since       time.Time // since when it is
	Reason      string    // for people: why it is closed, or why it is not sure
	Queued      int
	QueuedKnown bool      // Queued was counted in the last 15 minutes
	FirstLoss   time.Time // about when the first message that waits is dropped; zero: none waits
}

// closed says why nothing is sent in a state; https://green-api.com/en/docs/api/recommendations/instance-status-tracking/.
// A state that is not in it has an open gate.
var closed = map[State]string{
	NotAuthorized:   "logged out: it must be linked again",
	Blocked:         "blocked by the messenger",
	Suspended:       "restricted by the messenger",
	SleepMode:       "the phone is off",
	Null:            "being created",
	PendingCode:     "being linked",
	PendingPassword: "being linked",
	State(Expired):  "not paid",
	State(Deleted):  "deleted",
}

// Gate gives the instance's gate. Where GREEN-API does not answer, refuses us, or says a word that we do not know, it is
// as it was before, and not sure: nothing of ours stops a healthy number from sending. Nor is it sure if nothing was
// heard of the number for too long, whatever the cause.
func (c Case) Gate(s Scene) Gate {
	b, stale := c.surely(), s.Stale()
	g := Gate{Open: true, Sure: c.Belief.sure() && !stale, State: b.sureState(), Since: b.Since}
	if why, shut := closed[g.State.Canonical()]; shut && b.sure() {
		g.Open, g.Reason = false, why
	}
	switch {
	case !c.Belief.sure():
		g.Reason = c.Belief.unsure()
	case stale:
		g.Reason = "nothing was heard of it lately"
	}
	g.Delayed = b.starting()
	g.Probation = b.Verdict() == Good && s.Now.Before(c.Incident.Probation)
	if q := c.Queue; !q.At.IsZero() && recent(q.At, queueFresh, s) {
		g.Queued, g.QueuedKnown = q.Count, true
	}
	g.FirstLoss = c.Queue.FirstLoss()
	return g
}

// StaleAt is when the gate is not sure any more if nothing is heard of the number; zero: that is not known.
func (s Scene) StaleAt() time.Time {
	if s.Answered.IsZero() {
		return time.Time{}
	}
	return s.Answered.Add(s.Policy.fresh())
}

// Stale reports whether nothing was heard of the number for so long that what is believed of it says nothing about now.
func (s Scene) Stale() bool { return passed(s.StaleAt(), s.Now) }

// Changed reports whether those who wait for a gate to change must hear of it: counts and times do not matter to them.
func (g Gate) Changed(from Gate) bool {
	return g.Open != from.Open || g.Sure != from.Sure || g.Delayed != from.Delayed || g.Probation != from.Probation ||
		g.State.Canonical() != from.State.Canonical()
}

// surely is the last belief that the API's own word stands behind; the zero Belief: there was none.
func (c Case) surely() Belief {
	if c.Belief.sure() {
		return c.Belief
	}
	return c.Sure
}

// sure reports whether the finding says whether the number can send: a known word, or that GREEN-API has stopped it.
func (f Finding) sure() bool {
	switch f.Verdict() {
	case Good, Settling, Bad:
		return true
	default:
		return f.Refusal == Expired || f.Refusal == Deleted
	}
}

// sureState is the finding as a state, of one that is sure.
func (f Finding) sureState() State {
	if f.Answer == Refused {
		return State(f.Refusal)
	}
	return f.State
}

// unsure says why the finding tells nothing about sending.
func (f Finding) unsure() string {
	switch f.Verdict() {
	case Blind:
		if f.Answer == Throttled {
			return "GREEN-API limits us"
		}
		return "GREEN-API does not answer"
	case Denied:
		return "GREEN-API refuses to tell: " + string(f.Refusal)
	case Odd:
		return "an unknown state: " + string(f.State)
	default:
		return "not known yet"
	}
}

// remember keeps, besides a new belief, what it does not say: the last sure word, and since when nothing leaves.
func (c Case) remember(was Belief, s Scene) Case {
	switch {
	case c.Belief.sure():
		c.Sure = Belief{}
	case was.sure():
		c.Sure = was
	}
	if c.Belief.sure() && c.Belief.Verdict() != Good && c.Queue.Shut.IsZero() {
		c.Queue = c.Queue.shut(c.Belief.Since, was.Verdict() == Good && c.relapses(c.Belief, s))
	}
	return c
}
