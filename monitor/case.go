package monitor

import "time"

// Case is what is kept of one subject: what is believed, its last incident and its last action. The zero Case with a
// Subject is one of which nothing is known yet.
type Case struct {
	Subject  Subject
	Belief   Belief
	Known    bool     // bad at first sight among many: not told until it has worked once
	Incident Incident // the last one; number 0: there was none
	Action   Action   // the last one
	Proof    Proof
	Arrivals int         // alerts about the fleet made so far (subject self)
	Deafened []time.Time `json:",omitzero"` // when it was last told that presses do not reach us (subject self)
	Reported string      // the date of the last daily report (subject self), as in 2026-11-22
	Listing  Listing     `json:",omitzero"` // of the file that lists the instances (subject self)

	Partner PartnerList `json:",omitzero"` // of the partner's list of instances (subject self)

	Knocked time.Time `json:",omitzero"` // when requests that the webhook refused were told of last (subject self)

	Born      time.Time   `json:",omitzero"` // when the instance appeared while we ran; zero: it was there before, or is gone
	Sure      Belief      `json:",omitzero"` // the last belief that the API's own word stands behind, where the present one has none
	Restarted time.Time   `json:",omitzero"` // the last restart of ours that was, or may have been, made
	Reboots   []time.Time `json:",omitzero"` // the last reboots of ours, oldest first; no more than a day may have
	Queue     Queue       `json:",omitzero"`
	Incoming  Incoming    `json:",omitzero"`  // notifications that wait to be read
	Phone     Phone       `json:",omitzero"`  // the one that is linked, as was last known
	Phones    int         `json:",omitempty"` // how often it was another one
	Pressed   []Pressed   `json:",omitempty"` // lately, the oldest first: each counts once
}

// Scene is what a rule needs to know besides the case.
type Scene struct {
	Now    time.Time
	Policy Policy
	Crowd  bool // at first sight: more bad ones arrived with this one than are told one by one

	PoolDown   bool        // an outage of the instance's pool, or of everything, is open
	Answered   time.Time   // when the API last said how the number is; zero: it is not known here, and nothing is too old
	Unsurveyed bool        // the pools are not known yet, as we have only just begun
	PoolShaky  bool        // several in its pool do not answer or are starting: [Survey.Shaky]
	Reboots    []time.Time // reboots that the runbook began over the whole fleet, those of the last 10 minutes at least
}

// Effects is what follows besides the changed case.
type Effects struct {
	Alerts  []Alert
	Actions []Action // new or changed
}

func (e Effects) and(f Effects) Effects {
	return Effects{Alerts: append(e.Alerts, f.Alerts...), Actions: append(e.Actions, f.Actions...)}
}

// LookAt is when the case must be looked at again at the latest; zero: no deadline.
func (c Case) LookAt() time.Time {
	var first time.Time
	i := c.Incident
	over := i.Swings.Until
	if i.Open() {
		over = time.Time{}
	}
	for _, t := range [...]time.Time{i.TellBy, i.RingBy, i.Probation, over, i.Runbook.Due, c.Proof.Ask, c.warnAt()} {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// Believe takes a new belief. The same belief again changes nothing.
func (c Case) Believe(b Belief, s Scene) (Case, Effects) {
	was := c.Belief
	if was.Same(b.Finding) {
		return c, Effects{}
	}
	c.Belief = b
	c = c.remember(was, s)
	switch {
	case b.Verdict() == Good:
		c.Known = false
		return c.recover(b, s)
	case c.Known:
		return c, Effects{}
	case c.Incident.Open():
		return c.within(b, s)
	case was.Verdict() == Unseen && s.Crowd:
		c.Known = true
		return c, Effects{}
	case c.relapses(b, s):
		return c.reopen(b, s)
	default:
		return c.open(was, b, s)
	}
}

func (c Case) open(was, b Belief, s Scene) (Case, Effects) {
	c.Incident = Incident{
		Number: c.Incident.Number + 1, Before: was, Opened: b.Since, NotOurs: c.notOurs(was),
		Swings: c.Incident.Swings.carry(b.Since, c.Incident.Closed),
	}
	return c.within(b, s)
}

func (c Case) within(b Belief, s Scene) (Case, Effects) {
	c.Incident = c.Incident.become(b)
	return c.plan(s).tellNews(s)
}

// relapses reports whether leaving good continues the last incident: it is recent, was a restriction on probation, or goes
// to and fro.
func (c Case) relapses(b Belief, s Scene) bool {
	i := c.Incident
	switch {
	case i.Number == 0:
		return false
	case i.Swings.goesOn(b.Since, i.Closed):
		return true
	case i.Dropped:
		return false
	default:
		return b.Since.Sub(i.Closed).Abs() <= reopenAfter || b.Restriction() && s.Now.Before(i.Probation)
	}
}

// reopen takes the last incident up again. A restriction that was proved to be over needs no second proof.
func (c Case) reopen(b Belief, s Scene) (Case, Effects) {
	if c.Incident.Dropped { // people do not know it to be out
		c.Incident.Told = Finding{Answer: Answered, State: Authorized}
	}
	c.Incident.Restricted = c.Incident.Restricted && !c.Incident.Probation.IsZero()
	c.Incident.Closed, c.Incident.Probation, c.Incident.Queue, c.Incident.Dropped = time.Time{}, time.Time{}, Waiting{}, false
	c.Incident.Relinked = nil
	c.Incident.Reopened++
	c.Incident.NotOurs = c.notOurs(c.Incident.Now)
	return c.within(b, s)
}

// recover ends the open incident. What people do not know of ends without a word.
func (c Case) recover(b Belief, s Scene) (Case, Effects) {
	c, waited := c.letGo(s)
	c, other := c.met(b.Phone, s)
	i := c.Incident
	if !i.Open() {
		return c, Effects{}
	}
	if i.Relinked = other; other != nil {
		other.Again = i.knownOut()
	}
	i = i.become(b)
	i.Closed = b.Since
	i.Runbook.Due, i.Spare, i.Pooled = time.Time{}, time.Time{}, false
	if !waited.At.IsZero() {
		i.Queue = waited
	}
	if i.Restricted || i.rebooted() {
		i.Probation = s.Now.Add(s.Policy.RelapseWindow)
	}
	c.Incident = i
	var effects Effects
	if i.knownOut() {
		c, effects = c.tellOver(s)
	}
	if other != nil {
		return c.sayOther(*other, s) // which says as well that it works again
	}
	return c, effects
}

// Elapse looks at the deadlines, with the reading that the look brought.
func (c Case) Elapse(r Reading, s Scene) (Case, Effects) {
	c, effects := c.steady(s).prove(r, s)
	c, more := c.runbook(r, s)
	effects = effects.and(more)
	for _, due := range [...]func(Case, Scene) (Case, Effects){Case.ring, Case.tellHeld, Case.ring, Case.endProbation, Case.endSwings, Case.warn} {
		c, more = due(c, s)
		effects = effects.and(more)
	}
	return c, effects
}

// step notes a stage of an action on the open incident, or on the one that ended while the action was under way.
func (c Case) step(st Step) Case {
	if last, ok := c.Incident.Acted(); c.Incident.Open() || ok && last.Key == st.Action.Key {
		c.Incident = c.Incident.step(st)
	}
	return c
}
