package acts_test

import (
	"fmt"
	"testing"
	"time"

	"greenwatch/monitor"
)

// stick makes an instance that worked be stuck in starting, until the runbook wants it rebooted.
func (s *shop) stick(id monitor.InstanceID) {
	s.t.Helper()
	scene := s.scene()
	scene.Policy.AutoReboot = monitor.AutoRebootOn
	_, err := s.store.Update(s.t.Context(), id.Subject(), func(c monitor.Case) (monitor.Case, monitor.Effects) {
		believe := func(state monitor.State) monitor.Belief {
			return monitor.Belief{
				Finding: monitor.Finding{Answer: monitor.Answered, State: state}, Since: scene.Now, At: scene.Now,
			}
		}
		c, _ = c.Believe(believe(monitor.Authorized), scene)
		starting := believe(monitor.Starting)
		return c.Follow([]monitor.Belief{starting}, monitor.Reading{Instance: id, At: scene.Now, Finding: starting.Finding}, scene)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if a := s.action(id); a.State != monitor.Wanted || !a.Automatic {
		s.t.Fatalf("the runbook wants nothing of %s: %+v", id, a)
	}
}

// However many the runbook wants to reboot at once, it reboots three, also over a restart; people decide about the others.
func TestTheRunbookRebootsThreeOverTheFleet(t *testing.T) {
	t.Parallel()
	inShop(t, func(t *testing.T, s *shop) {
		var ids []monitor.InstanceID
		for n := range 10 {
			ids = append(ids, monitor.InstanceID(fmt.Sprintf("71050000%02d", n)))
		}
		for _, id := range ids[:5] {
			s.stick(id)
		}
		_, end := s.work(s.store)
		s.pass(5 * time.Second)
		end()
		s.wantCalls(3)
		for _, id := range ids[5:] {
			s.stick(id)
		}
		_, end = s.work(s.store)
		s.pass(5 * time.Second)
		s.wantCalls(3)
		held := 0
		for _, id := range ids {
			c, err := s.store.Case(t.Context(), id.Subject())
			if err != nil {
				t.Fatal(err)
			}
			if o := c.Action.Outcome; o.Kind == monitor.OutcomeHeld && o.Detail == monitor.HeldFleet && c.Incident.Runbook.Proposed {
				held++
			}
		}
		if held != 7 {
			t.Errorf("%d are left to people, want 7", held)
		}
		s.pass(20 * time.Minute)
		s.stick("7105000099")
		s.pass(5 * time.Second)
		end()
		s.wantCalls(4)
	})
}
