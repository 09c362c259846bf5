package storage_test

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greenwatch/monitor"
	"greenwatch/storage"
	"greenwatch/storage/storagetest"
)

// Whatever call to the engine fails, and however: nothing is half saved, the store goes on, and once the failed step is
// taken again, everything is as if nothing had happened.
func TestFaults(t *testing.T) {
	onEngines(t, func(t *testing.T, address string) {
		w := &wreck{t: t, address: address, db: raw(t, address)}
		w.open()
		defer func() { must(t, w.s.Close()) }()
		whole := w.live()
		failed := 0
		for w.at = 1; w.at <= w.longest; w.at += stride {
			for _, w.how = range []storagetest.Fault{storagetest.Refused, storagetest.Broken, storagetest.Unanswered} {
				if w.how == storagetest.Broken && w.at%4 != 1 {
					continue // a new connection takes long
				}
				if diff := cmp.Diff(whole, w.live()); diff != "" {
					t.Fatalf("with fault %d at call %d of each step (-want +got):\n%s", w.how, w.at, diff)
				}
				failed += w.failed
			}
		}
		t.Logf("%d lives, in which %d steps failed", w.run, failed)
		if failed < 150/stride {
			t.Error("too few")
		}
	})
}

// wreck is a store on a way that breaks.
type wreck struct {
	t       *testing.T
	address string
	db      *sql.DB // past the store
	faults  storagetest.Faults
	s       *storage.Store
	at      int // the call of each step that fails; 0: none
	how     storagetest.Fault
	longest int // the most calls of a step
	failed  int // steps of the last life

	run     int
	subject monitor.Subject
	sibling monitor.Subject
	chats   []monitor.Address
	now     time.Time
}

func (w *wreck) open() {
	w.t.Helper()
	s, err := storage.Open(w.t.Context(), storage.Options{URL: w.address, Wrap: w.faults.Wrap})
	must(w.t, err)
	w.s = s
}

// live takes a number through an outage, a reboot and its end, and gives what is kept of it. Each run has a number and
// chats of its own, so that one database does for all.
func (w *wreck) live() string {
	w.t.Helper()
	w.run++
	run := w.run
	w.failed, w.now = 0, start
	w.subject, w.sibling = monitor.Subject(fmt.Sprint("instance/", 710600000+run)), monitor.Subject(fmt.Sprint("instance/", 720600000+run))
	w.chats = []monitor.Address{{Chat: int64(-500000 - run)}, {Chat: int64(-500000 - run), Topic: 7}}
	for _, step := range []func() error{
		func() error { return w.s.Subscribe(w.t.Context(), w.chats) },
		w.believe(monitor.NotAuthorized), w.tell(10), w.putOff, w.tell(20),
		w.press, w.start, w.accepted,
		w.believe(monitor.Authorized), w.prove, w.tell(30), w.edit, w.sweep,
	} {
		w.now = w.now.Add(time.Minute)
		w.take(step)
	}
	w.check()
	kept := w.kept()
	w.clear()
	return kept
}

// clear takes away what a life has left, so that to look at the next one does not take longer.
func (w *wreck) clear() {
	w.t.Helper()
	for _, table := range []string{
		"card_entries", "cards", "notes", "transitions", "actions", "audit", "incidents", "cases", "sweeps", "chats",
	} {
		_, err := w.db.ExecContext(w.t.Context(), "delete from "+table)
		must(w.t, err)
	}
}

// take takes a step, and once more if it failed: with the same store, or in some lives with a new one.
func (w *wreck) take(step func() error) {
	w.t.Helper()
	before := len(w.faults.Calls())
	w.faults.Fail(w.at, w.how)
	err := step()
	w.faults.Pass()
	if w.at == 0 {
		w.longest = max(w.longest, len(w.faults.Calls())-before)
	}
	if err == nil {
		return
	}
	w.failed++
	if !errors.Is(err, storagetest.ErrRefused) && !errors.Is(err, driver.ErrBadConn) {
		w.t.Fatalf("call %d, fault %d: %v", w.at, w.how, err)
	}
	w.check()
	if w.run%5 == 0 {
		must(w.t, w.s.Close())
		w.open()
	}
	must(w.t, step())
}

func (w *wreck) scene() monitor.Scene {
	return monitor.Scene{Now: w.now, Policy: monitor.DefaultPolicy()}
}

func (w *wreck) belief(state monitor.State) monitor.Belief {
	return monitor.Belief{Finding: monitor.Finding{Answer: monitor.Answered, State: state}, Since: w.now, After: w.now, At: w.now}
}

// believe changes two numbers at once.
func (w *wreck) believe(state monitor.State) func() error {
	return func() error {
		change := func(c monitor.Case) (monitor.Case, monitor.Effects) { return c.Believe(w.belief(state), w.scene()) }
		_, err := w.s.UpdateAll(w.t.Context(), []storage.Change{{Subject: w.subject, Apply: change}, {Subject: w.sibling, Apply: change}})
		return err
	}
}

