package storage_test

import (
	"fmt"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/storage"
)

const joinFor = 30 * time.Second

// joined has the message 10 be the card of kazan, and the beginning of samara join it.
func joined(t testing.TB, s *storage.Store, to monitor.Address) {
	t.Helper()
	update(t, s, kazan, begin)
	deliver(t, s, to, 10)
	update(t, s, samara, begin)
	join(t, s, due(t, s, to, start))
}

func join(t testing.TB, s *storage.Store, notes []monitor.Note) {
	t.Helper()
	if ok, err := s.Join(t.Context(), 10, notes, start.Add(joinFor)); !ok || err != nil {
		t.Fatalf("joined: %t, %v", ok, err)
	}
}

// toJoin is the only card that is to tell something, and the kinds of that.
func toJoin(t testing.TB, s *storage.Store, to monitor.Address) (monitor.Card, []monitor.AlertKind) {
	t.Helper()
	cards := stale(t, s, to)
	if len(cards) != 1 {
		t.Fatalf("stale: %+v", cards)
	}
	return cards[0], kinds(cards[0].Notes)
}

func testJoin(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	joined(t, s, ops)
	update(t, s, samara, tell(monitor.Changed)) // those who are about to be told are told it too, in order
	if notes := due(t, s, ops, start); len(notes) != 0 {
		t.Errorf("due: %v", kinds(notes))
	}
	card, told := toJoin(t, s, ops)
	if len(card.Entries) != 2 || len(told) != 1 || told[0] != monitor.Opened {
		t.Fatalf("to show: %+v", card)
	}
	must(t, s.Shown(t.Context(), card, start))
	if notes := due(t, s, ops, start); len(notes) != 1 || notes[0].Alert.Kind != monitor.Changed || notes[0].Card != 10 || notes[0].CardSize != 2 {
		t.Errorf("due after it was shown: %+v", notes)
	}
	if cards := stale(t, s, ops); len(cards) != 0 {
		t.Errorf("stale after it was shown: %+v", cards)
	}
}

// What waits for too long is due as it was, and no edit tells it any more once a message is to.
func testJoinWaits(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	joined(t, s, ops)
	if notes := due(t, s, ops, start.Add(joinFor-time.Second)); len(notes) != 0 {
		t.Errorf("due too early: %v", kinds(notes))
	}
	notes := due(t, s, ops, start.Add(joinFor))
	if len(notes) != 1 || notes[0].Joined == 0 || notes[0].Repeat || notes[0].Tries != 0 {
		t.Fatalf("due: %+v", notes)
	}
	sending(t, s, notes)
	if card, told := toJoin(t, s, ops); len(told) != 0 || len(card.Entries) != 2 {
		t.Errorf("to show: %+v", card)
	}
	settle(t, s, monitor.Settlement{To: ops, Notes: notes, At: start, End: monitor.SettledTold, MessageID: 20})
	update(t, s, samara, move)
	if cards := stale(t, s, ops); len(cards) != 2 {
		t.Errorf("%d stale cards, want both messages that show it", len(cards))
	}
}

// An edit is a try to tell: one that was not refused may have told it.
func testJoinTried(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	joined(t, s, ops)
	repeat := func(why string, want bool) {
		t.Helper()
		notes := due(t, s, ops, start.Add(joinFor))
		if len(notes) != 1 || notes[0].Repeat != want {
			t.Errorf("%s: %+v, want repeat %t", why, notes, want)
		}
	}
	card, _ := toJoin(t, s, ops)
	must(t, s.Showing(t.Context(), card))
	repeat("under way", true)
	must(t, s.Unshown(t.Context(), card))
	repeat("refused", false)
	must(t, s.Showing(t.Context(), card))
	must(t, s.Forget(t.Context(), card.ID))
	repeat("the card is gone", false)
	must(t, s.Unshown(t.Context(), card)) // late

	again := due(t, s, ops, start)
	if ok, err := s.Join(t.Context(), 10, again, start.Add(joinFor)); ok || err != nil {
		t.Errorf("joined what is no card: %t, %v", ok, err)
	}
	repeat("no card", false)
}

// An answer that is lost, and then a card that is: the mark stays.
func testJoinDoubtful(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	joined(t, s, ops)
	card, _ := toJoin(t, s, ops)
	must(t, s.Showing(t.Context(), card))
	must(t, s.Showing(t.Context(), card))
	must(t, s.Forget(t.Context(), card.ID))
	if notes := due(t, s, ops, start); len(notes) != 1 || !notes[0].Repeat || notes[0].Tries != 2 {
		t.Errorf("due: %+v", notes)
	}
}

