package acts_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"greenwatch/acts"
	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/storage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	kazan  monitor.InstanceID = "7105000017"
	samara monitor.InstanceID = "7105000018"
)

var (
	ops    = monitor.Address{Chat: -1001}
	anna   = monitor.Person{ID: 5001, Name: "Anna"}
	errOff = errors.New("the store is off")
)

// shop is a real store with what stands around it. It needs a bubble of virtual time.
type shop struct {
	t     *testing.T
	store *storage.Store
	phone *phone
	log   *record

	instances int // that were made up so far
}

func inShop(t *testing.T, story func(t *testing.T, s *shop)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		store, err := storage.Open(t.Context(), storage.Options{URL: ":memory:"})
		if err != nil {
			t.Fatal(err)
		}
		s := &shop{t: t, store: store, phone: &phone{}, log: &record{}}
		defer func() {
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		}()
		if err := store.Subscribe(t.Context(), []monitor.Address{ops}); err != nil {
			t.Fatal(err)
		}
		story(t, s)
	})
}

// sight is what the watcher tells of a subject.
func (s *shop) sight(monitor.Subject) monitor.Scene {
	scene := s.scene()
	scene.Policy.AutoReboot = monitor.AutoRebootOn
	return scene
}

// work runs an actor on the store, reached over line, until the returned function is called.
func (s *shop) work(line acts.Store) (*acts.Actor, func()) {
	s.t.Helper()
	a, err := acts.New(acts.Options{
		API: s.phone, Store: line, Scene: s.sight, Log: slog.New(slog.NewTextHandler(s.log, nil)),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	return a, func() {
		s.t.Helper()
		cancel()
		if err := <-ended; err != nil {
			s.t.Errorf("Run ended with %v", err)
		}
	}
}

// press wants a reboot.
func (s *shop) press(id monitor.InstanceID) {
	s.t.Helper()
	var refused error
	_, err := s.store.Update(s.t.Context(), id.Subject(), func(c monitor.Case) (monitor.Case, monitor.Effects) {
		after, effects, err := c.Press(monitor.Press{Key: "press/" + string(id), Verb: monitor.Reboot, By: anna, To: ops}, s.scene())
		refused = err
		return after, effects
	})
	if err := errors.Join(err, refused); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) scene() monitor.Scene {
	return monitor.Scene{Now: time.Now(), Policy: monitor.DefaultPolicy()}
}

func (s *shop) action(id monitor.InstanceID) monitor.Action {
	s.t.Helper()
	c, err := s.store.Case(s.t.Context(), id.Subject())
	if err != nil {
		s.t.Fatal(err)
	}
	return c.Action
}

// want checks how far the action got and what became of it.
func (s *shop) want(id monitor.InstanceID, state monitor.ActionState, kind monitor.OutcomeKind) {
	s.t.Helper()
	if a := s.action(id); a.State != state || a.Outcome.Kind != kind {
		s.t.Errorf("the action is %s with outcome %q, want %s and %q", a.State, a.Outcome.Kind, state, kind)
	}
}

func (s *shop) wantCalls(n int) {
	s.t.Helper()
	if got := s.phone.count(); got != n {
		s.t.Errorf("%d calls were made, want %d", got, n)
	}
}

// wantTold checks how often the chat must be told how the action ended.
func (s *shop) wantTold(id monitor.InstanceID, times int) {
	s.t.Helper()
	notes, err := s.store.Due(s.t.Context(), ops, time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	told := 0
	for _, n := range notes {
		if n.Alert.Subject != id.Subject() {
			continue
		}
		told++
		if n.Alert.Kind != monitor.ActedOn || n.Alert.Action == nil {
			s.t.Errorf("a note of kind %s, want %s with its action", n.Alert.Kind, monitor.ActedOn)
		}
	}
	if told != times {
		s.t.Errorf("%s: told %d times, want %d", id, told, times)
	}
}

func (s *shop) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// phone is an API that counts.
type phone struct {
	answer func(ctx context.Context, id monitor.InstanceID) monitor.Outcome // nil: accepted at once

	mu    sync.Mutex
	calls []time.Time
}

func (p *phone) Reboot(ctx context.Context, id monitor.InstanceID) monitor.Outcome {
	p.mu.Lock()
	p.calls = append(p.calls, time.Now())
	p.mu.Unlock()
	if p.answer == nil {
		return monitor.Outcome{Kind: monitor.OutcomeAccepted}
	}
	return p.answer(ctx, id)
}

func (p *phone) SetSettings(ctx context.Context, act monitor.Action) monitor.Outcome {
	id, _ := act.Subject.Instance()
	return p.Reboot(ctx, id)
}

func (p *phone) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.calls)
}

// slowly answers after d, or when ctx ends.
func slowly(d time.Duration, o monitor.Outcome) func(context.Context, monitor.InstanceID) monitor.Outcome {
	return func(ctx context.Context, _ monitor.InstanceID) monitor.Outcome {
		select {
		case <-time.After(d):
			return o
		case <-ctx.Done():
			return monitor.Outcome{Kind: monitor.OutcomeUnknown, Detail: "hung up"}
		}
	}
}

// trouble is what a call to the store meets.
type trouble int

const (
	none    trouble = iota
	undone          // the call fails and does nothing
	unheard         // the call is carried out and fails all the same
)

func (tr trouble) String() string { return [...]string{"none", "undone", "unheard"}[tr] }

// line is a way to the store that fails on command.
type line struct {
	store acts.Store
	meet  func(call int) trouble // counted from 1

	mu    sync.Mutex
	calls int
}

func (l *line) next() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	return l.calls
}

func (l *line) Actions(ctx context.Context, state monitor.ActionState) ([]monitor.Action, error) {
	return over(l, func() ([]monitor.Action, error) { return l.store.Actions(ctx, state) })
}

func (l *line) ActionsSince(ctx context.Context, at time.Time) ([]monitor.Action, error) {
	return over(l, func() ([]monitor.Action, error) { return l.store.ActionsSince(ctx, at) })
}

func (l *line) UpdateAll(ctx context.Context, changes []monitor.Change) ([]monitor.Case, error) {
	return over(l, func() ([]monitor.Case, error) { return l.store.UpdateAll(ctx, changes) })
}

func over[T any](l *line, call func() ([]T, error)) ([]T, error) {
	met := l.meet(l.next())
	if met == undone {
		return nil, errOff
	}
	got, err := call()
	if met == unheard {
		return nil, errOff
	}
	return got, err
}

// between is trouble for a while, counted from now.
func between(from, until time.Duration, met trouble) func(int) trouble {
	began := time.Now()
	return func(int) trouble {
		if at := time.Since(began); at >= from && at < until {
			return met
		}
		return none
	}
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

// rebooter reboots by the real client.
type rebooter struct {
	client *greenapi.Client
	*phone
}

func (r rebooter) Reboot(ctx context.Context, id monitor.InstanceID) monitor.Outcome {
	return r.client.Reboot(ctx, id)
}
