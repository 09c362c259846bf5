package monitor

import (
	"fmt"
	"time"
)

// Incoming is what is kept of the notifications that wait to be read by the instance's owner;
// https://green-api.com/en/docs/api/queues/GetWebhooksCount/. While nobody reads them, nothing comes in there.
type Incoming struct {
	At    time.Time `json:",omitzero"` // when they were last counted; zero: never
	Count int       `json:",omitempty"`

	From  time.Time `json:",omitzero"`  // since when they have only grown, as far as it was seen
	First int       `json:",omitempty"` // what was counted then
	Looks int       `json:",omitempty"` // the looks since that found more, as far as it matters
	Told  int       `json:",omitempty"` // the most that waited since people were told; 0: they were not, or it is over
	Times int       `json:",omitempty"` // how often they were, for the keys
}

const (
	unreadLeast = 50               // fewer are no matter
	unreadLooks = 6                // so often more than before, and never fewer
	unreadAfter = 50 * time.Minute // for nearly an hour: nobody reads them
)

// receive takes a count of the notifications that wait. It is told once, silently, that nobody reads them, and again only
// after half of them were read. That the vendor drops what is 24 hours old does not look like it.
func (c Case) receive(q QueueLook, s Scene) (Case, Effects) {
	was, is := c.Incoming, &c.Incoming
	if !q.IncomingKnown || !q.At.After(was.At) {
		return c, Effects{}
	}
	is.At, is.Count = q.At, q.Incoming
	switch {
	case is.Count < was.Count || is.From.IsZero() || is.Count == 0:
		is.From, is.First, is.Looks = q.At, is.Count, 0
	case is.Count > was.Count:
		is.Looks = min(is.Looks+1, unreadLooks)
	}
	switch {
	case is.Count < unreadLeast || 2*is.Count <= is.Told:
		is.Told = 0
	case is.Told > 0:
		is.Told = max(is.Told, is.Count)
	case c.Belief.Verdict() != Good || is.Looks < unreadLooks || is.At.Sub(is.From) < unreadAfter:
	default:
		is.Told, is.Times = is.Count, is.Times+1
		now := *is
		return c, Effects{Alerts: []Alert{{
			Key: fmt.Sprintf("%s/%s/%d", c.Subject, NotRead, is.Times), Kind: NotRead, Subject: c.Subject,
			At: s.Now, Silent: true, Belief: c.Belief, Incoming: &now,
		}}}
	}
	return c, Effects{}
}

// worth reports whether a count of them must be kept: that still none waits is not.
func (n Incoming) worth(was Incoming) bool {
	if n.Count == 0 && was.Count == 0 {
		return was.At.IsZero() && !n.At.IsZero()
	}
	return n != was
}
