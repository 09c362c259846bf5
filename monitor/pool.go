package monitor

import (
	"slices"
	"time"
)

// Outage is what is kept of an incident of a pool, or of everything.
type Outage struct {
	Total      int         `json:",omitempty"` // instances in the pool
	Others     int         `json:",omitempty"` // and in other pools
	OthersGood int         `json:",omitempty"`
	Members    []RollEntry `json:",omitzero"`  // all that were caught in it, by id, as last seen failing
	Failing    int         `json:",omitempty"` // of them, when this was last brought up to date
	Peak       int         `json:",omitempty"` // the most that failed at once
	Half       time.Time   `json:",omitzero"`  // when half of that were back; zero: not yet
	Back       time.Time   `json:",omitzero"`  // since when it seems to be over; zero: it does not
	Shown      time.Time   `json:",omitzero"`  // when it was last brought up to date
}

func (o Outage) roll(from time.Time) *Roll {
	return &Roll{
		Total: o.Total, Good: o.Total - len(o.Members), Bad: o.Members, Others: o.Others, OthersGood: o.OthersGood, From: from,
	}
}

// Survey takes how the pool, or everything, stands (the case is of the same subject). An outage is told when it begins and
// when it has been over for an interval; what changes in between, as that half are back, is on its card alone.
func (c Case) Survey(v Survey, s Scene) (Case, Effects) {
	switch c.heed(v, s) {
	case outageBegins:
		return c.beginOutage(v, s)
	case outageShows:
		c.Incident.Outage = c.Incident.Outage.meet(v, s)
	case outageReturns:
		c.Incident.Outage = c.Incident.Outage.meet(v, s)
		c.Incident.Outage.Back = s.Now
	case outageWorsens:
		c.Incident.Outage.Back = time.Time{}
	case outageEnds:
		return c.endOutage(v, s)
	case outageRings:
		return c.tellOutage(Reopened, false, s)
	case outageStaysOver:
		c.Incident.Swings.Until = time.Time{}
		return c.tellOutageOver(v, s)
	}
	return c, Effects{}
}

// Heeds reports whether a survey would change the case: only then it costs a transaction.
func (c Case) Heeds(v Survey, s Scene) bool { return c.heed(v, s) != "" }

// outageMove is what a survey does to a case; empty: nothing.
type outageMove string

const (
	outageBegins  outageMove = "begins"
	outageShows   outageMove = "shows"
	outageReturns outageMove = "returns"
	outageWorsens outageMove = "worsens"
	outageEnds    outageMove = "ends"

	outageRings     outageMove = "rings"      // it is there again, and lasts
	outageStaysOver outageMove = "stays over" // it was there again and again, and is over for long enough
)

func (c Case) heed(v Survey, s Scene) outageMove {
	i, o := c.Incident, c.Incident.Outage
	failing := v.Failing()
	switch {
	case v.Unsure:
		return ""
	case !i.Open():
		switch {
		case v.Down:
			return outageBegins
		case passed(i.Swings.Until, s.Now):
			return outageStaysOver
		}
		return ""
	case passed(i.RingBy, s.Now) && i.Swings.mayRing(s.Now) && o.Back.IsZero():
		return outageRings
	case !o.over(v, failing):
		if !o.Back.IsZero() {
			return outageWorsens
		}
		if o.stale(failing, s) {
			return outageShows
		}
		return ""
	case o.Back.IsZero():
		return outageReturns
	case s.Now.Sub(o.Back).Abs() >= s.Policy.interval():
		return outageEnds
	default:
		return ""
	}
}

// over reports whether so few fail that it is over: who does then is in trouble of its own. One of everything is over as
// soon as anything is answered.
func (o Outage) over(v Survey, failing []RollEntry) bool {
	if v.Subject == Self {
		return !v.Down
	}
	return len(failing) < leastPool || !v.Down && 4*len(failing) < v.Roll.Total
}

// stale reports whether the card should show more: half are back, or, at most once per interval, others fail too or a
// tenth more or less do.
func (o Outage) stale(failing []RollEntry, s Scene) bool {
	n := len(failing)
	switch {
	case o.Half.IsZero() && 2*n <= o.Peak:
		return true
	case s.Now.Sub(o.Shown).Abs() < s.Policy.interval():
		return false
	case n > o.Peak, 10*max(n-o.Failing, o.Failing-n) >= max(1, o.Failing):
		return true
	default:
		return slices.ContainsFunc(failing, func(e RollEntry) bool { return !o.has(e.Instance) })
	}
}

func (o Outage) has(id InstanceID) bool {
	_, found := o.find(id)
	return found
}

