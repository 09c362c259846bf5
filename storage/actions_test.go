package storage_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greenwatch/monitor"
	"greenwatch/storage"
)

func act(a monitor.Action) apply {
	return func(c monitor.Case) (monitor.Case, monitor.Effects) {
		c.Action = a
		return c, monitor.Effects{Actions: []monitor.Action{a}}
	}
}

// An action is in the audit log, once, from the commit on that made it known.
func testActions(t *testing.T, s *storage.Store) {
	first := monitor.Action{
		Key: "press/2", Verb: monitor.Reboot, Subject: kazan, By: monitor.Person{ID: 5, Name: "@ops_a"},
		To: night, At: start, State: monitor.Wanted,
	}
	second := first
	second.Key, second.Subject, second.At = "press/1", samara, start.Add(time.Second)
	update(t, s, samara, act(second))
	update(t, s, kazan, act(first))
	wanted, err := s.Actions(t.Context(), monitor.Wanted)
	must(t, err)
	if diff := cmp.Diff([]monitor.Action{first, second}, wanted); diff != "" {
		t.Errorf("wanted (-want +got):\n%s", diff)
	}

	first.State = monitor.Running
	update(t, s, kazan, act(first))
	running, err := s.Actions(t.Context(), monitor.Running)
	must(t, err)
	if diff := cmp.Diff([]monitor.Action{first}, running); diff != "" {
		t.Errorf("running (-want +got):\n%s", diff)
	}
	log, err := s.AuditLog(t.Context(), 10)
	must(t, err)
	want := []monitor.AuditEntry{
		{At: start.Truncate(time.Millisecond), By: first.By, What: "reboot", Subject: kazan, Where: night},
		{At: start.Add(time.Second).Truncate(time.Millisecond), By: first.By, What: "reboot", Subject: samara, Where: night},
	}
	if diff := cmp.Diff(want, log); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

// What was answered is kept with the case, whatever the answer was, and a key that was used is not used again: not even by
// somebody who has forgotten it.
func testKeyOnce(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	key := 0
	press := func(p monitor.Press, now time.Time) error {
		var refused error
		_, err := s.Update(t.Context(), kazan, func(c monitor.Case) (monitor.Case, monitor.Effects) {
			var e monitor.Effects
			p.Verb, p.To, p.Until = monitor.Reboot, ops, now.Add(time.Minute)
			c, e, refused = c.Press(p, monitor.Scene{Now: now, Policy: monitor.DefaultPolicy()})
			return c, e
		})
		return errors.Join(err, refused)
	}
	refuse := func() {
		update(t, s, kazan, func(c monitor.Case) (monitor.Case, monitor.Effects) {
			return c.Done(c.Action, monitor.Outcome{Kind: monitor.OutcomeRefused}, monitor.Scene{Now: start})
		})
	}
	must(t, press(monitor.Press{Key: "a"}, start))
	refuse()
	must(t, press(monitor.Press{Key: "b"}, start))
	refuse()
	for _, again := range []struct {
		monitor.Press
		at   time.Time
		want error
	}{
		{monitor.Press{Key: "c", No: true}, start, monitor.ErrCancelled},
		{monitor.Press{Key: "c"}, start, monitor.ErrCancelled},
		{monitor.Press{Key: "a"}, start, &monitor.RepeatedError{}},
		{monitor.Press{Key: "b"}, start, &monitor.RepeatedError{}},
		{monitor.Press{Key: "a"}, start.Add(30 * 24 * time.Hour), &monitor.RepeatedError{}}, // forged: its minute is long over
	} {
		key++
		err := press(again.Press, again.at)
		if _, repeated := again.want.(*monitor.RepeatedError); repeated { //nolint:errorlint // it is made above
			if _, is := errors.AsType[*monitor.RepeatedError](err); !is {
				t.Errorf("%d: %v, want that it was taken already", key, err)
			}
		} else if !errors.Is(err, again.want) {
			t.Errorf("%d: %v, want %v", key, err, again.want)
		}
	}
	all, err := s.ActionsSince(t.Context(), start.Add(-time.Hour))
	must(t, err)
	log, err := s.AuditLog(t.Context(), 10)
	must(t, err)
	if len(all) != 2 || len(log) != 2 || all[0].State != monitor.Ended {
		t.Errorf("%d lines in the audit log, and the actions are %+v", len(log), all)
	}
}

// Texts are kept as they are, but for what is no text, and they are ordered by their bytes.
func testTexts(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, begin)
	notes := due(t, s, ops, start)
	sending(t, s, notes)
	settle(t, s, monitor.Settlement{
		To: ops, Notes: notes, At: start, End: monitor.SettledAgain, Until: start, Reason: "odd \x00 \xff\xfe Ярлык 🟢",
	})
	must(t, s.Audit(t.Context(), monitor.AuditEntry{At: start, What: "add", By: monitor.Person{Name: "O\x00'Neil\xff 🟢"}}))
	log, err := s.AuditLog(t.Context(), 1)
	must(t, err)
	if got, want := log[0].By.Name, "O'Neil\uFFFD 🟢"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}

	var keys []string
	for _, key := range []string{"b", "B", "_", "a-1", "a1"} {
		update(t, s, monitor.Subject(key), act(monitor.Action{Key: key, At: start, State: monitor.Wanted}))
	}
	actions, err := s.Actions(t.Context(), monitor.Wanted)
	must(t, err)
	for _, a := range actions {
		keys = append(keys, a.Key)
	}
	cases, err := s.Cases(t.Context())
	must(t, err)
	for _, c := range cases {
		keys = append(keys, string(c.Subject))
	}
	want := []string{"B", "_", "a-1", "a1", "b", "B", "_", "a-1", "a1", "b", string(kazan)}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func testAuditLog(t *testing.T, s *storage.Store) {
	for _, what := range []string{"add", "mute", "leave"} {
		must(t, s.Audit(t.Context(), monitor.AuditEntry{At: start, What: what, Subject: monitor.Self}))
	}
	log, err := s.AuditLog(t.Context(), 2)
	must(t, err)
	if len(log) != 2 || log[0].What != "leave" || log[1].What != "mute" {
		t.Errorf("got %+v, want the last two, newest first", log)
	}
}

