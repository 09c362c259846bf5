package monitor_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
)

// stage plays a script on one case. What a line does:
//
//	believe WORD [since T] [crowd]   a new belief, at first sight among many
//	look WORD                        a reading that carries the time to the deadlines
//	press KEY, start KEY, done KEY OUTCOME
//	leave, adopt
//	window D                         probation lasts D from now on
//	case                             nothing: shows how the case stands
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
	scene := monitor.Scene{Now: s.now, Policy: s.policy, Crowd: slices.Contains(words, "crowd")}
	var effects monitor.Effects
	var err error
	switch words[0] {
	case "believe":
		s.c, effects = s.c.Believe(s.belief(words[1:]), scene)
	case "look":
		s.c, effects = s.c.Elapse(reading(words[1], s.now), scene)
	case "press":
		s.c, effects, err = s.c.Press(monitor.Press{Key: words[1], Verb: monitor.Reboot, By: someone(), To: somewhere()}, scene)
	case "start":
		s.c, effects = s.c.Start(words[1], scene)
	case "done":
		outcome := monitor.Outcome{Kind: monitor.OutcomeKind(words[2])}
		s.c, effects = s.c.Done(monitor.Action{Key: words[1]}, outcome, scene)
	case "leave":
		s.c, effects = s.c.Leave(scene)
	case "adopt":
		s.c, effects = s.c.Adopt(scene)
	case "window":
		s.policy.RelapseWindow = instant(s.t, words[1]).Sub(epoch())
	case "case":
		return caseText(s.c)
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
	switch {
	case errors.Is(err, monitor.ErrRepeated):
		all = append(all, "repeated")
	case errors.As(err, &busy):
		all = append(all, "busy with "+busy.Action.Key)
	case errors.As(err, &soon):
		all = append(all, fmt.Sprintf("too soon after %s until %s", soon.Last.Key, offset(soon.Again)))
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
