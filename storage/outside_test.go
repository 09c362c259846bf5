package storage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/storage"
)

// outsideAfter is how long after an alert others are told.
const outsideAfter = 2 * time.Minute

func TestOutside(t *testing.T) {
	onEngines(t, func(t *testing.T, address string) {
		for name, test := range map[string]func(t *testing.T, o *outsiders){
			"spared":           testSpared,
			"not spared":       testNotSpared,
			"joined":           testJoinedIsNotSpared,
			"dead chat":        testDeadChat,
			"lost chat":        testLostChat,
			"end goes along":   testEndGoesAlong,
			"end of the known": testEndOfTheKnown,
			"end in flight":    testEndInFlight,
			"end alone":        testEndAlone,
			"all at once":      testAllAtOnce,
			"tried in vain":    testTriedInVain,
			"who is not told":  testWhoIsNotTold,
			"no chat":          testNoChat,
			"switched off":     testSwitchedOff,
			"untold":           testUntold,
			"held":             testHeld,
			"day":              testDay,
		} {
			t.Run(name, func(t *testing.T) {
				o := &outsiders{t: t, s: open(t, storage.Options{URL: address})}
				o.subscribe(ops, night)
				defer o.forget(address)
				test(t, o)
			})
		}
	})
}

// outsiders is a store that tells two chats, and others where those were not told.
type outsiders struct {
	t *testing.T
	s *storage.Store
}

func (o *outsiders) subscribe(chats ...monitor.Address) {
	o.t.Helper()
	subscribe(o.t, o.s, append(chats, monitor.Outside)...)
	must(o.t, o.s.TellOutside(o.t.Context(), outsideAfter))
}

// forget empties the tables for the next test.
func (o *outsiders) forget(address string) {
	db := raw(o.t, address)
	for _, table := range []string{"card_entries", "cards", "notes", "transitions", "incidents", "cases", "sweeps", "chats"} {
		do(o.t, db, "delete from "+table)
	}
}

// expect fails unless these kinds are due outside at a time after the alerts.
func (o *outsiders) expect(after time.Duration, want ...monitor.AlertKind) []monitor.Note {
	o.t.Helper()
	notes := due(o.t, o.s, monitor.Outside, start.Add(after))
	if !slices.Equal(kinds(notes), want) {
		o.t.Fatalf("due outside after %s: got %v, want %v", after, kinds(notes), want)
	}
	if got := slices.Contains(waiting(o.t, o.s, start.Add(after)), monitor.Outside); got != (len(want) > 0) {
		o.t.Fatalf("waiting outside after %s: %t", after, got)
	}
	return notes
}

// told settles notes as told.
func (o *outsiders) told(to monitor.Address, notes []monitor.Note) {
	o.t.Helper()
	sending(o.t, o.s, notes)
	settle(o.t, o.s, monitor.Settlement{To: to, Notes: notes, At: start.Add(outsideAfter), End: monitor.SettledTold, MessageID: 7})
}

// chats tells the chats all that is due.
func (o *outsiders) chats(chats ...monitor.Address) {
	o.t.Helper()
	for _, to := range chats {
		o.told(to, due(o.t, o.s, to, start))
	}
}

func testSpared(t *testing.T, o *outsiders) {
	update(t, o.s, kazan, begin)
	o.expect(outsideAfter - time.Second)
	o.chats(ops)
	o.expect(outsideAfter, monitor.Opened)
	o.chats(night)
	o.expect(time.Hour)
}

func testNotSpared(t *testing.T, o *outsiders) {
	update(t, o.s, kazan, begin)
	notes := o.expect(outsideAfter, monitor.Opened)
	o.told(monitor.Outside, notes)
	o.expect(time.Hour)
	o.chats(ops, night)
	if cards := stale(t, o.s, monitor.Outside); len(cards) > 0 {
		t.Error("there is a card outside")
	}
	update(t, o.s, kazan, move)
	if slices.Contains(waiting(t, o.s, start), monitor.Outside) {
		t.Error("there is an edit outside")
	}
}

// What an edit is to tell counts as untold until it was shown.
func testJoinedIsNotSpared(t *testing.T, o *outsiders) {
	o.subscribe(ops)
	joined(t, o.s, ops)
	if untold, err := o.s.Untold(t.Context(), start); untold != 1 || err != nil {
		t.Errorf("%d untold, %v", untold, err)
	}
	o.expect(outsideAfter, monitor.Opened)
	card, _ := toJoin(t, o.s, ops)
	must(t, o.s.Shown(t.Context(), card, start))
	o.expect(time.Hour)
	if untold, err := o.s.Untold(t.Context(), start.Add(time.Hour)); untold != 0 || err != nil {
		t.Errorf("%d untold after it was shown, %v", untold, err)
	}
}

