package monitor

import (
	"fmt"
	"time"
)

// AutoReboot says whether the runbook reboots an instance that is stuck in starting, as the vendor's guide asks:
// https://green-api.com/en/docs/api/recommendations/instance-status-tracking/. The zero value is off.
type AutoReboot string

// What the runbook does about it.
const (
	AutoRebootOff AutoReboot = "off" // nothing
	AutoRebootAsk AutoReboot = "ask" // it proposes that a person does
	AutoRebootOn  AutoReboot = "on"  // it reboots, within its caps
)

// Known reports whether the word says what to do.
func (a AutoReboot) Known() bool {
	return a == AutoRebootOn || a == AutoRebootAsk || a == AutoRebootOff
}

// Why a reboot of the runbook's was held, as the outcome's detail says it.
const (
	HeldFleet = "too many at once: a person decides" // 3 were made within 10 minutes over the fleet; it is proposed instead
	HeldPool  = "others in its pool fail too"
	HeldOver  = "no longer starting"
)

// Runbook is how far the vendor's guide was followed within an incident by itself.
type Runbook struct {
	Due      time.Time `json:",omitzero"`  // starting is judged then; zero: nothing is due
	Tried    bool      `json:",omitempty"` // a reboot was wanted or proposed: no second one is within the incident
	Proposed bool      `json:",omitempty"` // a person is asked to reboot
	Kept     time.Time `json:",omitzero"`  // when it would have been told without a reboot
	Until    time.Time `json:",omitzero"`  // telling waits for the reboot's end, but no longer; zero: it does not wait
}

// plan says when a starting that is believed now is judged.
func (c Case) plan(s Scene) Case {
	c.Incident.Runbook.Due = time.Time{}
	if s.Policy.reboots() && !c.Incident.Runbook.Tried && c.Belief.starting() {
		c.Incident.Runbook.Due = c.Belief.Since.Add(s.Policy.StartingGrace)
	}
	return c
}

func (p Policy) reboots() bool { return p.AutoReboot == AutoRebootOn || p.AutoReboot == AutoRebootAsk }

// runbook wants, or proposes, a reboot of what has been starting for the grace, and is so still by the reading. What is
// not allowed then is not tried again while it goes on starting.
func (c Case) runbook(r Reading, s Scene) (Case, Effects) {
	if !passed(c.Incident.Runbook.Due, s.Now) {
		return c, Effects{}
	}
	if !r.starting() || s.Unsurveyed || !recent(r.At, readingFresh, s) {
		c.Incident.Runbook.Due = s.Now.Add(automaticExpires)
		return c, Effects{}
	}
	c.Incident.Runbook.Due = time.Time{}
	if !c.mayReboot(s) {
		return c, Effects{}
	}
	c.Incident.Runbook.Tried = true
	if s.Policy.AutoReboot != AutoRebootOn {
		c.Incident.Runbook.Proposed = true
		return c, Effects{}
	}
	if i := &c.Incident; !i.TellBy.IsZero() {
		i.Runbook.Kept = i.TellBy
		i.Runbook.Until = later(i.Now.Since.Add(settleAfter), s.Now).Add(s.Policy.rebootWait() + actionExpires)
		i.TellBy = i.Runbook.Until
	}
	c.Action = Action{
		Key:  fmt.Sprintf("%s/%d/%s", c.Subject, c.Incident.Number, Reboot),
		Verb: Reboot, Subject: c.Subject, At: s.Now, State: Wanted, Automatic: true,
	}
	c = c.step(Step{At: s.Now, Action: c.Action})
	return c, Effects{Actions: []Action{c.Action}}
}

