package storage_test

import (
	"slices"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/storage"
)

// chat is what is known of a chat.
func chat(t *testing.T, s *storage.Store, to monitor.Address) monitor.Chat {
	t.Helper()
	chats, err := s.Chats(t.Context())
	must(t, err)
	for _, c := range chats {
		if c.Address == to {
			return c
		}
	}
	t.Fatalf("no chat %v", to)
	return monitor.Chat{}
}

// A chat that seems to be well and refuses again is no news, and its schedule goes on growing until a message was sent.
func testRefusalsGrow(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops, boss)
	update(t, s, kazan, dropOut)
	deliver(t, s, boss, 10)
	for n, pause := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, time.Hour} {
		must(t, s.LoseChat(t.Context(), lost("Forbidden: bot was kicked")))
		c := chat(t, s, ops)
		if got := time.Until(c.ProbeAt); c.Probes != n+1 || got > pause || got < pause-time.Minute/2 {
			t.Errorf("after refusal %d it is tried in %v, want %v: %+v", n+1, got, pause, c)
		}
		if left := due(t, s, ops, start); len(left) != 0 {
			t.Errorf("a dead chat is told %v", kinds(left))
		}
		if revived, err := s.ReviveChat(t.Context(), ops.Chat); err != nil || !revived {
			t.Errorf("revived: %t, %v", revived, err)
		}
		if got, want := kinds(due(t, s, ops, start)), []monitor.AlertKind{monitor.Opened}; !slices.Equal(got, want) {
			t.Errorf("after return %d it is told %v, want %v", n+1, got, want)
		}
	}
	if got, want := kinds(due(t, s, boss, start)), []monitor.AlertKind{monitor.ChatLost}; !slices.Equal(got, want) {
		t.Errorf("the other chat is told %v, want %v", got, want)
	}
	deliver(t, s, ops, 11)
	if c := chat(t, s, ops); !c.Age.IsZero() || c.Probes != 0 || c.Refuses() {
		t.Errorf("after a message: %+v", c)
	}
}

// One topic is lost; the rest of its chat is told, and is told of it.
func testLostTopic(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops, night, boss)
	must(t, s.LoseChat(t.Context(), monitor.LostChat{Address: night, Alone: true, Why: "TOPIC_CLOSED"}))
	if c := chat(t, s, ops); c.Refuses() {
		t.Errorf("the chat is lost with its topic: %+v", c)
	}
	for to, want := range map[monitor.Address]int{ops: 1, boss: 1, night: 0} {
		if got := due(t, s, to, start.Add(time.Hour*24*365)); len(got) != want {
			t.Errorf("%v is told %v", to, kinds(got))
		}
	}
	notes := due(t, s, boss, start)
	if place := notes[0].Alert.Notice.Chat; place != night {
		t.Errorf("told of %v", place)
	}
	backlog, err := s.Backlog(t.Context())
	must(t, err)
	if backlog.Dead != 1 || backlog.Refusing != 0 {
		t.Errorf("backlog %+v", backlog)
	}
}

// A note that is refused in unknown words waits by itself, ever longer, and counts as untold meanwhile.
func testRefusedNotes(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, dropOut)
	now := time.Now()
	refuse := func() {
		t.Helper()
		notes := due(t, s, ops, now)
		if len(notes) != 1 {
			t.Fatalf("due: %v", kinds(notes))
		}
		must(t, s.Sending(t.Context(), notes))
		settle(t, s, monitor.Settlement{To: ops, Notes: notes, At: now, End: monitor.SettledRefused, Reason: "400 SOMETHING_NEW"})
	}
	refuse()
	for _, wait := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second} {
		if early := due(t, s, ops, now.Add(wait-time.Second)); len(early) != 0 {
			t.Errorf("due within %v: %v", wait, kinds(early))
		}
		now = now.Add(wait)
		refuse()
	}
	c := chat(t, s, ops)
	if r := c.Refused; r.Waiting != 1 || r.Why != "400 SOMETHING_NEW" || r.Again.IsZero() || !c.Refuses() {
		t.Errorf("the chat is %+v", c)
	}
	if n, err := s.Untold(t.Context(), now.Add(-time.Minute)); err != nil || n != 1 {
		t.Errorf("untold: %d, %v", n, err)
	}
	update(t, s, samara, dropOut) // what comes after it is not kept back
	if got := due(t, s, ops, now); len(got) != 1 || got[0].Alert.Subject != samara {
		t.Errorf("due beside it: %v", kinds(got))
	}
	deliver(t, s, ops, 10)
	for range 60 {
		if now = now.Add(time.Hour); len(due(t, s, ops, now)) > 0 {
			refuse()
		}
	}
	if r := chat(t, s, ops).Refused; r.Waiting != 0 || r.GivenUp != 1 {
		t.Errorf("after a day: %+v", r)
	}
}

// A card whose list goes as text says so, and is listed again only as it grows.
func testListedInText(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	many(t, s, 7200000000, monitor.MaxNamed+2)
	deliver(t, s, ops, 10)
	listed := func(message, entries int) {
		t.Helper()
		unlisted, err := s.Unlisted(t.Context(), ops)
		must(t, err)
		if len(unlisted) != 1 || len(unlisted[0].Entries) != entries {
			t.Fatalf("unlisted: %d", len(unlisted))
		}
		must(t, s.Listed(t.Context(), unlisted[0], message))
	}
	listed(monitor.ListedInText, monitor.MaxNamed+2)
	cards := stale(t, s, ops)
	if len(cards) != 1 || cards[0].List != monitor.ListedInText || cards[0].Listed != monitor.MaxNamed+2 {
		t.Fatalf("stale: %+v", cards)
	}
	must(t, s.Shown(t.Context(), cards[0], start))
	if left, err := s.Unlisted(t.Context(), ops); err != nil || len(left) != 0 || len(stale(t, s, ops)) != 0 {
		t.Errorf("unlisted after it was shown: %v, %v", left, err)
	}
	many(t, s, 7300000000, 1)
	deliver(t, s, ops, 10)
	listed(12, monitor.MaxNamed+3)
	if cards := stale(t, s, ops); len(cards) != 1 || cards[0].List != 12 {
		t.Errorf("stale: %+v", cards)
	}
}