func testDeadChat(t *testing.T, o *outsiders) {
	update(t, o.s, kazan, begin)
	update(t, o.s, kazan, tell(monitor.Changed))
	settle(t, o.s, monitor.Settlement{To: night, Notes: due(t, o.s, night, start), At: start, End: monitor.SettledFailed, Reason: "gone"})
	o.chats(ops)
	o.expect(0, monitor.Opened, monitor.Changed)
}

// What a chat is not told because it is dead, others are told at once.
func testLostChat(t *testing.T, o *outsiders) {
	update(t, o.s, kazan, begin)
	must(t, o.s.LoseChat(t.Context(), lost("kicked")))
	o.told(monitor.Outside, o.expect(0, monitor.Opened, monitor.ChatLost))
	o.subscribe(ops, night, boss)
	update(t, o.s, samara, begin)
	o.chats(boss)
	o.told(monitor.Outside, o.expect(0, monitor.Opened))
	if _, err := o.s.ReviveChat(t.Context(), night.Chat); err != nil {
		t.Fatal(err)
	}
	update(t, o.s, samara, tell(monitor.Changed))
	o.chats(ops, night, boss)
	o.expect(time.Hour)
}

func testEndGoesAlong(t *testing.T, o *outsiders) {
	later := func(a monitor.AlertKind) apply {
		return func(c monitor.Case) (monitor.Case, monitor.Effects) {
			c, e := tell(a)(c)
			e.Alerts[0].At = start.Add(time.Minute)
			return c, e
		}
	}
	update(t, o.s, kazan, begin)
	update(t, o.s, kazan, later(monitor.Changed))
	update(t, o.s, kazan, later(monitor.Resolved))
	update(t, o.s, samara, later(monitor.Opened))
	o.expect(outsideAfter - time.Second)
	o.told(monitor.Outside, o.expect(outsideAfter, monitor.Opened, monitor.Changed, monitor.Resolved))
	o.expect(outsideAfter)
	o.expect(outsideAfter+time.Minute, monitor.Opened)
}

// The end of what was told outside is told there at once, whatever the chats know.
func testEndOfTheKnown(t *testing.T, o *outsiders) {
	update(t, o.s, kazan, begin)
	o.told(monitor.Outside, o.expect(outsideAfter, monitor.Opened))
	o.chats(ops, night)
	update(t, o.s, kazan, tell(monitor.Changed))
	o.expect(0)
	o.chats(ops, night)
	o.expect(time.Hour)
	update(t, o.s, kazan, tell(monitor.Resolved))
	o.chats(ops, night)
	o.told(monitor.Outside, o.expect(0, monitor.Resolved))
}

// An incident that ends, and is told in the chats, while its beginning is on its way.
func testEndInFlight(t *testing.T, o *outsiders) {
	update(t, o.s, kazan, begin)
	notes := o.expect(outsideAfter, monitor.Opened)
	sending(t, o.s, notes)
	update(t, o.s, kazan, tell(monitor.Resolved))
	o.chats(ops, night)
	o.told(monitor.Outside, notes)
	o.expect(0, monitor.Resolved)
}

// An end goes outside only where the beginning does.
func testEndAlone(t *testing.T, o *outsiders) {
	update(t, o.s, kazan, begin)
	first := map[monitor.Address][]monitor.Note{ops: due(t, o.s, ops, start), night: due(t, o.s, night, start)}
	update(t, o.s, kazan, tell(monitor.Resolved))
	o.told(ops, first[ops])
	o.told(night, first[night])
	o.expect(time.Hour)
	update(t, o.s, samara, begin)
	o.chats(ops, night)
	update(t, o.s, samara, tell(monitor.Resolved))
	o.expect(time.Hour)
}

// When one alert has waited for too long, every other one that a chat failed to take goes along.
func testAllAtOnce(t *testing.T, o *outsiders) {
	update(t, o.s, kazan, begin)
	update(t, o.s, samara, alert(monitor.Alert{Key: "later/1", Kind: monitor.Returned, At: start.Add(time.Minute)}))
	o.expect(outsideAfter, monitor.Opened)
	notes := due(t, o.s, ops, start)
	sending(t, o.s, notes)
	o.expect(outsideAfter, monitor.Opened)
	settle(t, o.s, monitor.Settlement{To: ops, Notes: notes, At: start, End: monitor.SettledAgain, Reason: "away"})
	o.expect(outsideAfter - time.Second)
	o.expect(outsideAfter, monitor.Opened, monitor.Returned)
}

// What no channel took is tried again, until a chat was told.
func testTriedInVain(t *testing.T, o *outsiders) {
	update(t, o.s, kazan, begin)
	notes := o.expect(outsideAfter, monitor.Opened)
	sending(t, o.s, notes)
	settle(t, o.s, monitor.Settlement{To: monitor.Outside, Notes: notes, At: start, End: monitor.SettledAgain, Reason: "away"})
	o.expect(0, monitor.Opened)
	o.chats(ops, night)
	o.expect(time.Hour)
}

