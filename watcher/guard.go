package watcher

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"greenwatch/monitor"
)

const (
	callGap     = 1100 * time.Millisecond // from the end of a call to the next one: the API takes one a second
	saveTimeout = 10 * time.Second
	saveAgain   = 5 * time.Second // after the store failed
)

// guard makes all calls about one instance and judges what they bring.
type guard struct {
	w    *Watcher
	id   monitor.InstanceID
	pool bulkhead
	log  *slog.Logger

	presses chan press
	wake    chan struct{}

	// owned by run
	watch   monitor.Watch
	askAt   time.Time        // for the second voice
	lookAt  time.Time        // the case's deadline, as last known
	free    time.Time        // no call before
	unsaved []monitor.Belief // not yet in the store
	unseen  bool             // the store has no belief of it yet

	mu    sync.Mutex
	slot  slot
	moved bool // somebody else changed the case
	last  monitor.Reading
}

// slot is the time at which a round asks an instance; the zero slot is none.
type slot struct {
	at    time.Time
	round *round
}

// press is a person who wants to know now.
type press struct {
	ctx    context.Context
	answer chan monitor.Reading
}

func newGuard(w *Watcher, id monitor.InstanceID, pool bulkhead) *guard {
	return &guard{
		w: w, id: id, pool: pool, log: w.Log.With("instance", id), unseen: true,
		presses: make(chan press), wake: make(chan struct{}, 1),
	}
}

func (g *guard) resume(c monitor.Case, agreed time.Time) {
	if agreed.Before(c.Belief.At) {
		agreed = c.Belief.At
	}
	g.watch, g.lookAt = monitor.Resume(c.Belief, agreed), c.LookAt()
	g.unseen = c.Belief.Verdict() == monitor.Unseen
}

// order gives the guard something new to heed.
func (g *guard) order(give func()) {
	g.mu.Lock()
	give()
	g.mu.Unlock()
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// assign replaces the slot; one that was not served by now is given up. It is called with mu held.
func (g *guard) assign(s slot) {
	if g.slot.round != nil {
		g.slot.round.served(monitor.Reading{})
	}
	g.slot = s
}

func (g *guard) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		g.heed(ctx)
		var fire <-chan time.Time
		if due := g.due(); !due.IsZero() {
			timer.Reset(time.Until(due))
			fire = timer.C
		}
		select {
		case <-ctx.Done():
			return
		case <-g.wake:
		case <-fire:
			g.look(ctx, monitor.ViaPoll)
		case p := <-g.presses:
			g.answer(ctx, p)
		}
	}
}

// heed reads the deadline again where somebody else changed the case.
func (g *guard) heed(ctx context.Context) {
	g.mu.Lock()
	moved := g.moved
	g.moved = false
	g.mu.Unlock()
	if !moved {
		return
	}
	c, err := g.w.Cases.Case(ctx, g.id.Subject())
	if err != nil {
		g.lookAt = time.Now().Add(saveAgain)
		return
	}
	g.lookAt = c.LookAt()
}

// due is when the next call is made: the earliest of slot, confirmation and deadline, not before the API allows it.
func (g *guard) due() time.Time {
	g.mu.Lock()
	first := g.slot.at
	g.mu.Unlock()
	for _, t := range [...]time.Time{g.askAt, g.lookAt} {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	if !first.IsZero() && first.Before(g.free) {
		return g.free
	}
	return first
}

func (g *guard) answer(ctx context.Context, p press) {
	select {
	case <-time.After(time.Until(g.free)):
	case <-p.ctx.Done():
		return
	case <-ctx.Done():
		return
	}
	if r := g.look(ctx, monitor.ViaPress); r.Answer != "" {
		p.answer <- r
	}
}

// look makes one call and judges its answer. The zero Reading: it came to nothing, through our own fault or our end.
func (g *guard) look(ctx context.Context, via monitor.Via) (r monitor.Reading) {
	defer func() {
		if p := recover(); p != nil {
			g.log.ErrorContext(ctx, "check panicked", "panic", p, "stack", string(debug.Stack()))
			g.free = time.Now().Add(saveAgain)
		}
	}()
	if !g.pool.enter(ctx) {
		return monitor.Reading{}
	}
	began := time.Now()
	r = g.ask(ctx)
	r.Via = via
	if ctx.Err() != nil {
		return monitor.Reading{}
	}
	g.free = time.Now().Add(callGap)
	if served := g.note(r); served != nil {
		defer served.served(r)
	}
	g.w.Checked(r, time.Since(began))
	g.judge(ctx, r)
	return r
}

func (g *guard) ask(ctx context.Context) monitor.Reading {
	defer g.pool.leave()
	return g.w.API.State(ctx, g.id)
}

// note remembers the reading; it serves the slot if that was due.
func (g *guard) note(r monitor.Reading) *round {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = r
	if g.slot.round == nil || g.slot.at.After(time.Now()) {
		return nil
	}
	served := g.slot.round
	g.slot = slot{}
	return served
}

// judge lets the watch see the reading; what it believes, and what is due, goes into the store.
func (g *guard) judge(ctx context.Context, r monitor.Reading) {
	watch, next := g.watch.See(r, g.w.Policy)
	g.watch, g.askAt = watch, next.AskAt
	if next.Believe != nil {
		g.unsaved = append(g.unsaved, *next.Believe)
	}
	if len(g.unsaved) == 0 && (g.lookAt.IsZero() || time.Now().Before(g.lookAt)) {
		return
	}
	if g.unseen && g.w.newcomers.take(g.id, g.unsaved) {
		g.unsaved = nil
		return
	}
	g.save(ctx, r)
}

// save is tried again at each reading until it succeeds: no belief is lost while the store is away. It is not broken
// off by our end.
func (g *guard) save(ctx context.Context, r monitor.Reading) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	beliefs, scene := g.unsaved, g.w.scene()
	cases, err := g.w.Cases.UpdateAll(ctx, []monitor.Change{{Subject: g.id.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Follow(beliefs, r, scene)
	}}})
	if err != nil {
		g.log.ErrorContext(ctx, "belief not kept, trying again", "error", err, "beliefs", len(beliefs))
		g.lookAt = time.Now().Add(saveAgain)
		return
	}
	g.unsaved, g.lookAt, g.unseen = nil, cases[0].LookAt(), false
}
