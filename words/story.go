package words

import (
	"slices"
	"time"

	"greenwatch/monitor"
)

// keptFor is how long GREEN-API keeps what it cannot send yet; https://green-api.com/en/docs/api/sending/SendMessage/.
const keptFor = 24 * time.Hour

// story is an incident since the number left good for the last time.
type story struct {
	before monitor.Belief   // what was believed until then; nothing where it was bad at first sight
	run    []monitor.Belief // what has been believed since, in order, none of it good
	end    monitor.Belief   // the good that ended it, if it has ended
	acts   []act            // what was done within it, each as it stands now
}

func storyOf(inc monitor.Incident) story {
	s := story{before: inc.Before}
	for _, step := range inc.Steps {
		switch b := step.Belief; {
		case step.Action.Key != "":
			s.acts = heard(s.acts, act{step.Action, step.At})
		case b.Answer == "":
		case b.Verdict() == monitor.Good:
			s.end = b
		case s.end.Answer != "":
			s = story{before: s.end, run: []monitor.Belief{b}}
		default:
			s.run = append(s.run, b)
		}
	}
	if len(s.run) == 0 {
		s.run = []monitor.Belief{inc.Trouble}
	}
	return s
}

// wayOf is everything that was believed within an incident, in order.
func wayOf(inc monitor.Incident) []monitor.Belief {
	var way []monitor.Belief
	for _, step := range inc.Steps {
		if step.Action.Key == "" && step.Belief.Answer != "" {
			way = append(way, step.Belief)
		}
	}
	return way
}

// heard replaces the earlier stage of an action, or adds the action.
func heard(acts []act, a act) []act {
	for n := range acts {
		if acts[n].Key == a.Key {
			acts[n] = a
			return acts
		}
	}
	return append(acts, a)
}

func (s story) began() time.Time { return s.run[0].Since }

// shown is the trouble that people are to think about: what they were told last, or else what came last. What follows
// it untold may pass by itself.
func (s story) shown(told monitor.Finding) monitor.Belief {
	for n := len(s.run) - 1; n >= 0; n-- {
		if s.run[n].Same(told) {
			return s.run[n]
		}
	}
	return s.run[len(s.run)-1]
}

// lossFrom is when the first message kept since the beginning may be dropped; false where the beginning is not known.
func (s story) lossFrom() (time.Time, bool) {
	first := s.run[0]
	switch {
	case s.before.Answer == "":
		return time.Time{}, false
	case !first.After.IsZero():
		return first.After.Add(keptFor), true
	default:
		return first.Since.Add(keptFor), true
	}
}

// tried reports whether a reboot has been made in vain.
func (s story) tried() bool {
	for _, a := range s.acts {
		if a.Verb == monitor.Reboot && a.Outcome.Kind == monitor.OutcomeNoChange {
			return true
		}
	}
	return false
}

// busy reports whether the end of an action is awaited.
func (s story) busy() bool {
	n := len(s.acts)
	return n > 0 && s.acts[n-1].UnderWay()
}

// setting reports whether the end of a change of settings is awaited.
func (s story) setting() bool { return s.busy() && settings(s.acts[len(s.acts)-1].Action) }

// reboots are the actions that are reboots.
func (s story) reboots() []act {
	return slices.DeleteFunc(slices.Clone(s.acts), func(a act) bool { return a.Verb != monitor.Reboot })
}

// mine reports whether every reboot was the runbook's own.
func (s story) mine() bool {
	all := s.reboots()
	return len(all) > 0 && !slices.ContainsFunc(all, func(a act) bool { return !a.Automatic })
}

// cure is the reboot after which it was good again.
func (s story) cure() (act, bool) {
	if len(s.acts) == 0 || s.end.Answer == "" {
		return act{}, false
	}
	a := s.acts[len(s.acts)-1]
	worked := a.Outcome.Kind == monitor.OutcomeWorked
	accepted := a.State == monitor.Accepted && s.end.Since.After(a.Called)
	return a, a.Verb == monitor.Reboot && (worked || accepted)
}

// told is the run without what settled by itself, where there was more.
func (s story) told() []monitor.Belief {
	var told []monitor.Belief
	for _, b := range s.run {
		if b.Verdict() != monitor.Settling {
			told = append(told, b)
		}
	}
	if len(told) == 0 {
		return s.run
	}
	return told
}

// all reports whether every belief of the story has the property.
func (s story) all(is func(topic) bool) bool {
	for _, b := range s.run {
		if !is(topicOf(b.Finding)) {
			return false
		}
	}
	return true
}

func isView(t topic) bool { return t.view }
func isKept(t topic) bool { return t.kept }
