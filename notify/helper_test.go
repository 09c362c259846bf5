package notify_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"greenwatch/monitor"
	"greenwatch/notify"
	"greenwatch/storage"
)

func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "40"); err != nil { // unless the command line says more: each one is a long story
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

var (
	ops    = monitor.Address{Chat: -1001}
	boss   = monitor.Address{Chat: 42}
	errOff = errors.New("the store is off")
)

// office is a real store, a chat client that records and fails on command, and a relay between them. It needs a bubble
// of virtual time.
type office struct {
	t     *testing.T
	store *storage.Store
	chats *chats
	log   *record
	began time.Time

	relay   *notify.Relay
	settled []monitor.Settlement
}

func inOffice(t *testing.T, story func(t *testing.T, o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		defer o.close()
		story(t, o)
	})
}

func openOffice(t *testing.T) *office {
	t.Helper()
	store, err := storage.Open(t.Context(), storage.Options{URL: ":memory:"})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Subscribe(t.Context(), []monitor.Address{ops, boss}); err != nil {
		t.Fatal(err)
	}
	return &office{t: t, store: store, chats: &chats{began: time.Now(), next: 1}, log: &record{}, began: time.Now()}
}

func (o *office) close() {
	if err := o.store.Close(); err != nil {
		o.t.Error(err)
	}
}

// work runs a relay on the store, reached over line, until the returned function is called.
func (o *office) work(line shelf) func() {
	o.t.Helper()
	var err error
	o.relay, err = notify.New(notify.Options{
		Outbox: line, Cards: line, Lists: line, Joins: line, Teller: o.chats, Shower: o.chats, Log: slog.New(slog.NewTextHandler(o.log, nil)),
		Settled: func(s monitor.Settlement) {
			o.chats.mu.Lock()
			defer o.chats.mu.Unlock()
			o.settled = append(o.settled, s)
		},
	})
	if err != nil {
		o.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- o.relay.Run(ctx) }()
	synctest.Wait()
	return func() {
		o.t.Helper()
		cancel()
		if err := <-ended; err != nil {
			o.t.Errorf("Run ended with %v", err)
		}
	}
}

func subject(n int) monitor.Subject {
	return monitor.InstanceID(fmt.Sprint(7105000000 + n)).Subject()
}

