package storage_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greenwatch/monitor"
	"greenwatch/storage"
)

func testCases(t *testing.T, s *storage.Store) {
	full := monitor.Case{
		Subject: samara, Known: true, Arrivals: 3,
		Belief: monitor.Belief{
			Finding: monitor.Finding{Answer: monitor.Refused, Refusal: monitor.Expired},
			Since:   start, After: start.Add(-time.Minute), At: start.Add(10 * time.Second), Detail: "expired",
		},
		Incident: monitor.Incident{
			Number: 1, Opened: start, Events: 2, TellBy: start.Add(time.Hour),
			Steps: []monitor.Step{{At: start, Action: monitor.Action{Key: "k", Verb: monitor.Reboot}}},
		},
		Action: monitor.Action{Key: "press/1", Verb: monitor.Reboot, Subject: samara, By: monitor.Person{ID: 5, Name: "O'Neil 🟢"}, To: night},
		Proof:  monitor.Proof{Ask: start, Starting: true},
	}
	update(t, s, samara, func(monitor.Case) (monitor.Case, monitor.Effects) {
		anonymous := full
		anonymous.Subject = "" // a case stays whose it is
		return anonymous, monitor.Effects{}
	})
	update(t, s, kazan, begin)
	update(t, s, kazan, func(c monitor.Case) (monitor.Case, monitor.Effects) {
		c.Incident.Closed = start.Add(time.Minute)
		return c, monitor.Effects{}
	})
	second := update(t, s, kazan, begin)

	if second.Incident.Number != 2 {
		t.Errorf("the incident has number %d, want 2", second.Incident.Number)
	}
	all, err := s.Cases(t.Context())
	must(t, err)
	if diff := cmp.Diff([]monitor.Case{second, full}, all); diff != "" {
		t.Errorf("all cases (-want +got):\n%s", diff)
	}
	one, err := s.Case(t.Context(), samara)
	must(t, err)
	if diff := cmp.Diff(full, one); diff != "" {
		t.Errorf("one case (-want +got):\n%s", diff)
	}
}

func testUnknownCase(t *testing.T, s *storage.Store) {
	c, err := s.Case(t.Context(), kazan)
	must(t, err)
	if want := (monitor.Case{Subject: kazan}); !cmp.Equal(c, want) {
		t.Errorf("got %+v, want %+v", c, want)
	}
}

// An unchanged case is not written: its incident keeps its version, and a subject nothing is known of leaves no row, also
// in the company of one that changes.
func testUnchanged(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, kazan, begin)
	same := func(c monitor.Case) (monitor.Case, monitor.Effects) { return c, monitor.Effects{} }
	update(t, s, kazan, same)
	update(t, s, samara, same)
	if v := due(t, s, ops, start)[0].Version; v != 1 {
		t.Errorf("version %d after one change, want 1", v)
	}
	_, err := s.UpdateAll(t.Context(), []storage.Change{{Subject: kazan, Apply: move}, {Subject: samara, Apply: same}})
	must(t, err)
	if v := due(t, s, ops, start)[0].Version; v != 2 {
		t.Errorf("version %d after two changes, want 2", v)
	}
	all, err := s.Cases(t.Context())
	must(t, err)
	if len(all) != 1 {
		t.Errorf("%d cases, want 1: %+v", len(all), all)
	}
}

func testTransitions(t *testing.T, s *storage.Store) {
	believe := func(state monitor.State, minute int) {
		update(t, s, kazan, func(c monitor.Case) (monitor.Case, monitor.Effects) {
			at := start.Add(time.Duration(minute) * time.Minute)
			c.Belief = monitor.Belief{Finding: monitor.Finding{Answer: monitor.Answered, State: state}, Since: at, At: at}
			return c, monitor.Effects{}
		})
	}
	believe(monitor.YellowCard, 0)
	believe(monitor.Suspended, 1) // the same by another name
	believe(monitor.Authorized, 2)
	believe(monitor.NotAuthorized, 3)

	got, err := s.Transitions(t.Context(), kazan, 2)
	must(t, err)
	var words []string
	for _, tr := range got {
		words = append(words, fmt.Sprintf("%d: %s -> %s", int(tr.At.Sub(start).Minutes()), tr.From.Word(), tr.To.Word()))
	}
	want := []string{"3: authorized -> notAuthorized", "2: suspended -> authorized"}
	if !slices.Equal(words, want) {
		t.Errorf("got %q, want %q", words, want)
	}
	all, err := s.Transitions(t.Context(), kazan, 10)
	must(t, err)
	if len(all) != 3 {
		t.Errorf("%d transitions in all, want 3", len(all))
	}
}

func testOneOpenIncident(t *testing.T, s *storage.Store) {
	before := update(t, s, kazan, begin)
	if _, err := s.Update(t.Context(), kazan, begin); err == nil {
		t.Error("a second open incident was saved")
	}
	after, err := s.Case(t.Context(), kazan)
	must(t, err)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the case changed (-want +got):\n%s", diff)
	}
}

