package storage_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greenwatch/monitor"
	"greenwatch/storage"
)

func testWhoIsTold(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops, night)
	update(t, s, kazan, begin)
	chats := waiting(t, s, start)
	if want := []monitor.Address{ops, night}; !cmp.Equal(chats, want) {
		t.Errorf("got %v, want %v", chats, want)
	}
	if notes := due(t, s, boss, start); len(notes) != 0 {
		t.Errorf("a chat that is not subscribed is told %v", kinds(notes))
	}
}

func testToldOnce(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	once := alert(monitor.Alert{Key: "self/returned/1", Kind: monitor.Returned})
	update(t, s, monitor.Self, once)
	update(t, s, monitor.Self, once)
	if told := deliver(t, s, ops, 10); len(told) != 1 {
		t.Errorf("%d notes of one alert", len(told))
	}
	update(t, s, monitor.Self, once)
	if again := due(t, s, ops, start); len(again) != 0 {
		t.Error("told a second time")
	}
}

func testNamedChats(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, alert(monitor.Alert{Key: "acted/1", Kind: monitor.ActedOn, Only: []monitor.Address{boss}}))
	chats := waiting(t, s, start)
	if want := []monitor.Address{boss}; !cmp.Equal(chats, want) {
		t.Errorf("told are %v, want %v", chats, want)
	}
}

// What follows an incident's beginning goes to those who know of it, told or still to be told.
func testFollowers(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops, night)
	update(t, s, kazan, begin)
	deliver(t, s, ops, 10)
	settle(t, s, monitor.Settlement{To: night, Notes: due(t, s, night, start), At: start, End: monitor.SettledFailed, Reason: "topic closed"})
	subscribe(t, s, ops, night, boss)
	update(t, s, samara, begin)
	update(t, s, kazan, tell(monitor.Resolved))

	for _, to := range []monitor.Address{ops, night, boss} {
		var got []string
		for _, n := range due(t, s, to, start) {
			got = append(got, string(n.Alert.Kind)+" "+string(n.Alert.Subject))
		}
		want := []string{"opened " + string(samara)}
		if to == ops {
			want = append(want, "resolved "+string(kazan))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v is told %q, want %q", to, got, want)
		}
	}
}

func testSubscriptionEnds(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops, night)
	update(t, s, kazan, begin)
	deliver(t, s, ops, 10)
	update(t, s, kazan, alert(monitor.Alert{Key: "acted/1", Kind: monitor.ActedOn, Only: []monitor.Address{boss}}))
	update(t, s, kazan, tell(monitor.Changed))
	subscribe(t, s, night)
	update(t, s, kazan, tell(monitor.Resolved))

	if notes := due(t, s, ops, start); len(notes) != 0 {
		t.Errorf("the chat that left is told %v", kinds(notes))
	}
	if cards := stale(t, s, ops); len(cards) != 0 {
		t.Error("the card in the chat that left is to be edited")
	}
	if got, want := kinds(due(t, s, night, start)), []monitor.AlertKind{monitor.Opened, monitor.Changed, monitor.Resolved}; !slices.Equal(got, want) {
		t.Errorf("the chat that stayed is told %v, want %v", got, want)
	}
	chats := waiting(t, s, start)
	if want := []monitor.Address{night, boss}; !cmp.Equal(chats, want) {
		t.Errorf("waiting are %v, want %v", chats, want)
	}
	subscribe(t, s, ops, night)
	if cards := stale(t, s, ops); len(cards) != 1 {
		t.Errorf("%d stale cards once the chat is back, want 1", len(cards))
	}
}

// A message that was under way when its chat left has arrived all the same.
func testToldThoughGivenUp(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, begin)
	notes := due(t, s, ops, start)
	sending(t, s, notes)
	subscribe(t, s)
	settle(t, s, monitor.Settlement{To: ops, Notes: notes, At: start, End: monitor.SettledTold, MessageID: 10})
	subscribe(t, s, ops)
	update(t, s, kazan, tell(monitor.Resolved))
	if got := due(t, s, ops, start); len(got) != 1 || got[0].Card != 10 {
		t.Errorf("got %+v, want the end of the incident, with its card", got)
	}
}

func testDue(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops, boss)
	update(t, s, kazan, begin)
	deliver(t, s, ops, 10)
	deliver(t, s, boss, 20)
	update(t, s, kazan, tell(monitor.Changed))
	c := update(t, s, kazan, move)
	update(t, s, monitor.Self, alert(monitor.Alert{Key: "self/arrived/1", Kind: monitor.Arrived, Roll: &monitor.Roll{Total: 3}}))

	got := due(t, s, boss, start)
	if len(got) != 2 {
		t.Fatalf("%d notes, want 2", len(got))
	}
	want := []monitor.Note{
		{To: boss, Incident: c.Incident, Card: 20, CardSize: 1, CardOpen: 1, Version: 3, Alert: monitor.Alert{
			Key: "instance/7105000017/1/changed/2", Kind: monitor.Changed, Subject: kazan, Incident: 1, At: start, Belief: c.Belief,
		}},
		{To: boss, Alert: monitor.Alert{Key: "self/arrived/1", Kind: monitor.Arrived, Subject: monitor.Self, Roll: &monitor.Roll{Total: 3}}},
	}
	for i := range want {
		want[i].ID = got[i].ID
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("due (-want +got):\n%s", diff)
	}
}