func testWhoIsNotTold(t *testing.T, o *outsiders) {
	update(t, o.s, kazan, alert(monitor.Alert{Key: "acted/1", Kind: monitor.ActedOn, Only: []monitor.Address{ops}}))
	update(t, o.s, monitor.Self, alert(monitor.Alert{Key: "self/report/1", Kind: monitor.Reported}))
	o.expect(time.Hour)
}

func testNoChat(t *testing.T, o *outsiders) {
	o.subscribe()
	update(t, o.s, kazan, begin)
	o.told(monitor.Outside, o.expect(0, monitor.Opened))
	update(t, o.s, kazan, tell(monitor.Resolved))
	o.expect(0, monitor.Resolved)
}

func testSwitchedOff(t *testing.T, o *outsiders) {
	update(t, o.s, kazan, begin)
	subscribe(t, o.s, ops, night)
	o.expect(time.Hour)
	update(t, o.s, samara, begin)
	o.expect(time.Hour)
	o.subscribe(ops, night)
	update(t, o.s, kazan, tell(monitor.Changed))
	o.subscribe(ops)
	o.chats(ops) // what the other one was not told does not count any more
	o.expect(time.Hour)
}

func testUntold(t *testing.T, o *outsiders) {
	untold := func(after time.Duration, want int) {
		t.Helper()
		if got, err := o.s.Untold(t.Context(), start.Add(after)); got != want || err != nil {
			t.Errorf("after %s: %d (%v), want %d", after, got, err, want)
		}
	}
	update(t, o.s, kazan, begin)
	untold(-time.Second, 0)
	untold(0, 1)
	o.chats(ops)
	untold(0, 1)
	o.told(monitor.Outside, o.expect(outsideAfter, monitor.Opened))
	untold(time.Hour, 0)

	subscribe(t, o.s, ops, night)
	update(t, o.s, samara, begin)
	for _, to := range []monitor.Address{night, ops} {
		var notes []monitor.Note
		for _, n := range due(t, o.s, to, start) {
			if n.Alert.Subject == samara {
				notes = append(notes, n)
			}
		}
		settle(t, o.s, monitor.Settlement{To: to, Notes: notes, At: start, End: monitor.SettledFailed, Reason: "gone"})
	}
	untold(0, 1)
	untold(25*time.Hour, 0)
}

// What a chat does not have to hear yet is not untold, and those outside wait as well.
func testHeld(t *testing.T, o *outsiders) {
	o.subscribe(ops)
	update(t, o.s, kazan, begin)
	until := start.Add(10 * time.Minute)
	settle(t, o.s, monitor.Settlement{To: ops, Notes: due(t, o.s, ops, start), At: start, End: monitor.SettledHeld, Until: until})
	o.expect(outsideAfter)
	if untold, err := o.s.Untold(t.Context(), until.Add(-time.Second)); untold != 0 || err != nil {
		t.Errorf("%d untold while it is held, %v", untold, err)
	}
	if notes := due(t, o.s, ops, until.Add(time.Millisecond)); len(notes) != 1 || notes[0].Tries != 0 {
		t.Errorf("due then: %+v", notes)
	}
	o.expect(10*time.Minute + outsideAfter - time.Second)
	o.expect(10*time.Minute+outsideAfter+time.Millisecond, monitor.Opened)
}

func testDay(t *testing.T, o *outsiders) {
	empty, err := o.s.Day(t.Context(), start)
	if (empty != monitor.Day{}) || err != nil {
		t.Errorf("an empty day is %+v, %v", empty, err)
	}
	for i := range 4 {
		at := start.Add(time.Duration(i) * time.Hour)
		must(t, o.s.EndSweep(t.Context(), monitor.Sweep{Started: at, Ended: at.Add(time.Minute), Asked: 50 * min(i, 2), Answered: i}))
	}
	update(t, o.s, kazan, begin)
	for i, to := range []monitor.Address{ops, night} {
		notes := due(t, o.s, to, start)
		settle(t, o.s, monitor.Settlement{To: to, Notes: notes, At: start.Add(time.Duration(i+2) * time.Hour), End: monitor.SettledTold, MessageID: 1})
	}
	update(t, o.s, monitor.Self, alert(monitor.Alert{Key: "self/report/1", Kind: monitor.Reported, At: start.Add(-time.Hour)}))
	late := monitor.Settlement{To: ops, Notes: due(t, o.s, ops, start), At: start.Add(9 * time.Hour), End: monitor.SettledTold, MessageID: 2}
	settle(t, o.s, late)
	got, err := o.s.Day(t.Context(), start.Add(90*time.Minute))
	must(t, err)
	want := monitor.Day{Sweeps: 2, Asked: 200, Alerts: 1, Slowest: 3 * time.Hour, First: start.Truncate(time.Millisecond), Last: start.Add(3*time.Hour + time.Minute).Truncate(time.Millisecond)}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