func testAllOrNothing(t *testing.T, s *storage.Store) {
	subscribe(t, s, ops)
	update(t, s, samara, begin)
	deliver(t, s, ops, 1)
	_, err := s.UpdateAll(t.Context(), []storage.Change{
		{Subject: kazan, Apply: begin},
		{Subject: samara, Apply: begin}, // refused: one is open
	})
	if err == nil {
		t.Fatal("saved")
	}
	if notes := due(t, s, ops, start); len(notes) != 0 {
		t.Errorf("%d notes of a change that was not saved", len(notes))
	}
	c, err := s.Case(t.Context(), kazan)
	must(t, err)
	if c.Incident.Number != 0 {
		t.Error("the other case was saved")
	}
	if _, err := s.UpdateAll(t.Context(), nil); err != nil {
		t.Errorf("no change at all: %v", err)
	}
}

func testOneCaseTwice(t *testing.T, s *storage.Store) {
	cases, err := s.UpdateAll(t.Context(), []storage.Change{
		{Subject: samara, Apply: begin}, {Subject: kazan, Apply: begin}, {Subject: samara, Apply: move},
	})
	must(t, err)
	var got []string
	for _, c := range cases {
		got = append(got, fmt.Sprint(c.Subject, " ", c.Incident.Events))
	}
	want := []string{"instance/7105000018 1", "instance/7105000017 1", "instance/7105000018 2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	_, err = s.UpdateAll(t.Context(), []storage.Change{
		{Subject: kazan, Apply: count},
		{Subject: kazan, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) { c.Arrivals--; return c, monitor.Effects{} }},
	})
	must(t, err)
	c, err := s.Case(t.Context(), kazan)
	must(t, err)
	if c.Arrivals != 0 {
		t.Error("the second change, back to what it was, was not saved")
	}
}

func testPanic(t *testing.T, s *storage.Store) {
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_, _ = s.UpdateAll(t.Context(), []storage.Change{
			{Subject: kazan, Apply: begin},
			{Subject: samara, Apply: func(monitor.Case) (monitor.Case, monitor.Effects) { panic("a bug of ours") }},
		})
	}()
	if c := update(t, s, kazan, begin); c.Incident.Number != 1 {
		t.Errorf("incident %d, want 1: what came before the panic was saved", c.Incident.Number)
	}
}

func testCancelledBefore(t *testing.T, s *storage.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Update(ctx, kazan, begin); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if c := update(t, s, kazan, begin); c.Incident.Number != 1 {
		t.Error("the cancelled change was saved")
	}
}

// Cancelled once it has begun, a change goes to its end and says so.
func testCancelledWithin(t *testing.T, s *storage.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Update(ctx, kazan, func(c monitor.Case) (monitor.Case, monitor.Effects) {
		cancel()
		return begin(c)
	})
	c, readErr := s.Case(t.Context(), kazan)
	must(t, readErr)
	if c.Incident.Number != 1 || err != nil {
		t.Errorf("saved: %t, and the error is %v", c.Incident.Number == 1, err)
	}
}

func testNoLostUpdate(t *testing.T, s *storage.Store) {
	const people, times = 8, 25
	var all sync.WaitGroup
	for range people {
		all.Go(func() {
			for range times {
				_, err := s.UpdateAll(t.Context(), []storage.Change{{Subject: kazan, Apply: count}, {Subject: samara, Apply: count}})
				if err != nil {
					t.Error(err)
				}
				if _, err := s.Cases(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for _, subject := range []monitor.Subject{kazan, samara} {
		c, err := s.Case(t.Context(), subject)
		must(t, err)
		if c.Arrivals != people*times {
			t.Errorf("%s: %d changes arrived, want %d", subject, c.Arrivals, people*times)
		}
	}
}

func count(c monitor.Case) (monitor.Case, monitor.Effects) {
	c.Arrivals++
	return c, monitor.Effects{}
}

// The nudge comes after the commit, with everything it committed, and not for what was not saved or had no effect.
func testCommitted(t *testing.T, address string) {
	var s *storage.Store
	var nudges []string
	s = open(t, storage.Options{URL: address, Committed: func(e monitor.Effects) {
		chats := waiting(t, s, start)
		nudges = append(nudges, fmt.Sprintf("%d alerts, %d chats wait", len(e.Alerts), len(chats)))
	}})
	subscribe(t, s, ops, boss)
	_, err := s.UpdateAll(t.Context(), []storage.Change{{Subject: kazan, Apply: begin}, {Subject: samara, Apply: begin}})
	must(t, err)
	update(t, s, kazan, move)
	if _, err := s.Update(t.Context(), kazan, begin); err == nil {
		t.Error("a second open incident was saved")
	}
	if want := []string{"2 alerts, 2 chats wait"}; !slices.Equal(nudges, want) {
		t.Errorf("got %q, want %q", nudges, want)
	}
}
