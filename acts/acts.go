// Package acts does what people and the runbook want done: it takes a wanted action up, runs it once, and reports its outcome.
//
// That an action is running is committed before its call is made. One whose end was not committed, because the program
// died, is told as not known, and is never run again.
package acts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"greenwatch/monitor"
)

// API makes the calls that change an instance, each exactly once.
type API interface {
	Reboot(ctx context.Context, id monitor.InstanceID) monitor.Outcome
	// SetSettings makes the change that an action stands for. What that is, is in no action, as it may hold secrets.
	SetSettings(ctx context.Context, act monitor.Action) monitor.Outcome
}

// Store keeps the actions with their cases.
type Store interface {
	Actions(ctx context.Context, state monitor.ActionState) ([]monitor.Action, error)
	ActionsSince(ctx context.Context, at time.Time) ([]monitor.Action, error)
	UpdateAll(ctx context.Context, changes []monitor.Change) ([]monitor.Case, error)
}

// Options are what an Actor needs; all are required.
type Options struct {
	API   API
	Store Store
	Scene func(monitor.Subject) monitor.Scene // what the rules need to know besides a case
	Log   *slog.Logger
}

// Actor runs actions.
type Actor struct {
	Options
	nudged  chan struct{}
	running sync.WaitGroup

	automatic sync.Mutex // held while an action of the runbook's starts: one at a time over the fleet

	mu    sync.Mutex
	taken map[string]bool // actions in our hands
}

const (
	lookEvery  = time.Second
	grace      = 4 * time.Second // for a call under way when we end
	keepAgain  = 5 * time.Second // after the store failed to take an outcome
	saveWithin = 10 * time.Second
	remembered = 15 * time.Minute // actions that the rules may ask for, and the minute in which one is taken up
)

// New makes an actor.
func New(o Options) (*Actor, error) {
	if o.API == nil || o.Store == nil || o.Scene == nil || o.Log == nil {
		return nil, errors.New("acts: an option is missing")
	}
	return &Actor{Options: o, nudged: make(chan struct{}, 1), taken: make(map[string]bool)}, nil
}

// Nudge tells that an action may be wanted.
func (a *Actor) Nudge() {
	select {
	case a.nudged <- struct{}{}:
	default:
	}
}

// Run acts until ctx ends. A call under way is given a few seconds then, and what is known of it is kept.
func (a *Actor) Run(ctx context.Context) error {
	defer a.running.Wait()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for away := false; ; {
		err := a.look(ctx)
		if err != nil && !away && ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "actions not read, looking again every second", "error", err)
		}
		away = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-a.nudged:
		case <-look.C:
		}
	}
}

// look takes up what is wanted. What runs in nobody's hands was left by a former process, or by a start whose commit
// nobody heard of: nobody knows whether its call arrived.
func (a *Actor) look(ctx context.Context) error {
	running, err := a.Store.Actions(ctx, monitor.Running)
	if err != nil {
		return err
	}
	wanted, err := a.Store.Actions(ctx, monitor.Wanted)
	if err != nil {
		return err
	}
	for _, act := range running {
		a.take(act, func() { a.keep(ctx, act, monitor.Outcome{Kind: monitor.OutcomeUnknown}) })
	}
	for _, act := range wanted {
		a.take(act, func() { a.act(ctx, act) })
	}
	return nil
}

// take holds the action in our hands while do runs; one that is there already is left alone.
func (a *Actor) take(act monitor.Action, do func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.taken[act.Key] {
		return
	}
	a.taken[act.Key] = true
	a.running.Go(func() {
		defer a.release(act.Key)
		do()
	})
}

func (a *Actor) release(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.taken, key)
}

// act starts the action, makes its call and keeps the outcome.
func (a *Actor) act(ctx context.Context, act monitor.Action) {
	started, err := a.start(ctx, act)
	if err != nil {
		a.Log.ErrorContext(ctx, "action not started", "subject", act.Subject, "error", err)
	}
	if !started {
		return
	}
	outcome := a.call(ctx, act)
	a.Log.InfoContext(ctx, "action called", "verb", act.Verb, "subject", act.Subject, "by", act.By.ID, "outcome", outcome.Kind)
	a.keep(ctx, act, outcome)
}

// start reports whether the action is ours to run: it was wanted still, and is committed as running now.
func (a *Actor) start(ctx context.Context, act monitor.Action) (bool, error) {
	started := false
	var begun []time.Time
	if act.Automatic {
		a.automatic.Lock()
		defer a.automatic.Unlock()
		var err error
		if begun, err = a.begun(ctx, time.Now()); err != nil {
			return false, err
		}
	}
	_, err := a.Store.UpdateAll(ctx, []monitor.Change{{Subject: act.Subject, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		was, scene := c.Action.State, a.Scene(act.Subject) // as it is when the store is ready
		scene.Reboots = begun
		c, effects := c.Start(act.Key, scene)
		started = was == monitor.Wanted && c.Action.Key == act.Key && c.Action.State == monitor.Running
		return c, effects
	}}})
	return started && err == nil, err
}

// begun is when the runbook's last actions over the whole fleet were begun, also those of a former process.
func (a *Actor) begun(ctx context.Context, now time.Time) ([]time.Time, error) {
	lately, err := a.Store.ActionsSince(ctx, now.Add(-remembered))
	if err != nil {
		return nil, err
	}
	var times []time.Time
	for _, act := range lately {
		if act.Automatic && act.Made() {
			times = append(times, later(act.At, act.Called))
		}
	}
	return times, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// call makes the action's call. It is broken off only some time after our end: its outcome would not be known.
func (a *Actor) call(ctx context.Context, act monitor.Action) (o monitor.Outcome) {
	calling, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	defer stop()
	defer func() {
		if p := recover(); p != nil {
			a.Log.ErrorContext(ctx, "action panicked", "panic", p, "stack", string(debug.Stack()))
			o = monitor.Outcome{Kind: monitor.OutcomeUnknown}
		}
	}()
	id, ok := act.Subject.Instance()
	switch {
	case ok && act.Verb == monitor.Reboot:
		return a.API.Reboot(calling, id)
	case ok && (act.Verb == monitor.SetSettings || act.Verb == monitor.UndoSettings):
		return a.API.SetSettings(calling, act)
	default:
		return monitor.Outcome{Kind: monitor.OutcomeRefused, Detail: fmt.Sprintf("cannot %s %s", act.Verb, act.Subject)}
	}
}

// keep has the store take the outcome, trying again until it does or we end.
func (a *Actor) keep(ctx context.Context, act monitor.Action, o monitor.Outcome) {
	for {
		err := a.done(ctx, act, o)
		if err == nil {
			return
		}
		a.Log.ErrorContext(ctx, "outcome not kept, trying again", "subject", act.Subject, "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(keepAgain):
		}
	}
}

// done is not broken off by our end.
func (a *Actor) done(ctx context.Context, act monitor.Action, o monitor.Outcome) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveWithin)
	defer cancel()
	scene := a.Scene(act.Subject)
	_, err := a.Store.UpdateAll(ctx, []monitor.Change{{Subject: act.Subject, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Done(act, o, scene)
	}}})
	return err
}
