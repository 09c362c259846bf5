package monitor

import (
	"fmt"
	"time"
)

// QueueLook is one look at the messages that wait to leave an instance;
// https://green-api.com/en/docs/api/queues/GetMessagesCount/.
type QueueLook struct {
	At    time.Time // when it was asked
	Known bool      // false: it could not be seen, which says nothing
	Count int
	Head  string // the id of the first one, never its text; empty: not asked for, or not shown

	Incoming      int  // notifications that wait to be read by the instance's owner
	IncomingKnown bool // false: they were not asked for, or could not be seen

	Finding Finding // what the question brought: an answer, or why there was none
	Detail  string  // the same for people, where there was none
}

// Queue is what is kept of the messages that wait to leave an instance.
type Queue struct {
	At    time.Time `json:",omitzero"` // when they were last counted; zero: never
	Count int       `json:",omitempty"`

	Shut    time.Time `json:",omitzero"`  // since when nothing leaves, by the API's own word; zero: it may
	First   time.Time `json:",omitzero"`  // the first count above 0 since then; zero: none, or it was 0 again
	AtFirst int       `json:",omitempty"` // what was counted then
	Warned  int       `json:",omitempty"` // how many of the warnings before the first loss have passed
	Dropped int       `json:",omitempty"` // about how many were dropped since

	After int `json:",omitempty"` // counted when it was good again, of which some have not left yet
	Least int `json:",omitempty"` // the least that was counted since

	Head      string    `json:",omitempty"`
	HeadSince time.Time `json:",omitzero"`  // the first look that saw this head in a row
	HeadLooks int       `json:",omitempty"` // and how many did, as far as it matters
	HeadCount int       `json:",omitempty"` // what the first of them counted
	Stuck     time.Time `json:",omitzero"`  // since when people know that it does not move; zero: they do not
	Clogs     int       `json:",omitempty"` // how often people were told so lately
	Clogged   time.Time `json:",omitzero"`  // and when last
	Told      int       `json:",omitempty"` // alerts about it so far, for their keys
}

// Waiting is what an incident's card says of the messages that wait: brought up to date by a warning, and at most every
// 10 minutes where a tenth more or less are counted.
type Waiting struct {
	At        time.Time `json:",omitzero"` // when they were counted; zero: they could not be seen
	Count     int       `json:",omitempty"`
	AtFirst   int       `json:",omitempty"` // the first count above 0
	FirstLoss time.Time `json:",omitzero"`  // about when the first is dropped; zero: none waits

	// After the end.
	Waited  int  `json:",omitempty"` // how many there were, those that were dropped among them
	Left    int  `json:",omitempty"` // how many have left since
	Dropped int  `json:",omitempty"` // about how many were dropped, as far as it was seen
	Lost    bool `json:",omitempty"` // some must have been
}

// warnings are how long before the first loss people are warned; the last is the loss itself, which the card shows.
var warnings = [...]time.Duration{6 * time.Hour, 2 * time.Hour, 30 * time.Minute, 0}

// Look takes a look at the messages that wait, and at the notifications.
func (c Case) Look(q QueueLook, s Scene) (Case, Effects) {
	c, unread := c.steady(s).receive(q, s)
	c, effects := c.lookOut(q, s)
	return c, unread.and(effects)
}

// lookOut takes how many wait to leave.
func (c Case) lookOut(q QueueLook, s Scene) (Case, Effects) {
	if !q.Known || !q.At.After(c.Queue.At) {
		return c.warn(s)
	}
	was := c.Queue
	c.Queue.At, c.Queue.Count = q.At, q.Count
	var effects Effects
	if was.Shut.IsZero() {
		c, effects = c.flow(was, q, s)
	} else {
		c.Queue = c.Queue.pile(was)
	}
	c, more := c.show(s).warn(s)
	return c, effects.and(more)
}

// Learns reports whether a look would change what must be kept: only then it costs a transaction.
func (c Case) Learns(q QueueLook, s Scene) bool {
	after, effects := c.Look(q, s)
	if after.Incoming.worth(c.Incoming) {
		return true
	}
	if len(effects.Alerts) > 0 || after.Incident.Queue != c.Incident.Queue || !after.Incident.Probation.Equal(c.Incident.Probation) {
		return true
	}
	if watched := after.Queued() || after.Queue.Count > 0; watched && after.Queue.At.Sub(c.Queue.At) >= queueKept {
		return true
	}
	after.Queue.At = c.Queue.At
	return after.Queue != c.Queue
}

