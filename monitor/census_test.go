package monitor_test

import (
	"fmt"
	"testing"
	"time"

	"greenwatch/monitor"
)

// counted is a census of a pool after three rounds in which so many said each word, and one elsewhere was good.
func counted(words map[string]int) *monitor.Census {
	c := new(monitor.Census)
	for round := range 3 {
		n := 0
		for _, word := range []string{"authorized", "mute", "starting", "notAuthorized", "401", "null"} {
			for range words[word] {
				n++
				r := reading(word, epoch().Add(time.Duration(round)*time.Minute+time.Duration(n)*time.Second))
				r.Instance = monitor.InstanceID(fmt.Sprintf("7105%06d", n))
				c.See(r, "7105")
			}
		}
		r := reading("authorized", epoch().Add(time.Duration(round)*time.Minute+50*time.Second))
		r.Instance = "7103000001"
		c.See(r, "7103")
	}
	return c
}

func TestCensus(t *testing.T) {
	t.Parallel()
	now := epoch().Add(179 * time.Second)
	for name, test := range map[string]struct {
		words       map[string]int
		down, shaky bool
		failing     int
	}{
		"all well":               {map[string]int{"authorized": 9}, false, false, 0},
		"half":                   {map[string]int{"authorized": 3, "mute": 2, "starting": 1}, true, true, 3},
		"less than half":         {map[string]int{"authorized": 4, "mute": 3}, false, true, 3},
		"less than three":        {map[string]int{"mute": 2}, false, false, 2},
		"other trouble is none":  {map[string]int{"notAuthorized": 9, "401": 9, "null": 9, "mute": 2}, false, false, 2},
		"but it counts as known": {map[string]int{"notAuthorized": 3, "starting": 3}, true, true, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := counted(test.words).Judge(now, now.Add(-2*time.Minute), monitor.DefaultPolicy())
			v := all[len(all)-1]
			if all[0].Subject != monitor.Self || all[0].Down || v.Subject != "pool/7105" || v.Unsure {
				t.Fatalf("surveys %+v", all)
			}
			if v.Down != test.down || v.Shaky != test.shaky || len(v.Failing()) != test.failing || v.Roll.Others != 1 || v.Roll.OthersGood != 1 {
				t.Errorf("survey %+v", v)
			}
		})
	}
}

// What has failed for less than an interval is a blink.
func TestBlink(t *testing.T) {
	t.Parallel()
	c := counted(map[string]int{"authorized": 6})
	for n := 1; n <= 6; n++ {
		r := reading("starting", epoch().Add(179*time.Second+time.Duration(n)*9*time.Second))
		r.Instance = monitor.InstanceID(fmt.Sprintf("7105%06d", n))
		c.See(r, "7105")
	}
	now := epoch().Add(234 * time.Second)
	r := reading("authorized", now)
	r.Instance = "7103000001"
	c.See(r, "7103")
	if v := c.Judge(now, now.Add(-2*time.Minute), monitor.DefaultPolicy())[2]; v.Down || v.Unsure || !v.Shaky || len(v.Failing()) != 6 {
		t.Errorf("for 45 s: %+v", v)
	}
}

func TestCensusForgets(t *testing.T) {
	t.Parallel()
	c := counted(map[string]int{"authorized": 3, "mute": 3})
	c.Leave("7105000006")
	now := epoch().Add(179 * time.Second)
	if v := c.Judge(now, now.Add(-2*time.Minute), monitor.DefaultPolicy())[2]; v.Down || v.Roll.Total != 5 {
		t.Errorf("one has left: %+v", v)
	}
	for _, word := range []string{"429", "authorized"} { // says nothing; was overtaken
		r := reading(word, epoch().Add(30*time.Second))
		r.Instance = "7105000005"
		c.See(r, "7105")
	}
	if v := c.Judge(now, now.Add(-2*time.Minute), monitor.DefaultPolicy())[2]; len(v.Failing()) != 2 {
		t.Errorf("what says nothing is counted: %+v", v)
	}
	if v := c.Judge(now.Add(5*time.Minute), now.Add(3*time.Minute), monitor.DefaultPolicy())[2]; v.Shaky || v.Down || !v.Unsure {
		t.Errorf("nobody was asked for long: %+v", v)
	}
}

