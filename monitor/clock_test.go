package monitor_test

import (
	"slices"
	"testing"
	"time"

	"greenwatch/monitor"
)

const aDay = 24 * time.Hour

// out is a case that is believed to be what the word says since the epoch.
// Besides, it may be in an outage ("down"), have just appeared ("new"), or be rebooted by the runbook, without an end
// of it ("runbook").
func out(word string, p monitor.Policy, besides ...string) monitor.Case {
	c := monitor.Case{Subject: instance.Subject()}
	at := epoch()
	s := monitor.Scene{Now: at, Policy: p, PoolDown: slices.Contains(besides, "down")}
	if slices.Contains(besides, "new") {
		c, _ = c.Appear(s)
	}
	if slices.Contains(besides, "runbook") {
		s.Policy.AutoReboot = monitor.AutoRebootOn
	}
	for _, w := range []string{"authorized", word} {
		c, _ = c.Believe(monitor.Belief{Finding: finding(w), Since: at, At: at}, s)
	}
	c, _ = c.Elapse(reading(word, at), s)
	c, _ = c.Start(c.Action.Key, s)
	return c
}

// A clock that is set back by a day must not hold up for a day what waits for minutes: it waits once more at most.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	p := monitor.DefaultPolicy()
	for name, c := range map[string]struct {
		begin monitor.Case
		word  string
		least time.Duration
		most  time.Duration
		kind  monitor.AlertKind
	}{
		"settling is told":    {out("starting", p), "starting", 5 * time.Minute, 5 * time.Minute, monitor.Opened},
		"silent trouble ring": {out("mute", p), "mute", 15 * time.Minute, 15 * time.Minute, monitor.StillOut},
		"an outage is over":   {out("mute", p, "down"), "mute", 16 * time.Minute, 16 * time.Minute, monitor.Opened},
		"a new one is told":   {out("null", p, "new"), "null", 10 * time.Minute, 15 * time.Minute, monitor.Opened},
		"the runbook is due":  {out("starting", p, "runbook"), "starting", 5 * time.Minute, 8 * time.Minute, monitor.Opened},
		"a reboot is judged":  {accepted(t, p), "notAuthorized", 2 * time.Minute, 130 * time.Second, monitor.ActedOn},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := epoch().Add(time.Second - aDay)
			began := now
			k := c.begin
			for now.Sub(began) < aDay {
				s := monitor.Scene{Now: now, Policy: p}
				var effects monitor.Effects
				k, effects = k.Elapse(reading(c.word, now), s)
				if len(effects.Alerts) > 0 {
					if took := now.Sub(began); effects.Alerts[0].Kind != c.kind || took < c.least || took > c.most {
						t.Errorf("%s after %s, want %s after %s to %s", effects.Alerts[0].Kind, took, c.kind, c.least, c.most)
					}
					return
				}
				wait, waits := k.Wait(monitor.Scene{Now: now, Policy: p})
				if !waits || wait > 15*time.Minute {
					t.Fatalf("waits for %s, %t", wait, waits)
				}
				now = now.Add(max(wait, time.Second))
			}
			t.Error("not told within a day")
		})
	}
}

// accepted is a number that was rebooted at the epoch, with an answer that it would be done.
func accepted(t *testing.T, p monitor.Policy) monitor.Case {
	t.Helper()
	c, s := out("notAuthorized", p), monitor.Scene{Now: epoch(), Policy: p}
	c, _, err := c.Press(monitor.Press{Key: "k", Verb: monitor.Reboot}, s)
	if err != nil {
		t.Fatal(err)
	}
	c, _ = c.Start("k", s)
	c, _ = c.Done(c.Action, monitor.Outcome{Kind: monitor.OutcomeAccepted}, s)
	return c
}

// Where the clock was set by a day, either way, nobody knows how old a wish is: it is not carried out. And the last
// reboot no longer forbids the next.
func TestClockSetWhileAWishWaits(t *testing.T) {
	t.Parallel()
	p := monitor.DefaultPolicy()
	for _, jump := range []time.Duration{-aDay, aDay} {
		s := monitor.Scene{Now: epoch(), Policy: p}
		c, _, err := out("notAuthorized", p).Press(monitor.Press{Key: "k", Verb: monitor.Reboot}, s)
		if err != nil {
			t.Fatal(err)
		}
		later := monitor.Scene{Now: epoch().Add(jump), Policy: p}
		c, effects := c.Start("k", later)
		if c.Action.State != monitor.Ended || c.Action.Outcome.Kind != monitor.OutcomeExpired || len(effects.Alerts) != 1 {
			t.Errorf("by %s: the wish is %s, %s", jump, c.Action.State, c.Action.Outcome.Kind)
		}
		c = accepted(t, p)
		c.Action.State = monitor.Ended
		if _, _, err := c.Press(monitor.Press{Key: "l", Verb: monitor.Reboot}, later); err != nil {
			t.Errorf("by %s: %v", jump, err)
		}
		if _, _, err := c.Press(monitor.Press{Key: "l", Verb: monitor.Reboot}, s); err == nil {
			t.Error("a second reboot at once")
		}
	}
}

// Probation neither lasts for a day nor ends at once where the clock is set back.
func TestClockSetBackOnProbation(t *testing.T) {
	t.Parallel()
	p := monitor.DefaultPolicy()
	c := out("suspended", p)
	good := monitor.Belief{Finding: finding("authorized"), Since: epoch().Add(time.Minute), At: epoch().Add(time.Minute)}
	c, _ = c.Believe(good, monitor.Scene{Now: good.At, Policy: p})
	back := good.At.Add(-aDay)
	c, effects := c.Elapse(reading("authorized", back), monitor.Scene{Now: back, Policy: p})
	if len(effects.Alerts) != 0 {
		t.Errorf("told %s at once", effects.Alerts[0].Kind)
	}
	_, effects = c.Elapse(reading("authorized", back), monitor.Scene{Now: back.Add(p.RelapseWindow), Policy: p})
	if len(effects.Alerts) != 1 || effects.Alerts[0].Kind != monitor.Proved {
		t.Errorf("told %v after the window", effects.Alerts)
	}
}
