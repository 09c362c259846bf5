package watcher

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"greenwatch/monitor"
)

// unpaid gathers those that are found to have expired within one sweep: one message tells of all.
type unpaid struct {
	mu     sync.Mutex
	latest *bill
}

// bill is what one message tells of. It is held while a member is saved, so that just one of them brings the message.
type bill struct {
	due time.Time // nobody is saved before

	mu      sync.Mutex
	members map[monitor.InstanceID]monitor.Belief
	told    bool
}

// add puts an instance on a bill, which is due when all could be found that expired with the first.
func (u *unpaid) add(id monitor.InstanceID, b monitor.Belief) *bill {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := time.Now()
	if u.latest == nil || !now.Before(u.latest.due) {
		u.latest = &bill{due: now.Add(slotSpan), members: make(map[monitor.InstanceID]monitor.Belief)}
	}
	u.latest.mu.Lock()
	defer u.latest.mu.Unlock()
	u.latest.members[id] = b
	return u.latest
}

func (l *bill) leave(id monitor.InstanceID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.members, id)
}

// message is the change that tells of all, where one tells of several. It is called with mu held.
func (l *bill) message(s monitor.Scene) []monitor.Change {
	if l.told || !monitor.Together(len(l.members)) {
		return nil
	}
	return []monitor.Change{tellUnpaid(l.members, s)}
}

// tellUnpaid tells of several that have expired.
func tellUnpaid(members map[monitor.InstanceID]monitor.Belief, s monitor.Scene) monitor.Change {
	roll := monitor.Roll{Total: len(members)}
	for id, b := range members {
		roll.Bad = append(roll.Bad, monitor.RollEntry{Instance: id, Finding: b.Finding})
		if roll.From.IsZero() || b.Since.Before(roll.From) {
			roll.From = b.Since
		}
	}
	slices.SortFunc(roll.Bad, func(a, b monitor.RollEntry) int {
		return cmp.Or(len(a.Instance)-len(b.Instance), cmp.Compare(a.Instance, b.Instance))
	})
	return monitor.Change{Subject: monitor.Self, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Unpaid(roll, s)
	}}
}

// charge puts the guard on a bill where its last belief is that it has expired, and takes it off where it is not any more.
func (g *guard) charge(b monitor.Belief) {
	if g.bill != nil {
		g.bill.leave(g.id)
		g.bill, g.saveAt = nil, time.Time{}
	}
	if b.Refusal == monitor.Expired && !g.unseen {
		g.bill = g.w.unpaid.add(g.id, b)
	}
}

// waits reports whether nothing is saved yet, as others may have expired too.
func (g *guard) waits() bool {
	if g.bill == nil || !time.Now().Before(g.bill.due) {
		return false
	}
	g.saveAt = g.bill.due
	return true
}