func testSweeps(t *testing.T, s *storage.Store) {
	none, err := s.LastSweep(t.Context())
	must(t, err)
	if none != (monitor.Sweep{}) {
		t.Errorf("before the first: %+v", none)
	}
	day := start.Truncate(time.Millisecond)
	var last monitor.Sweep
	for n := range 3 {
		at := day.Add(time.Duration(n) * 29 * 24 * time.Hour)
		last = monitor.Sweep{Started: at, Ended: at.Add(time.Second), Asked: n + 10, Answered: n}
		must(t, s.EndSweep(t.Context(), last))
	}
	got, err := s.LastSweep(t.Context())
	must(t, err)
	if diff := cmp.Diff(last, got); diff != "" {
		t.Errorf("last (-want +got):\n%s", diff)
	}
}

func testPing(t *testing.T, s *storage.Store) { must(t, s.Ping(t.Context())) }

func testActionsSince(t *testing.T, s *storage.Store) {
	at := time.Date(2026, 11, 22, 3, 12, 0, 0, time.UTC)
	var want []string
	for n := range 4 {
		act := monitor.Action{
			Key: fmt.Sprint("act/", n), Verb: monitor.Reboot, Subject: "instance/7105000017",
			At: at.Add(time.Duration(n) * time.Minute), State: monitor.Wanted, Automatic: true,
		}
		_, err := s.Update(t.Context(), act.Subject, func(c monitor.Case) (monitor.Case, monitor.Effects) {
			c.Action = act
			return c, monitor.Effects{Actions: []monitor.Action{act}}
		})
		must(t, err)
		if n >= 2 {
			want = append(want, act.Key)
		}
	}
	found, err := s.ActionsSince(t.Context(), at.Add(2*time.Minute))
	must(t, err)
	var got []string
	for _, act := range found {
		got = append(got, act.Key)
		if !act.Automatic {
			t.Errorf("%s is not automatic any more", act.Key)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	log, err := s.AuditLog(t.Context(), 1)
	must(t, err)
	if len(log) != 1 || log[0].By.Name != "runbook" || log[0].What != "reboot" {
		t.Errorf("audit log %+v", log)
	}
}

// testOutage checks that a case is found of which nothing but an incident is known.
func testOutage(t *testing.T, s *storage.Store) {
	subject := monitor.PoolSubject("7105")
	_, err := s.Update(t.Context(), subject, func(c monitor.Case) (monitor.Case, monitor.Effects) {
		c.Incident = monitor.Incident{Number: 1, Opened: time.Date(2026, 11, 22, 3, 12, 0, 0, time.UTC)}
		return c, monitor.Effects{}
	})
	must(t, err)
	cases, err := s.Cases(t.Context())
	must(t, err)
	if len(cases) != 1 || cases[0].Subject != subject || !cases[0].Incident.Open() {
		t.Errorf("cases %+v", cases)
	}
}
