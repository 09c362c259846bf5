// Package watcher looks at the instances: at each tick of the schedule, again where a change must be confirmed, at the
// deadlines of their cases, and when a person asks.
//
// One goroutine per instance, its guard, asks for its state, so that no two such questions run at once. What a guard learns
// goes through monitor's Watch, and only a new belief or a due deadline reaches the store. Beside it another one counts the
// messages that wait, and only what changes the case reaches the store.
package watcher

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"greenwatch/monitor"
)

// API answers how an instance is. Everything that can come back is a reading.
type API interface {
	State(ctx context.Context, id monitor.InstanceID) monitor.Reading
}

// Cases keeps the cases.
type Cases interface {
	Case(ctx context.Context, id monitor.Subject) (monitor.Case, error)
	Cases(ctx context.Context) ([]monitor.Case, error)
	UpdateAll(ctx context.Context, changes []monitor.Change) ([]monitor.Case, error)
}

// Sweeps keeps a row for each round over all instances that ended.
type Sweeps interface {
	EndSweep(ctx context.Context, s monitor.Sweep) error
	LastSweep(ctx context.Context) (monitor.Sweep, error)
}

// Options are what a Watcher needs. All but what is called are required; that must not block.
type Options struct {
	Instances []monitor.Instance
	Schedule  cron.Schedule
	Policy    monitor.Policy
	API       API
	Cases     Cases
	Sweeps    Sweeps
	Log       *slog.Logger
	Checked   func(r monitor.Reading, took time.Duration) // called after each call
	Believed  func(b monitor.Belief)                      // called at each new belief
	Ended     func(s monitor.Sweep)                       // called at the end of each sweep
	Inbox     Inbox                                       // nil: no notifications are read
	Claimed   func(e ClaimEnd)                            // called where a claim was worth something, or false
	Phones    Phones                                      // nil: it is not asked which phone is linked
	History   History                                     // nil: it is not asked

	// Awaited reports whether a list that is still to come may name an instance: its case is left as it is until Add or
	// Remove. Nil: no list is to come, and Instances must not be empty.
	Awaited func(id monitor.InstanceID) bool

	Queues        Queues                    // nil: queues are not looked at
	QueueSchedule cron.Schedule             // of the looks at them; required where there are Queues
	Looked        func(q monitor.QueueLook) // called after each look
}

// Watcher looks at instances, which may change while it runs.
type Watcher struct {
	Options
	roster  roster
	outages *outages
	unpaid  unpaid
	sweeps  chan monitor.Sweep
	before  monitor.Sweep // the last sweep before this start

	mu     sync.Mutex
	swept  time.Time
	rounds [2]time.Time                     // when the last two began, older first
	unkept map[*newcomers][]monitor.Unsaved // those that the store failed to take
}

// ErrUnknown is returned for an instance that is not watched.
var ErrUnknown = errors.New("watcher: instance is not watched")

var errBrokenOff = errors.New("watcher: the check was broken off")

// New makes a watcher that goes on from what the store knows. It makes no call yet.
func New(ctx context.Context, o Options) (*Watcher, error) {
	if len(o.Instances) == 0 && o.Awaited == nil || o.Schedule == nil || o.API == nil || o.Cases == nil || o.Sweeps == nil || o.Log == nil ||
		o.Queues != nil && o.QueueSchedule == nil {
		return nil, errors.New("watcher: an option is missing")
	}
	if o.Checked == nil {
		o.Checked = func(monitor.Reading, time.Duration) {}
	}
	if o.Believed == nil {
		o.Believed = func(monitor.Belief) {}
	}
	if o.Ended == nil {
		o.Ended = func(monitor.Sweep) {}
	}
	if o.Claimed == nil {
		o.Claimed = func(ClaimEnd) {}
	}
	if o.Looked == nil {
		o.Looked = func(monitor.QueueLook) {}
	}
	w := &Watcher{
		Options: o, sweeps: make(chan monitor.Sweep, 1), unkept: make(map[*newcomers][]monitor.Unsaved),
		roster: roster{guards: make(map[monitor.InstanceID]*guard, len(o.Instances)), pools: make(map[string]bulkhead)},
	}
	w.outages = newOutages(w)
	if err := w.resume(ctx); err != nil {
		return nil, fmt.Errorf("watcher: resuming: %w", err)
	}
	return w, nil
}

