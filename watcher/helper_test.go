package watcher_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robfig/cron/v3"
	"go.uber.org/goleak"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/simulator"
	"greenwatch/simulator/instanceapi"
	"greenwatch/storage"
	"greenwatch/watcher"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	ops    = monitor.Address{Chat: -1001}
	errOff = errors.New("the store is off")
)

// tower is a watcher between a simulated API, reached by the real client, and a real store. It needs a bubble of
// virtual time.
type tower struct {
	t         *testing.T
	instances []monitor.Instance
	green     *instanceapi.Server
	api       *tap
	store     *ledger
	log       *record
	checked   func(monitor.Reading, time.Duration)
	claimed   func(watcher.ClaimEnd)
	inbox     watcher.Inbox
	every     string
	policy    monitor.Policy
	history   watcher.History
	awaited   func(monitor.InstanceID) bool
	queues    watcher.Queues // nil: not looked at

	watcher *watcher.Watcher
	began   time.Time // when it was last started
	stop    context.CancelFunc
	ended   chan error
}

// inTower runs a story with n instances of each pool, not started yet.
func inTower(t *testing.T, n int, pools []string, story func(t *testing.T, w *tower)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newTower(t, n, pools)
		defer func() {
			if err := w.store.Store.Close(); err != nil {
				t.Error(err)
			}
		}()
		story(t, w)
	})
}

var onePool = []string{"7105"}

