package monitor_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
)

// stage plays a script on one case. What a line does:
//
//	believe WORD [since T] [SCENE]   a new belief
//	look WORD [SCENE]                a reading that carries the time to the deadlines
//	press KEY [settings], start KEY [SCENE], done KEY OUTCOME
//	queue COUNT [HEAD], queue ?      a look at the messages that wait
//	leave, adopt, appear, outlast
//	restart                          all that is not in the case is lost
//	reboots on|ask|off [GRACE]       what the runbook does from now on
//	window D                         probation lasts D from now on
//	case, card, gate, swings         nothing: shows how the case, its incident's card, its gate or its swings stand
//
// KEY may be "auto": the last action's. SCENE is made of "crowd" (at first sight among many), "down" (the
// pool is), "shaky" (it is) and "lately N" (so many reboots over the fleet a minute ago).
type stage struct {
	t      *testing.T
	policy monitor.Policy
	c      monitor.Case
	now    time.Time
}

func caseScript(t *testing.T, script string) monitor.Case {
	t.Helper()
	s := stage{t: t, policy: monitor.DefaultPolicy(), c: monitor.Case{Subject: instance.Subject()}}
	for _, l := range lines(t, script) {
		s.now = l.at
		if got := s.play(l.words); got != l.want {
			t.Fatalf("%s\n got %q", l.text, got)
		}
	}
	return s.c
}

func (s *stage) play(words []string) string {
	scene := s.scene(words)
	if len(words) > 1 && words[1] == "auto" {
		words[1] = s.c.Action.Key
	}
	var effects monitor.Effects
	var err error
	switch words[0] {
	case "believe":
		s.c, effects = s.c.Believe(s.belief(words[1:]), scene)
	case "look":
		s.c, effects = s.c.Elapse(reading(words[1], s.now), scene)
	case "press":
		press := monitor.Press{Key: words[1], Verb: monitor.Reboot, By: someone(), To: somewhere()}
		if slices.Contains(words, "settings") {
			press.Verb = monitor.SetSettings
		}
		if n := slices.Index(words, "until"); n > 0 {
			press.Until = instant(s.t, words[n+1])
		}
		press.No = slices.Contains(words, "no")
		s.c, effects, err = s.c.Press(press, scene)
	case "start":
		s.c, effects = s.c.Start(words[1], scene)
	case "done":
		outcome := monitor.Outcome{Kind: monitor.OutcomeKind(words[2])}
		s.c, effects = s.c.Done(monitor.Action{Key: words[1]}, outcome, scene)
	case "leave":
		s.c, effects = s.c.Leave(scene)
	case "adopt":
		s.c, effects = s.c.Adopt(scene)
	case "appear":
		s.c, effects = s.c.Appear(scene)
	case "outlast":
		s.c, effects = s.c.Outlast(scene)
	case "queue":
		s.c, effects = s.c.Look(s.queue(words[1:]), scene)
	case "restart":
		s.c = throughJSON(s.t, s.c)
	case "window":
		s.policy.RelapseWindow = instant(s.t, words[1]).Sub(epoch())
	case "reboots":
		s.reboots(words[1:])
	case "case":
		return caseText(s.c)
	case "card":
		return cardText(s.c)
	case "swings":
		return swingsText(s.c.Incident.Swings)
	case "gate":
		return gateText(s.c.Gate(scene))
	default:
		s.t.Fatalf("script: what is %q?", words[0])
	}
	return effectsText(effects, err)
}

func (s *stage) belief(words []string) monitor.Belief {
	b := monitor.Belief{Finding: finding(words[0]), Since: s.now, At: s.now}
	if n := slices.Index(words, "since"); n > 0 {
		b.Since = instant(s.t, words[n+1])
	}
	return b
}

func (s *stage) scene(words []string) monitor.Scene {
	has := func(word string) bool { return slices.Contains(words, word) }
	scene := monitor.Scene{
		Now: s.now, Policy: s.policy, Crowd: has("crowd"), PoolDown: has("down"), PoolShaky: has("shaky"),
	}
	if n := slices.Index(words, "lately"); n > 0 {
		for range number(s.t, words[n+1]) {
			scene.Reboots = append(scene.Reboots, s.now.Add(-time.Minute))
		}
	}
	return scene
}

func (s *stage) queue(words []string) monitor.QueueLook {
	q := monitor.QueueLook{At: s.now}
	if words[0] != "?" {
		q.Known, q.Count = true, number(s.t, words[0])
	}
	if len(words) > 1 {
		q.Head = words[1]
	}
	return q
}

func (s *stage) reboots(words []string) {
	s.policy.AutoReboot = monitor.AutoReboot(words[0])
	s.policy.StartingGrace = time.Minute
	if len(words) > 1 {
		s.policy.StartingGrace = instant(s.t, words[1]).Sub(epoch())
	}
}

func number(t testing.TB, word string) int {
	t.Helper()
	n, err := strconv.Atoi(word)
	if err != nil {
		t.Fatalf("script: %v", err)
	}
	return n
}

