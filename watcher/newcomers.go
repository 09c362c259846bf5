package watcher

import (
	"context"
	"sync"
	"time"

	"greenwatch/monitor"
)

// patience is how long the first beliefs of new instances are held, so that many bad ones become one message.
const patience = time.Minute

// newcomers holds the first beliefs about instances of which the store has none, until all are in or patience ends.
// What comes later is told like any other change.
type newcomers struct {
	w        *Watcher
	born     bool                 // they have appeared while we ran
	order    []monitor.InstanceID // all, as they are listed
	complete chan struct{}        // closed when all are in

	mu      sync.Mutex
	waiting map[monitor.InstanceID]bool
	beliefs map[monitor.InstanceID][]monitor.Belief
	kept    bool
}

// newNewcomers are those of guards that came together of which the store has no belief; born says that they came while we
// ran.
func newNewcomers(w *Watcher, guards []*guard, born bool) *newcomers {
	n := &newcomers{
		w: w, born: born, complete: make(chan struct{}),
		waiting: make(map[monitor.InstanceID]bool), beliefs: make(map[monitor.InstanceID][]monitor.Belief),
	}
	for _, g := range guards {
		if g.unseen {
			n.order = append(n.order, g.id)
			n.waiting[g.id] = true
		}
	}
	n.kept = len(n.waiting) == 0
	return n
}

// take holds beliefs about a newcomer; false: it is too late, keep them yourself.
func (n *newcomers) take(id monitor.InstanceID, beliefs []monitor.Belief) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.kept {
		return false
	}
	n.beliefs[id] = append(n.beliefs[id], beliefs...)
	n.in(id)
	return true
}

// forget waits no more for one that is not watched any longer, and tells nothing of it.
func (n *newcomers) forget(id monitor.InstanceID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.beliefs, id)
	n.in(id)
}

func (n *newcomers) in(id monitor.InstanceID) {
	if !n.waiting[id] {
		return
	}
	delete(n.waiting, id)
	if len(n.waiting) == 0 {
		close(n.complete)
	}
}

func (n *newcomers) run(ctx context.Context) {
	if n.kept {
		return
	}
	select {
	case <-ctx.Done():
		return
	case <-n.complete:
	case <-time.After(patience):
	}
	for failing := false; ; failing = true {
		err := n.keep(ctx)
		if err == nil {
			n.w.setUnkept(n, nil)
			return
		}
		n.w.setUnkept(n, n.unkept())
		if !failing {
			n.w.Log.ErrorContext(ctx, "first sight not kept, trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(saveAgain):
		}
	}
}

// keep commits all first beliefs, and the message about them, as one change.
func (n *newcomers) keep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.w.outages.survey()
	scene := n.w.scene()
	roll := n.roll()
	if roll.Total == 0 { // all of them are gone already
		n.kept = true
		return nil
	}
	scene.Crowd = roll.Known
	changes := []monitor.Change{{Subject: monitor.Self, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Arrive(roll, scene)
	}}}
	for _, id := range n.order {
		beliefs := n.beliefs[id]
		if len(beliefs) == 0 && !n.born {
			continue
		}
		scene := n.w.Scene(id.Subject())
		scene.Crowd = roll.Known && !n.spares(id)
		changes = append(changes, monitor.Change{Subject: id.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
			if n.born {
				c, _ = c.Appear(scene)
			}
			return c.Follow(beliefs, monitor.Reading{}, scene)
		}})
	}
	if _, err := n.w.Cases.UpdateAll(ctx, changes); err != nil {
		return err
	}
	n.kept = true
	for id := range n.beliefs {
		n.w.Nudge(id.Subject())
	}
	return nil
}

// spares reports whether what is believed of one may be so only because it is new: it is looked at again before it is told.
func (n *newcomers) spares(id monitor.InstanceID) bool {
	beliefs := n.beliefs[id]
	return n.born && len(beliefs) > 0 && beliefs[len(beliefs)-1].Newborn()
}

// roll says what the newcomers looked like; those that are spared count as not seen yet.
func (n *newcomers) roll() monitor.Roll {
	roll := monitor.Roll{Total: len(n.waiting) + len(n.beliefs)}
	roll.Others = n.w.count() - roll.Total
	for _, id := range n.order {
		beliefs := n.beliefs[id]
		switch {
		case len(beliefs) == 0, n.spares(id):
		case beliefs[len(beliefs)-1].Verdict() == monitor.Good:
			roll.Good++
		default:
			roll.Bad = append(roll.Bad, monitor.RollEntry{Instance: id, Finding: beliefs[len(beliefs)-1].Finding})
		}
	}
	roll.Known = monitor.Crowd(len(roll.Bad))
	return roll
}
