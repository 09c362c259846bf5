package words

import (
	"maps"

	"greenwatch/monitor"
)

// maxActs is how many actions a card names; the last ones.
const maxActs = 3

// actLines are the actions of an incident, who and when and what came of it, one a line.
func (v Voice) actLines(acts []monitor.Action) html {
	acts = acts[max(0, len(acts)-maxActs):]
	all := make([]html, 0, len(acts))
	for _, a := range acts {
		all = append(all, v.actLine(a))
	}
	return lines(all...)
}

func (v Voice) actLine(a monitor.Action) html {
	x := v.actFacts(a)
	return v.say("act.line", x.with("Did", v.say("act.did", x)).with("Went", v.say("act."+went(a), x)))
}

func (v Voice) actFacts(a monitor.Action) vars {
	return vars{
		"By":     cut(clean(a.By.Name), maxPerson),
		"At":     v.clock(a.At),
		"Detail": cut(clean(a.Outcome.Detail), maxDetail),
	}
}

// went is the key of how far an action got.
func went(a monitor.Action) string {
	if a.State != monitor.Ended {
		return string(a.State)
	}
	if a.Outcome.Kind == monitor.OutcomeNoChange {
		return "no_change"
	}
	return string(a.Outcome.Kind)
}

// acted tells how an action ended, and what to do next.
func (v Voice) acted(i monitor.Instance, inc monitor.Incident, alert monitor.Alert) Message {
	a := *alert.Action
	b := alert.Belief
	t, key := topicOf(b.Finding), "acted."+went(a)
	s := storyOf(inc)
	if inc.Number == 0 {
		s = story{run: []monitor.Belief{b}}
	}
	x := v.facts(i, inc, s, b)
	maps.Copy(x, v.actFacts(a))
	x["Ended"] = v.clock(alert.At)
	mark, does := t.mark, []Do{Check, Reboot}
	if a.Outcome.Kind == monitor.OutcomeWorked {
		does = []Do{Check}
		if onProbation(inc) {
			mark, key = yellow, "acted.unproved"
		}
	}
	head := lines(v.title(mark, key+".title", i, x), v.say(key+".line", x), v.identity(i))
	next := v.maybe(key+".next", x)
	if a.Outcome.Kind == monitor.OutcomeNoChange {
		next = v.maybe(t.key+".do", x.with("Tried", true))
	}
	return Message{HTML: string(blocks(head, next)), Buttons: v.buttons(i.ID, does...)}
}
