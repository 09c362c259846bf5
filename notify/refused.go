package notify

import (
	"errors"
	"slices"
	"time"

	"greenwatch/monitor"
)

// What is refused, nobody knows why, is tried again after 5 s, then after twice as long each time, up to 5 min.
const (
	refusedFirst  = 5 * time.Second
	refusedMost   = 5 * time.Minute
	refusedInARow = 3 // messages, after which it is rather the chat that refuses
	refusedKept   = time.Hour
)

func refusedPause(times int) time.Duration { return min(refusedFirst<<min(times, 10), refusedMost) }

// errRefuses holds up a chat that refuses one message after another.
var errRefuses = errors.New("notify: the chat refuses one message after another")

// refusal is an edit that was refused, and when it is tried again.
type refusal struct {
	times int
	until time.Time
}

// ready are the cards whose edit may be tried now: one that is refused keeps no other one back.
func (p *pace) ready(stale []monitor.Card, now time.Time) []monitor.Card {
	for id, r := range p.refused {
		if now.Sub(r.until) > refusedKept {
			delete(p.refused, id)
		}
	}
	return slices.DeleteFunc(stale, func(c monitor.Card) bool { return now.Before(p.refused[c.ID].until) })
}

func (p *pace) refuse(card int64, now time.Time) {
	r := p.refused[card]
	p.refused[card] = refusal{r.times + 1, now.Add(refusedPause(r.times))}
}