// mayReboot reports whether the runbook may reboot at all: never at first sight, in an outage, after a
// restriction, while a person is at work, after a restart of ours, or too often.
func (c Case) mayReboot(s Scene) bool {
	i := c.Incident
	switch {
	case !s.Policy.reboots(), i.Before.Verdict() == Unseen, i.Restricted:
		return false
	case i.Pooled, s.PoolDown, s.PoolShaky, c.Action.UnderWay(), !i.justStarting():
		return false
	default:
		return !c.ours(i.Now.Since) && !c.rebootedOften(s)
	}
}

// holdBack says why a reboot that the runbook wanted must not be made after all; empty: it may be.
func (c Case) holdBack(s Scene) string {
	lately := 0
	for _, at := range s.Reboots {
		if recent(at, fleetWithin, s) {
			lately++
		}
	}
	switch {
	case !c.Incident.Open(), !c.Belief.starting(), s.Policy.AutoReboot != AutoRebootOn, !recent(c.Action.At, automaticExpires, s):
		return HeldOver
	case c.Incident.Pooled, s.PoolDown, s.PoolShaky:
		return HeldPool
	case lately >= fleetReboots:
		return HeldFleet
	default:
		return ""
	}
}

// endRunbook lets people be told after a reboot of the runbook's: at once where it has changed nothing, after the same
// wait where nobody knows whether it was made, and where it was not made, as if it had not been wanted.
func (c Case) endRunbook(s Scene) Case {
	i := &c.Incident
	i.Runbook.Proposed = i.Runbook.Proposed || c.Action.Outcome.Detail == HeldFleet
	if i.Runbook.Until.IsZero() {
		return c
	}
	i.TellBy = i.Runbook.Kept
	switch c.Action.Outcome.Kind {
	case OutcomeNoChange:
		if i.Now.starting() {
			i.TellBy = s.Now
		}
	case OutcomeUnknown:
		if waited := s.Now.Add(s.Policy.rebootWait()); waited.After(i.TellBy) {
			i.TellBy = waited
		}
		if i.TellBy.After(i.Runbook.Until) {
			i.TellBy = i.Runbook.Until
		}
	}
	i.Runbook.Until = time.Time{}
	return c
}

// restarted keeps that the last action has, or may have, restarted the instance.
func (c Case) restarted() Case {
	c.Restarted = c.Action.Called
	if c.Action.Verb == Reboot {
		c.Reboots = append(append([]time.Time(nil), c.Reboots...), c.Action.Called)
		c.Reboots = c.Reboots[max(0, len(c.Reboots)-rebootsADay):]
	}
	return c
}

// ours reports whether a starting that began at a time comes of a restart of ours.
func (c Case) ours(at time.Time) bool {
	if c.Action.State == Running || c.Action.State == Accepted {
		return true
	}
	return !c.Restarted.IsZero() && at.Sub(c.Restarted).Abs() < restartSpan
}

// notOurs reports whether what is believed is a restart, out of good, by somebody else or by GREEN-API.
func (c Case) notOurs(was Belief) bool {
	return was.Verdict() == Good && c.Belief.starting() && !c.ours(c.Belief.Since)
}

func (c Case) rebootedOften(s Scene) bool {
	n := len(c.Reboots)
	return n > 0 && recent(c.Reboots[n-1], rebootAgain, s) || n >= rebootsADay && recent(c.Reboots[n-rebootsADay], 24*time.Hour, s)
}

// justStarting reports whether nothing but starting, and what says nothing about the number, was believed since it was
// good: nobody is linking it, and it has no other trouble.
func (i Incident) justStarting() bool {
	for n := len(i.Steps) - 1; n >= 0 && i.Steps[n].Belief.Verdict() != Good; n-- {
		b := i.Steps[n].Belief
		if b.Rings() || b.Verdict() == Settling && !b.starting() {
			return false
		}
	}
	return true
}

// starting reports whether the finding is the service mode after a restart.
func (f Finding) starting() bool { return f.Answer == Answered && f.State.Canonical() == Starting }

// failing reports whether the finding is one that an outage brings.
func (f Finding) failing() bool { return f.Verdict() == Blind || f.starting() }
