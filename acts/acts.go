// Package acts does what people wanted done: it takes a wanted action up, runs it once, and reports its outcome.
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
	"sync/atomic"
	"time"

	"greenwatch/monitor"
)

// API makes the calls that change an instance, each exactly once.
type API interface {
	Reboot(ctx context.Context, id monitor.InstanceID) monitor.Outcome
}

// Store keeps the actions with their cases.
type Store interface {
	Actions(ctx context.Context, state monitor.ActionState) ([]monitor.Action, error)
	UpdateAll(ctx context.Context, changes []monitor.Change) ([]monitor.Case, error)
}

// Options are what an Actor needs; all are required.
type Options struct {
	API    API
	Store  Store
	Policy monitor.Policy
	Log    *slog.Logger
}

// Actor runs actions.
type Actor struct {
	Options
	nudged  chan struct{}
	running sync.WaitGroup
	mu      sync.Mutex
	taken   map[string]bool // actions in our hands
	orphans atomic.Bool     // there may be running actions in nobody's hands
}

const (
	lookEvery  = time.Second
	tellAgain  = 5 * time.Second // after the store failed to take an outcome
	saveWithin = 10 * time.Second
)

// New makes an actor.
func New(o Options) (*Actor, error) {
	if o.API == nil || o.Store == nil || o.Log == nil {
		return nil, errors.New("acts: an option is missing")
	}
	a := &Actor{Options: o, nudged: make(chan struct{}, 1), taken: make(map[string]bool)}
	a.orphans.Store(true)
	return a, nil
}

// Nudge tells that an action may be wanted.
func (a *Actor) Nudge() {
	select {
	case a.nudged <- struct{}{}:
	default:
	}
}

// Run acts until ctx ends; a call under way is reported first.
func (a *Actor) Run(ctx context.Context) error {
	defer a.running.Wait()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		if a.orphans.Load() {
			a.orphans.Store(!a.giveUpOrphans(ctx))
		}
		a.takeUp(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-a.nudged:
		case <-look.C:
		}
	}
}

// giveUpOrphans ends what runs in nobody's hands, left by a former process or by a store that failed at the start:
// nobody knows whether its call arrived.
func (a *Actor) giveUpOrphans(ctx context.Context) bool {
	left, err := a.Store.Actions(ctx, monitor.Running)
	if err != nil {
		a.Log.ErrorContext(ctx, "actions not read", "error", err)
		return false
	}
	for _, act := range left {
		if a.holds(act.Key) {
			continue
		}
		if err := a.end(ctx, act, monitor.Outcome{Kind: monitor.OutcomeUnknown}); err != nil {
			a.Log.ErrorContext(ctx, "orphaned action not ended", "error", err)
			return false
		}
	}
	return true
}

func (a *Actor) takeUp(ctx context.Context) {
	wanted, err := a.Store.Actions(ctx, monitor.Wanted)
	if err != nil {
		if ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "actions not read", "error", err)
		}
		return
	}
	for _, act := range wanted {
		if a.hold(act.Key) {
			a.running.Go(func() {
				defer a.release(act.Key)
				a.act(ctx, act)
			})
		}
	}
}

func (a *Actor) hold(key string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.taken[key] {
		return false
	}
	a.taken[key] = true
	return true
}

func (a *Actor) holds(key string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.taken[key]
}

func (a *Actor) release(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.taken, key)
}

// act starts the action, makes its call and reports the outcome until the store has taken it.
func (a *Actor) act(ctx context.Context, act monitor.Action) {
	started, err := a.start(ctx, act)
	if err != nil {
		a.Log.ErrorContext(ctx, "action not started", "subject", act.Subject, "error", err)
		a.orphans.Store(true)
	}
	if !started {
		return
	}
	outcome := a.call(context.WithoutCancel(ctx), act)
	a.Log.InfoContext(ctx, "action called", "verb", act.Verb, "subject", act.Subject, "by", act.By.ID, "outcome", outcome.Kind)
	for {
		err := a.end(ctx, act, outcome)
		if err == nil {
			return
		}
		a.Log.ErrorContext(ctx, "outcome not kept, trying again", "subject", act.Subject, "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(tellAgain):
		}
	}
}

// start reports whether the action is ours to run: it was wanted still, and is committed as running now.
func (a *Actor) start(ctx context.Context, act monitor.Action) (bool, error) {
	scene := monitor.Scene{Now: time.Now(), Policy: a.Policy}
	started := false
	_, err := a.Store.UpdateAll(ctx, []monitor.Change{{Subject: act.Subject, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		was := c.Action.State
		c, effects := c.Start(act.Key, scene)
		started = was == monitor.Wanted && c.Action.Key == act.Key && c.Action.State == monitor.Running
		return c, effects
	}}})
	return started && err == nil, err
}

func (a *Actor) call(ctx context.Context, act monitor.Action) (o monitor.Outcome) {
	defer func() {
		if p := recover(); p != nil {
			a.Log.ErrorContext(ctx, "action panicked", "panic", p, "stack", string(debug.Stack()))
			o = monitor.Outcome{Kind: monitor.OutcomeUnknown}
		}
	}()
	id, ok := act.Subject.Instance()
	if !ok || act.Verb != monitor.Reboot {
		return monitor.Outcome{Kind: monitor.OutcomeRefused, Detail: fmt.Sprintf("cannot %s %s", act.Verb, act.Subject)}
	}
	return a.API.Reboot(ctx, id)
}

// end is not broken off by our end.
func (a *Actor) end(ctx context.Context, act monitor.Action, o monitor.Outcome) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveWithin)
	defer cancel()
	scene := monitor.Scene{Now: time.Now(), Policy: a.Policy}
	_, err := a.Store.UpdateAll(ctx, []monitor.Change{{Subject: act.Subject, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Done(act, o, scene)
	}}})
	return err
}
