package words

import (
	"maps"
	"time"

	"greenwatch/monitor"
)

// act is an action within an incident, as it stands now.
type act struct {
	monitor.Action
	since time.Time // when it came to stand so; zero: not known
}

// maxActs is how many actions a card names; the last ones.
const maxActs = 3

// actLines are the actions of an incident, who and when and what came of it, one a line.
func (v Voice) actLines(acts []act) html {
	acts = acts[max(0, len(acts)-maxActs):]
	all := make([]html, 0, len(acts))
	for _, a := range acts {
		all = append(all, v.actLine(a))
	}
	return lines(all...)
}

func (v Voice) actLine(a act) html {
	if settings(a.Action) {
		return v.setLine(a.Action)
	}
	x := v.actFacts(a.Action)
	if a.Automatic {
		return v.ownAct(a, x)
	}
	return v.say("act.line", x.with("Did", v.say("act.did", x)).with("Went", v.say("act."+went(a.Action), x)))
}

// ownAct is what the runbook did, or did not do, by itself.
func (v Voice) ownAct(a act, x vars) html {
	why := a.Outcome.Detail
	x["Fleet"], x["Pool"], x["Over"] = why == monitor.HeldFleet, why == monitor.HeldPool, why == monitor.HeldOver
	x["Waited"] = ""
	if !a.since.IsZero() {
		x["Waited"] = v.lasting(a.since.Sub(a.Called))
	}
	return v.say("auto."+went(a.Action), x)
}

// proposal asks a person for the reboot that the runbook does not make; the line of one that it held back asks already.
func (v Voice) proposal(inc monitor.Incident, s story) html {
	starts := topicOf(inc.Now.Finding).key == "starting"
	if !inc.Runbook.Proposed || !starts || len(s.reboots()) > 0 {
		return ""
	}
	return v.say("auto.proposed", vars{"At": v.clock(inc.Now.Since)})
}

// notOurs says of a restart that it is not one of ours.
func (v Voice) notOurs(inc monitor.Incident, s story) html {
	if !inc.NotOurs || topicOf(s.run[0].Finding).key != "starting" {
		return ""
	}
	return v.say("auto.not_ours", nil)
}

func (v Voice) actFacts(a monitor.Action) vars {
	return vars{
		"By":     cut(clean(a.By.Name), maxPerson),
		"At":     v.clock(a.At),
		"Detail": cut(clean(a.Outcome.Detail), maxDetail),
		"Mine":   a.Automatic,
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
	if settings(a) {
		return v.setActed(i, alert)
	}
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
