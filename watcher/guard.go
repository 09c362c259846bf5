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
	maxUnsaved  = 40              // beliefs about an instance that wait for the store
)

// guard makes all calls about one instance and judges what they bring.
type guard struct {
	w   *Watcher
	id  monitor.InstanceID
	log *slog.Logger

	newcomers *newcomers // those that came together with it
	presses   chan press
	claims    chan hearing
	wake      chan struct{}
	dismissed context.Context
	dismiss   context.CancelFunc
	ended     chan struct{}

	// owned by run
	watch   monitor.Watch
	askAt   time.Time        // for the second voice
	lookAt  time.Time        // the case's deadline, as last known
	free    time.Time        // no call before
	saveAt  time.Time        // for the next try to save
	unsaved []monitor.Belief // not yet in the store
	held    []monitor.Belief // by the newcomers, for as long as they are not known to be in the store
	heard   []hearing        // those who wait for an answer that is asked for after their claim
	known   monitor.Finding  // what the store believes
	unseen  bool             // the store has no belief of it, or had none when it was last asked
	failing bool             // the store failed at the last save
	phoneAt time.Time        // when it is asked which phone is linked, with a check after that; zero: it is known
	batch   *batch           // of those that have expired with it; nil: it has not, or is saved

	outlook outlook
	tally   tally
	queue   *queuePoller

	mu      sync.Mutex
	pool    bulkhead
	home    string // the pool's name
	slot    slot
	moved   bool // somebody else changed the case
	renewed bool // it is reached in another way
	last    monitor.Reading
	belief  monitor.Belief
	unkept  monitor.Belief // what the store failed to take; zero: nothing
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

func newGuard(w *Watcher, i monitor.Instance, pool bulkhead) *guard {
	g := &guard{
		w: w, id: i.ID, pool: pool, home: i.Pool, log: w.Log.With("instance", i.ID), unseen: true,
		presses: make(chan press), claims: make(chan hearing), wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	g.dismissed, g.dismiss = context.WithCancel(context.Background())
	g.queue = newQueuePoller(g)
	return g
}

// resume goes on from what was kept, and from the last sweep before that: its end is when an instance was seen last, and if
// it brought an answer of all of them, when this one has spoken. The clock may have been set since.
func (g *guard) resume(c monitor.Case, last monitor.Sweep) {
	agreed, answered := c.Belief.At, c.Belief.At
	if last.Ended.After(agreed) {
		agreed = last.Ended
		if last.Answered == last.Asked {
			answered = agreed
		}
	}
	if now := time.Now(); answered.After(now) {
		answered = now
	}
	g.watch = monitor.Resume(c.Belief, agreed, answered)
	g.outlook.hear(answered, g.scene)
	g.belief = c.Belief
	g.tally.resume(c.Belief)
	g.follow(c)
}

// follow takes over what the store knows. The deadline goes by this machine's own clock from here on: the wall's may be
// set meanwhile.
func (g *guard) follow(c monitor.Case) {
	scene := g.scene()
	g.lookAt = time.Time{}
	if wait, waits := c.Wait(scene); waits {
		g.lookAt = scene.Now.Add(wait)
	}
	g.known, g.unseen = c.Belief.Finding, c.Belief.Verdict() == monitor.Unseen
	ahead, kept := g.ahead(c, scene)
	g.outlook.follow(ahead, kept, scene)
	g.expectPhone(c)
}

// where the instance lives: the places for calls, and the name of its pool.
func (g *guard) where() (bulkhead, string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.pool, g.home
}

// scene is what the rules need to know besides the case.
func (g *guard) scene() monitor.Scene {
	_, home := g.where()
	s, pool := g.w.scene(), g.w.outages.of(home)
	s.PoolDown, s.PoolShaky = pool.down, pool.shaky
	return s
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

// assign replaces the slot; the round of one that was not served by now does without it. Where that one was still to
// come and is the earlier, its time is kept: a tick soon after the start delays nobody. It is called with mu held.
func (g *guard) assign(s slot) {
	if old := g.slot; old.round != nil {
		if old.at.After(time.Now()) && old.at.Before(s.at) {
			s.at = old.at
		}
		old.round.served(monitor.Reading{})
	}
	g.slot = s
}

// serve runs the guard until ctx ends or it is dismissed.
func (g *guard) serve(ctx context.Context) {
	defer close(g.ended)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(g.dismissed, cancel)()
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() { g.queue.run(ctx) })
	g.run(ctx)
}

// quit gives up what a guard that has ended was waited for.
func (g *guard) quit() {
	g.newcomers.forget(g.id)
	if g.batch != nil {
		g.batch.leave(g.id)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.assign(slot{})
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
			g.act(ctx)
		case p := <-g.presses:
			g.answer(ctx, p)
		case h := <-g.claims:
			g.hear(h)
		}
	}
}

// heed asks anew where the way to do so has changed, and reads the deadline again where somebody else changed the case.
func (g *guard) heed(ctx context.Context) {
	g.mu.Lock()
	moved, renewed := g.moved, g.renewed
	g.moved, g.renewed = false, false
	g.mu.Unlock()
	if renewed {
		g.askAt = time.Now()
	}
	if !moved {
		return
	}
	if g.batch != nil && g.batch.isKept() {
		g.saved()
	}
	c, err := g.w.Cases.Case(ctx, g.id.Subject())
	if err != nil {
		g.lookAt = time.Now().Add(saveAgain)
		return
	}
	g.follow(c)
}

// act does what is due: another try to save, which takes no call, or a look.
func (g *guard) act(ctx context.Context) {
	if g.saveAt.IsZero() || time.Now().Before(g.saveAt) {
		g.look(ctx, monitor.ViaPoll)
		return
	}
	defer g.survive(ctx)
	g.save(ctx, g.last) // only we write it
}

// due is when something is done: the earliest of slot, confirmation, deadline and another try to save, not before the API
// allows a call.
func (g *guard) due() time.Time {
	g.mu.Lock()
	first := g.slot.at
	g.mu.Unlock()
	for _, t := range [...]time.Time{g.askAt, g.lookAt, g.saveAt} {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	if !first.IsZero() && first.Before(g.free) {
		return g.free
	}
	return first
}

// answer asks as soon as the API allows it. The zero Reading: that came to nothing.
func (g *guard) answer(ctx context.Context, p press) {
	select {
	case <-time.After(time.Until(g.free)):
		p.answer <- g.look(ctx, monitor.ViaPress)
	case <-ctx.Done():
		p.answer <- monitor.Reading{}
	case <-p.ctx.Done():
	}
}

// look makes one call and judges its answer. The zero Reading: it came to nothing, through our own fault or our end.
func (g *guard) look(ctx context.Context, via monitor.Via) (r monitor.Reading) {
	defer g.survive(ctx)
	pool, home := g.where()
	if !pool.enter(ctx) {
		return monitor.Reading{}
	}
	began := time.Now()
	r = g.ask(ctx, pool)
	took := time.Since(began)
	r.Via = via
	if ctx.Err() != nil {
		return monitor.Reading{}
	}
	g.free = time.Now().Add(callGap)
	g.w.outages.see(r, home)
	if served := g.note(r); served != nil {
		defer served.served(r)
	}
	news := g.judge(ctx, r)
	g.settle(r, news)
	g.meet(ctx)
	g.w.Checked(r, took)
	return r
}

// survive is deferred: a panic over one instance is not the end of watching it.
func (g *guard) survive(ctx context.Context) {
	if p := recover(); p != nil {
		g.log.ErrorContext(ctx, "check panicked", "panic", p, "stack", string(debug.Stack()))
		g.free = time.Now().Add(saveAgain)
	}
}

func (g *guard) ask(ctx context.Context, pool bulkhead) monitor.Reading {
	defer pool.leave()
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
