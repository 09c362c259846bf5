package watcher

import (
	"slices"
	"sync"
	"time"

	"greenwatch/monitor"
)

// Tally is how well an instance has told of its changes since the start, by whichever way notifications come.
type Tally struct {
	First  int       // changes that are believed sooner because a notification told of them
	Late   int       // changes that a check had found before
	Missed int       // changes that a check had found, and of which none told within 5 minutes; it may come yet, and is late then
	Last   time.Time // when a notification came last; zero: none has
}

const (
	missedAfter = 5 * time.Minute
	maxOwed     = 8 // changes within missedAfter of which a notification may still come
)

// tally counts for one instance.
type tally struct {
	mu sync.Mutex
	Tally
	word monitor.State    // the last one believed; empty: none is known
	owed []monitor.Belief // changes that a check has found, oldest first
}

// Tally is how well an instance has told of its changes; the zero Tally where it has not, or is not watched.
func (w *Watcher) Tally(id monitor.InstanceID) Tally {
	g := w.guard(id)
	if g == nil {
		return Tally{}
	}
	g.tally.mu.Lock()
	defer g.tally.mu.Unlock()
	return g.tally.Tally
}

// resume goes on from what was believed before a restart.
func (t *tally) resume(b monitor.Belief) {
	if b.Answer == monitor.Answered {
		t.word = b.State.Canonical()
	}
}

// believe takes a new belief. Only a change from one word to another is told of.
func (t *tally) believe(b monitor.Belief) (first bool) {
	if b.Answer != monitor.Answered {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	was := t.word
	t.word = b.State.Canonical()
	switch {
	case was == "" || was == t.word:
		return false
	case b.Claimed:
		t.First++
		return true
	case len(t.owed) == maxOwed:
		t.owed = t.owed[1:]
	}
	t.owed = append(t.owed, b)
	return false
}

// hear takes a claim; late says that it tells of what is believed already. So may one of what was believed before that.
func (t *tally) hear(c monitor.Claim, late bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Last = c.Heard
	if n := slices.IndexFunc(t.owed, func(b monitor.Belief) bool { return b.ToldBy(c) }); n >= 0 {
		t.owed, late = slices.Delete(t.owed, n, n+1), true
	}
	if late {
		t.Late++
	}
	return late
}

// reckon gives how many changes are missed by now that were not before. Where nothing had ever been heard, nothing was
// to be expected.
func (t *tally) reckon(now time.Time) (missed int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.owed) > 0 && now.Sub(t.owed[0].At) >= missedAfter {
		if !t.Last.IsZero() && t.Last.Before(t.owed[0].At) {
			missed++
		}
		t.owed = t.owed[1:]
	}
	t.Missed += missed
	return missed
}