func (w *wreck) change(fn func(monitor.Case) (monitor.Case, monitor.Effects)) error {
	_, err := w.s.Update(w.t.Context(), w.subject, fn)
	return err
}

func (w *wreck) key() string { return fmt.Sprint("press/", w.run) }

func (w *wreck) press() error {
	return w.change(func(c monitor.Case) (monitor.Case, monitor.Effects) {
		after, effects, err := c.Press(monitor.Press{Key: w.key(), Verb: monitor.Reboot, To: w.chats[0]}, w.scene())
		if _, again := errors.AsType[*monitor.RepeatedError](err); err != nil && !again {
			w.t.Error(err)
		}
		return after, effects
	})
}

func (w *wreck) start() error {
	return w.change(func(c monitor.Case) (monitor.Case, monitor.Effects) { return c.Start(w.key(), w.scene()) })
}

func (w *wreck) accepted() error {
	return w.change(func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Done(c.Action, monitor.Outcome{Kind: monitor.OutcomeAccepted}, w.scene())
	})
}

func (w *wreck) prove() error {
	return w.change(func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Elapse(monitor.Reading{At: w.now, Finding: monitor.Finding{Answer: monitor.Answered, State: monitor.Authorized}}, w.scene())
	})
}

// tell tells each chat what is due, as one message.
func (w *wreck) tell(message int) func() error {
	return func() error {
		return w.turns(monitor.Settlement{End: monitor.SettledTold, MessageID: message}, w.chats...)
	}
}

// putOff tries to tell a second alert in vain.
func (w *wreck) putOff() error {
	err := w.change(func(c monitor.Case) (monitor.Case, monitor.Effects) {
		c, effects := c.Believe(w.belief(monitor.Blocked), w.scene())
		return c, effects
	})
	if err != nil {
		return err
	}
	return w.turns(monitor.Settlement{End: monitor.SettledAgain, Until: w.now.Add(time.Second), Reason: "429"}, w.chats[1])
}

func (w *wreck) turns(end monitor.Settlement, chats ...monitor.Address) error {
	for _, to := range chats {
		notes, err := w.s.Due(w.t.Context(), to, w.now)
		if err != nil {
			return err
		}
		if len(notes) == 0 {
			continue
		}
		if err := w.s.Sending(w.t.Context(), notes); err != nil {
			return err
		}
		end.To, end.Notes, end.At = to, notes, w.now
		if err := w.s.Settle(w.t.Context(), end); err != nil {
			return err
		}
	}
	return nil
}

