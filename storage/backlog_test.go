package storage_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greenwatch/monitor"
	"greenwatch/storage"
)

func testBacklog(t *testing.T, s *storage.Store) {
	expect := func(when string, want storage.Backlog) {
		t.Helper()
		got, err := s.Backlog(t.Context())
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	expect("at first", storage.Backlog{})
	subscribe(t, s, ops, night)
	update(t, s, monitor.Self, alert(monitor.Alert{Key: "self/returned/1", Kind: monitor.Returned, At: start.Add(time.Minute)}))
	update(t, s, kazan, begin)
	expect("two alerts for two chats", storage.Backlog{Notes: 4, Oldest: start.Truncate(time.Millisecond)})
	deliver(t, s, ops, 10)
	update(t, s, kazan, move)
	expect("one chat is told, and its card is stale", storage.Backlog{Notes: 2, Oldest: start.Truncate(time.Millisecond), Cards: 1})
	subscribe(t, s)
	expect("nobody is subscribed", storage.Backlog{})
}

func TestFailedIsReported(t *testing.T) {
	t.Parallel()
	var reported []error
	s := open(t, storage.Options{URL: ":memory:", Failed: func(err error) { reported = append(reported, err) }})
	if _, err := s.Backlog(t.Context()); err != nil || reported != nil {
		t.Fatal(err, reported)
	}
	given, up := context.WithCancel(t.Context())
	up()
	if _, err := s.Cases(given); !errors.Is(err, context.Canceled) || reported != nil {
		t.Errorf("a caller that gave up got %v; reported: %v", err, reported)
	}
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := s.Cases(late); err == nil || len(reported) != 1 || !errors.Is(reported[0], context.DeadlineExceeded) {
		t.Errorf("got %v; reported: %v", err, reported)
	}
}