func someone() monitor.Person    { return monitor.Person{ID: 7, Name: "ops_a"} }
func somewhere() monitor.Address { return monitor.Address{Chat: -100, Topic: 3} }

// effectsText is as in "reboot ended, acted worked silently, resolved silently".
func effectsText(e monitor.Effects, err error) string {
	var all []string
	for _, a := range e.Actions {
		all = append(all, fmt.Sprintf("%s %s", a.Verb, a.State))
	}
	for _, a := range e.Alerts {
		text := string(a.Kind)
		if a.Action != nil {
			text += " " + string(a.Action.Outcome.Kind)
			if a.Action.Outcome.Detail != "" {
				text += " (" + a.Action.Outcome.Detail + ")"
			}
		}
		if a.Silent {
			text += " silently"
		}
		all = append(all, text)
	}
	var busy *monitor.BusyError
	var soon *monitor.TooSoonError
	var again *monitor.RepeatedError
	switch {
	case errors.As(err, &again):
		all = append(all, "repeated")
	case errors.As(err, &busy):
		all = append(all, "busy with "+busy.Action.Key)
	case errors.As(err, &soon):
		all = append(all, fmt.Sprintf("too soon after %s until %s", soon.Last.Key, offset(soon.Again)))
	case errors.Is(err, monitor.ErrCancelled):
		all = append(all, "cancelled")
	case errors.Is(err, monitor.ErrTooLate):
		all = append(all, "too late")
	case err != nil:
		all = append(all, err.Error())
	}
	return strings.Join(all, ", ")
}

// caseText is as in "blocked open #1 told blocked look 15m action ended".
func caseText(c monitor.Case) string {
	text := []string{wordOf(c.Belief.Finding)}
	if c.Known {
		text = append(text, "known")
	}
	if i := c.Incident; i.Number > 0 {
		state := "closed"
		if i.Open() {
			state = "open"
		}
		text = append(text, fmt.Sprintf("%s #%d", state, i.Number))
		if i.WasTold() {
			text = append(text, "told "+wordOf(i.Told))
		}
		if i.Reopened > 0 {
			text = append(text, fmt.Sprintf("reopened %d", i.Reopened))
		}
	}
	if at := c.LookAt(); !at.IsZero() {
		text = append(text, "look "+offset(at))
	}
	if c.Action.Key != "" {
		text = append(text, "action "+string(c.Action.State))
	}
	return strings.Join(text, " ")
}

// cardText is as in "not ours proposed 12 wait first 12 lost 27h" or "waited 12 left 5 dropped 3 lost": what the card may
// say besides what is believed.
func cardText(c monitor.Case) string {
	var text []string
	add := func(really bool, format string, args ...any) {
		if really {
			text = append(text, fmt.Sprintf(format, args...))
		}
	}
	i := c.Incident
	add(i.NotOurs, "not ours")
	add(i.Runbook.Proposed, "proposed")
	add(i.Pooled, "pooled")
	q := i.Queue
	add(!q.At.IsZero(), "%d wait at %s", q.Count, offset(q.At))
	add(q.AtFirst > 0, "first %d", q.AtFirst)
	add(!q.FirstLoss.IsZero(), "loss %s", offset(q.FirstLoss))
	add(!i.Open() && !q.At.IsZero(), "waited %d left %d", q.Waited, q.Left)
	add(q.Dropped > 0, "dropped %d", q.Dropped)
	add(q.Lost, "lost")
	return strings.Join(text, " ")
}

// swingsText is as in "out 4 times since 1m for 8m unstable since 16m over at 38m".
func swingsText(w monitor.Swings) string {
	text := []string{fmt.Sprintf("out %d times since %s", w.Times, offset(w.Since))}
	if w.Out > 0 {
		text = append(text, "for "+offset(epoch().Add(w.Out)))
	}
	if w.Changes > 0 {
		text = append(text, fmt.Sprintf("changed %d times", w.Changes))
	}
	if !w.Unstable.IsZero() {
		text = append(text, "unstable since "+offset(w.Unstable))
	}
	if !w.Until.IsZero() {
		text = append(text, "over at "+offset(w.Until))
	}
	return strings.Join(text, " ")
}

// gateText is as in "closed notAuthorized since 1m 12 queued loss 24h" or "open unsure delayed starting since 1m".
func gateText(g monitor.Gate) string {
	text := []string{"closed"}
	if g.Open {
		text[0] = "open"
	}
	add := func(really bool, format string, args ...any) {
		if really {
			text = append(text, fmt.Sprintf(format, args...))
		}
	}
	add(!g.Sure, "unsure")
	add(g.Delayed, "delayed")
	add(g.Probation, "probation")
	add(g.State != "", "%s since %s", g.State, offset(g.Since))
	add(g.Reason != "", "(%s)", g.Reason)
	add(g.QueuedKnown, "%d queued", g.Queued)
	add(!g.FirstLoss.IsZero(), "loss %s", offset(g.FirstLoss))
	return strings.Join(text, " ")
}
