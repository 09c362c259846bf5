package monitor

import (
	"slices"
	"time"
)

// Incident is the time from leaving good until good is believed. A subject has at most one open.
type Incident struct {
	Number   int
	Before   Belief // what was believed before; zero where it was bad at first sight
	Now      Belief // what is believed; after the end the good that ended it
	Trouble  Belief // the last that was not good
	Opened   time.Time
	Closed   time.Time // zero while open
	Dropped  bool      // closed because the instance is watched no more
	Reopened int       // how often it was taken up again

	Told       Finding   // what the chats were last told it is; zero: nothing was told
	TellBy     time.Time // told then if it lasts; zero: nothing waits
	RingBy     time.Time // rings then if it lasts; zero: it rang, or is over
	Restricted bool      // the messenger restricted the number within it
	Probation  time.Time // not proved before this; zero: proved, or not over

	Steps  []Step // what happened, in order; the first ones fall out
	Events int    // alerts made so far, for their keys

	Runbook Runbook   `json:",omitzero"`  // what was done about it by itself
	NotOurs bool      `json:",omitempty"` // starting came out of good, and not through a restart of ours
	Pooled  bool      `json:",omitempty"` // an outage of the pool, or of everything, explains it while that lasts
	Spare   time.Time `json:",omitzero"`  // until then the outage that is over may explain it still
	Queue   Waiting   `json:",omitzero"`  // the messages that wait, as people are shown them
	Outage  Outage    `json:",omitzero"`  // of a pool, or of everything
	Swings  Swings    `json:",omitzero"`  // how it went to and fro
	Woke    bool      `json:",omitempty"` // it was told as something that rings at once

	Relinked *Relinked `json:",omitempty"` // it ended with another phone
}

// Step is one thing that happened within an incident: a belief or a stage of an action.
type Step struct {
	At     time.Time
	Belief Belief
	Action Action
}

const maxSteps = 40

// Open reports whether the incident lasts.
func (i Incident) Open() bool { return i.Number > 0 && i.Closed.IsZero() }

// WasTold reports whether people know of it.
func (i Incident) WasTold() bool { return i.Told.Answer != "" }

// knownOut reports whether people were last told that it is not good.
func (i Incident) knownOut() bool { return i.WasTold() && i.Told.Verdict() != Good }

// Acted is the last action taken within the incident; false where there was none.
func (i Incident) Acted() (Action, bool) {
	for n := len(i.Steps) - 1; n >= 0; n-- {
		if a := i.Steps[n].Action; a.Key != "" {
			return a, true
		}
	}
	return Action{}, false
}

// rebooted reports whether a reboot was, or may have been, made within the incident.
func (i Incident) rebooted() bool {
	return slices.ContainsFunc(i.Steps, func(s Step) bool { return s.Action.State == Accepted || s.Action.called() })
}

func (i Incident) step(s Step) Incident {
	steps := append(append([]Step(nil), i.Steps...), s)
	if len(steps) > maxSteps {
		steps = steps[len(steps)-maxSteps:]
	}
	i.Steps = steps
	return i
}

// become takes a new belief within the incident.
func (i Incident) become(b Belief) Incident {
	i.Now = b
	if b.Verdict() != Good {
		i.Trouble = b
		i.Restricted = i.Restricted || b.Restriction()
	}
	if b.Verdict() != Settling || i.Told.Same(b.Finding) {
		i.TellBy, i.Runbook.Until = time.Time{}, time.Time{}
	} else if i.TellBy.IsZero() {
		i.TellBy = b.Since.Add(settleAfter)
	}
	return i.step(Step{At: b.Since, Belief: b})
}

// news reports whether people must be told of what is believed now: it is neither what they know nor what may pass.
func (i Incident) news() bool {
	switch i.Now.Verdict() {
	case Good, Settling:
		return false
	case Blind:
		return !i.knownOut()
	default:
		return !i.Told.Same(i.Now.Finding)
	}
}

// untold reports whether people must be told of what is believed now unless it passes, or something else explains it.
func (i Incident) untold() bool {
	return i.news() || i.Now.Verdict() == Settling && !i.Told.Same(i.Now.Finding)
}

// newsKind is what telling of trouble now means to those who read it.
func (i Incident) newsKind() AlertKind {
	switch {
	case !i.WasTold():
		return Opened
	case !i.knownOut():
		return Reopened
	default:
		return Changed
	}
}
