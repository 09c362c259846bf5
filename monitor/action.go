package monitor

import "time"

// Action is something greenwatch does to an instance because a person or the runbook wanted it. It is tried once.
type Action struct {
	Key     string // made from the press, or from the incident, that wanted it; unique
	Verb    Verb
	Subject Subject
	By      Person
	To      Address   // where it was asked for
	At      time.Time // when it was asked for
	State   ActionState
	Outcome Outcome
	Called  time.Time // when the API had answered, or the action was given up

	Automatic bool `json:",omitempty"` // the runbook wanted it, and nobody by name; its outcome is told by the incident alone
}

// Verb is what an action does.
type Verb string

// The verbs. All restart the instance and keep its link.
const (
	Reboot       Verb = "reboot"       // https://green-api.com/en/docs/api/account/Reboot/
	SetSettings  Verb = "setSettings"  // its notifications are sent here; https://green-api.com/en/docs/api/account/SetSettings/
	UndoSettings Verb = "undoSettings" // setSettings with what was set before that
)

// UndoWithin is how long what SetSettings replaced is known, from the API's answer on.
const UndoWithin = 15 * time.Minute

// ActionState is how far an action got.
type ActionState string

// The states of an action. Running is committed before the call is made.
const (
	Wanted   ActionState = "wanted"
	Running  ActionState = "running"
	Accepted ActionState = "accepted" // the API said yes; the proof is still awaited
	Ended    ActionState = "ended"
)

// UnderWay reports whether the action's end is still awaited.
func (a Action) UnderWay() bool { return a.State != "" && a.State != Ended }

// Outcome is how an action went.
type Outcome struct {
	Kind   OutcomeKind
	Detail string // the API's own words, bounded; never a secret
}

// OutcomeKind is the kind of an outcome.
type OutcomeKind string

// The outcomes. Accepted by the API is not success: the instance's next readings decide between worked and no change.
const (
	OutcomeAccepted OutcomeKind = "accepted"
	OutcomeRefused  OutcomeKind = "refused"
	OutcomeUnknown  OutcomeKind = "unknown" // the call may have arrived
	OutcomeExpired  OutcomeKind = "expired" // nobody took it up in time; it was not made
	OutcomeWorked   OutcomeKind = "worked"
	OutcomeNoChange OutcomeKind = "no change"
	OutcomeHeld     OutcomeKind = "held" // the runbook's own rules forbade it when its turn came; it was not made
)

// called reports whether the call was, or may have been, made.
func (a Action) called() bool {
	switch a.Outcome.Kind {
	case OutcomeExpired, OutcomeRefused, OutcomeHeld:
		return false
	default:
		return a.State == Ended
	}
}

// Made reports whether the call is, was, or may have been made.
func (a Action) Made() bool { return a.State == Running || a.State == Accepted || a.called() }

// Start takes a wanted action up: from then on it is running, and is never started again. One that has waited for too
// long ends as expired instead, and one of the runbook's that its rules forbid by now as held: so those who start
// actions do it one at a time over the whole fleet, and say in [Scene.Reboots] what was started before.
func (c Case) Start(key string, s Scene) (Case, Effects) {
	if c.Action.Key != key || c.Action.State != Wanted {
		return c, Effects{}
	}
	if !recent(c.Action.At, actionExpires, s) {
		return c.endAction(Outcome{Kind: OutcomeExpired}, s)
	}
	if why := c.holdBack(s); c.Action.Automatic && why != "" {
		return c.endAction(Outcome{Kind: OutcomeHeld, Detail: why}, s)
	}
	c.Action.State = Running
	return c, Effects{Actions: []Action{c.Action}}
}

// Done takes what became of the call. Once it was accepted or has ended, another outcome changes nothing.
func (c Case) Done(a Action, o Outcome, s Scene) (Case, Effects) {
	if c.Action.Key != a.Key || !c.Action.UnderWay() || c.Action.State == Accepted {
		return c, Effects{}
	}
	if o.Kind != OutcomeAccepted {
		return c.endAction(o, s)
	}
	c.Action.State, c.Action.Outcome, c.Action.Called = Accepted, o, s.Now
	c.Proof = Proof{Ask: s.Now.Add(proofEvery)}
	c = c.restarted()
	c = c.step(Step{At: s.Now, Action: c.Action})
	return c, Effects{Actions: []Action{c.Action}}
}

// Proof is what has been seen since an action was accepted.
type Proof struct {
	Ask      time.Time // when the instance is asked next
	Starting bool      // starting was seen
}

// prove looks at a reading for the proof of an accepted action.
func (c Case) prove(r Reading, s Scene) (Case, Effects) {
	if c.Action.State != Accepted {
		return c, Effects{}
	}
	c.Proof.Ask = s.Now.Add(proofEvery)
	waited, wait := r.At.Sub(c.Action.Called), s.Policy.rebootWait()
	if waited <= 0 {
		return c, Effects{}
	}
	starting := r.starting()
	c.Proof.Starting = c.Proof.Starting || starting
	switch {
	case r.Verdict() == Good:
		if c.Belief.Verdict() == Good && (c.Proof.Starting || waited >= proofAfter) {
			return c.endAction(Outcome{Kind: OutcomeWorked}, s)
		}
	case waited >= max(rebootLimit, wait), waited >= wait && r.Tells() && (c.Action.Automatic || !starting):
		return c.endAction(Outcome{Kind: OutcomeNoChange, Detail: r.Word()}, s)
	}
	return c, Effects{}
}

// abandon ends an action under way whose proof nobody will look for.
func (c Case) abandon(s Scene) (Case, Effects) {
	switch c.Action.State {
	case Wanted:
		return c.endAction(Outcome{Kind: OutcomeExpired}, s)
	case Running, Accepted:
		return c.endAction(Outcome{Kind: OutcomeUnknown}, s)
	default:
		return c, Effects{}
	}
}

// endAction ends the action and tells how it went: where it was asked for, and on the incident's card.
func (c Case) endAction(o Outcome, s Scene) (Case, Effects) {
	accepted := c.Action.State == Accepted
	if !accepted {
		c.Action.Called = s.Now
	}
	c.Action.State, c.Action.Outcome, c.Proof = Ended, o, Proof{}
	if !accepted && c.Action.called() {
		c = c.restarted()
	}
	c = c.step(Step{At: s.Now, Action: c.Action})
	a := c.Action
	if a.Automatic {
		return c.endRunbook(s), Effects{Actions: []Action{a}}
	}
	return c, Effects{Actions: []Action{a}, Alerts: []Alert{{
		Key: "acted/" + a.Key, Kind: ActedOn, Subject: c.Subject, At: s.Now, Silent: o.Kind == OutcomeWorked,
		Belief: c.Belief, Action: &a, Only: []Address{a.To},
	}}}
}
