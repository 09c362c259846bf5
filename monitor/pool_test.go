package monitor_test

import (
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
)

func runbook() monitor.Policy {
	p := monitor.DefaultPolicy()
	p.AutoReboot, p.StartingGrace, p.RebootWait, p.Interval = monitor.AutoRebootOn, time.Minute, 2*time.Minute, time.Minute
	return p
}

// settled is a town that has been well for some minutes.
func settled(t *testing.T, p monitor.Policy, pools map[string]int) *town {
	t.Helper()
	w := newTown(t, p, pools)
	w.live(5 * time.Minute)
	if w.told() != "" || w.commits != len(w.members) {
		t.Fatalf("all is well: %d commits, told %s", w.commits, w.told())
	}
	return w
}

// between says whether an instance is within its turn: each begins a little later than the one before.
func between(w *town, from time.Time, over, lasts time.Duration) func(monitor.InstanceID, time.Time) bool {
	turn := map[monitor.InstanceID]time.Time{}
	for n, m := range w.members {
		turn[m.id] = from.Add(over * time.Duration(n) / time.Duration(len(w.members)))
	}
	return func(id monitor.InstanceID, now time.Time) bool {
		return !now.Before(turn[id]) && now.Before(turn[id].Add(lasts))
	}
}

// A rolling restart of a pool of 500 is three messages at most, and nothing is rebooted, however fast it rolls.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		over, lasts time.Duration
		grace       time.Duration
		want        string
	}{
		"all at once":       {0, 4 * time.Minute, time.Minute, "pool_down pool/7105, pool_up pool/7105"},
		"to the letter":     {0, 4 * time.Minute, 0, "pool_down pool/7105, pool_up pool/7105"},
		"within 2 minutes":  {2 * time.Minute, 4 * time.Minute, time.Minute, "pool_down pool/7105, pool_up pool/7105"},
		"within 10 minutes": {10 * time.Minute, 150 * time.Second, time.Minute, ""},
		"half at a time":    {8 * time.Minute, 4 * time.Minute, time.Minute, "pool_down pool/7105, pool_up pool/7105"},
		"a blink":           {20 * time.Second, 10 * time.Second, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := runbook()
			p.StartingGrace = test.grace
			w := settled(t, p, map[string]int{"7105": 500, "7103": 40})
			starting := between(w, w.now.Add(13*time.Second), test.over, test.lasts)
			w.world = func(id monitor.InstanceID, now time.Time) string {
				if id.Pool() == "7105" && starting(id, now) {
					return "starting"
				}
				return "authorized"
			}
			w.live(40 * time.Minute)
			if got := w.told(); got != test.want || w.rebooted() > 0 {
				t.Errorf("rebooted %d, told %s", w.rebooted(), got)
			}
		})
	}
}

// The whole API away is one message of self, also where we are started anew meanwhile.
func TestEverythingBlind(t *testing.T) {
	t.Parallel()
	for name, restarts := range map[string]bool{"": false, "restarted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := settled(t, runbook(), map[string]int{"7105": 100, "7103": 100, "7107": 3})
			began := w.now
			w.world = func(monitor.InstanceID, time.Time) string { return "mute" }
			w.live(20 * time.Minute)
			if got := w.told(); got != "pool_down self" {
				t.Fatalf("away: told %s", got)
			}
			down := w.alerts[0]
			if r := down.Roll; down.Silent || r.Total != 203 || len(r.Bad) != 203 || r.From.Before(began) || down.At.Sub(began) > 150*time.Second {
				t.Errorf("told %d of %d after %s", len(r.Bad), r.Total, down.At.Sub(began))
			}
			if restarts {
				w.restart()
				w.live(20 * time.Minute)
			}
			if got := w.told(); got != "pool_down self" {
				t.Fatalf("started anew: told %s", got)
			}
			w.world = func(monitor.InstanceID, time.Time) string { return "authorized" }
			w.live(30 * time.Minute)
			if got := w.told(); got != "pool_down self, pool_up self" || w.rebooted() > 0 {
				t.Errorf("back: told %s", got)
			}
		})
	}
}

// Out of an outage of everything one pool does not come back, and out of that one member.
func TestOutlasting(t *testing.T) {
	t.Parallel()
	w := settled(t, runbook(), map[string]int{"7105": 41, "7103": 40, "7107": 4})
	w.world = func(monitor.InstanceID, time.Time) string { return "mute" }
	w.live(15 * time.Minute)
	w.world = func(id monitor.InstanceID, _ time.Time) string {
		if id.Pool() == "7105" {
			return "mute"
		}
		return "authorized"
	}
	w.live(15 * time.Minute)
	if got := w.told(); got != "pool_down self, pool_up self, pool_down pool/7105" {
		t.Fatalf("told %s", got)
	}
	w.restart()
	w.live(15 * time.Minute)
	w.world = func(id monitor.InstanceID, _ time.Time) string {
		if id == "7105000012" {
			return "notAuthorized"
		}
		return "authorized"
	}
	w.live(20 * time.Minute)
	want := "pool_down self, pool_up self, pool_down pool/7105, pool_up pool/7105, opened instance/7105000012"
	if got := w.told(); got != want {
		t.Fatalf("told %s", got)
	}
	up, down := w.alerts[3].Roll, w.alerts[2].Roll
	if down.Total != 41 || len(down.Bad) != 41 || down.Others != 44 || down.OthersGood != 44 {
		t.Errorf("down: %+v", down)
	}
	if up.Total != 41 || up.Good != 40 || len(up.Bad) != 1 || up.Bad[0].State != monitor.NotAuthorized || !up.From.Before(up.Until) {
		t.Errorf("up: %+v", up)
	}
	if waited := w.alerts[4].At.Sub(w.alerts[3].At); waited < time.Minute || waited > 2*time.Minute {
		t.Errorf("the member was told %s later", waited)
	}
	if c := w.cases["pool/7105"]; c.Incident.Outage.Half.IsZero() || c.Incident.Outage.Peak != 41 {
		t.Errorf("kept %+v", c.Incident.Outage)
	}
}

