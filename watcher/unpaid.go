package watcher

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"greenwatch/monitor"
)

// unpaid gathers those that are found to have expired within one sweep: as one commit takes what is believed of all, one
// message tells of it.
type unpaid struct {
	mu     sync.Mutex
	latest *batch
}

// batch is saved for all of its members by the first one whose save succeeds.
type batch struct {
	due  time.Time     // nobody is saved before
	turn chan struct{} // full while somebody uses what follows

	members map[monitor.InstanceID][]monitor.Belief // what each has to have saved
	kept    bool
	failure error     // of the last try
	again   time.Time // and no other before this
}

// add puts an instance on a batch, which is due when all could be found that expired with the first.
func (u *unpaid) add(id monitor.InstanceID, beliefs []monitor.Belief) *batch {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.latest == nil || !u.latest.take(id, beliefs) {
		u.latest = &batch{
			due: time.Now().Add(slotSpan), turn: make(chan struct{}, 1),
			members: map[monitor.InstanceID][]monitor.Belief{id: slices.Clone(beliefs)},
		}
	}
	return u.latest
}

// take reports whether the batch could still take an instance.
func (l *batch) take(id monitor.InstanceID, beliefs []monitor.Belief) bool {
	if !time.Now().Before(l.due) {
		return false
	}
	l.turn <- struct{}{}
	defer l.pass()
	if l.kept {
		return false
	}
	l.members[id] = slices.Clone(beliefs)
	return true
}

func (l *batch) pass() { <-l.turn }

// leave takes an instance off; true: the store has what it had to have saved.
func (l *batch) leave(id monitor.InstanceID) (kept bool) {
	l.turn <- struct{}{}
	defer l.pass()
	delete(l.members, id)
	return l.kept
}

// isKept reports whether the store has what all of them had to have saved.
func (l *batch) isKept() bool {
	l.turn <- struct{}{}
	defer l.pass()
	return l.kept
}

// keep commits what is believed of all, that of the guard by its own change. It gives the guard's case; false: another
// member has kept it, and has told the guard so.
func (l *batch) keep(ctx context.Context, g *guard, own monitor.Change) (c monitor.Case, fresh bool, err error) {
	select {
	case l.turn <- struct{}{}:
		defer l.pass()
	case <-ctx.Done():
		return c, false, ctx.Err()
	}
	switch {
	case l.kept:
		return c, false, nil
	case time.Now().Before(l.again): // the store is not asked once for each member
		return c, false, l.failure
	}
	changes := append(l.others(g), own)
	cases, err := g.w.Cases.UpdateAll(ctx, changes)
	if err != nil {
		l.failure, l.again = err, time.Now().Add(saveAgain)
		return c, false, err
	}
	l.kept, l.members = true, nil
	for _, other := range changes[:len(changes)-1] {
		g.w.Nudge(other.Subject)
	}
	return cases[len(cases)-1], true, nil
}

// others is what the members besides g have to have saved.
func (l *batch) others(g *guard) []monitor.Change {
	ids := slices.SortedFunc(maps.Keys(l.members), func(a, b monitor.InstanceID) int {
		return cmp.Or(len(a)-len(b), cmp.Compare(a, b))
	})
	changes := make([]monitor.Change, 0, len(ids))
	for _, id := range ids {
		if id == g.id || g.w.guard(id) == nil {
			continue
		}
		beliefs, scene := l.members[id], g.w.Scene(id.Subject())
		changes = append(changes, monitor.Change{Subject: id.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
			return c.Follow(beliefs, monitor.Reading{}, scene)
		}})
	}
	return changes
}

// gather puts the guard on a batch where its last belief is that it has expired, and takes it off where it is not any more.
func (g *guard) gather(b monitor.Belief) {
	if g.batch != nil {
		if g.batch.leave(g.id) {
			g.unsaved = []monitor.Belief{b}
		}
		g.batch, g.saveAt = nil, time.Time{}
	}
	if b.Refusal == monitor.Expired && !g.unseen {
		g.batch = g.w.unpaid.add(g.id, g.unsaved)
	}
}

// awaitsOthers reports whether nothing is saved yet, as others may have expired too.
func (g *guard) awaitsOthers() bool {
	if g.batch == nil || !time.Now().Before(g.batch.due) {
		return false
	}
	g.saveAt = g.batch.due
	return true
}
