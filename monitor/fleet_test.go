package monitor_test

import (
	"testing"
	"time"

	"greenwatch/monitor"
)

func TestFleetAlerts(t *testing.T) {
	t.Parallel()
	c := monitor.Case{Subject: monitor.Self}
	scene := monitor.Scene{Now: epoch()}
	roll := monitor.Roll{Total: 9, Good: 3, Bad: make([]monitor.RollEntry, 6), Known: true}
	var keys []string
	for n, tell := range []func(monitor.Roll, monitor.Scene) (monitor.Case, monitor.Effects){c.Arrive, c.Return} {
		next, effects := tell(roll, scene)
		a := effects.Alerts[0]
		if next.Arrivals != 1 || a.Roll.Total != 9 || !a.At.Equal(epoch()) || a.Silent || a.Subject != monitor.Self {
			t.Errorf("%d: told %+v", n, a)
		}
		again, effects := next.Return(monitor.Roll{}, scene)
		if !effects.Alerts[0].Silent || again.Arrivals != 2 {
			t.Errorf("%d: nothing taken as known, told %+v", n, effects.Alerts[0])
		}
		keys = append(keys, a.Key, effects.Alerts[0].Key)
	}
	if keys[0] != "self/arrived/1" || keys[1] != "self/returned/2" || keys[2] != "self/returned/1" {
		t.Errorf("keys %q", keys)
	}
}

func TestCrowd(t *testing.T) {
	t.Parallel()
	for bad, want := range map[int]bool{0: false, 1: false, 5: false, 6: true, 500: true} {
		if monitor.Crowd(bad) != want {
			t.Errorf("%d bad ones: a crowd is %t", bad, !want)
		}
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	c := monitor.Case{Subject: instance.Subject()}
	now := epoch().Add(time.Hour)
	beliefs := []monitor.Belief{
		{Finding: finding("starting"), Since: epoch(), At: epoch().Add(10 * time.Second)},
		{Finding: finding("blocked"), Since: epoch().Add(time.Minute), At: epoch().Add(2 * time.Minute)},
		{Finding: finding("starting"), Since: epoch().Add(3 * time.Minute), At: epoch().Add(4 * time.Minute)},
	}
	c, effects := c.Follow(beliefs, reading("starting", now), monitor.Scene{Now: now, Policy: monitor.DefaultPolicy()})
	if got, want := effectsText(effects, nil), "opened, changed silently"; got != want {
		t.Errorf("kept late: %s, want %s", got, want)
	}
	if got, want := caseText(c), "starting open #1 told starting"; got != want {
		t.Errorf("stands %s, want %s", got, want)
	}
	if again, effects := c.Follow(nil, reading("starting", now), monitor.Scene{Now: now}); effectsText(effects, nil) != "" || caseText(again) != caseText(c) {
		t.Errorf("nothing new: %s, stands %s", effectsText(effects, nil), caseText(again))
	}
}
