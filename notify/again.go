package notify

import (
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
)

// heard remembers what rang.
func (p *pace) heard(s monitor.Settlement) {
	if !slices.ContainsFunc(s.Notes, rings) {
		return
	}
	p.loud = last(append(p.loud, s.At))
	if slices.ContainsFunc(s.Notes, func(n monitor.Note) bool { return n.Again() && rings(n) }) {
		p.again = last(append(p.again, s.At))
	}
}

func last(times []time.Time) []time.Time { return times[max(0, len(times)-keptLoud):] }

// mayRingAgain reports whether the chat may be rung for what goes to and fro.
func (p *pace) mayRingAgain(now time.Time) bool {
	if n := len(p.loud); n >= burst && now.Sub(p.loud[n-burst]) < burstWithin {
		return false
	}
	return !monitor.NextRing(p.again, now).After(now)
}

// timely leaves out what may not ring yet. It stays due, and what of it is over meanwhile never rings.
func (r *Relay) timely(to monitor.Address, due []monitor.Note) []monitor.Note {
	if !slices.ContainsFunc(due, monitor.Note.Again) {
		return due
	}
	var may bool
	r.paced(to, func(p *pace, now time.Time) { may = p.mayRingAgain(now) })
	if may {
		return due
	}
	return slices.DeleteFunc(slices.Clone(due), func(n monitor.Note) bool { return n.Again() && rings(n) })
}

// moot holds for a ring for what goes to and fro that came too late: its card shows that it is good by now.
func moot(n monitor.Note) bool { return n.Again() && !n.Incident.Open() && n.Card != 0 }