// An outage that seems over and is not goes on; one that comes back at once is the same.
func TestOutageThatWavers(t *testing.T) {
	t.Parallel()
	c := monitor.Case{Subject: "pool/7105"}
	at := epoch()
	survey := func(failing int, later time.Duration) string {
		at = at.Add(later)
		v := monitor.Survey{Subject: c.Subject, Roll: monitor.Roll{Total: 40, From: at}, Down: failing >= 20}
		for n := range failing {
			id := monitor.InstanceID(fmt.Sprintf("7105%06d", n))
			v.Roll.Bad = append(v.Roll.Bad, monitor.RollEntry{Instance: id, Finding: finding("starting")})
		}
		s := monitor.Scene{Now: at, Policy: monitor.DefaultPolicy()}
		heeds := c.Heeds(v, s)
		next, effects := c.Survey(v, s)
		c = next
		o := c.Incident.Outage
		return fmt.Sprintf("%t %d of %d, half %t, back %t: %s", heeds, o.Failing, o.Peak, !o.Half.IsZero(), !o.Back.IsZero(), effectsText(effects, nil))
	}
	for _, step := range []struct {
		failing int
		later   time.Duration
		want    string
	}{
		{19, 0, "false 0 of 0, half false, back false: "},
		{20, time.Second, "true 20 of 20, half false, back false: pool_down"},
		{38, 10 * time.Second, "false 20 of 20, half false, back false: "},
		{38, 50 * time.Second, "true 38 of 38, half false, back false: "},
		{37, time.Minute, "false 38 of 38, half false, back false: "},
		{34, time.Minute, "true 34 of 38, half false, back false: "},
		{19, time.Second, "true 19 of 38, half true, back false: "},
		{9, time.Second, "true 9 of 38, half true, back true: "},
		{10, time.Second, "true 9 of 38, half true, back false: "},
		{2, time.Second, "true 2 of 38, half true, back true: "},
		{2, 59 * time.Second, "false 2 of 38, half true, back true: "},
		{2, time.Second, "true 2 of 38, half true, back true: pool_up silently"},
		{2, time.Minute, "false 2 of 38, half true, back true: "},
		{25, time.Minute, "true 25 of 25, half false, back false: "},
		{0, time.Minute, "true 0 of 25, half true, back true: "},
		{0, time.Minute, "true 0 of 25, half true, back true: "},
		{0, 4*time.Minute + 59*time.Second, "false 0 of 25, half true, back true: "},
		{0, time.Second, "true 0 of 25, half true, back true: pool_up silently"},
		{25, 100 * time.Minute, "true 25 of 25, half false, back false: "},
		{25, 4 * time.Minute, "false 25 of 25, half false, back false: "},
		{25, time.Minute, "true 25 of 25, half false, back false: reopened"},
		{0, time.Minute, "true 0 of 25, half true, back true: "},
		{0, time.Minute, "true 0 of 25, half true, back true: "},
		{0, 10 * time.Minute, "true 0 of 25, half true, back true: pool_up silently"},
		{25, 3 * time.Hour, "true 25 of 25, half false, back false: pool_down"},
	} {
		if got := survey(step.failing, step.later); got != step.want {
			t.Errorf("at %s %d fail: %s\n want %s", offset(at), step.failing, got, step.want)
		}
	}
	if c.Incident.Number != 2 || len(c.Incident.Outage.Members) != 25 {
		t.Errorf("kept %+v", c.Incident)
	}
}

// Nothing is concluded from a survey that is not sure.
func TestUnsureSurvey(t *testing.T) {
	t.Parallel()
	c := monitor.Case{Subject: "pool/7105"}
	if c.Heeds(monitor.Survey{Down: true, Unsure: true}, monitor.Scene{Now: epoch()}) {
		t.Error("heeds what is not sure")
	}
}

// When the queue is looked at every minute.
func TestQueued(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]bool{
		"0s believe authorized >":                                                              false,
		"0s believe authorized >\n0s queue 5 a >":                                              false,
		"0s believe authorized >\n0s queue 5 a >\n10m queue 5 a >":                             true,
		"0s believe blocked > opened":                                                          true,
		"0s believe mute > opened silently":                                                    false,
		"0s believe blocked > opened\n0s queue 5 >\n1m believe authorized > resolved silently": true,
		"0s believe blocked > opened\n0s queue 0 >\n1m believe authorized > resolved silently": false,
	} {
		if got := caseScript(t, script).Queued(); got != want {
			t.Errorf("%q: %t", script, got)
		}
	}
	c := caseScript(t, `
		0s  believe blocked    > opened
		0s  queue 5            >
		1m  believe authorized > resolved silently
		23h queue 5 a          >
		25h queue 4 b          >`)
	if c.Queued() {
		t.Error("what waited a day ago is waited for")
	}
}

func TestGateChanged(t *testing.T) {
	t.Parallel()
	g := monitor.Gate{Open: true, Sure: true, State: "suspended", Queued: 3}
	same := g
	same.Queued, same.State, same.Since = 9, "yellowCard", epoch()
	if g.Changed(same) {
		t.Error("a count changes the gate")
	}
	for _, other := range []monitor.Gate{
		{Sure: true, State: "suspended"},
		{Open: true, State: "suspended"},
		{Open: true, Sure: true},
		{Open: true, Sure: true, State: "suspended", Delayed: true},
		{Open: true, Sure: true, State: "suspended", Probation: true},
	} {
		if !other.Changed(g) {
			t.Errorf("%+v is no change", other)
		}
	}
}

// 429 says nothing about a pool either, until nothing else has come for so long that its members are about to be believed
// limited. One answer in between, and it begins anew.
func TestCensusOfTheLimited(t *testing.T) {
	t.Parallel()
	c := new(monitor.Census)
	hear := func(minute int, word string) {
		for n := range 6 {
			r := reading(word, epoch().Add(time.Duration(minute)*time.Minute+time.Duration(n)*9*time.Second))
			r.Instance = monitor.InstanceID(fmt.Sprintf("7105%06d", n+1))
			c.See(r, "7105")
			r.Instance, r.Finding = monitor.InstanceID(fmt.Sprintf("7103%06d", n+1)), finding("authorized")
			c.See(r, "7103")
		}
	}
	for minute, word := range []string{"authorized", "429", "429", "429", "authorized", "429", "429", "429", "429", "429", "429", "authorized"} {
		hear(minute, word)
		now := epoch().Add(time.Duration(minute)*time.Minute + 50*time.Second)
		all := c.Judge(now, now.Add(-2*time.Minute), monitor.DefaultPolicy())
		v, down := all[len(all)-1], minute == 9 || minute == 10
		if v.Subject != "pool/7105" || v.Down != down || all[0].Down {
			t.Errorf("minute %d: %+v", minute, all)
		}
		if failing := v.Failing(); down && (len(failing) != 6 || failing[0].Answer != monitor.Throttled) {
			t.Errorf("minute %d: failing %+v", minute, failing)
		}
	}
}
