package storage_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greenwatch/monitor"
	"greenwatch/storage"
)

// over ends the case's incident.
func over(at time.Time) apply {
	return func(c monitor.Case) (monitor.Case, monitor.Effects) {
		c.Belief = monitor.Belief{Finding: monitor.Finding{Answer: monitor.Answered, State: monitor.Authorized}, Since: at, At: at}
		c.Incident.Closed = at
		return tell(monitor.Resolved)(c)
	}
}

func acts(key string, state monitor.ActionState) apply {
	return func(c monitor.Case) (monitor.Case, monitor.Effects) {
		c.Action = monitor.Action{Key: key, Verb: monitor.Reboot, Subject: c.Subject, At: start, State: state}
		return c, monitor.Effects{Actions: []monitor.Action{c.Action}}
	}
}

// sweepAt ends sweeps at a time, enough of them for everything that is old by then to be looked at.
func sweepAt(t *testing.T, s *storage.Store, at time.Time) {
	t.Helper()
	for n := range 4 {
		at := at.Add(time.Duration(n) * time.Hour)
		must(t, s.EndSweep(t.Context(), monitor.Sweep{Started: at, Ended: at, Asked: 1, Answered: 1}))
	}
}

// show brings all cards of a chat up to date.
func show(t *testing.T, s *storage.Store, to monitor.Address) {
	t.Helper()
	for _, card := range stale(t, s, to) {
		must(t, s.Shown(t.Context(), card, start))
	}
}

// kept counts rows.
func kept(t *testing.T, db *sql.DB) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, table := range []string{"notes", "cards", "card_entries", "incidents", "transitions", "actions", "audit", "cases"} {
		var n int
		must(t, db.QueryRowContext(t.Context(), "select count(*) from "+table).Scan(&n))
		counts[table] = n
	}
	return counts
}

// What is over is forgotten by its age, and nothing that is open, waits or is shown.
func TestForgetting(t *testing.T) { onEngines(t, testForgetting) }

func testForgetting(t *testing.T, address string) {
	s := open(t, storage.Options{URL: address})
	db := raw(t, address)
	subscribe(t, s, ops, boss)
	update(t, s, kazan, begin)
	update(t, s, samara, begin)
	update(t, s, monitor.Self, alert(monitor.Alert{Key: "self/returned", Kind: monitor.Returned, At: start}))
	deliver(t, s, ops, 10)
	deliver(t, s, boss, 20)
	update(t, s, kazan, over(start.Add(time.Minute)))
	update(t, s, kazan, acts("done", monitor.Wanted))
	update(t, s, kazan, acts("done", monitor.Ended))
	update(t, s, samara, acts("running", monitor.Running))
	deliver(t, s, ops, 11)
	deliver(t, s, boss, 21)
	show(t, s, ops)
	show(t, s, boss)
	update(t, s, kazan, begin) // its second, which joins the card of the first in one chat
	deliver(t, s, ops, 10)
	update(t, s, kazan, over(start.Add(2*time.Minute)))
	deliver(t, s, ops, 12)
	show(t, s, ops)

	want := kept(t, db)
	check := func(after time.Duration, now map[string]int) {
		t.Helper()
		sweepAt(t, s, start.Add(after))
		for table, n := range now {
			want[table] = n
		}
		if diff := cmp.Diff(want, kept(t, db)); diff != "" {
			t.Errorf("after %d days (-want +got):\n%s", after/day, diff)
		}
	}
	if want["cards"] != 2 || want["card_entries"] != 5 || want["notes"] != 12 || want["incidents"] != 3 || want["audit"] != 2 {
		t.Fatalf("at the start: %v", want)
	}
	check(6*day, nil)
	check(8*day, nil) // both cards show the one that is open
	update(t, s, samara, over(start.Add(9*day)))
	deliver(t, s, ops, 13)
	want["notes"] += 2
	want["transitions"]++
	check(20*day, nil) // and neither shows that it is over
	show(t, s, ops)
	check(21*day, map[string]int{"cards": 1, "card_entries": 2})
	show(t, s, boss)
	check(22*day, map[string]int{"cards": 0, "card_entries": 0})
	check(91*day, map[string]int{"notes": 8})  // without the first of Kazan, and of ourselves
	check(120*day, map[string]int{"notes": 6}) // without what was told of Samara; what waits in one chat is kept of all
	if notes := due(t, s, boss, start); len(notes) != 3 {
		t.Errorf("%d notes wait", len(notes))
	}
	check(366*day, map[string]int{"transitions": 1, "actions": 1, "incidents": 2}) // the last of each stays
	check(731*day, map[string]int{"transitions": 0, "audit": 0})
	deliver(t, s, boss, 22)
	show(t, s, boss)
	check(1200*day, map[string]int{"notes": 0})
	c := update(t, s, kazan, begin)
	if notes := deliver(t, s, ops, 30); c.Incident.Number != 3 || len(notes) != 1 {
		t.Errorf("incident %d is told by %d notes", c.Incident.Number, len(notes))
	}
}

const day = 24 * time.Hour

// However much is old, it goes a little at a time, and all of it.
func TestForgettingIsSlow(t *testing.T) { onEngines(t, testForgettingIsSlow) }

func testForgettingIsSlow(t *testing.T, address string) {
	s := open(t, storage.Options{URL: address})
	db := raw(t, address)
	subscribe(t, s, ops)
	must(t, s.Ping(t.Context()))
	for n := range 12 {
		update(t, s, monitor.Self, func(c monitor.Case) (monitor.Case, monitor.Effects) {
			var e monitor.Effects
			for i := range 100 {
				e.Alerts = append(e.Alerts, monitor.Alert{Key: fmt.Sprint(n, "/", i), Kind: monitor.Returned, Subject: c.Subject, At: start})
			}
			return c, e
		})
		notes := due(t, s, ops, start)
		settle(t, s, monitor.Settlement{To: ops, Notes: notes, At: start.Add(time.Duration(n) * time.Second), End: monitor.SettledTold, MessageID: n + 1})
	}
	at := start.Add(91 * day)
	for _, want := range []int{1200, 900, 600, 300, 0, 0} {
		if got := kept(t, db)["notes"]; got != want {
			t.Fatalf("%d notes, want %d", got, want)
		}
		must(t, s.EndSweep(t.Context(), monitor.Sweep{Started: at, Ended: at}))
		at = at.Add(time.Minute)
	}
}
