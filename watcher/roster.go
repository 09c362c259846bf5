package watcher

import (
	"context"
	"sync"
	"time"

	"greenwatch/monitor"
)

// roster is who is on guard.
type roster struct {
	mu     sync.RWMutex
	guards map[monitor.InstanceID]*guard
	pools  map[string]bulkhead

	receivers map[monitor.InstanceID]*receiver // of those whose notifications are read; nil before the first

	absent map[monitor.InstanceID]absent // those awaited

	duty    context.Context // Run's; nil: it has not begun
	waiting []func(context.Context)
	over    bool
	running sync.WaitGroup
}

// absent is an instance that was watched before the start, and may be listed again.
type absent struct {
	kept monitor.Case
	last monitor.Sweep // before the start
}

func (r *roster) await(id monitor.InstanceID, c monitor.Case, last monitor.Sweep) {
	if r.absent == nil {
		r.absent = make(map[monitor.InstanceID]absent)
	}
	r.absent[id] = absent{c, last}
}

func (w *Watcher) guard(id monitor.InstanceID) *guard {
	w.roster.mu.RLock()
	defer w.roster.mu.RUnlock()
	return w.roster.guards[id]
}

func (w *Watcher) count() int {
	w.roster.mu.RLock()
	defer w.roster.mu.RUnlock()
	return len(w.roster.guards)
}

// enlist makes the guard of an instance. It is called with the roster held, as are bulkhead, onDuty and launch, or before
// anybody else knows the watcher.
func (w *Watcher) enlist(i monitor.Instance) *guard {
	g := newGuard(w, i, w.bulkhead(i.Pool))
	w.roster.guards[i.ID] = g
	w.receive(i)
	return g
}

func (w *Watcher) bulkhead(pool string) bulkhead {
	if w.roster.pools[pool] == nil {
		w.roster.pools[pool] = make(bulkhead, poolCalls)
	}
	return w.roster.pools[pool]
}

// launch runs do for as long as Run does, also where that is still to begin.
func (w *Watcher) launch(do func(ctx context.Context)) {
	r := &w.roster
	switch {
	case r.duty == nil:
		r.waiting = append(r.waiting, do)
	case !r.over:
		r.running.Go(func() { do(r.duty) })
	}
}

// begin launches what waits for Run.
func (w *Watcher) begin(ctx context.Context) {
	r := &w.roster
	r.mu.Lock()
	defer r.mu.Unlock()
	r.duty = ctx
	for _, do := range r.waiting {
		w.launch(do)
	}
	r.waiting = nil
}

// finish waits until all that was launched has ended.
func (w *Watcher) finish() {
	w.roster.mu.Lock()
	w.roster.over = true
	w.roster.mu.Unlock()
	w.roster.running.Wait()
}

// Add begins to watch instances, each asked within seconds. What is seen of them first is told as for those that are new
// at the start; those that were awaited are gone on with. One that is watched already is left as it is.
func (w *Watcher) Add(instances ...monitor.Instance) {
	if w.join(instances) {
		w.sweep(startSpan)
	}
}

// join reports whether they are the first: then the sweep of the start, which had nobody to ask, is still to be made.
func (w *Watcher) join(instances []monitor.Instance) (first bool) {
	w.roster.mu.Lock()
	defer w.roster.mu.Unlock()
	var fresh []*guard
	first = len(w.roster.guards) == 0
	now := time.Now()
	for _, i := range instances {
		if w.roster.guards[i.ID] != nil {
			continue
		}
		g := w.enlist(i)
		if before, awaited := w.roster.absent[i.ID]; awaited {
			g.resume(before.kept, before.last)
			g.moved = true // somebody may have changed the case since
			delete(w.roster.absent, i.ID)
		}
		if !first {
			g.askAt = now.Add(time.Duration(place(i.ID) * float64(startSpan)))
		}
		fresh = append(fresh, g)
	}
	w.onDuty(fresh, !first)
	return first && len(fresh) > 0 && w.roster.duty != nil
}

// onDuty launches guards, and who tells of those that nobody has seen before.
func (w *Watcher) onDuty(guards []*guard, born bool) {
	n := newNewcomers(w, guards, born)
	w.launch(n.run)
	for _, g := range guards {
		g.newcomers = n
		w.launch(g.serve)
	}
}

// Renew tells that instances are reached in another way from now on: they are asked as soon as the API allows it.
func (w *Watcher) Renew(instances ...monitor.Instance) {
	w.roster.mu.Lock()
	defer w.roster.mu.Unlock()
	for _, i := range instances {
		if g := w.roster.guards[i.ID]; g != nil {
			pool := w.bulkhead(i.Pool)
			w.receive(i)
			g.order(func() { g.pool, g.home, g.renewed = pool, i.Pool, true })
		}
	}
}

// Remove ends the watch over instances. What a call under way brings is not heeded any more, and their cases are closed,
// which is tried until it succeeds; the error says that ctx ended first.
func (w *Watcher) Remove(ctx context.Context, ids ...monitor.InstanceID) error {
	changes := w.unawait(ids)
	for _, g := range w.dismiss(ids) {
		select {
		case <-g.ended:
		case <-ctx.Done():
			return ctx.Err()
		}
		g.quit()
		w.outages.leave(g.id)
		changes = append(changes, w.leave(g.id.Subject()))
	}
	for failing := false; len(changes) > 0; failing = true {
		_, err := w.Cases.UpdateAll(ctx, changes)
		if err == nil {
			break
		}
		if !failing {
			w.Log.ErrorContext(ctx, "cases of instances watched no more not closed, trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(saveAgain):
		}
	}
	return nil
}

// unawait closes the cases of those that were awaited.
func (w *Watcher) unawait(ids []monitor.InstanceID) []monitor.Change {
	w.roster.mu.Lock()
	defer w.roster.mu.Unlock()
	var changes []monitor.Change
	for _, id := range ids {
		if _, awaited := w.roster.absent[id]; awaited {
			delete(w.roster.absent, id)
			changes = append(changes, w.leave(id.Subject()))
		}
	}
	return changes
}

// dismiss takes guards off the roster and ends them.
func (w *Watcher) dismiss(ids []monitor.InstanceID) []*guard {
	w.roster.mu.Lock()
	defer w.roster.mu.Unlock()
	var dismissed []*guard
	for _, id := range ids {
		if g := w.roster.guards[id]; g != nil {
			delete(w.roster.guards, id)
			w.receive(monitor.Instance{ID: id})
			g.dismiss()
			dismissed = append(dismissed, g)
		}
	}
	return dismissed
}
