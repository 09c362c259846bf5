package monitor

import (
	"fmt"
	"time"
)

// tellHeld tells what was not told at once, and has lasted.
func (c Case) tellHeld(s Scene) (Case, Effects) {
	if !passed(c.Incident.TellBy, s.Now) {
		return c, Effects{}
	}
	c, held := c.hold(s)
	if held {
		return c, Effects{}
	}
	return c.tellTrouble(s)
}

// tellNews tells what is believed now where people do not know it yet.
func (c Case) tellNews(s Scene) (Case, Effects) {
	if !c.Incident.untold() {
		return c, Effects{}
	}
	c, held := c.hold(s)
	if held || !c.Incident.news() {
		return c, Effects{}
	}
	return c.tellTrouble(s)
}

// tellTrouble tells what is believed now. It rings where trouble begins or becomes worse; what only we see rings if it
// lasts. What is out again is shown by the card, and rings if it lasts: people are not rung for each swing.
func (c Case) tellTrouble(s Scene) (Case, Effects) {
	i := &c.Incident
	kind, b := i.newsKind(), c.Belief
	wakes := b.Rings() && !i.Woke
	i.Woke = i.Woke || b.Rings()
	if kind == Changed {
		return c.tellChange(wakes, s)
	}
	i.Swings = i.Swings.leave(b.Since, s)
	if kind == Reopened {
		if i.Swings.reminds(s.Now) {
			return c.tell(Reopened, false, s)
		}
		return c.quietly(b, s), Effects{}
	}
	c, effects := c.tell(Opened, !b.Rings() || !i.Swings.mayRing(s.Now), s)
	if b.Rings() && !c.Incident.RingBy.IsZero() {
		c.Incident.RingBy = c.Incident.Swings.nextRing(s.Now)
	}
	return c, effects
}

// tellChange tells that it is another trouble, and rings where it is worse: the first that must wake a person.
func (c Case) tellChange(wakes bool, s Scene) (Case, Effects) {
	i := &c.Incident
	if i.Swings.Times == 0 { // it began before this was counted
		i.Swings = i.Swings.leave(i.Opened, s)
	}
	i.Swings = i.Swings.turn(s)
	switch {
	case wakes && i.Swings.mayWorsen(s.Now):
		return c.tell(Changed, false, s)
	case i.Unstable() && i.Swings.reminds(s.Now):
		return c.tell(Changed, false, s)
	case i.Unstable():
		return c.quietly(c.Belief, s), Effects{}
	}
	due := i.RingBy
	c, effects := c.tell(Changed, true, s)
	c.Incident.RingBy = due
	if wakes {
		c.Incident.RingBy = c.Incident.Swings.nextRing(s.Now)
	}
	return c, effects
}

// quietly has the card alone show what is believed now; it rings if that lasts.
func (c Case) quietly(b Belief, s Scene) Case {
	i := &c.Incident
	c = c.shown()
	i.Swings.Quiet = true
	lasts := dimAgain
	if b.Rings() {
		lasts = loudAgain
	}
	i.RingBy = later(b.Since.Add(lasts), i.Swings.nextRing(s.Now))
	return c
}

// ring tells of what has lasted.
func (c Case) ring(s Scene) (Case, Effects) {
	i := &c.Incident
	if !passed(i.RingBy, s.Now) {
		return c, Effects{}
	}
	if s.PoolDown && c.Belief.failing() {
		i.RingBy = s.Now.Add(ringAfter)
		return c, Effects{}
	}
	if !i.Swings.mayRing(s.Now) {
		i.RingBy = i.Swings.nextRing(s.Now)
		return c, Effects{}
	}
	if i.Swings.Quiet && i.Reopened > 0 {
		return c.tell(Reopened, false, s)
	}
	return c.tell(StillOut, false, s)
}

// tellOver tells that it is good, or lets that last first where it was out again and again.
func (c Case) tellOver(s Scene) (Case, Effects) {
	i := &c.Incident
	i.Swings = i.Swings.comeBack(i.Closed, s)
	if i.Swings.Until.IsZero() {
		return c.tell(Resolved, true, s)
	}
	i.Swings.Until = later(i.Swings.Until, i.Probation)
	return c.shown(), Effects{}
}

// endSwings tells that what was out again and again has been good for long enough.
func (c Case) endSwings(s Scene) (Case, Effects) {
	i := &c.Incident
	if i.Open() || !passed(i.Swings.Until, s.Now) {
		return c, Effects{}
	}
	if s.Now.Before(i.Probation) {
		i.Swings.Until = i.Probation
		return c, Effects{}
	}
	i.Swings.Until, i.Probation = time.Time{}, time.Time{}
	return c.tell(Resolved, true, s)
}

func (c Case) endProbation(s Scene) (Case, Effects) {
	if !passed(c.Incident.Probation, s.Now) {
		return c, Effects{}
	}
	if c.unproved(s) {
		c.Incident.Probation = s.Now.Add(s.Policy.RelapseWindow)
		return c, Effects{}
	}
	c.Incident.Probation = time.Time{}
	if !c.Incident.WasTold() || !c.Incident.Restricted || c.Incident.Wavers() {
		return c, Effects{}
	}
	return c.tell(Proved, true, s)
}

func passed(deadline, now time.Time) bool { return !deadline.IsZero() && !now.Before(deadline) }

// tell makes an alert about the incident as it is now. Silent trouble rings later if it lasts, whatever it becomes.
func (c Case) tell(kind AlertKind, silent bool, s Scene) (Case, Effects) {
	c = c.shown()
	switch {
	case !silent || !c.Incident.Open():
		c.Incident.RingBy = time.Time{}
	case c.Incident.RingBy.IsZero():
		c.Incident.RingBy = later(s.Now.Add(ringAfter), c.Incident.Swings.nextRing(s.Now))
	}
	return c.say(kind, silent, s)
}

// shown notes that people know what is believed now, be it by the card alone.
func (c Case) shown() Case {
	i := &c.Incident
	i.Told = i.Now.Finding
	i.TellBy, i.Runbook.Until = time.Time{}, time.Time{}
	if !i.Open() {
		i.RingBy = time.Time{}
	}
	return c
}

// say makes an alert about the incident. What warns of a loss is not counted: it pierces.
func (c Case) say(kind AlertKind, silent bool, s Scene) (Case, Effects) {
	c.Incident.Events++
	if kind != LossNear {
		c.Incident.Swings = c.Incident.Swings.said(silent, s.Now)
	}
	return c, Effects{Alerts: []Alert{{
		Key:  fmt.Sprintf("%s/%d/%s/%d", c.Subject, c.Incident.Number, kind, c.Incident.Events),
		Kind: kind, Subject: c.Subject, Incident: c.Incident.Number, At: s.Now, Silent: silent, Belief: c.Belief,
	}}}
}
