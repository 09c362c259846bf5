package fleet_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"greenwatch/fleet"
	"greenwatch/monitor"
	"greenwatch/storage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	ops    = monitor.Address{Chat: -1001}
	errOff = errors.New("off")
)

type everyMinute struct{}

func (everyMinute) Next(after time.Time) time.Time {
	return after.Truncate(time.Minute).Add(time.Minute)
}

// desk is a keeper of a file, with a real store.
type desk struct {
	t     *testing.T
	path  string
	store *flaky
	log   *bytes.Buffer

	fleet  *fleet.Fleet
	keeper *fleet.Keeper
	stop   context.CancelFunc
	ended  chan error

	mu      sync.Mutex
	refuse  error // what applying gives
	applied []fleet.Change
}

// flaky is a store that fails on command.
type flaky struct {
	*storage.Store
	mu  sync.Mutex
	off bool
}

func (f *flaky) UpdateAll(ctx context.Context, changes []monitor.Change) ([]monitor.Case, error) {
	f.mu.Lock()
	off := f.off
	f.mu.Unlock()
	if off {
		return nil, errOff
	}
	return f.Store.UpdateAll(ctx, changes)
}

func (f *flaky) fail(off bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.off = off
}

func token(n int) string { return fmt.Sprintf("tok%07dffffffff", n) }

// row is a line of the file, and rows are n of them from a number on.
func row(n int, name string) string { return fmt.Sprintf("%d;%s;%s\n", n, token(n), name) }

const header = "id;token;name\n"

func rows(first, n int) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(row(first+i, fmt.Sprint("Kazan ", first+i)))
	}
	return all.String()
}

// atDesk runs a story with a file of n numbers, 7001 and on, kept since a second ago.
func atDesk(t *testing.T, n int, story func(t *testing.T, d *desk)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "instances.csv")
	synctest.Test(t, func(t *testing.T) {
		store, err := storage.Open(t.Context(), storage.Options{URL: ":memory:"})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if err := store.Subscribe(t.Context(), []monitor.Address{ops}); err != nil {
			t.Fatal(err)
		}
		d := &desk{t: t, path: path, store: &flaky{Store: store}, log: &bytes.Buffer{}}
		d.write(header + rows(7001, n))
		d.start()
		defer d.end()
		story(t, d)
		if strings.Contains(d.log.String(), "ffffffff") {
			t.Error("a token is in the log")
		}
	})
}

