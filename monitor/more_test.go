package monitor_test

import (
	"slices"
	"testing"
	"time"

	"greenwatch/monitor"
)

// The chats' own news, and what is told again to a chat that came back.
func TestLinks(t *testing.T) {
	t.Parallel()
	if a := monitor.Lost(monitor.LostChat{Address: monitor.Address{Chat: -100}, Why: "kicked"}, epoch()); a.Kind != monitor.ChatLost || a.Subject != monitor.Self || a.Notice.Chat.Chat != -100 {
		t.Errorf("lost: %+v", a)
	}
	c := monitor.Case{Subject: monitor.Self}
	c, effects := c.Deafness("conflict", monitor.Scene{Now: epoch()})
	if a := effects.Alerts[0]; a.Key != "self/deaf/1" || a.Notice.Why != "conflict" || c.Arrivals != 1 {
		t.Errorf("deaf: %+v", a)
	}
	places := []monitor.Address{somewhere()}
	if _, lasts := c.Again(places, epoch()); lasts {
		t.Error("told again of nothing")
	}
	c = caseScript(t, `
		0s believe authorized >
		1m believe blocked    > opened`)
	again, lasts := c.Again(places, epoch().Add(time.Hour))
	if !lasts || again.Kind != monitor.Opened || again.Silent || !slices.Equal(again.Only, places) || again.Incident != 1 {
		t.Errorf("told again: %+v", again)
	}
}

// A chat that comes back in an outage is told of it with all its members.
func TestOutageIsToldAgain(t *testing.T) {
	t.Parallel()
	w := settled(t, runbook(), map[string]int{"7105": 9, "7103": 9})
	w.world = func(id monitor.InstanceID, _ time.Time) string {
		if id.Pool() == "7105" && id != "7105000000" {
			return "starting"
		}
		return "authorized"
	}
	w.live(5 * time.Minute)
	again, lasts := w.cases["pool/7105"].Again(nil, w.now)
	if !lasts || again.Kind != monitor.PoolDown || again.Silent || len(again.Roll.Bad) != 8 || again.Roll.Good != 1 || again.Roll.Total != 9 {
		t.Errorf("told again: %+v", again)
	}
	c := w.cases["pool/7105"]
	if c, effects := c.Leave(monitor.Scene{Now: w.now}); c.Incident.Open() || effectsText(effects, nil) != "dropped silently" {
		t.Errorf("the pool is gone: %+v", effects)
	}
}

func TestPoolSubjects(t *testing.T) {
	t.Parallel()
	if pool, ok := monitor.PoolSubject("7105").Pool(); !ok || pool != "7105" {
		t.Errorf("pool %q, %t", pool, ok)
	}
	for _, s := range []monitor.Subject{monitor.Self, instance.Subject()} {
		if pool, ok := s.Pool(); ok {
			t.Errorf("%s is pool %q", s, pool)
		}
	}
}

func TestDay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ sweeps, asked, instances, want int }{
		{0, 0, 0, 0}, {9, 9, 0, 0}, {1440, 14400, 10, 1440}, {1440, 14395, 10, 1440}, {1440, 100, 10, 10}, {1440, 101, 10, 11},
	} {
		if got := (monitor.Day{Sweeps: test.sweeps, Asked: test.asked}).Each(test.instances); got != test.want {
			t.Errorf("%+v: %d", test, got)
		}
	}
	c, s := monitor.Case{Subject: monitor.Self}, monitor.Scene{Now: epoch()}
	c, effects := c.Report("2026-03-01", monitor.Roll{Total: 9}, monitor.Day{Sweeps: 1}, s)
	if a := effects.Alerts[0]; a.Key != "self/report/2026-03-01" || a.Roll.Total != 9 || a.Day.Sweeps != 1 || !a.Silent || a.GoesOutside() {
		t.Errorf("reported %+v", a)
	}
	if _, effects = c.Report("2026-03-01", monitor.Roll{}, monitor.Day{}, s); len(effects.Alerts) > 0 {
		t.Error("reported twice")
	}
}

func TestGoesOutside(t *testing.T) {
	t.Parallel()
	if !(monitor.Alert{Kind: monitor.Opened}).GoesOutside() || (monitor.Alert{Kind: monitor.Opened, Only: []monitor.Address{{}}}).GoesOutside() {
		t.Error("everything goes outside but what only some chats asked for")
	}
}

func TestTrouble(t *testing.T) {
	t.Parallel()
	u := monitor.Unsaved{Instance: instance, Belief: monitor.Belief{Finding: finding("blocked")}}
	a := monitor.Trouble{Fault: monitor.FaultFull, Since: epoch(), Unsaved: []monitor.Unsaved{u}}
	b := a
	b.Repeat = true
	if !a.Reads(b) || a.Over() {
		t.Errorf("%+v reads otherwise than %+v", a, b)
	}
	b.Until = epoch()
	if a.Reads(b) || !b.Over() {
		t.Error("what is over reads like what lasts")
	}
	b = a
	b.Unsaved = []monitor.Unsaved{{Instance: instance, Belief: monitor.Belief{Finding: finding("authorized")}}}
	if a.Reads(b) {
		t.Error("other beliefs read the same")
	}
}
