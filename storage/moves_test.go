package storage_test

import (
	"fmt"
	"slices"
	"testing"

	"greenwatch/monitor"
	"greenwatch/storage"
)

var perm = monitor.InstanceID("7107000001").Subject()

// dropOut is a number that is believed logged out, by the rules.
func dropOut(c monitor.Case) (monitor.Case, monitor.Effects) {
	b := monitor.Belief{Finding: monitor.Finding{Answer: monitor.Answered, State: monitor.NotAuthorized}, Since: start, At: start}
	return c.Believe(b, monitor.Scene{Now: start, Policy: monitor.DefaultPolicy()})
}

func testChatLost(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops, boss)
	update(t, s, kazan, dropOut)
	deliver(t, s, boss, 10)
	must(t, s.LoseChat(t.Context(), lost("Forbidden: bot was kicked")))
	must(t, s.LoseChat(t.Context(), lost("again")))
	if left := due(t, s, ops, start); len(left) != 0 {
		t.Errorf("a dead chat is still told %v", kinds(left))
	}
	if got, want := kinds(due(t, s, boss, start)), []monitor.AlertKind{monitor.ChatLost}; !slices.Equal(got, want) {
		t.Errorf("the other chat is told %v, want %v", got, want)
	}
	chats, err := s.Chats(t.Context())
	must(t, err)
	for _, c := range chats {
		if dead := c.Chat == ops.Chat; c.Dead.IsZero() == dead || dead && c.DeadWhy != "Forbidden: bot was kicked" {
			t.Errorf("chat %+v", c)
		}
	}
	update(t, s, samara, dropOut)
	if got := due(t, s, ops, start); len(got) != 0 {
		t.Errorf("a dead chat gets notes: %v", kinds(got))
	}

	for n, want := range []bool{true, false} {
		if revived, err := s.ReviveChat(t.Context(), ops.Chat); err != nil || revived != want {
			t.Errorf("revived for the %d. time: %t, %v", n+1, revived, err)
		}
	}
	var subjects []monitor.Subject
	for _, n := range due(t, s, ops, start) {
		subjects = append(subjects, n.Alert.Subject)
	}
	slices.Sort(subjects)
	if want := []monitor.Subject{kazan, samara}; !slices.Equal(subjects, want) {
		t.Errorf("after its return it is told of %v, want %v", subjects, want)
	}
}

func testMovedChat(t *testing.T, s *storage.Store) {
	const super = -1009
	topic := monitor.Address{Chat: ops.Chat, Topic: 8}
	subscribe(t, s, ops, topic, boss)
	update(t, s, kazan, dropOut)
	deliver(t, s, ops, 10)
	update(t, s, samara, dropOut)
	must(t, s.MoveChat(t.Context(), ops.Chat, super))
	must(t, s.MoveChat(t.Context(), ops.Chat, super))
	must(t, s.MoveChat(t.Context(), 404, 405)) // not one of ours

	told := make(map[monitor.Subject]bool)
	for _, n := range due(t, s, monitor.Address{Chat: super}, start) {
		told[n.Alert.Subject] = true
	}
	if !told[kazan] || !told[samara] {
		t.Errorf("the new chat is told of %v", told)
	}
	for _, to := range []monitor.Address{ops, topic} {
		if left := due(t, s, to, start); len(left) > 0 && to == ops {
			t.Errorf("%v is still told %v", to, kinds(left))
		}
	}

	subscribe(t, s, ops, boss) // the settings go on naming the old id
	update(t, s, perm, dropOut)
	found := false
	for _, n := range due(t, s, monitor.Address{Chat: super}, start) {
		found = found || n.Alert.Subject == perm
	}
	if !found {
		t.Error("the old id does not mean the new chat")
	}
	moves, err := s.Moves(t.Context())
	must(t, err)
	if moves[ops.Chat] != super || len(moves) != 1 {
		t.Errorf("moves: %v", moves)
	}
}

// The settings name the group, or a topic that it never had, and what it has become as well: nothing is left behind to be
// told where nobody can be.
func testMovedChatIsNamedTwice(t *testing.T, s *storage.Store) {
	const super = -1009
	group, slip := monitor.Address{Chat: -41}, monitor.Address{Chat: -42, Topic: 3}
	subscribe(t, s, group, slip, monitor.Address{Chat: super}, boss)
	update(t, s, kazan, dropOut)
	must(t, s.MoveChat(t.Context(), group.Chat, super))
	must(t, s.MoveChat(t.Context(), slip.Chat, super-1))
	for _, to := range []monitor.Address{group, slip} {
		if left := due(t, s, to, start); len(left) > 0 {
			t.Errorf("%v is still told %v", to, kinds(left))
		}
	}
	for _, super := range []int64{super, super - 1} {
		if got := due(t, s, monitor.Address{Chat: super}, start); len(got) != 1 {
			t.Errorf("%d is told %v", super, kinds(got))
		}
	}
}

// A message that is a card already takes more incidents, and a card of very many wants a file.
func testGrowingCard(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, dropOut)
	deliver(t, s, ops, 10)
	update(t, s, samara, dropOut)
	deliver(t, s, ops, 10)
	cards := stale(t, s, ops)
	if len(cards) != 1 || len(cards[0].Entries) != 2 || cards[0].MessageID != 10 {
		t.Fatalf("stale: %+v", cards)
	}
	must(t, s.Shown(t.Context(), cards[0], start))
	if left := stale(t, s, ops); len(left) != 0 {
		t.Errorf("stale after it was shown: %+v", left)
	}
	if unlisted, err := s.Unlisted(t.Context(), ops); err != nil || len(unlisted) != 0 {
		t.Errorf("unlisted: %v, %v", unlisted, err)
	}

	many(t, s, 7200000000, monitor.MaxNamed)
	deliver(t, s, ops, 10)
	unlisted, err := s.Unlisted(t.Context(), ops)
	must(t, err)
	if len(unlisted) != 1 || len(unlisted[0].Entries) != monitor.MaxNamed+2 || unlisted[0].List != 0 {
		t.Fatalf("unlisted: %d", len(unlisted))
	}
	must(t, s.Listed(t.Context(), unlisted[0], 11))
	if left, err := s.Unlisted(t.Context(), ops); err != nil || len(left) != 0 {
		t.Errorf("unlisted after it was listed: %v, %v", left, err)
	}
}

func lost(why string) monitor.LostChat {
	return monitor.LostChat{Address: monitor.Address{Chat: ops.Chat}, Why: why}
}

// many numbers drop out.
func many(t *testing.T, s *storage.Store, first, n int) {
	t.Helper()
	for i := range n {
		update(t, s, monitor.InstanceID(fmt.Sprint(first+i)).Subject(), dropOut)
	}
}
