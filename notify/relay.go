// Package notify is the relay: it takes what is due for a chat out of the outbox, has it told, and settles it; and it
// keeps the cards showing how their incidents stand.
package notify

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"greenwatch/monitor"
)

// Outbox holds the notes that must be told.
type Outbox interface {
	// Waiting names the chats for which notes are due.
	Waiting(ctx context.Context, now time.Time) ([]monitor.Address, error)
	Due(ctx context.Context, to monitor.Address, now time.Time) ([]monitor.Note, error)
	Sending(ctx context.Context, notes []monitor.Note) error
	Settle(ctx context.Context, s monitor.Settlement) error
}

// Cards holds the messages that must show the present.
type Cards interface {
	// Outdated names the chats with a card that is stale or unlisted.
	Outdated(ctx context.Context) ([]monitor.Address, error)
	Stale(ctx context.Context, to monitor.Address) ([]monitor.Card, error)
	// Shown says that the card's message shows its entries, which tells its notes.
	Shown(ctx context.Context, c monitor.Card, at time.Time) error
	// Forget drops a card whose message is gone; its notes are due again.
	Forget(ctx context.Context, cardID int64) error
}

// Joins holds the notes that an edit of a card is to tell.
type Joins interface {
	// Join lets an edit of a message tell the notes; until a time they wait for it. It reports whether that is a card.
	Join(ctx context.Context, messageID int, notes []monitor.Note, until time.Time) (bool, error)
	Showing(ctx context.Context, c monitor.Card) error
	Unshown(ctx context.Context, c monitor.Card) error
}

// Lists holds the files that name what a card cannot.
type Lists interface {
	Unlisted(ctx context.Context, to monitor.Address) ([]monitor.Card, error)
	Listed(ctx context.Context, c monitor.Card, messageID int) error
}

// Teller tells one chat.
type Teller interface {
	// TurnToTell waits until a new message may be written to the chat.
	TurnToTell(ctx context.Context, to monitor.Address) error
	// Tell writes one message that carries as many of the notes as it can, and says what became of those.
	Tell(ctx context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement
}

// Shower brings a card up to date.
type Shower interface {
	// TurnToShow waits until an edit may be made in the chat; everything else goes before it.
	TurnToShow(ctx context.Context, to monitor.Address) error
	// Show edits the card, and says what became of that: told is shown, and failed that its message can never be edited.
	Show(ctx context.Context, c monitor.Card) monitor.Settlement
	// List writes, or brings up to date, the file that names all of a card, and gives its message's id.
	List(ctx context.Context, c monitor.Card) (messageID int, err error)
}

// Options are what a Relay needs. All but Settled are required.
type Options struct {
	Outbox  Outbox
	Cards   Cards
	Lists   Lists
	Joins   Joins
	Teller  Teller
	Shower  Shower
	Log     *slog.Logger
	Settled func(s monitor.Settlement) // called after each settlement; must not block
}

// Relay tells what is due. Each chat has one teller and one shower at a time, so that an edit never holds up a note.
type Relay struct {
	Options
	nudged chan struct{}

	mu      sync.Mutex
	working map[errand]bool
	looked  time.Time
	paces   map[monitor.Address]*pace
	workers sync.WaitGroup
}

type errand struct {
	to    monitor.Address
	cards bool
}

// lookEvery finds what a lost nudge did not.
const lookEvery = time.Second

// New makes a relay.
func New(o Options) (*Relay, error) {
	if o.Outbox == nil || o.Cards == nil || o.Lists == nil || o.Joins == nil ||
		o.Teller == nil || o.Shower == nil || o.Log == nil {
		return nil, errors.New("notify: an option is missing")
	}
	if o.Settled == nil {
		o.Settled = func(monitor.Settlement) {}
	}
	return &Relay{Options: o, nudged: make(chan struct{}, 1), working: make(map[errand]bool), paces: make(map[monitor.Address]*pace)}, nil
}

// Nudge tells that something was committed that may have to be told.
func (r *Relay) Nudge() {
	select {
	case r.nudged <- struct{}{}:
	default:
	}
}

// Run relays until ctx ends; a message under way is settled first.
func (r *Relay) Run(ctx context.Context) error {
	defer r.workers.Wait()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for away := false; ; {
		err := r.hand(ctx)
		if err != nil && !away && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "outbox not read, looking again every second", "error", err)
		}
		away = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-r.nudged:
		case <-look.C:
		}
	}
}

// Looked is when the outbox was last read; zero before.
func (r *Relay) Looked() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.looked
}

// hand starts a worker for each chat that waits and has none.
func (r *Relay) hand(ctx context.Context) error {
	waiting, err := r.Outbox.Waiting(ctx, time.Now())
	if err != nil {
		return err
	}
	for _, to := range waiting {
		r.start(ctx, errand{to: to}, r.tellNext)
	}
	outdated, err := r.Cards.Outdated(ctx)
	if err != nil {
		return err
	}
	for _, to := range outdated {
		r.start(ctx, errand{to: to, cards: true}, r.showNext)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.looked = time.Now()
	return nil
}

func (r *Relay) start(ctx context.Context, e errand, next func(context.Context, monitor.Address) (bool, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.working[e] {
		return
	}
	r.working[e] = true
	r.workers.Go(func() {
		defer func() {
			r.mu.Lock()
			delete(r.working, e)
			r.mu.Unlock()
		}()
		r.work(ctx, e, next)
	})
}

// work goes on until nothing is left for the chat. While the chat cannot be told it rests, longer and longer, and what
// comes meanwhile is told together.
func (r *Relay) work(ctx context.Context, e errand, next func(context.Context, monitor.Address) (bool, error)) {
	for fails := 0; ctx.Err() == nil; {
		more, err := next(ctx, e.to)
		switch {
		case err != nil:
			r.held(ctx, e, fails, err)
			rest(ctx, pause(err, fails))
			fails++
		case !more:
			return
		default:
			fails = 0
		}
	}
}

// held logs what holds up a chat, loudly at the first time only.
func (r *Relay) held(ctx context.Context, e errand, fails int, err error) {
	if ctx.Err() != nil {
		return
	}
	level := slog.LevelWarn
	if fails > 0 {
		level = slog.LevelDebug
	}
	r.Log.Log(ctx, level, "chat held up, trying again", "chat", e.to.Chat, "topic", e.to.Topic, "cards", e.cards, "error", err)
}

// panics runs write, and reports whether it panicked.
func (r *Relay) panics(ctx context.Context, write func()) (panicked bool) {
	defer func() {
		if p := recover(); p != nil {
			r.Log.ErrorContext(ctx, "writing panicked", "panic", p, "stack", string(debug.Stack()))
			panicked = true
		}
	}()
	write()
	return false
}

// backoffMax is the longest rest.
const backoffMax = 30 * time.Second

// backoff is 1, 2, 4 … 30 s.
func backoff(fails int) time.Duration { return min(time.Second<<min(fails, 10), backoffMax) }

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
