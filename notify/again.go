package notify

import (
	"context"
	"slices"
	"time"

	"greenwatch/monitor"
)

// A number that goes to and fro is bounded by its own rules. Here several of them are: they share the chat's patience, and
// what waits for it goes as one message.
const (
	burst       = 4             // so many messages that rang
	burstWithin = 2 * time.Hour // within this are enough: what goes to and fro waits until the first is as old
	keptLoud    = 8
	holdAtMost  = time.Minute
)

// heard remembers what rang.
func (p *pace) heard(s monitor.Settlement) {
	if !slices.ContainsFunc(s.Notes, rings) {
		return
	}
	p.loud = last(append(p.loud, s.At))
	if slices.ContainsFunc(s.Notes, func(n monitor.Note) bool { return n.RingsAgain() && rings(n) }) {
		p.again = last(append(p.again, s.At))
	}
}

func last(times []time.Time) []time.Time { return times[max(0, len(times)-keptLoud):] }

// mayRingAt is when the chat may be rung again for what goes to and fro.
func (p *pace) mayRingAt(now time.Time) time.Time {
	at := monitor.NextRing(p.again, now)
	if n := len(p.loud); n >= burst && p.loud[n-burst].Add(burstWithin).After(at) {
		at = p.loud[n-burst].Add(burstWithin)
	}
	return at
}

// timely puts off what may not ring yet, for a minute at most: what of it is good by then never rings.
func (r *Relay) timely(ctx context.Context, to monitor.Address, due []monitor.Note) ([]monitor.Note, error) {
	var held []monitor.Note
	for _, n := range due {
		if n.RingsAgain() && rings(n) {
			held = append(held, n)
		}
	}
	if len(held) == 0 {
		return due, nil
	}
	var now, at time.Time
	r.paced(to, func(p *pace, t time.Time) { now, at = t, p.mayRingAt(t) })
	if !at.After(now) {
		return due, nil
	}
	if latest := now.Add(holdAtMost); at.After(latest) {
		at = latest
	}
	return without(due, held), r.settle(ctx, monitor.Settlement{
		To: to, Notes: held, At: now, End: monitor.SettledHeld, Until: at, Reason: "the chat was rung often enough lately",
	})
}

// moot holds for a ring for what goes to and fro that came too late: its card shows that it is good by now.
func moot(n monitor.Note) bool { return n.RingsAgain() && !n.Incident.Open() && n.Card != 0 }