func newTower(t *testing.T, n int, pools []string) *tower {
	t.Helper()
	w := &tower{t: t, green: instanceapi.New(instanceapi.Options{}), log: &record{}, every: "@every 1m", policy: monitor.DefaultPolicy()}
	var credentials []greenapi.Credential
	for _, pool := range pools {
		for i := range n {
			id := monitor.InstanceID(fmt.Sprintf("%s%06d", pool, i+1))
			token := "tok" + string(id) + "ffffffff"
			if err := w.green.Add(instanceapi.Instance{ID: string(id), Token: instanceapi.Secret(token)}); err != nil {
				t.Fatal(err)
			}
			credentials = append(credentials, greenapi.Credential{ID: id, Token: secret.New(token), URL: "https://api.green-api.example"})
			w.instances = append(w.instances, monitor.Instance{ID: id, Pool: id.Pool()})
		}
	}
	client, err := greenapi.New(greenapi.Options{Credentials: credentials, HTTP: simulator.Transport(w.green)})
	if err != nil {
		t.Fatal(err)
	}
	w.api = &tap{client: client}
	store, err := storage.Open(t.Context(), storage.Options{URL: ":memory:", Committed: w.committed})
	if err != nil {
		t.Fatal(err)
	}
	w.store = &ledger{Store: store}
	if err := store.Subscribe(t.Context(), []monitor.Address{ops}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *tower) committed(e monitor.Effects) {
	for _, a := range e.Actions {
		w.watcher.Nudge(a.Subject)
	}
}

// start makes a watcher that goes on from the store, and runs it until end.
func (w *tower) start() {
	w.t.Helper()
	schedule, err := cron.ParseStandard(w.every)
	if err != nil {
		w.t.Fatal(err)
	}
	every10m, err := cron.ParseStandard("@every 10m")
	if err != nil {
		w.t.Fatal(err)
	}
	w.watcher, err = watcher.New(w.t.Context(), watcher.Options{
		Queues: w.queues, QueueSchedule: every10m,
		Instances: w.instances, Schedule: schedule, Policy: w.policy, API: w.api,
		Cases: w.store, Sweeps: w.store, Log: slog.New(slog.NewTextHandler(w.log, nil)), Checked: w.checked, Claimed: w.claimed, Inbox: w.inbox, History: w.history,
		Awaited: w.awaited,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	w.stop, w.ended, w.began = stop, make(chan error, 1), time.Now()
	go func() { w.ended <- w.watcher.Run(ctx) }()
}

func (w *tower) end() {
	w.t.Helper()
	began := time.Now()
	w.stop()
	if err := <-w.ended; err != nil {
		w.t.Errorf("Run ended with %v", err)
	}
	if took := time.Since(began); took > time.Second {
		w.t.Errorf("ending took %s", took)
	}
}

func (w *tower) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// until goes on to a time counted from the start.
func (w *tower) until(d time.Duration) { w.pass(time.Until(w.began.Add(d))) }

func (w *tower) set(n int, s instanceapi.State) {
	w.t.Helper()
	if err := w.green.Set(string(w.instances[n].ID), s); err != nil {
		w.t.Fatal(err)
	}
}

func (w *tower) breaks(scope instanceapi.Scope, f instanceapi.Fault) {
	w.t.Helper()
	if err := w.green.Break(scope, f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *tower) kase(n int) monitor.Case {
	w.t.Helper()
	c, err := w.store.Store.Case(w.t.Context(), w.instances[n].ID.Subject())
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// wantState checks what the store believes of an instance.
func (w *tower) wantState(n int, s monitor.State) {
	w.t.Helper()
	if got := w.kase(n).Belief.Finding; got.Answer != monitor.Answered || got.State != s {
		w.t.Errorf("instance %d is believed %q, want %q", n, got.Word(), s)
	}
}

// told are the notes made so far, in order.
func (w *tower) told() []monitor.Alert {
	w.t.Helper()
	notes, err := w.store.Store.Due(w.t.Context(), ops, time.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	alerts := make([]monitor.Alert, 0, len(notes))
	for _, n := range notes {
		alerts = append(alerts, n.Alert)
	}
	return alerts
}

// wantTold checks the kinds of the notes so far.
func (w *tower) wantTold(kinds ...monitor.AlertKind) []monitor.Alert {
	w.t.Helper()
	told := w.told()
	got := make([]monitor.AlertKind, 0, len(told))
	for _, a := range told {
		got = append(got, a.Kind)
	}
	if !slices.Equal(got, kinds) {
		w.t.Errorf("told %v, want %v", got, kinds)
	}
	return told
}

// tap sees every question that the watcher asks.
type tap struct {
	client *greenapi.Client
	before func(ctx context.Context, id monitor.InstanceID) // nil: nothing
	quiet  bool                                             // always authorized, without a trace

	mu    sync.Mutex
	asked []question
}

type question struct {
	id monitor.InstanceID
	at time.Time
}

func (a *tap) State(ctx context.Context, id monitor.InstanceID) monitor.Reading {
	a.mu.Lock()
	if a.quiet {
		a.mu.Unlock()
		return monitor.Reading{Instance: id, At: time.Now(), Finding: monitor.Finding{Answer: monitor.Answered, State: monitor.Authorized}}
	}
	a.asked = append(a.asked, question{id, time.Now()})
	a.mu.Unlock()
	if a.before != nil {
		a.before(ctx, id)
	}
	return a.client.State(ctx, id)
}

// since are the questions from a time on, counted from it.
func (a *tap) since(t time.Time) []question {
	a.mu.Lock()
	defer a.mu.Unlock()
	var asked []question
	for _, q := range a.asked {
		if !q.at.Before(t) {
			asked = append(asked, q)
		}
	}
	return asked
}

func (a *tap) hush() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.quiet = true
}

// times are when an instance was asked, in seconds after the start.
func (w *tower) times(n int) []float64 {
	var seconds []float64
	for _, q := range w.api.since(w.began) {
		if q.id == w.instances[n].ID {
			seconds = append(seconds, q.at.Sub(w.began).Seconds())
		}
	}
	return seconds
}

// ledger is a store that counts, and fails on command.
type ledger struct {
	*storage.Store
	fail func() error // nil: it works

	mu            sync.Mutex
	reads, writes int
	unheard       int // changes whose answer will be lost
	sweeps        []monitor.Sweep
}

// meet counts a call, and fails it on command.
func (l *ledger) meet(counter *int) error {
	l.mu.Lock()
	*counter++
	fail := l.fail
	l.mu.Unlock()
	if fail == nil {
		return nil
	}
	return fail()
}

func (l *ledger) Case(ctx context.Context, id monitor.Subject) (monitor.Case, error) {
	if err := l.meet(&l.reads); err != nil {
		return monitor.Case{}, err
	}
	return l.Store.Case(ctx, id)
}

func (l *ledger) Cases(ctx context.Context) ([]monitor.Case, error) {
	if err := l.meet(&l.reads); err != nil {
		return nil, err
	}
	return l.Store.Cases(ctx)
}

func (l *ledger) UpdateAll(ctx context.Context, changes []monitor.Change) ([]monitor.Case, error) {
	if err := l.meet(&l.writes); err != nil {
		return nil, err
	}
	cases, err := l.Store.UpdateAll(ctx, changes)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.unheard > 0 {
		l.unheard--
		return nil, errOff
	}
	return cases, err
}

// loseAnswers has the next n changes made, and fail all the same.
func (l *ledger) loseAnswers(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unheard = n
}

func (l *ledger) EndSweep(ctx context.Context, s monitor.Sweep) error {
	var swept int
	if err := l.meet(&swept); err != nil {
		return err
	}
	l.mu.Lock()
	l.sweeps = append(l.sweeps, s)
	l.mu.Unlock()
	return l.Store.EndSweep(ctx, s)
}

// count forgets what was counted so far and gives it.
func (l *ledger) count() (reads, writes int, sweeps []monitor.Sweep) {
	l.mu.Lock()
	defer l.mu.Unlock()
	reads, writes, sweeps = l.reads, l.writes, l.sweeps
	l.reads, l.writes, l.sweeps = 0, 0, nil
	return reads, writes, sweeps
}

// failWhile makes the store fail as long as away says so.
func (l *ledger) failWhile(away func() bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail = func() error {
		if away() {
			return errOff
		}
		return nil
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
