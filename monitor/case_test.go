package monitor_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
)

func TestCase(t *testing.T) {
	t.Parallel()
	eachScript(t, "testdata/case/*.txt", func(t *testing.T, script string) { caseScript(t, script) })
}

func TestIncidentRemembers(t *testing.T) {
	t.Parallel()
	c := caseScript(t, `
		0s    believe authorized since 0s > 
		1m10s believe starting since 1m   >
		2m10s believe blocked since 2m    > opened
		3m    press k                     > reboot wanted
		3m1s  start k                     > reboot running
		3m2s  done k accepted             > reboot accepted
		4m10s believe authorized since 4m > resolved silently
		4m10s look authorized             > reboot ended, acted worked silently`)
	i := c.Incident
	if got := offset(i.Opened) + " " + offset(i.Closed); got != "1m 4m" {
		t.Errorf("from %s, want 1m 4m: the first voices", got)
	}
	if i.Before.State != monitor.Authorized || i.Trouble.State != monitor.Blocked || i.Now.State != monitor.Authorized {
		t.Errorf("before %q, trouble %q, now %q", i.Before.State, i.Trouble.State, i.Now.State)
	}
	var steps []string
	for _, s := range i.Steps {
		steps = append(steps, string(s.Belief.State)+string(s.Action.State))
	}
	if got, want := strings.Join(steps, " "), "starting blocked wanted accepted authorized ended"; got != want {
		t.Errorf("steps %s, want %s", got, want)
	}
	if a, ok := i.Acted(); !ok || a.Outcome.Kind != monitor.OutcomeWorked {
		t.Errorf("acted %+v, want the reboot that worked", a)
	}
	if i := (monitor.Incident{}); i.Open() || i.WasTold() {
		t.Error("the zero incident is open or told")
	}
}

func TestAlertKeys(t *testing.T) {
	t.Parallel()
	c := monitor.Case{Subject: instance.Subject()}
	var keys []string
	for n, word := range []string{"blocked", "notAuthorized", "blocked", "authorized", "blocked", "authorized"} {
		at := epoch().Add(time.Duration(n) * time.Minute)
		var effects monitor.Effects
		c, effects = c.Believe(monitor.Belief{Finding: finding(word), Since: at, At: at}, monitor.Scene{Now: at})
		for _, a := range effects.Alerts {
			keys = append(keys, strings.TrimPrefix(a.Key, "instance/7105000017/"))
		}
	}
	if got, want := strings.Join(keys, " "), "1/opened/1 1/changed/2 1/changed/3 1/resolved/4"; got != want {
		t.Errorf("keys %s, want %s", got, want)
	}
}

func TestTheSameBeliefAgainChangesNothing(t *testing.T) {
	t.Parallel()
	c := caseScript(t, `
		0s believe authorized >
		1m believe yellowCard > opened`)
	later := monitor.Belief{Finding: finding("SUSPENDED"), Since: epoch().Add(time.Hour), At: epoch().Add(time.Hour), Detail: "new"}
	again, effects := c.Believe(later, monitor.Scene{Now: later.At, Policy: monitor.DefaultPolicy()})
	if !reflect.DeepEqual(again, c) || effectsText(effects, nil) != "" {
		t.Errorf("became %+v, told %s", again, effectsText(effects, nil))
	}
}

// What is done to a number that works is no part of the incident that is over.
func TestLaterActionsAreNotTheIncidents(t *testing.T) {
	t.Parallel()
	c := caseScript(t, `
		0s  believe blocked    > opened
		0s  press k            > reboot wanted
		0s  start k            > reboot running
		1s  done k refused     > reboot ended, acted refused
		1m  believe authorized > resolved silently
		2m  press l            > reboot wanted
		2m  start l            > reboot running
		2m  done l accepted    > reboot accepted`)
	if a, _ := c.Incident.Acted(); a.Key != "k" {
		t.Errorf("the incident knows of %+v", a)
	}
}

// An incident that never ends does not grow for ever: the first steps fall out, and no two cases share the rest.
func TestStepsAreBounded(t *testing.T) {
	t.Parallel()
	c := monitor.Case{Subject: instance.Subject()}
	word := []string{"blocked", "sleepMode"}
	var before []monitor.Case
	for n := range 100 {
		at := epoch().Add(time.Duration(n) * time.Minute)
		before = append(before, c)
		c, _ = c.Believe(monitor.Belief{Finding: finding(word[n%2]), Since: at, At: at}, monitor.Scene{Now: at})
	}
	steps := c.Incident.Steps
	if len(steps) != 40 || offset(steps[0].At) != "1h" || offset(steps[39].At) != "1h39m" {
		t.Fatalf("%d steps, from %s to %s", len(steps), offset(steps[0].At), offset(steps[len(steps)-1].At))
	}
	clear(steps)
	for n, c := range before[1:] {
		if last := c.Incident.Steps[len(c.Incident.Steps)-1]; !last.At.Equal(epoch().Add(time.Duration(n) * time.Minute)) {
			t.Fatalf("the case after %d minutes has lost its steps", n)
		}
	}
}
