package monitor

import "time"

// Appear notes that the instance has just appeared, while we ran. For 10 minutes, "null", 401, "expired" and starting are
// believed of it but not told: a new instance is like that at first. Of one that is known already it notes nothing.
func (c Case) Appear(s Scene) (Case, Effects) {
	if c.Belief.Verdict() == Unseen && c.Born.IsZero() {
		c.Born = s.Now
	}
	return c, Effects{}
}

// Newborn reports whether the finding may be that of an instance that is not ready yet;
// https://green-api.com/en/docs/api/recommendations/creating-and-configuring-an-instance/.
func (f Finding) Newborn() bool {
	return f.Refusal == WrongToken || f.Refusal == Expired || f.starting() || f.Answer == Answered && f.State.Canonical() == Null
}

// hold puts off what is not told yet: while an outage explains it, and for an interval after that; and while the instance is
// new. It reports whether it did.
func (c Case) hold(s Scene) (Case, bool) {
	i := &c.Incident
	switch {
	case s.PoolDown && (i.Now.failing() || i.Pooled && recent(i.Now.Since, poolBackstop, s)):
		i.Pooled, i.TellBy = true, s.Now.Add(poolBackstop)
	case i.Pooled:
		c, _ = c.Outlast(s)
	case s.Now.Before(i.Spare):
		i.TellBy = later(i.TellBy, i.Spare)
	case !c.Born.IsZero() && recent(c.Born, newbornGrace, s) && i.Now.Newborn():
		i.TellBy = later(i.TellBy, c.Born.Add(newbornGrace))
	default:
		return c, false
	}
	return c, true
}

// Outlast takes that the outage of the instance's pool, or of everything, is over: what is bad of this one still is told
// after one more interval. It is applied to every member; one that was left out is found by itself, later.
func (c Case) Outlast(s Scene) (Case, Effects) {
	i := &c.Incident
	if !i.Open() || !i.Pooled {
		return c, Effects{}
	}
	i.Pooled, i.Spare, i.TellBy = false, s.Now.Add(s.Policy.interval()), time.Time{}
	switch {
	case !i.untold():
	case i.Now.Verdict() == Settling:
		i.TellBy = later(i.Spare, i.Now.Since.Add(settleAfter))
	default:
		i.TellBy = i.Spare
	}
	return c, Effects{}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
