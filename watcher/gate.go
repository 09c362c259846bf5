package watcher

import (
	"context"
	"sync"
	"time"

	"greenwatch/monitor"
)

// Gate is whether the user's own software should send through an instance, from memory: it is right also while the store
// is away. The version is another one after each change by [monitor.Gate.Changed]; false: the instance is not watched.
func (w *Watcher) Gate(id monitor.InstanceID) (gate monitor.Gate, version uint64, watched bool) {
	g := w.guard(id)
	if g == nil {
		return monitor.Gate{}, 0, false
	}
	gate, version, _ = g.outlook.gateNow(w.scene())
	return gate, version, true
}

// WaitGate returns as soon as the version is another than seen, the instance is not watched any more, or ctx ends, with
// the gate as it is then.
func (w *Watcher) WaitGate(ctx context.Context, id monitor.InstanceID, seen uint64) (monitor.Gate, uint64, bool) {
	g := w.guard(id)
	if g == nil {
		return monitor.Gate{}, 0, false
	}
	for {
		gate, version, changed := g.outlook.gateNow(w.scene())
		if version != seen {
			return gate, version, true
		}
		var stale <-chan time.Time
		if at := g.outlook.staleAt(w.Policy); gate.Sure && !at.IsZero() {
			stale = time.After(time.Until(at))
		}
		select {
		case <-changed:
			continue
		case <-stale:
			continue
		case <-g.dismissed.Done():
		case <-ctx.Done():
		}
		return w.Gate(id)
	}
}

// Ahead is the case of an instance as it will be once the store has taken all that is believed, from memory; false: the
// instance is not watched.
func (w *Watcher) Ahead(id monitor.InstanceID) (c monitor.Case, watched bool) {
	g := w.guard(id)
	if g == nil {
		return monitor.Case{}, false
	}
	c, _, _ = g.outlook.present()
	return c, true
}

// Unheard reports whether nothing was heard of an instance for so long, whatever the cause, that what is believed of it says
// nothing about now.
func (w *Watcher) Unheard(id monitor.InstanceID) bool {
	g := w.guard(id)
	return g != nil && g.outlook.stale(w.scene())
}

// outlook is a case as it will be once the store has taken all that is believed, and the gate that follows from it.
type outlook struct {
	mu      sync.Mutex
	ahead   monitor.Case
	heard   time.Time     // when the API last said how the number is; zero: it is not known
	kept    bool          // the store has all that is believed
	moved   chan struct{} // closed when the case is another one; nil: nobody waits
	empty   time.Time     // the last look at a queue in which nothing waits, and which was not worth keeping
	gate    monitor.Gate
	version uint64
	changed chan struct{} // closed at the next change; nil: nobody waits
}

func (o *outlook) follow(c monitor.Case, kept bool, s monitor.Scene) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ahead, o.kept = c, kept
	o.freshen()
	o.move()
	o.turn(s)
}

func (o *outlook) believe(b monitor.Belief, s monitor.Scene) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ahead, _ = o.ahead.Believe(b, s)
	o.kept = false
	o.move()
	o.turn(s)
}

// hear takes when the API last said how the number is, which makes a gate sure again that was not only for want of it.
func (o *outlook) hear(answered time.Time, scene func() monitor.Scene) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if answered.Equal(o.heard) {
		return
	}
	o.heard = answered
	if !o.gate.Sure {
		o.turn(scene())
	}
}

// staleAt is when the gate is not sure any more if nothing is heard.
func (o *outlook) staleAt(p monitor.Policy) time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return monitor.Scene{Answered: o.heard, Policy: p}.StaleAt()
}

func (o *outlook) stale(s monitor.Scene) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	s.Answered = o.heard
	return s.Stale()
}

// move wakes those who wait for another case. It is called with mu held.
func (o *outlook) move() {
	if o.moved != nil {
		close(o.moved)
		o.moved = nil
	}
}

// present gives the case as it is now, whether the store has all of it, and what is closed when it is another one.
func (o *outlook) present() (c monitor.Case, kept bool, moved <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.moved == nil {
		o.moved = make(chan struct{})
	}
	return o.ahead, o.kept, o.moved
}

// glance takes a look at the queue that is not worth keeping: that still nothing waits is known here alone.
func (o *outlook) glance(q monitor.QueueLook) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if q.Count == 0 {
		o.empty = q.At
		o.freshen()
	}
}

// freshen has the case say when nothing waited last. It is called with mu held.
func (o *outlook) freshen() {
	if q := &o.ahead.Queue; q.Count == 0 && !o.ahead.Queued() && o.empty.After(q.At) {
		q.At = o.empty
	}
}

// gateNow gives the gate as it is now: probation ends with the time.
func (o *outlook) gateNow(s monitor.Scene) (monitor.Gate, uint64, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.turn(s)
	if o.changed == nil {
		o.changed = make(chan struct{})
	}
	return o.gate, o.version, o.changed
}

// turn makes the gate anew. It is called with mu held.
func (o *outlook) turn(s monitor.Scene) {
	was := o.gate
	s.Answered = o.heard
	o.gate = o.ahead.Gate(s)
	if !o.gate.Changed(was) {
		return
	}
	o.version++
	if o.changed != nil {
		close(o.changed)
		o.changed = nil
	}
}

// ahead is what a case of the store's becomes with what it does not have yet. What the newcomers held is over where a
// later belief is in it. It also reports whether that is all the same.
func (g *guard) ahead(c monitor.Case, s monitor.Scene) (ahead monitor.Case, kept bool) {
	stored := c.Belief.At
	for _, b := range g.held {
		if b.At.After(stored) {
			c, _ = c.Believe(b, s)
		}
	}
	if c.Belief.At.Equal(stored) {
		g.held = nil
	}
	for _, b := range g.unsaved {
		c, _ = c.Believe(b, s)
	}
	return c, len(g.held)+len(g.unsaved) == 0
}
