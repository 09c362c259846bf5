package storage_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"greenwatch/monitor"
	"greenwatch/storage"
)

func testCard(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, begin)
	deliver(t, s, ops, 10)
	if cards := stale(t, s, ops); len(cards) != 0 {
		t.Fatalf("stale as soon as it is told: %+v", cards)
	}
	update(t, s, kazan, move)
	c := update(t, s, kazan, move)
	if chats := waiting(t, s, start); !cmp.Equal(chats, []monitor.Address{ops}) {
		t.Errorf("waiting are %v", chats)
	}
	cards := stale(t, s, ops)
	want := []monitor.Card{{To: ops, MessageID: 10, Entries: []monitor.CardEntry{{Subject: kazan, Incident: c.Incident, Version: 3}}}}
	if diff := cmp.Diff(want, cards, cmpopts.IgnoreFields(monitor.Card{}, "ID")); diff != "" {
		t.Fatalf("stale (-want +got):\n%s", diff)
	}
	update(t, s, kazan, move) // while the edit is under way
	must(t, s.Shown(t.Context(), cards[0], start))
	if cards = stale(t, s, ops); len(cards) != 1 || cards[0].Entries[0].Version != 4 {
		t.Fatalf("after a change during the edit: %+v", cards)
	}
	must(t, s.Shown(t.Context(), cards[0], start))
	cards[0].Entries[0].Version = 2
	must(t, s.Shown(t.Context(), cards[0], start)) // a late report of an earlier edit
	if cards = stale(t, s, ops); len(cards) != 0 {
		t.Errorf("stale though shown: %+v", cards)
	}
}

// A digest is the card of all its incidents; one that does not begin an incident is not on it.
func testCardOfSeveral(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, samara, begin)
	update(t, s, monitor.Self, alert(monitor.Alert{Key: "self/returned/1", Kind: monitor.Returned}))
	update(t, s, kazan, begin)
	deliver(t, s, ops, 10)
	update(t, s, kazan, move)

	cards := stale(t, s, ops)
	if len(cards) != 1 || len(cards[0].Entries) != 2 || cards[0].Entries[0].Subject != samara || cards[0].Entries[1].Subject != kazan {
		t.Fatalf("got %+v, want one card of two incidents in the order they were told", cards)
	}
	must(t, s.Shown(t.Context(), cards[0], start))
	if cards := stale(t, s, ops); len(cards) != 0 {
		t.Errorf("stale though shown: %+v", cards)
	}
}

// What changed between rendering and settling is not on the message, so its card is born stale.
func testChangedWhileTold(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, begin)
	notes := due(t, s, ops, start)
	sending(t, s, notes)
	update(t, s, kazan, move)
	settle(t, s, monitor.Settlement{To: ops, Notes: notes, At: start, End: monitor.SettledTold, MessageID: 10})
	if cards := stale(t, s, ops); len(cards) != 1 {
		t.Errorf("%d stale cards, want 1", len(cards))
	}
}

func testCardSettledTwice(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, begin)
	notes := deliver(t, s, ops, 10)
	settle(t, s, monitor.Settlement{To: ops, Notes: notes, At: start, End: monitor.SettledTold, MessageID: 10})
	settle(t, s, monitor.Settlement{To: ops, Notes: notes, At: start, End: monitor.SettledFailed})
	update(t, s, kazan, tell(monitor.Resolved))
	if cards := stale(t, s, ops); len(cards) != 1 {
		t.Errorf("%d cards of one message", len(cards))
	}
	if notes := due(t, s, ops, start); len(notes) != 1 {
		t.Error("what was told does not count as told any more")
	}
}

func testForgottenCard(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, begin)
	deliver(t, s, ops, 10)
	update(t, s, kazan, tell(monitor.Changed))
	card := stale(t, s, ops)[0]
	must(t, s.Forget(t.Context(), card.ID))
	update(t, s, kazan, move)
	must(t, s.Shown(t.Context(), card, start))
	if cards := stale(t, s, ops); len(cards) != 0 {
		t.Errorf("stale though forgotten: %+v", cards)
	}
	if notes := due(t, s, ops, start); len(notes) != 1 || notes[0].Card != 0 {
		t.Errorf("got %+v, want the news, without a card to answer to", notes)
	}
}

// Topics of one chat are places of their own.
func testCardOfAChatApart(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops, night)
	update(t, s, kazan, begin)
	deliver(t, s, ops, 10)
	deliver(t, s, night, 11)
	update(t, s, kazan, tell(monitor.Changed))
	for to, message := range map[monitor.Address]int{ops: 10, night: 11} {
		if cards := stale(t, s, to); len(cards) != 1 || cards[0].MessageID != message {
			t.Errorf("%v: %+v, want message %d", to, cards, message)
		}
		if notes := due(t, s, to, start); len(notes) != 1 || notes[0].Card != message {
			t.Errorf("%v: %+v, want card %d", to, notes, message)
		}
	}
}
