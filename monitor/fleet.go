package monitor

import (
	"fmt"
	"time"
)

// Crowd reports whether so many bad ones at first sight are told in one message instead of one by one.
func Crowd(bad int) bool { return bad > firstSightAlone }

// Arrive tells of instances that were looked at for the first time (subject [Self]).
func (c Case) Arrive(roll Roll, s Scene) (Case, Effects) {
	return c.tellFleet(Arrived, roll, s)
}

// Return tells that we were away (subject [Self]).
func (c Case) Return(roll Roll, s Scene) (Case, Effects) {
	return c.tellFleet(Returned, roll, s)
}

func (c Case) tellFleet(kind AlertKind, roll Roll, s Scene) (Case, Effects) {
	c.Arrivals++
	return c, Effects{Alerts: []Alert{{
		Key: fmt.Sprintf("%s/%s/%d", c.Subject, kind, c.Arrivals), Kind: kind, Subject: c.Subject,
		At: s.Now, Silent: !roll.Known, Roll: &roll,
	}}}
}

// Leave ends the case of an instance that is watched no more. Should it come back, that is a first sight.
func (c Case) Leave(s Scene) (Case, Effects) {
	c, effects := c.abandon(s)
	i := &c.Incident
	open, out := i.Open(), i.knownOut()
	i.TellBy, i.RingBy, i.Probation = time.Time{}, time.Time{}, time.Time{}
	i.Runbook.Due, i.Runbook.Until, i.Spare, i.Pooled = time.Time{}, time.Time{}, time.Time{}, false
	if open {
		i.Closed, i.Dropped = s.Now, true
	}
	i.Swings.Until = time.Time{}
	if open && out {
		var told Effects
		c, told = c.tellDropped(s)
		effects = effects.and(told)
	}
	c.Belief, c.Sure, c.Known = Belief{}, Belief{}, false
	c.Born, c.Queue = time.Time{}, Queue{Told: c.Queue.Told}
	c.Incoming, c.Phone = Incoming{Times: c.Incoming.Times}, Phone{}
	return c, effects
}

// tellDropped tells that it is watched no more. Of one that comes and goes the card shows it.
func (c Case) tellDropped(s Scene) (Case, Effects) {
	i := &c.Incident
	i.Swings.Out += max(0, s.Now.Sub(i.Swings.Left))
	if i.Swings.Times > 2 {
		return c.shown(), Effects{}
	}
	return c.tell(Dropped, true, s)
}

// Adopt treats an instance that was known to be bad as one that should work: its incident begins now.
func (c Case) Adopt(s Scene) (Case, Effects) {
	if !c.Known {
		return c, Effects{}
	}
	c.Known = false
	return c.open(Belief{}, c.Belief, s)
}