// A try that began and whose end is not known may have arrived; that stays so whatever the next tries bring.
func testBegunAndUnknown(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, begin)
	notes := due(t, s, ops, start)
	if notes[0].Repeat || notes[0].Tries != 0 {
		t.Errorf("before the first try: %+v", notes[0])
	}
	for try := 1; try <= 2; try++ {
		sending(t, s, notes)
		notes = due(t, s, ops, start)
		if !notes[0].Repeat || notes[0].Tries != try {
			t.Errorf("after %d tries of unknown end: repeat %t, tries %d", try, notes[0].Repeat, notes[0].Tries)
		}
	}
	settle(t, s, monitor.Settlement{To: ops, Notes: notes, At: start, End: monitor.SettledAgain, Until: start})
	if notes = due(t, s, ops, start.Add(time.Second)); !notes[0].Repeat {
		t.Error("a third try that did not arrive does not undo the doubt about the first")
	}
}

func testAgain(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, begin)
	until := start.Add(40 * time.Second)
	again := func(maybeSent bool) {
		notes := due(t, s, ops, until.Add(time.Millisecond))
		sending(t, s, notes)
		settle(t, s, monitor.Settlement{To: ops, Notes: notes, At: start, End: monitor.SettledAgain, Until: until, MaybeSent: maybeSent})
	}
	again(false)
	if chats := waiting(t, s, until.Add(-time.Millisecond)); len(chats) != 0 {
		t.Errorf("waiting before %v: %v", until, chats)
	}
	next := until.Add(time.Millisecond)
	if early := due(t, s, ops, until.Add(-time.Nanosecond)); len(early) != 0 {
		t.Error("due before its time")
	}
	chats := waiting(t, s, next)
	notes := due(t, s, ops, next)
	if len(chats) != 1 || len(notes) != 1 || notes[0].Repeat || notes[0].Tries != 1 {
		t.Errorf("at its time: %v, %+v", chats, notes)
	}
	again(true)
	if notes := due(t, s, ops, next); !notes[0].Repeat || notes[0].Tries != 2 {
		t.Errorf("after a try that may have arrived: %+v", notes[0])
	}
}

// Within an incident a chat is told in order; other incidents do not wait for it.
func testOrder(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, begin)
	until := start.Add(time.Minute)
	settle(t, s, monitor.Settlement{To: ops, Notes: due(t, s, ops, start), At: start, End: monitor.SettledAgain, Until: until})
	update(t, s, kazan, tell(monitor.Resolved))
	if chats := waiting(t, s, start); len(chats) != 0 {
		t.Errorf("waiting: %v", chats)
	}
	update(t, s, samara, begin)
	update(t, s, kazan, alert(monitor.Alert{Key: "acted/1", Kind: monitor.ActedOn, Only: []monitor.Address{ops}}))
	if got, want := kinds(due(t, s, ops, start)), []monitor.AlertKind{monitor.Opened, monitor.ActedOn}; !slices.Equal(got, want) {
		t.Errorf("due at once: %v, want %v", got, want)
	}
	until = until.Add(time.Millisecond)
	all := due(t, s, ops, until)
	if got, want := kinds(all), []monitor.AlertKind{monitor.Opened, monitor.Resolved, monitor.Opened, monitor.ActedOn}; !slices.Equal(got, want) {
		t.Errorf("due in the end: %v, want %v", got, want)
	}
	for _, held := range []monitor.Note{all[1], all[3]} {
		settle(t, s, monitor.Settlement{To: ops, Notes: []monitor.Note{held}, At: until, End: monitor.SettledAgain, Until: until.Add(time.Hour)})
	}
	update(t, s, kazan, alert(monitor.Alert{Key: "acted/2", Kind: monitor.ActedOn, Only: []monitor.Address{ops}}))
	if got, want := kinds(due(t, s, ops, until)), []monitor.AlertKind{monitor.Opened, monitor.Opened, monitor.ActedOn}; !slices.Equal(got, want) {
		t.Errorf("due while later ones are held: %v, want %v", got, want)
	}
}

func testFailed(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, begin)
	notes := due(t, s, ops, start)
	settle(t, s, monitor.Settlement{To: ops, Notes: notes, At: start, End: monitor.SettledFailed, Reason: "the chat is gone"})
	settle(t, s, monitor.Settlement{To: ops, Notes: notes, At: start, End: monitor.SettledAgain, Until: start})
	if chats := waiting(t, s, start.Add(time.Hour)); len(chats) != 0 {
		t.Errorf("still waiting: %v", chats)
	}
}
