package notify

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"greenwatch/monitor"
)

// Crier tells one chat of our own trouble. It needs nothing but the way to the chat.
type Crier interface {
	TurnToTell(ctx context.Context, to monitor.Address) error
	TurnToShow(ctx context.Context, to monitor.Address) error
	// Cry writes a message about the trouble. Without a card it says everything; with one it answers the card, says what
	// is fresh, or silently that it is over. The settlement names the chat as it is from now on.
	Cry(ctx context.Context, to monitor.Address, t monitor.Trouble, card int) monitor.Settlement
	// ShowTrouble makes the card say how the trouble stands; gone: it cannot be edited any more.
	ShowTrouble(ctx context.Context, to monitor.Address, t monitor.Trouble, card int) (gone bool, err error)
}

// AlarmOptions are what an Alarm needs. Chats may be empty; Unsaved and Also may be nil.
type AlarmOptions struct {
	Chats   []monitor.Address
	Try     func(ctx context.Context) error              // does what may fail, within its context
	Fault   func(error) monitor.Fault                    // what an error comes from
	Unsaved func() []monitor.Unsaved                     // what people are not told meanwhile
	Also    func(ctx context.Context, t monitor.Trouble) // tells elsewhere that it begins, and that it is over
	Crier   Crier
	Log     *slog.Logger
}

// Alarm tells of our own trouble, all from memory: it tries every few seconds what may fail, tells each chat when that
// has failed for a while, in one message that is kept up to date, and says when it is over.
type Alarm struct {
	AlarmOptions
	reported chan struct{}
	also     sync.WaitGroup

	// owned by Run
	pulse pulse

	mu      sync.Mutex
	failure error // reported since the last try
	failing error
	trouble monitor.Trouble
	changed chan struct{} // closed when the trouble changes
}

const (
	tryEvery = 10 * time.Second
	tryAgain = 5 * time.Second // while something fails
	tryTime  = 8 * time.Second
)

// NewAlarm makes an alarm.
func NewAlarm(o AlarmOptions) (*Alarm, error) {
	if o.Try == nil || o.Fault == nil || o.Crier == nil || o.Log == nil {
		return nil, errors.New("notify: an option of the alarm is missing")
	}
	if o.Unsaved == nil {
		o.Unsaved = func() []monitor.Unsaved { return nil }
	}
	if o.Also == nil {
		o.Also = func(context.Context, monitor.Trouble) {}
	}
	return &Alarm{AlarmOptions: o, reported: make(chan struct{}, 1), changed: make(chan struct{})}, nil
}

// Failed reports a failure that somebody else has met. It does not block.
func (a *Alarm) Failed(err error) {
	a.mu.Lock()
	a.failure = err
	a.mu.Unlock()
	select {
	case a.reported <- struct{}{}:
	default:
	}
}

// Failing is what failed at the last try, or since, or before while it is not over; nil: it works.
func (a *Alarm) Failing() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return errors.Join(a.failing, a.failure)
}

// Run tries and tells until ctx ends.
func (a *Alarm) Run(ctx context.Context) error {
	var chats sync.WaitGroup
	defer a.also.Wait()
	defer chats.Wait()
	for _, to := range a.Chats {
		chats.Go(func() { (&outcry{alarm: a, to: to}).run(ctx) })
	}
	for {
		a.judge(ctx, a.try(ctx), time.Now())
		wait, early := tryEvery, a.reported
		if !a.pulse.since.IsZero() {
			wait, early = tryAgain, nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-early:
		case <-time.After(wait):
		}
	}
}

// try gives the failure to tell of: one that was reported says more than that a try took too long.
func (a *Alarm) try(ctx context.Context) error {
	trying, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	err := a.Try(trying)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.failure != nil && (err == nil || errors.Is(err, context.DeadlineExceeded)) {
		err = a.failure
	}
	a.failure = nil
	return err
}

// judge takes what the last try brought into what is told.
func (a *Alarm) judge(ctx context.Context, err error, now time.Time) {
	if ctx.Err() != nil {
		return
	}
	was := a.pulse
	if err != nil {
		a.pulse = a.pulse.fails(now)
	} else {
		a.pulse = a.pulse.works(now)
	}
	if err != nil || !a.pulse.told {
		a.mu.Lock()
		a.failing = err
		a.mu.Unlock()
	}
	switch {
	case was.told && !a.pulse.told:
		t := a.current()
		t.Until = was.calm
		a.tell(ctx, t)
		a.Log.InfoContext(ctx, "own trouble is over", "fault", t.Fault, "lasted", t.Until.Sub(t.Since))
	case a.pulse.told && err != nil:
		t := monitor.Trouble{Fault: a.Fault(err), Since: a.pulse.since, Unsaved: a.Unsaved()}
		if !was.told {
			a.Log.ErrorContext(ctx, "own trouble", "fault", t.Fault, "error", err)
		}
		a.tell(ctx, t)
	}
}

// tell lets the chats know how the trouble stands, and everybody else when it begins and ends.
func (a *Alarm) tell(ctx context.Context, t monitor.Trouble) {
	a.mu.Lock()
	was := a.trouble
	a.trouble = t
	if !t.Reads(was) {
		close(a.changed)
		a.changed = make(chan struct{})
	}
	a.mu.Unlock()
	if t.Over() || !t.Since.Equal(was.Since) {
		a.also.Go(func() { a.Also(ctx, t) })
	}
}

func (a *Alarm) current() monitor.Trouble {
	t, _ := a.news()
	return t
}

// news is how the trouble stands, and what is closed when that changes.
func (a *Alarm) news() (monitor.Trouble, <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.trouble, a.changed
}