func (d *desk) write(content string) {
	d.t.Helper()
	if err := os.WriteFile(d.path, []byte(content), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) start() {
	d.t.Helper()
	f, _, err := fleet.Load(fleet.Sources{File: d.path, URL: "https://api.green-api.example", Entries: "9999:" + token(9999)})
	if err != nil {
		d.t.Fatal(err)
	}
	d.fleet = f
	d.keeper, err = fleet.NewKeeper(d.t.Context(), fleet.KeeperOptions{
		Fleet: f, Schedule: everyMinute{}, Store: d.store, Apply: d.apply, Log: slog.New(slog.NewTextHandler(d.log, nil)),
	})
	if err != nil {
		d.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	d.stop, d.ended = stop, make(chan error, 1)
	go func() { d.ended <- d.keeper.Run(ctx) }()
	d.pass(time.Second)
}

func (d *desk) end() {
	d.t.Helper()
	d.stop()
	if err := <-d.ended; err != nil {
		d.t.Error(err)
	}
}

func (d *desk) apply(_ context.Context, c fleet.Change) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refuse != nil {
		return d.refuse
	}
	d.applied = append(d.applied, c)
	return nil
}

func (d *desk) refuseToApply(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refuse = err
}

func (d *desk) pass(t time.Duration) {
	time.Sleep(t)
	synctest.Wait()
}

// told gives what was told since it was last asked, and settles it.
func (d *desk) told() []monitor.Alert {
	d.t.Helper()
	notes, err := d.store.Due(d.t.Context(), ops, time.Now())
	if err != nil {
		d.t.Fatal(err)
	}
	alerts := make([]monitor.Alert, 0, len(notes))
	for _, n := range notes {
		alerts = append(alerts, n.Alert)
	}
	err = d.store.Settle(d.t.Context(), monitor.Settlement{To: ops, Notes: notes, At: time.Now(), End: monitor.SettledTold, MessageID: 1})
	if err != nil {
		d.t.Fatal(err)
	}
	return alerts
}

// expect checks that one thing was told since the last time, or nothing where the kind is empty, and how many are watched.
func (d *desk) expect(kind monitor.AlertKind, watched int) monitor.ListNews {
	d.t.Helper()
	if n := d.fleet.Count(); n != watched+1 {
		d.t.Errorf("%d are watched, want %d and the one of the environment", n, watched)
	}
	told := d.told()
	if kind == "" {
		if len(told) > 0 {
			d.t.Fatalf("told %+v", told[0].List)
		}
		return monitor.ListNews{}
	}
	if len(told) != 1 || told[0].Kind != kind || told[0].List == nil {
		d.t.Fatalf("told %+v, want %s", told, kind)
	}
	return *told[0].List
}

func (d *desk) changes() []fleet.Change {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.applied
	d.applied = nil
	return c
}

func TestAChangeIsToldAndApplied(t *testing.T) {
	t.Parallel()
	atDesk(t, 30, func(t *testing.T, d *desk) {
		d.expect("", 30)
		d.write(header + row(7001, "Ufa 01") + strings.Replace(row(7002, "Kazan 7002"), ";tok", ";new", 1) + rows(7003, 26) + rows(7031, 7))
		d.pass(time.Minute + 2*time.Second)
		n := d.expect(monitor.ListChanged, 35)
		if n.File != "instances.csv" || n.Added.Count != 7 || len(n.Added.Some) != 5 || n.Gone.Count != 2 || n.Changed.Count != 2 || n.Of != 30 || n.Total != 36 {
			t.Errorf("told %+v", n)
		}
		if n.Gone.Some[0].Name != "Kazan 7029" || d.fleet.Named("7029").Name != "Kazan 7029" {
			t.Errorf("the first that is gone is %+v", n.Gone.Some[0])
		}
		applied := d.changes()
		if len(applied) != 1 {
			t.Fatalf("applied %d times", len(applied))
		}
		c := applied[0]
		if len(c.Added) != 7 || len(c.Gone) != 2 || len(c.Credentials) != 36 || len(c.Renewed) != 1 || c.Renewed[0].ID != "7002" {
			t.Errorf("applied %+v", c)
		}
		if i, _ := d.fleet.Instance("7001"); i.Name != "Ufa 01" {
			t.Errorf("renamed to %+v", i)
		}
		d.pass(time.Hour)
		d.expect("", 35)

		// The same in another order is no news.
		d.write(header + rows(7031, 7) + rows(7003, 26) + strings.Replace(row(7002, "Kazan 7002"), ";tok", ";new", 1) + row(7001, "Ufa 01"))
		d.pass(2 * time.Minute)
		d.expect("", 35)
		d.end()
		d.start()
		d.pass(2 * time.Minute)
		d.told() // those that were never seen count as new after a start
	})
}

func TestABadVersionIsRefused(t *testing.T) {
	t.Parallel()
	atDesk(t, 30, func(t *testing.T, d *desk) {
		good := header + rows(7001, 30)
		d.write(good + "4.1E+11;" + token(1) + ";x\n" + strings.Repeat("x\n", 9))
		d.pass(2 * time.Minute)
		n := d.expect(monitor.ListRefused, 30)
		if n.Wrong != 19 || len(n.Problems) != 5 || n.Problems[0] != (monitor.ListProblem{Line: 32, What: monitor.ListRounded}) {
			t.Errorf("told %+v", n)
		}
		if s, off := d.keeper.Standing(); !off || s.News.Wrong != 19 || s.Read.After(s.Since) {
			t.Errorf("it stands %+v, %t", s, off)
		}
		d.pass(time.Hour)
		d.expect("", 30)
		if err := os.Remove(d.path); err != nil {
			t.Fatal(err)
		}
		d.pass(2 * time.Minute)
		if n := d.expect(monitor.ListRefused, 30); n.Problems[0].What != monitor.ListUnread {
			t.Errorf("told %+v", n)
		}
		d.pass(time.Hour)
		d.expect("", 30)
		d.write(good)
		d.pass(2 * time.Minute)
		if n := d.expect(monitor.ListChanged, 30); !n.Mended || n.Added.Count+n.Gone.Count+n.Changed.Count > 0 {
			t.Errorf("told %+v", n)
		}
		if _, off := d.keeper.Standing(); off {
			t.Error("it stands as refused still")
		}
		if err := os.Chtimes(d.path, time.Now().Add(-time.Hour), time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		d.pass(time.Hour)
		d.expect("", 30)
	})
}

// A file that is being written is left alone until it rests.
func TestHalfAFile(t *testing.T) {
	t.Parallel()
	atDesk(t, 30, func(_ *testing.T, d *desk) {
		d.pass(time.Minute)
		for n := range 9 {
			d.write(header + rows(7001, 30+n))
			d.pass(500 * time.Millisecond)
		}
		d.expect("", 30)
		d.pass(2 * time.Minute)
		d.expect(monitor.ListChanged, 38)
		for n := range 240 { // all the time
			d.write(header + rows(7001, 40+n%3))
			d.pass(500 * time.Millisecond)
		}
		d.expect("", 38)
	})
}

func TestTooManyGone(t *testing.T) {
	t.Parallel()
	atDesk(t, 30, func(t *testing.T, d *desk) {
		who := monitor.AuditEntry{At: time.Now(), By: monitor.Person{ID: 5, Name: "@ops_a"}, Where: ops}
		half := header + rows(7001, 15) + rows(7101, 1)
		d.write(half)
		d.pass(2 * time.Minute)
		asked := d.expect(monitor.ListAsked, 30)
		if asked.Gone.Count != 15 || asked.Of != 30 || asked.Added.Count != 1 {
			t.Errorf("told %+v", asked)
		}
		d.pass(time.Hour)
		d.expect("", 30)
		if _, err := d.keeper.Answer(t.Context(), "0123456789abcdef", monitor.DropGone, who); !errors.Is(err, monitor.ErrListChanged) {
			t.Errorf("an answer to another version: %v", err)
		}
		q, err := d.keeper.Answer(t.Context(), asked.Version, monitor.KeepGone, who)
		if err != nil || q.Gone != 15 || q.Of != 30 || q.Answer != monitor.KeepGone {
			t.Errorf("kept: %+v, %v", q, err)
		}
		if _, err := d.keeper.Answer(t.Context(), asked.Version, monitor.DropGone, who); !errors.Is(err, monitor.ErrListAnswered) {
			t.Errorf("a second answer: %v", err)
		}
		d.pass(time.Hour)
		d.expect("", 30)

		// It is asked about another version, and not again about the one that was answered.
		d.write(header + rows(7001, 30))
		d.pass(2 * time.Minute)
		d.write(half)
		d.pass(2 * time.Minute)
		d.expect("", 30)
		d.write(header + rows(7001, 14))
		d.pass(2 * time.Minute)
		again := d.expect(monitor.ListAsked, 30)
		if _, err := d.keeper.Answer(t.Context(), asked.Version, monitor.DropGone, who); !errors.Is(err, monitor.ErrListChanged) {
			t.Errorf("an answer to the version before: %v", err)
		}
		if _, err := d.keeper.Answer(t.Context(), again.Version, monitor.DropGone, who); err != nil {
			t.Error(err)
		}
		d.pass(2 * time.Second)
		if n := d.expect(monitor.ListChanged, 14); n.Gone.Count != 16 {
			t.Errorf("told %+v", n)
		}
		if _, err := d.keeper.Answer(t.Context(), again.Version, monitor.DropGone, who); !errors.Is(err, monitor.ErrListChanged) {
			t.Errorf("an answer to what is done: %v", err)
		}
		d.pass(time.Hour)
		if n := len(d.changes()); n != 1 {
			t.Errorf("applied %d times", n)
		}
		log, err := d.store.AuditLog(t.Context(), 9)
		if err != nil || len(log) != 2 || log[0].What != "list drop" || log[0].By != who.By || log[1].What != "list keep" {
			t.Errorf("the audit log has %+v, %v", log, err)
		}
	})
}

// A yes is to the version that was asked about, not to what the file has become when it is heard.
func TestAnAnswerIsToOneVersion(t *testing.T) {
	t.Parallel()
	atDesk(t, 30, func(t *testing.T, d *desk) {
		d.write(header + rows(7001, 15))
		d.pass(2 * time.Minute)
		asked := d.expect(monitor.ListAsked, 30)
		d.write(header + rows(7001, 2))
		if _, err := d.keeper.Answer(t.Context(), asked.Version, monitor.DropGone, monitor.AuditEntry{}); err != nil {
			t.Error(err)
		}
		d.pass(2 * time.Minute)
		if n := d.expect(monitor.ListAsked, 30); n.Gone.Count != 28 {
			t.Errorf("told %+v", n)
		}
		d.write(header + rows(7001, 15))
		d.pass(2 * time.Minute)
		d.expect(monitor.ListAsked, 30)
	})
}

// Nothing is applied that is not kept, and what could not be applied is tried again, but told once.
func TestTroubleWithAChange(t *testing.T) {
	t.Parallel()
	atDesk(t, 30, func(t *testing.T, d *desk) {
		d.store.fail(true)
		d.write(header + rows(7001, 31))
		d.pass(10 * time.Minute)
		d.expect("", 30)
		if n := len(d.changes()); n > 0 {
			t.Errorf("applied %d times without the store", n)
		}
		if n := strings.Count(d.log.String(), "not followed"); n != 1 {
			t.Errorf("%d log lines", n)
		}
		d.refuseToApply(errOff)
		d.store.fail(false)
		d.pass(10 * time.Minute)
		d.expect(monitor.ListChanged, 30)
		d.refuseToApply(nil)
		d.pass(2 * time.Minute)
		d.expect("", 31)
		if c := d.changes(); len(c) != 1 || len(c[0].Added) != 1 {
			t.Errorf("applied %+v", c)
		}

		// The program may end between the two.
		d.refuseToApply(errOff)
		d.write(header + rows(7001, 32))
		d.pass(2 * time.Minute)
		d.expect(monitor.ListChanged, 31)
		d.end()
		d.refuseToApply(nil)
		d.start()
		d.pass(10 * time.Minute)
		d.expect("", 32)
	})
}

// At the start the file is believed, and what is gone since the last run is told.
func TestGoneWhileAway(t *testing.T) {
	t.Parallel()
	atDesk(t, 30, func(t *testing.T, d *desk) {
		var seen []monitor.Change
		for n := range 30 {
			seen = append(seen, monitor.Change{Subject: monitor.InstanceID(fmt.Sprint(7001 + n)).Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
				c.Belief.Finding = monitor.Finding{Answer: monitor.Answered, State: monitor.Authorized}
				return c, monitor.Effects{}
			}})
		}
		if _, err := d.store.UpdateAll(t.Context(), seen); err != nil {
			t.Fatal(err)
		}
		d.end()
		d.write(header + rows(7001, 15))
		d.start()
		told := d.told()
		if len(told) != 1 || told[0].Kind != monitor.ListChanged || told[0].Silent || told[0].List.Gone.Count != 15 || !told[0].List.Start {
			t.Fatalf("told %+v", told)
		}
		d.end()
		d.start()
		d.pass(10 * time.Minute)
		d.expect("", 15)
	})
}

func TestKeeperOptions(t *testing.T) {
	t.Parallel()
	if _, err := fleet.NewKeeper(t.Context(), fleet.KeeperOptions{}); err == nil {
		t.Error("made without options")
	}
}