// One number of many is its own matter: it is rebooted once, and told when that has changed nothing.
func TestOneOfMany(t *testing.T) {
	t.Parallel()
	w := settled(t, runbook(), map[string]int{"7105": 20})
	began := w.now
	w.world = func(id monitor.InstanceID, _ time.Time) string {
		if id == "7105000012" || id == "7105000013" {
			return "starting"
		}
		return "authorized"
	}
	w.live(26 * time.Hour)
	want := "opened instance/7105000012, opened instance/7105000013, still instance/7105000012, still instance/7105000013"
	if got := w.told(); got != want || w.rebooted() != 2 {
		t.Errorf("rebooted %d, told %s", w.rebooted(), got)
	}
	if took := w.alerts[0].At.Sub(began); took < 3*time.Minute || took > 5*time.Minute {
		t.Errorf("told after %s", took)
	}
}

// Read to the letter, the page reboots for ever: each reboot makes a starting. Here it is one.
func TestLiteralLoop(t *testing.T) {
	t.Parallel()
	p := runbook()
	p.StartingGrace = 0
	w := settled(t, p, map[string]int{"7105": 5})
	began := w.now // somebody changed the settings
	w.world = func(id monitor.InstanceID, now time.Time) string {
		restarted := began
		if made := w.called[id]; len(made) > 0 {
			restarted = made[len(made)-1]
		}
		if id == "7105000002" && now.Sub(restarted) < 3*time.Minute {
			return "starting"
		}
		return "authorized"
	}
	w.live(6 * time.Hour)
	if got := w.told(); w.rebooted() != 1 || got != "opened instance/7105000002, resolved instance/7105000002" {
		t.Errorf("rebooted %d, told %s", w.rebooted(), got)
	}
}

// Over the fleet three are rebooted within ten minutes; the others wait for a person.
func TestFleetCap(t *testing.T) {
	t.Parallel()
	w := settled(t, runbook(), map[string]int{"7101": 9, "7102": 9, "7103": 9, "7104": 9, "7105": 9, "7106": 9, "7107": 9})
	w.world = func(id monitor.InstanceID, _ time.Time) string {
		if strings.HasSuffix(string(id), "2") {
			return "starting"
		}
		return "authorized"
	}
	w.live(20 * time.Minute)
	proposed := 0
	for _, m := range w.members {
		if m.c.Incident.Runbook.Proposed {
			proposed++
		}
	}
	if w.rebooted() != 3 || proposed != 4 {
		t.Errorf("rebooted %d, proposed %d", w.rebooted(), proposed)
	}
}

// Bills fall due at midnight: each is told, in one commit, and that it is paid too.
func TestUnpaidTogether(t *testing.T) {
	t.Parallel()
	w := settled(t, runbook(), map[string]int{"7105": 50, "7103": 50})
	w.world = func(id monitor.InstanceID, _ time.Time) string {
		if strings.HasSuffix(string(id), "2") {
			return "expired"
		}
		return "authorized"
	}
	w.live(20 * time.Minute)
	if got := w.told(); len(w.alerts) != 10 || strings.Count(got, "opened") != 10 {
		t.Fatalf("told %s", got)
	}
	for _, a := range w.alerts {
		if a.Silent || !a.At.Equal(w.alerts[0].At) {
			t.Errorf("told %+v", a)
		}
	}
	w.restart()
	w.live(20 * time.Minute)
	w.world = func(monitor.InstanceID, time.Time) string { return "authorized" }
	w.live(20 * time.Minute)
	if got := w.told(); len(w.alerts) != 20 || strings.Count(got, "resolved") != 10 {
		t.Errorf("told %s", got)
	}
}

// A small fleet: a single number that is not answered is everything that we cannot reach, and a short pause is nothing.
func TestSmallFleets(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]string{1: "pool_down self", 2: "pool_down self", 3: "pool_down self"} {
		w := settled(t, runbook(), map[string]int{"7105": size})
		w.world = func(monitor.InstanceID, time.Time) string { return "mute" }
		w.live(65 * time.Second)
		if got := w.told(); got != "" {
			t.Errorf("%d: told %s at once", size, got)
		}
		w.live(10 * time.Minute)
		if got := w.told(); got != want {
			t.Errorf("%d: told %s", size, got)
		}
	}
	w := settled(t, monitor.DefaultPolicy(), map[string]int{"7105": 4})
	w.world = func(id monitor.InstanceID, _ time.Time) string {
		if id == "7105000002" || id == "7105000001" {
			return "mute"
		}
		return "authorized"
	}
	w.live(10 * time.Minute)
	if got := w.told(); got != "opened instance/7105000001, opened instance/7105000002" {
		t.Errorf("two of four: told %s", got)
	}
}