// resume gives each instance its guard, and ends the cases of instances that are watched no more.
func (w *Watcher) resume(ctx context.Context) error {
	cases, err := w.Cases.Cases(ctx)
	if err != nil {
		return err
	}
	if w.before, err = w.Sweeps.LastSweep(ctx); err != nil {
		return err
	}
	w.outages.resume(cases)
	w.launch(w.outages.run)
	guards := make([]*guard, 0, len(w.Instances))
	for _, i := range w.Instances {
		guards = append(guards, w.enlist(i))
	}
	var gone []monitor.Change
	for _, c := range cases {
		id, isInstance := c.Subject.Instance()
		switch g := w.roster.guards[id]; {
		case g != nil:
			g.resume(c, w.before)
		case isInstance && w.Awaited != nil && w.Awaited(id):
			w.roster.await(id, c, w.before)
		case isInstance && c.Belief.Verdict() != monitor.Unseen:
			gone = append(gone, w.leave(c.Subject))
		}
	}
	w.onDuty(guards, false)
	if len(gone) == 0 {
		return nil
	}
	_, err = w.Cases.UpdateAll(ctx, gone)
	return err
}

func (w *Watcher) leave(s monitor.Subject) monitor.Change {
	scene := w.scene()
	return monitor.Change{Subject: s, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) { return c.Leave(scene) }}
}

// Run watches until ctx ends. Remote trouble never ends it.
func (w *Watcher) Run(ctx context.Context) error {
	w.begin(ctx)
	var sweeps sync.WaitGroup
	sweeps.Go(func() { w.keepSweeps(ctx) })

	w.sweep(startSpan)
	w.tick(ctx)
	w.finish()
	sweeps.Wait()
	return nil
}

// Check asks the API about one instance now, within the rate that the API allows, and judges the answer like any other.
func (w *Watcher) Check(ctx context.Context, id monitor.InstanceID) (monitor.Reading, error) {
	g := w.guard(id)
	if g == nil {
		return monitor.Reading{}, ErrUnknown
	}
	p := press{ctx: ctx, answer: make(chan monitor.Reading, 1)}
	select {
	case g.presses <- p:
	case <-g.ended:
		return monitor.Reading{}, errBrokenOff
	case <-ctx.Done():
		return monitor.Reading{}, fmt.Errorf("watcher: checking: %w", ctx.Err())
	}
	select {
	case r := <-p.answer:
		if r.Answer == "" {
			return r, errBrokenOff
		}
		return r, nil
	case <-ctx.Done():
		return monitor.Reading{}, fmt.Errorf("watcher: checking: %w", ctx.Err())
	}
}

// Last is the last reading of an instance since the start; false where there is none.
func (w *Watcher) Last(id monitor.InstanceID) (monitor.Reading, bool) {
	g := w.guard(id)
	if g == nil {
		return monitor.Reading{}, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.last, !g.last.At.IsZero()
}

// Belief is what is believed of an instance, whether or not it is in the store yet; the zero Belief where nothing is.
func (w *Watcher) Belief(id monitor.InstanceID) monitor.Belief {
	g := w.guard(id)
	if g == nil {
		return monitor.Belief{}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.belief
}

// Nudge tells that the case of a subject was changed by somebody else: its deadlines may have moved.
func (w *Watcher) Nudge(s monitor.Subject) {
	id, _ := s.Instance()
	if g := w.guard(id); g != nil {
		g.order(func() { g.moved = true })
	}
}

// Swept is when the last sweep ended; zero before the first.
func (w *Watcher) Swept() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.swept
}

func (w *Watcher) scene() monitor.Scene {
	return monitor.Scene{Now: time.Now(), Policy: w.Policy, Unsurveyed: w.Swept().IsZero()}
}

// longestCall is how long an answer may be waited for at most.
const longestCall = 2 * time.Minute

// lately is since when everybody has been asked, also those whose answer is waited for: that long before the last round but
// one began; zero: there was none.
func (w *Watcher) lately() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.rounds[0].IsZero() {
		return time.Time{}
	}
	return w.rounds[0].Add(-longestCall)
}
