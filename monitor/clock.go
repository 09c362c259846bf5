package monitor

import "time"

// Wait is how long until the case must be looked at again; false: it waits for nothing. It is a span, as the clock may be
// set meanwhile.
func (c Case) Wait(s Scene) (time.Duration, bool) {
	at := c.steady(s).LookAt()
	return max(0, at.Sub(s.Now)), !at.IsZero()
}

// steady puts right what the clock has done by being set back: a deadline that is further away than it can ever have
// been counts from now.
func (c Case) steady(s Scene) Case {
	c.Incident.TellBy = within(c.Incident.TellBy, c.longestHold(s), s)
	c.Incident.Spare = within(c.Incident.Spare, s.Policy.interval(), s)
	c.Incident.Runbook.Due = within(c.Incident.Runbook.Due, max(s.Policy.StartingGrace, s.Policy.interval()), s)
	c.Incident.RingBy = within(c.Incident.RingBy, max(ringAfter, c.Incident.Swings.nextRing(s.Now).Sub(s.Now)), s)
	c.Incident.Probation = within(c.Incident.Probation, s.Policy.RelapseWindow, s)
	c.Proof.Ask = within(c.Proof.Ask, proofEvery, s)
	if c.Action.State == Accepted {
		c.Action.Called = within(c.Action.Called, 0, s)
	}
	c.Queue, c.Incident.Swings = c.Queue.steady(s), c.Incident.Swings.steady(s)
	c.Incoming.At, c.Incoming.From = within(c.Incoming.At, 0, s), within(c.Incoming.From, 0, s)
	return c
}

// longestHold is how far away the time of telling can be.
func (c Case) longestHold(s Scene) time.Duration {
	longest := max(settleAfter, s.Policy.interval())
	if !c.Incident.Runbook.Until.IsZero() {
		longest = max(longest, settleAfter+s.Policy.rebootWait()+actionExpires)
	}
	if !c.Born.IsZero() {
		longest = max(longest, newbornGrace)
	}
	if c.Incident.Pooled {
		longest = max(longest, poolBackstop)
	}
	return longest
}

func within(deadline time.Time, most time.Duration, s Scene) time.Time {
	if latest := s.Now.Add(most); deadline.After(latest) {
		return latest
	}
	return deadline
}

// recent reports whether something happened less than d ago. Where the clock was set by more than that, it was not.
func recent(at time.Time, d time.Duration, s Scene) bool { return s.Now.Sub(at).Abs() < d }
