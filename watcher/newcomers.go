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
	complete chan struct{} // closed when all are in

	mu      sync.Mutex
	waiting map[monitor.InstanceID]bool
	beliefs map[monitor.InstanceID][]monitor.Belief
	kept    bool
}

func newNewcomers(w *Watcher) *newcomers {
	n := &newcomers{
		w: w, complete: make(chan struct{}),
		waiting: make(map[monitor.InstanceID]bool), beliefs: make(map[monitor.InstanceID][]monitor.Belief),
	}
	for id, g := range w.guards {
		if g.unseen {
			n.waiting[id] = true
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
	if n.waiting[id] {
		delete(n.waiting, id)
		if len(n.waiting) == 0 {
			close(n.complete)
		}
	}
	return true
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
			n.w.setUnkept(nil)
			return
		}
		n.w.setUnkept(n.unkept())
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
	scene := n.w.scene()
	roll := n.roll()
	scene.Crowd = roll.Known
	changes := []monitor.Change{{Subject: monitor.Self, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Arrive(roll, scene)
	}}}
	for _, i := range n.w.Instances {
		beliefs := n.beliefs[i.ID]
		if len(beliefs) == 0 {
			continue
		}
		changes = append(changes, monitor.Change{Subject: i.ID.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
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

// roll says what the newcomers looked like.
func (n *newcomers) roll() monitor.Roll {
	roll := monitor.Roll{Total: len(n.waiting) + len(n.beliefs)}
	roll.Others = len(n.w.guards) - roll.Total
	for _, i := range n.w.Instances {
		beliefs := n.beliefs[i.ID]
		switch {
		case len(beliefs) == 0:
		case beliefs[len(beliefs)-1].Verdict() == monitor.Good:
			roll.Good++
		default:
			roll.Bad = append(roll.Bad, monitor.RollEntry{Instance: i.ID, Finding: beliefs[len(beliefs)-1].Finding})
		}
	}
	roll.Known = monitor.Crowd(len(roll.Bad))
	return roll
}