// Queued reports whether the queue should be looked at every minute: nothing leaves, what waited is leaving, or it may be
// stuck.
func (c Case) Queued() bool {
	q := c.Queue
	return !q.Shut.IsZero() || q.After > 0 || q.Count > 0 && q.HeadLooks > 1
}

// pile counts while nothing leaves.
func (q Queue) pile(was Queue) Queue {
	if q.Count < was.Count && q.losing(q.At.Add(lossSlack)) {
		q.Dropped += was.Count - q.Count
	}
	switch {
	case q.Count == 0:
		q.First, q.AtFirst, q.Warned = time.Time{}, 0, 0
	case q.First.IsZero():
		q.First, q.AtFirst = q.At, q.Count
	}
	return q
}

// flow counts while the number is good: what waited leaves, or the queue does not move.
func (c Case) flow(was Queue, q QueueLook, s Scene) (Case, Effects) {
	n := &c.Queue
	gone := !recent(c.Incident.Closed, keptFor, s) // those that waited have left, or were dropped
	if gone {
		n.After, n.Least = 0, 0
	}
	if gone || n.Count == 0 {
		n.First, n.AtFirst, n.Warned = time.Time{}, 0, 0
	}
	if n.After > 0 && n.Count < n.Least {
		if n.Least == n.After && !c.Incident.Probation.IsZero() {
			c.Incident.Probation = s.Now.Add(s.Policy.RelapseWindow)
		}
		n.Least = n.Count
	}
	if c.Belief.Verdict() != Good {
		return c, Effects{}
	}
	switch {
	case n.Count == 0, n.Count < n.HeadCount, q.Head != "" && q.Head != n.Head:
		n.Head, n.HeadSince, n.HeadLooks, n.HeadCount = q.Head, q.At, 1, n.Count
		if n.Count == 0 {
			n.Head, n.HeadSince, n.HeadLooks = "", time.Time{}, 0
		}
		if !was.Stuck.IsZero() {
			n.Stuck = time.Time{}
			return c.sayQueue(SendsAgain, true, s)
		}
	case q.Head != "":
		n.HeadLooks = min(n.HeadLooks+1, stuckLooks)
		stuck := n.HeadLooks >= stuckLooks && q.At.Sub(n.HeadSince) >= was.patience(s) && s.Now.Sub(c.Belief.Since) >= freshGood
		if stuck && n.Stuck.IsZero() {
			if !recent(n.Clogged, bounded, s) {
				n.Clogs = 0
			}
			n.Stuck, n.Clogged, n.Clogs = s.Now, s.Now, n.Clogs+1
			return c.sayQueue(NotSending, false, s)
		}
	}
	return c, Effects{}
}

// patience is how long it must not move until that is told: longer each time that it has moved meanwhile.
func (q Queue) patience(s Scene) time.Duration {
	wait := stuckAfter
	if recent(q.Clogged, bounded, s) {
		for range min(q.Clogs, 4) {
			wait *= 3
		}
	}
	return wait
}

// sayQueue tells of the queue alone: there is no incident, and so no card.
func (c Case) sayQueue(kind AlertKind, silent bool, s Scene) (Case, Effects) {
	c.Queue.Told++
	q := c.Queue
	return c, Effects{Alerts: []Alert{{
		Key: fmt.Sprintf("%s/%s/%d", c.Subject, kind, q.Told), Kind: kind, Subject: c.Subject,
		At: s.Now, Silent: silent, Belief: c.Belief, Queue: &q,
	}}}
}

// shut starts the clock; one that goes on from an outage just before keeps what has not left since.
func (q Queue) shut(since time.Time, goesOn bool) Queue {
	is := Queue{At: q.At, Count: q.Count, Told: q.Told, Shut: since, Clogs: q.Clogs, Clogged: q.Clogged}
	if goesOn && !q.First.IsZero() {
		is.First, is.AtFirst, is.Warned, is.Dropped = q.First, q.AtFirst, q.Warned, q.Dropped
	}
	return is
}