func (o Outage) find(id InstanceID) (int, bool) {
	return slices.BinarySearchFunc(o.Members, id, func(e RollEntry, id InstanceID) int { return compareIDs(e.Instance, id) })
}

// meet takes over who fails now.
func (o Outage) meet(v Survey, s Scene) Outage {
	failing := v.Failing()
	o.Members = slices.Clone(o.Members)
	for _, e := range failing {
		n, found := o.find(e.Instance)
		if !found {
			o.Members = slices.Insert(o.Members, n, e)
		}
		o.Members[n] = e
	}
	o.Total, o.Others, o.OthersGood = v.Roll.Total, v.Roll.Others, v.Roll.OthersGood
	o.Failing, o.Peak, o.Shown = len(failing), max(o.Peak, len(failing)), s.Now
	if o.Half.IsZero() && 2*len(failing) <= o.Peak {
		o.Half = s.Now
	}
	return o
}

// beginOutage opens an incident, or takes the last one up again where that is over only just, or goes to and fro: then its
// card alone shows it, and it rings if it lasts.
func (c Case) beginOutage(v Survey, s Scene) (Case, Effects) {
	i := &c.Incident
	again := i.Number > 0 && !i.Dropped && (s.Now.Sub(i.Closed).Abs() <= reopenAfter || i.Swings.goesOn(s.Now, i.Closed))
	if again {
		i.Closed, i.Outage.Back, i.Outage.Half, i.Outage.Peak = time.Time{}, time.Time{}, time.Time{}, 0
		i.Reopened++
	} else {
		c.Incident = Incident{Number: i.Number + 1, Opened: v.Roll.From, Swings: i.Swings.carry(s.Now, i.Closed)}
	}
	i.Outage = i.Outage.meet(v, s)
	i.Now = Belief{Finding: i.Outage.mostly(), Since: v.Roll.From, At: s.Now}
	i.Trouble, i.Told = i.Now, i.Now.Finding
	i.Swings = i.Swings.leave(v.Roll.From, s)
	switch {
	case !again:
		return c.tellOutage(PoolDown, !i.Swings.mayRing(s.Now), s)
	case i.Swings.reminds(s.Now):
		return c.tellOutage(Reopened, false, s)
	}
	i.Swings.Quiet = true
	i.RingBy = later(v.Roll.From.Add(loudAgain), i.Swings.nextRing(s.Now))
	return c, Effects{}
}

func (c Case) tellOutage(kind AlertKind, silent bool, s Scene) (Case, Effects) {
	c.Incident.RingBy = time.Time{}
	if silent {
		c.Incident.RingBy = c.Incident.Swings.nextRing(s.Now)
	}
	c, effects := c.say(kind, silent, s)
	effects.Alerts[0].Roll = c.Incident.Outage.roll(c.Incident.Now.Since)
	return c, effects
}

// endOutage takes that it is over, which is told at once unless it was there again and again.
func (c Case) endOutage(v Survey, s Scene) (Case, Effects) {
	i := &c.Incident
	i.Closed = later(i.Outage.Back, i.Opened)
	i.Now = Belief{Finding: Finding{Answer: Answered, State: Authorized}, Since: i.Closed, At: s.Now}
	i.Told, i.RingBy = i.Now.Finding, time.Time{}
	i.Outage.Failing = len(i.Outage.still(v))
	if i.Swings = i.Swings.comeBack(i.Closed, s); !i.Swings.Until.IsZero() {
		return c, Effects{}
	}
	return c.tellOutageOver(v, s)
}

// tellOutageOver tells that it is over, and which of its members are not good still: those are told one by one.
func (c Case) tellOutageOver(v Survey, s Scene) (Case, Effects) {
	i := &c.Incident
	still := i.Outage.still(v)
	i.Outage.Failing = len(still)
	roll := Roll{Total: len(i.Outage.Members), Bad: still, From: i.Opened, Until: i.Closed}
	roll.Good = roll.Total - len(still)
	c, effects := c.say(PoolUp, true, s)
	effects.Alerts[0].Roll = &roll
	return c, effects
}

// still are the members that are not good.
func (o Outage) still(v Survey) []RollEntry {
	return slices.DeleteFunc(slices.Clone(v.Roll.Bad), func(e RollEntry) bool { return !o.has(e.Instance) })
}

// mostly is the finding of most members.
func (o Outage) mostly() Finding {
	starting, limited := 0, 0
	for _, e := range o.Members {
		switch {
		case e.starting():
			starting++
		case e.Answer == Throttled:
			limited++
		}
	}
	switch n := len(o.Members); {
	case 2*starting > n:
		return Finding{Answer: Answered, State: Starting}
	case 2*limited >= n:
		return Finding{Answer: Throttled}
	default:
		return Finding{Answer: NoAnswer}
	}
}
