// Package bot talks: it takes commands and presses from Telegram, lets in whom it knows, and writes what the relay has
// to tell.
//
// The update loop never waits for a chat or for GREEN-API. A press that changes something is committed before the loop
// goes on; everything that only answers is done beside it, a few at a time for each chat, for operators apart from others,
// and for all strangers together.
package bot

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
)

// Fleet knows the instances.
type Fleet interface {
	Instances() []monitor.Instance
	Instance(id monitor.InstanceID) (monitor.Instance, bool)
	Find(text string) []monitor.Instance
	Named(id monitor.InstanceID) monitor.Instance // also of one that is watched no more
}

// Cases keeps the cases.
type Cases interface {
	Case(ctx context.Context, id monitor.Subject) (monitor.Case, error)
	Cases(ctx context.Context) ([]monitor.Case, error)
	Transitions(ctx context.Context, id monitor.Subject, limit int) ([]monitor.Transition, error)
	UpdateAll(ctx context.Context, changes []monitor.Change) ([]monitor.Case, error)
}

// Watch asks the watched API.
type Watch interface {
	Check(ctx context.Context, id monitor.InstanceID) (monitor.Reading, error)
	Last(id monitor.InstanceID) (monitor.Reading, bool)
	Unheard(id monitor.InstanceID) bool // what is believed of it is too old
}

// Options are what a Bot needs. Chats, Operators, Queues and List may be empty; the rest is required.
type Options struct {
	Telegram  *telegram.Client
	Chats     []monitor.Address // where alerts go, and where everybody may read
	Operators []int64           // who may act
	Fleet     Fleet
	Cases     Cases
	States    Chats // of the chats themselves
	Watch     Watch
	Hooks     Hooks
	Queues    Queues // nil: not looked at
	List      List   // nil: no list changes while we run
	Policy    monitor.Policy
	Voices    *Voices
	Log       *slog.Logger
}

// Bot answers people.
type Bot struct {
	Options
	access    *access
	jobs      *jobs
	marks     *marks
	username  atomic.Value // the bot's own, once Telegram has said it
	deafSince atomic.Value // when people were last told that nothing reaches us

	nowhere      atomic.Bool  // the last press came without its message
	nowhereSince atomic.Value // when that was last logged
}

// oldAfter is the age from which a command is not carried out any more: who wrote it has gone on.
const oldAfter = 5 * time.Minute

// New makes a bot. It makes no call.
func New(o Options) (*Bot, error) {
	if o.Telegram == nil || o.Fleet == nil || o.Cases == nil || o.States == nil || o.Watch == nil || o.Hooks == nil || o.Voices == nil || o.Log == nil {
		return nil, errors.New("bot: an option is missing")
	}
	return &Bot{Options: o, access: newAccess(o.Chats, o.Operators), jobs: newJobs(o.Log), marks: newMarks()}, nil
}

// Run polls for updates until ctx ends, which also ends the answers under way.
func (b *Bot) Run(ctx context.Context) error {
	var introduced sync.WaitGroup
	introduced.Go(func() { b.introduce(ctx) })
	err := b.Telegram.Poll(ctx, b.handle)
	introduced.Wait()
	b.jobs.wait()
	return err
}

func (b *Bot) handle(ctx context.Context, u telegram.Update) {
	switch {
	case u.Press != nil:
		b.press(ctx, *u.Press)
	case u.Membership != nil:
		b.membership(ctx, *u.Membership)
	case u.Message == nil:
	case u.Message.MigrateTo != 0:
		b.migrated(ctx, u.Message.Chat.ID, u.Message.MigrateTo)
	case u.Message.MigrateFrom != 0:
		b.migrated(ctx, u.Message.MigrateFrom, u.Message.Chat.ID)
	case u.Message.Command != "":
		b.command(ctx, *u.Message)
	}
}