// happen commits alerts about the first incident of subject n, each called "n.event". The first event begins it.
func (o *office) happen(n int, events ...int) {
	o.t.Helper()
	_, err := o.store.Update(o.t.Context(), subject(n), func(c monitor.Case) (monitor.Case, monitor.Effects) {
		var effects monitor.Effects
		for _, event := range events {
			c.Incident.Number, c.Incident.Events, c.Incident.Opened = 1, event, o.began
			kind := monitor.Changed
			if event == 1 {
				kind = monitor.Opened
			}
			effects.Alerts = append(effects.Alerts, monitor.Alert{
				Key: fmt.Sprintf("%d.%d", n, event), Kind: kind, Subject: subject(n), Incident: 1, At: time.Now(),
			})
		}
		return c, effects
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// answer commits an alert that concerns no incident, to one chat only.
// expire begins the incident of an instance that is not paid.
func (o *office) expire(n int) {
	o.t.Helper()
	_, err := o.store.Update(o.t.Context(), subject(n), func(c monitor.Case) (monitor.Case, monitor.Effects) {
		f := monitor.Finding{Answer: monitor.Refused, Refusal: monitor.Expired}
		c.Incident.Number, c.Incident.Events, c.Incident.Opened = 1, 1, o.began
		return c, monitor.Effects{Alerts: []monitor.Alert{{
			Key: fmt.Sprintf("%d.1", n), Kind: monitor.Opened, Subject: subject(n), Incident: 1, At: time.Now(), Belief: monitor.Belief{Finding: f},
		}}}
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) answer(key string, to monitor.Address) {
	o.t.Helper()
	_, err := o.store.Update(o.t.Context(), monitor.Self, func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c, monitor.Effects{Alerts: []monitor.Alert{{
			Key: key, Kind: monitor.ActedOn, Subject: monitor.Self, At: time.Now(), Only: []monitor.Address{to},
		}}}
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// want checks the messages that a chat got, each as "seconds: keys", with "again" before a key that may be a repeat.
func (o *office) want(to monitor.Address, messages ...string) {
	o.t.Helper()
	if got := o.chats.read(to); !slices.Equal(got, messages) {
		o.t.Errorf("chat %d got\n%s\nwant\n%s", to.Chat, strings.Join(got, "\n"), strings.Join(messages, "\n"))
	}
}

// wantNothingDue checks that everything is settled and shown.
func (o *office) wantNothingDue() {
	o.t.Helper()
	if !o.nothingDue() {
		o.t.Error("something is waiting still")
	}
}

func (o *office) nothingDue() bool {
	o.t.Helper()
	waiting, err := o.store.Waiting(o.t.Context(), time.Now().Add(time.Hour))
	if err != nil {
		o.t.Fatal(err)
	}
	outdated, err := o.store.Outdated(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return len(waiting) == 0 && len(outdated) == 0
}

// chats is Telegram: what arrives is recorded, and it fails on command.
type chats struct {
	turn func(ctx context.Context, to monitor.Address) error
	tell func(ctx context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement // nil: told
	edit func(ctx context.Context, c monitor.Card) monitor.Settlement                           // nil: shown

	mu       sync.Mutex
	began    time.Time
	next     int
	messages []message
	edits    []monitor.Card
	busy     map[monitor.Address]int
	most     int // messages under way in one chat at once
}

type message struct {
	at    time.Duration
	to    monitor.Address
	notes []monitor.Note
}

func (c *chats) TurnToTell(ctx context.Context, to monitor.Address) error {
	if c.turn == nil {
		return nil
	}
	return c.turn(ctx, to)
}

func (c *chats) TurnToShow(ctx context.Context, to monitor.Address) error {
	return c.TurnToTell(ctx, to)
}

func (c *chats) Tell(ctx context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement {
	c.enter(to, 1)
	defer c.enter(to, -1)
	if c.tell != nil {
		return c.tell(ctx, to, notes)
	}
	return c.arrive(to, notes)
}

func (c *chats) enter(to monitor.Address, by int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy == nil {
		c.busy = make(map[monitor.Address]int)
	}
	c.busy[to] += by
	c.most = max(c.most, c.busy[to])
}

// arrive puts a message into the chat.
func (c *chats) arrive(to monitor.Address, notes []monitor.Note) monitor.Settlement {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next++
	c.messages = append(c.messages, message{time.Since(c.began), to, notes})
	return monitor.Settlement{To: to, Notes: notes, End: monitor.SettledTold, MessageID: c.next}
}

func (c *chats) Show(ctx context.Context, card monitor.Card) monitor.Settlement {
	c.mu.Lock()
	c.edits = append(c.edits, card)
	c.mu.Unlock()
	if c.edit == nil {
		return shown
	}
	return c.edit(ctx, card)
}

// The ends of an edit.
var (
	shown   = monitor.Settlement{End: monitor.SettledTold}
	gone    = monitor.Settlement{End: monitor.SettledFailed, Reason: "gone"}
	refused = monitor.Settlement{End: monitor.SettledAgain, Reason: "too many edits"}
	lost    = monitor.Settlement{End: monitor.SettledAgain, Reason: "no answer", MaybeSent: true}
)

func (c *chats) List(context.Context, monitor.Card) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next++
	return c.next, nil
}

func (c *chats) shown() []monitor.Card {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.edits)
}

func (c *chats) read(to monitor.Address) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var lines []string
	for _, m := range c.messages {
		if m.to != to {
			continue
		}
		keys := make([]string, 0, len(m.notes))
		for _, n := range m.notes {
			key := n.Alert.Key
			if n.Repeat {
				key = "again " + key
			}
			keys = append(keys, key)
		}
		lines = append(lines, fmt.Sprintf("%g: %s", m.at.Seconds(), strings.Join(keys, ", ")))
	}
	return lines
}

func again(to monitor.Address, notes []monitor.Note, maybe bool) monitor.Settlement {
	return monitor.Settlement{To: to, Notes: notes, End: monitor.SettledAgain, MaybeSent: maybe, Reason: "no luck"}
}

// shelf is the store as the relay sees it.
type shelf interface {
	notify.Outbox
	notify.Cards
	notify.Lists
	notify.Joins
}

// line is a way to the store that fails on command, before or after the call was carried out. "Settle" is a call that
// settles notes as told, "PutBack" any other settlement.
type line struct {
	store shelf
	meet  func(call string, to monitor.Address) (before, after error)
}

func (l *line) Waiting(ctx context.Context, now time.Time) (to []monitor.Address, err error) {
	err = l.over("Waiting", monitor.Address{}, func() error {
		to, err = l.store.Waiting(ctx, now)
		return err
	})
	return to, err
}

func (l *line) Outdated(ctx context.Context) (in []monitor.Address, err error) {
	err = l.over("Outdated", monitor.Address{}, func() error {
		in, err = l.store.Outdated(ctx)
		return err
	})
	return in, err
}

func (l *line) Due(ctx context.Context, to monitor.Address, now time.Time) (due []monitor.Note, err error) {
	err = l.over("Due", to, func() error {
		due, err = l.store.Due(ctx, to, now)
		return err
	})
	return due, err
}

func (l *line) Sending(ctx context.Context, notes []monitor.Note) error {
	return l.over("Sending", notes[0].To, func() error { return l.store.Sending(ctx, notes) })
}

func (l *line) Settle(ctx context.Context, s monitor.Settlement) error {
	name := "Settle"
	if s.End != monitor.SettledTold {
		name = "PutBack"
	}
	return l.over(name, s.To, func() error { return l.store.Settle(ctx, s) })
}

func (l *line) Stale(ctx context.Context, to monitor.Address) (cards []monitor.Card, err error) {
	err = l.over("Stale", to, func() error {
		cards, err = l.store.Stale(ctx, to)
		return err
	})
	return cards, err
}

func (l *line) Shown(ctx context.Context, c monitor.Card, at time.Time) error {
	return l.over("Shown", c.To, func() error { return l.store.Shown(ctx, c, at) })
}

func (l *line) Join(ctx context.Context, message int, notes []monitor.Note, until time.Time) (joined bool, err error) {
	err = l.over("Join", notes[0].To, func() error {
		joined, err = l.store.Join(ctx, message, notes, until)
		return err
	})
	return joined, err
}

func (l *line) Showing(ctx context.Context, c monitor.Card) error {
	return l.over("Showing", c.To, func() error { return l.store.Showing(ctx, c) })
}

func (l *line) Unshown(ctx context.Context, c monitor.Card) error {
	return l.over("Unshown", c.To, func() error { return l.store.Unshown(ctx, c) })
}

func (l *line) Forget(ctx context.Context, id int64) error {
	return l.over("Forget", monitor.Address{}, func() error { return l.store.Forget(ctx, id) })
}

func (l *line) Unlisted(ctx context.Context, to monitor.Address) (cards []monitor.Card, err error) {
	err = l.over("Unlisted", to, func() error {
		cards, err = l.store.Unlisted(ctx, to)
		return err
	})
	return cards, err
}

func (l *line) Listed(ctx context.Context, c monitor.Card, messageID int) error {
	return l.over("Listed", c.To, func() error { return l.store.Listed(ctx, c, messageID) })
}

func (l *line) over(name string, to monitor.Address, call func() error) error {
	before, after := l.meet(name, to)
	if before != nil {
		return before
	}
	if err := call(); err != nil {
		return err
	}
	return after
}

// record keeps what was logged.
type record struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.Write(p)
}

func (r *record) count(text string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return bytes.Count(r.all.Bytes(), []byte(text))
}