// letGo stops the clock, and gives what is known of those that waited; nothing where they were not counted.
func (c Case) letGo(s Scene) (Case, Waiting) {
	q := c.Queue
	if q.Shut.IsZero() {
		return c, Waiting{}
	}
	c.Queue.Shut = time.Time{}
	if q.At.Before(q.Shut) {
		return c, Waiting{}
	}
	if c.Incident.Open() && recent(q.At, queueFresh, s) {
		c.Queue.After, c.Queue.Least = q.Count, q.Count
	}
	return c, Waiting{
		At: q.At, Count: q.Count, AtFirst: q.AtFirst, FirstLoss: q.FirstLoss(),
		Waited: q.Count + q.Dropped, Dropped: q.Dropped, Lost: q.Dropped > 0 || q.losing(c.Belief.Since),
	}
}

// left is how many of those that waited have left since it was good again.
func (q Queue) left() int { return q.After - q.Least }

// unproved reports whether probation cannot end: what waits is seen, and none of it has left.
func (c Case) unproved(s Scene) bool {
	q := c.Queue
	return s.Policy.RelapseWindow > 0 && q.After > 0 && q.left() == 0 && recent(q.At, queueFresh, s)
}

// show brings the incident's card up to date where there is enough of a change.
func (c Case) show(s Scene) Case {
	i, q := &c.Incident, c.Queue
	drains := !i.Open() && q.After > 0
	if i.Number == 0 || !i.Open() && !drains {
		return c
	}
	firstLeft := drains && i.Queue.Left == 0 && q.left() > 0
	change, waited := max(q.Count-i.Queue.Count, i.Queue.Count-q.Count), s.Now.Sub(i.Queue.At).Abs()
	switch done := drains && q.Least == 0; {
	case done, firstLeft, i.Queue.At.IsZero(), waited >= showAgain && change > 0 && 10*change >= i.Queue.Count:
		c = c.edit()
	}
	if drains && q.Least == 0 {
		c.Queue.After, c.Queue.Least = 0, 0
	}
	return c
}

// edit has the card say what was counted last.
func (c Case) edit() Case {
	i, q := &c.Incident.Queue, c.Queue
	i.At, i.Count = q.At, q.Count
	if c.Incident.Open() {
		i.AtFirst, i.FirstLoss, i.Dropped = q.AtFirst, q.FirstLoss(), q.Dropped
		return c
	}
	i.Left = q.left()
	return c
}

// FirstLoss is about when the first message that waits is dropped; zero: none waits.
func (q Queue) FirstLoss() time.Time {
	if q.First.IsZero() || q.Count == 0 {
		return time.Time{}
	}
	return q.First.Add(keptFor)
}

func (q Queue) losing(at time.Time) bool {
	return !q.First.IsZero() && !at.Before(q.First.Add(keptFor))
}

// warnAt is when people must be warned next of what is dropped; zero: not at all.
func (c Case) warnAt() time.Time {
	loss := c.Queue.FirstLoss()
	if loss.IsZero() || c.Queue.Shut.IsZero() || c.Queue.Warned >= len(warnings) || !c.Incident.Open() || !c.Incident.knownOut() {
		return time.Time{}
	}
	return loss.Add(-warnings[c.Queue.Warned])
}

// warn tells that messages begin to be lost soon: the nearest of the warnings that have passed.
func (c Case) warn(s Scene) (Case, Effects) {
	was := c.Queue.Warned
	for passed(c.warnAt(), s.Now) {
		c.Queue.Warned++
	}
	if c.Queue.Warned == was {
		return c, Effects{}
	}
	c = c.edit()
	if was >= len(warnings)-1 {
		return c, Effects{}
	}
	return c.say(LossNear, false, s)
}

// steady puts right what the clock has done by being set back.
func (q Queue) steady(s Scene) Queue {
	for _, at := range [...]*time.Time{&q.At, &q.Shut, &q.First, &q.HeadSince, &q.Clogged} {
		*at = within(*at, 0, s)
	}
	return q
}