// An edit that may have told it, and then the chat is another one: the mark stays, unless the edit found that out.
func testJoinMoves(t *testing.T, s *storage.Store) {
	for n, refused := range []bool{false, true} {
		to, super := monitor.Address{Chat: -50 - int64(n)}, monitor.Address{Chat: -1009 - int64(n)}
		subscribe(t, s, to)
		one, other := monitor.InstanceID(fmt.Sprint(7105000050+n)).Subject(), monitor.InstanceID(fmt.Sprint(7105000060+n)).Subject()
		update(t, s, one, begin)
		deliver(t, s, to, 10)
		update(t, s, other, begin)
		join(t, s, due(t, s, to, start))
		card, _ := toJoin(t, s, to)
		must(t, s.Showing(t.Context(), card))
		must(t, s.MoveChat(t.Context(), to.Chat, super.Chat))
		if refused {
			must(t, s.Unshown(t.Context(), card))
		}
		for _, note := range due(t, s, super, start.Add(joinFor)) {
			if note.Alert.Subject == other && note.Repeat == refused {
				t.Errorf("refused %t: %+v", refused, note)
			}
		}
	}
}

// What joins while an edit is under way is told by the next one, though the card shows its incident already.
func testJoinDuringAnEdit(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, begin)
	update(t, s, samara, begin)
	deliver(t, s, ops, 10)
	update(t, s, samara, tell(monitor.Resolved))
	card, told := toJoin(t, s, ops)
	if len(told) != 0 {
		t.Fatalf("told by the edit: %v", told)
	}
	join(t, s, due(t, s, ops, start))
	must(t, s.Shown(t.Context(), card, start))
	if chats := waiting(t, s, start); len(chats) != 1 {
		t.Errorf("waiting: %v", chats)
	}
	card, told = toJoin(t, s, ops)
	if len(told) != 1 || told[0] != monitor.Resolved {
		t.Fatalf("told by the next edit: %v", told)
	}
	must(t, s.Shown(t.Context(), card, start))
	if chats := waiting(t, s, start.Add(time.Hour)); len(chats) != 0 {
		t.Errorf("waiting: %v", chats)
	}
}

// A message and an edit tell the same at once: both go on showing it.
func testJoinAndMessageAtOnce(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	joined(t, s, ops)
	card, _ := toJoin(t, s, ops)
	must(t, s.Showing(t.Context(), card))
	notes := due(t, s, ops, start.Add(joinFor))
	sending(t, s, notes)
	must(t, s.Shown(t.Context(), card, start))
	for range 2 {
		settle(t, s, monitor.Settlement{To: ops, Notes: notes, At: start, End: monitor.SettledTold, MessageID: 20})
	}
	update(t, s, samara, move)
	if cards := stale(t, s, ops); len(cards) != 2 || len(cards[1].Entries) != 1 || cards[1].MessageID != 20 {
		t.Errorf("stale: %+v", cards)
	}
}

// However a card ends, what joined it is due again, or others are told.
func testJoinedCardEnds(t *testing.T, s *storage.Store) {
	const super = -1001000000009
	for name, end := range map[string]struct {
		end func() error
		in  monitor.Address
	}{
		"moved": {func() error { return s.MoveChat(t.Context(), ops.Chat, super) }, monitor.Address{Chat: super}},
		"revived": {func() error {
			if err := s.LoseChat(t.Context(), monitor.LostChat{Address: boss, Why: "kicked"}); err != nil {
				return err
			}
			_, err := s.ReviveChat(t.Context(), boss.Chat)
			return err
		}, boss},
	} {
		to := ops
		if end.in == boss {
			to = boss
		}
		subscribe(t, s, to)
		subject := monitor.InstanceID("72" + name).Subject()
		update(t, s, subject, dropOut)
		deliver(t, s, to, 10)
		late := monitor.InstanceID("73" + name).Subject()
		update(t, s, late, dropOut)
		join(t, s, due(t, s, to, start))
		must(t, end.end())
		told := false
		for _, n := range due(t, s, end.in, time.Now()) {
			told = told || n.Alert.Subject == late && n.Joined == 0
		}
		if !told {
			t.Errorf("%s: not due again", name)
		}
	}
}