func (w *wreck) edit() error {
	for _, to := range w.chats {
		cards, err := w.s.Stale(w.t.Context(), to)
		if err != nil {
			return err
		}
		for _, card := range cards {
			if err := w.s.Shown(w.t.Context(), card, start); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *wreck) sweep() error {
	began := start.Add(time.Duration(w.run) * time.Second)
	return w.s.EndSweep(w.t.Context(), monitor.Sweep{Started: began, Ended: began.Add(time.Second), Asked: 2, Answered: 1})
}

// never are rows that no failure may leave behind.
var never = map[string]string{
	"a card that wants another version than is": `
		select count(*) from card_entries e join incidents i on i.subject = e.subject and i.number = e.incident
		where e.wanted <> i.version or e.shown > e.wanted`,
	"a note of no incident": `
		select count(*) from notes n where incident > 0 and not exists (
			select 1 from incidents i where i.subject = n.subject and i.number = n.incident)`,
	"an incident that is not told to both chats": `
		select count(*) from incidents i where 2 <> (
			select count(*) from notes n where n.subject = i.subject and n.incident = i.number and n.key like '%/opened/%')`,
	"a beginning that was told without a card": `
		select count(*) from notes n where n.state = 'told' and n.key like '%/opened/%' and 1 <> (
			select count(*) from cards k join card_entries e on e.card = k.id
			where k.chat = n.chat and k.topic = n.topic and k.message_id = n.message_id and e.subject = n.subject and e.incident = n.incident)`,
	"an action that is not in the audit log once": `
		select count(*) from actions a where 1 <> (select count(*) from audit l where l.subject = a.subject and l.what = 'reboot')`,
	"a number given out twice": `
		select count(*) from counters where value < case name
			when 'notes' then (select max(id) from notes) when 'cards' then (select max(id) from cards)
			when 'audit' then (select max(id) from audit) else (select max(id) from transitions) end`,
}

// check looks for what must never be, and at what must agree.
func (w *wreck) check() {
	w.t.Helper()
	for what, query := range never {
		var n int
		must(w.t, w.db.QueryRowContext(w.t.Context(), query).Scan(&n))
		if n > 0 {
			w.t.Fatalf("call %d, fault %d: %s (%d)", w.at, w.how, what, n)
		}
	}
	c, err := w.s.Case(w.t.Context(), w.subject)
	must(w.t, err)
	other, err := w.s.Case(w.t.Context(), w.sibling)
	must(w.t, err)
	if (c.Incident.Number > 0) != (other.Incident.Number > 0) {
		w.t.Fatalf("call %d, fault %d: one of two cases was changed", w.at, w.how)
	}
	if last, err := w.s.Transitions(w.t.Context(), w.subject, 1); err != nil || len(last) == 1 && !last[0].To.Same(c.Belief.Finding) {
		w.t.Fatalf("call %d, fault %d: believed is %+v, and the last change was %+v, %v", w.at, w.how, c.Belief, last, err)
	}
	if c.Action.Key == "" {
		return
	}
	kept, err := w.s.Actions(w.t.Context(), c.Action.State)
	must(w.t, err)
	for _, a := range kept {
		if a.Key == c.Action.Key && cmp.Equal(a, c.Action) {
			return
		}
	}
	w.t.Fatalf("call %d, fault %d: the case's action %+v is not kept", w.at, w.how, c.Action)
}

// kept is everything that is kept of this run, without numbers of rows and of tries.
func (w *wreck) kept() string {
	w.t.Helper()
	var all strings.Builder
	for _, query := range []string{
		`select subject || body from cases where subject in ($1, $2) and $3 < 0 order by 1`,
		`select subject || number || ' version ' || version || body from incidents where subject in ($1, $2) and $3 < 0 order by 1`,
		`select body from transitions where subject in ($1, $2) and $3 < 0 order by id`,
		`select key || ' ' || topic || ' ' || state || ' ' || message_id || body from notes where coalesce($1, $2) <> '' and chat = $3 order by 1`,
		`select k.topic || ' ' || message_id || e.subject || place || ' ' || shown || ' of ' || wanted
			from cards k join card_entries e on e.card = k.id where e.subject in ($1, $2) and k.chat = $3 order by 1`,
		`select state || body from actions where subject in ($1, $2) and $3 < 0 order by key`,
		`select person || what || topic || ' ' || at from audit where subject in ($1, $2) and chat = $3 order by id`,
	} {
		rows, err := w.db.QueryContext(w.t.Context(), query, w.subject, w.sibling, w.chats[0].Chat)
		must(w.t, err)
		for rows.Next() {
			var line string
			must(w.t, rows.Scan(&line))
			fmt.Fprintln(&all, line)
		}
		must(w.t, rows.Err())
	}
	last, err := w.s.LastSweep(w.t.Context())
	must(w.t, err)
	fmt.Fprintln(&all, last.Started.Sub(start.Truncate(time.Millisecond)) == time.Duration(w.run)*time.Second, last.Asked, last.Answered)
	return strings.NewReplacer(
		string(w.subject), "instance/a", string(w.sibling), "instance/b",
		w.key()+`"`, `press"`, w.key()+" ", "press ",
		strconv.FormatInt(w.chats[0].Chat, 10), "chat",
	).Replace(all.String())
}

// A change is made once, or the error says that it may not have been: it is never repeated where its commit may have
// arrived.
func TestCountedOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, address string) {
		var faults storagetest.Faults
		s := open(t, storage.Options{URL: address, Wrap: faults.Wrap})
		update(t, s, kazan, count)
		before := len(faults.Calls())
		update(t, s, kazan, count)
		calls := len(faults.Calls()) - before
		was := 2
		for n := 1; n <= calls; n++ {
			for _, how := range []storagetest.Fault{storagetest.Refused, storagetest.Broken, storagetest.Unanswered} {
				faults.Fail(n, how)
				_, err := s.Update(t.Context(), kazan, count)
				faults.Pass()
				c, readErr := s.Case(t.Context(), kazan)
				must(t, readErr)
				saved := c.Arrivals - was
				lost := how == storagetest.Unanswered && n == calls // the answer to the commit
				if err == nil && saved != 1 || err != nil && saved != 0 && !lost || lost && (err == nil || saved != 1) {
					t.Fatalf("call %d, fault %d: saved %d times, and the error is %v", n, how, saved, err)
				}
				was = c.Arrivals
			}
		}
	})
}

// Whatever call fails while the database is opened for the first time, the next try finishes.
func TestFaultsAtOpen(t *testing.T) {
	t.Parallel()
	for _, engine := range storagetest.Engines() {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			var faults storagetest.Faults
			address := engine.URL(t)
			failed := 0
			for n := 1; ; n += stride {
				before := len(faults.Calls())
				faults.Fail(n, storagetest.Refused)
				s, err := storage.Open(t.Context(), storage.Options{URL: address, Wrap: faults.Wrap})
				calls := len(faults.Calls()) - before
				faults.Pass()
				if err != nil {
					failed++
					continue
				}
				update(t, s, kazan, count)
				must(t, s.Close())
				if calls < n {
					break
				}
				address = engine.URL(t) // the migrations passed
			}
			if failed < 20/stride {
				t.Errorf("failed %d times", failed)
			}
		})
	}
}
