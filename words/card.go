package words

import (
	"maps"
	"time"

	"greenwatch/monitor"
)

// Card is the message of an incident as it stands: what happened and what to do, or how it ended.
func (v Voice) Card(i monitor.Instance, inc monitor.Incident) Message {
	switch {
	case inc.Dropped:
		return v.dropped(i, inc)
	case inc.Wavers():
		return v.held(i, inc)
	case !inc.Open():
		return v.ended(i, inc)
	case inc.Told.Verdict() == monitor.Good:
		return v.wavering(i, inc)
	default:
		return v.trouble(i, inc)
	}
}

// trouble is the card of an incident that lasts.
func (v Voice) trouble(i monitor.Instance, inc monitor.Incident) Message {
	s := storyOf(inc)
	b := s.shown(inc.Told)
	t, x := topicOf(b.Finding), v.facts(i, inc, s, b)
	text := blocks(
		lines(v.swungTitle(t, i, inc, x), sentences(v.stateLine(s, b, x), v.notOurs(inc, s)), v.share(inc), v.identity(i)),
		lines(v.actLines(s.acts), v.proposal(inc, s), v.nowLine(inc.Now, b)),
		v.steps(t, x),
		v.phone(i, t),
		v.outRule(inc, true),
	)
	return Message{HTML: string(text), Buttons: v.remedies(i.ID, t, s.busy())}
}

// steps are what it costs, what to do in the order of doing, and what not to do.
func (v Voice) steps(t topic, x vars) html {
	cost := ".cost"
	if seen, _ := x["Seen"].(bool); seen && t.kept {
		cost = ".waits"
	}
	return blocks(
		v.say(t.key+cost, x),
		v.say(doKey(t, x), x),
		sentences(v.maybe(t.key+".dont", x), v.maybe(t.key+".link", x)),
	)
}

// doKey is what to do: nothing while its settings are being changed.
func doKey(t topic, x vars) string {
	if setting, _ := x["Setting"].(bool); setting {
		return "set.do"
	}
	return t.key + ".do"
}

// phone is who has the phone of a number that may need it.
func (v Voice) phone(i monitor.Instance, t topic) html {
	contact := cut(clean(i.Contact), maxContact)
	if contact == "" || !t.kept {
		return ""
	}
	return v.say("phone", vars{"Contact": contact})
}

// remedies are the buttons under trouble: none that acts while an action is under way.
func (v Voice) remedies(id monitor.InstanceID, t topic, busy bool) [][]Button {
	if busy {
		return v.buttons(id, Check)
	}
	rows := v.buttons(id, t.does...)
	for n, b := range rows[0] {
		if t.key == "restricted" && b.Do == Reboot {
			rows[0][n].Label = v.toast("button.reboot_careful", nil)
		}
	}
	return rows
}

// long is when trouble has lasted too long to pass by itself.
const long = 15 * time.Minute

// facts are the values that the texts about a trouble may use.
func (v Voice) facts(i monitor.Instance, inc monitor.Incident, s story, b monitor.Belief) vars {
	x := v.waiting(inc.Queue, s)
	maps.Copy(x, vars{
		"ID":       code(i.ID),
		"Word":     v.fullWord(b.Finding),
		"Since":    v.began(s, b),
		"At":       v.clock(b.Since),
		"For":      v.lasting(v.Now.Sub(b.Since)),
		"Detail":   cut(clean(b.Detail), maxDetail),
		"Again":    inc.Reopened > 0,
		"Busy":     s.busy() && !s.setting(),
		"Setting":  s.setting(),
		"Tried":    s.tried(),
		"Mine":     s.mine(),
		"Proposed": inc.Runbook.Proposed,
		"Long":     v.Now.Sub(b.Since) >= long,
	})
	return x
}

// began says when a trouble began; at first sight that is not known.
func (v Voice) began(s story, b monitor.Belief) string {
	if s.before.Answer == "" && s.run[0].Same(b.Finding) {
		return v.toast("time.first", vars{"At": v.clock(b.Since)})
	}
	return v.since(b)
}

// stateLine is the API's own word, since when, how sure, and what it was before.
func (v Voice) stateLine(s story, b monitor.Belief, x vars) html {
	t := topicOf(b.Finding)
	return sentences(v.stateOnly(t, x), v.beforeLine(s, b, t))
}

func (v Voice) beforeLine(s story, b monitor.Belief, t topic) html {
	good := s.before
	x := vars{"Word": v.word(good.Finding), "Began": v.word(s.run[0].Finding), "At": v.clock(s.began())}
	x["For"] = v.lasting(s.began().Sub(good.Since))
	x["AtLeast"] = good.After.IsZero()
	switch {
	case good.Answer == "" && s.run[0].Same(b.Finding):
		return ""
	case good.Answer == "":
		return v.say("state.began", x)
	case !s.run[0].Same(b.Finding):
		return v.say("state.before_began", x)
	case t.view && !b.After.IsZero():
		return v.say("state.last_seen", x.with("At", v.clock(b.After)))
	default:
		return v.say("state.before", x)
	}
}

// nowLine says what is believed now where the card is still about something else.
func (v Voice) nowLine(now, shown monitor.Belief) html {
	if now.Same(shown.Finding) {
		return ""
	}
	x := vars{"Word": v.fullWord(now.Finding), "Since": v.since(now)}
	switch now.Answer {
	case monitor.NoAnswer:
		return v.say("now.blind", x)
	case monitor.Throttled:
		return v.say("now.limited", x)
	}
	return v.say("now.settling", x)
}

// wavering is the card of an incident that was told to be over, of what nobody was told since.
func (v Voice) wavering(i monitor.Instance, inc monitor.Incident) Message {
	now := inc.Now
	for n := len(inc.Steps) - 1; n >= 0; n-- {
		if b := inc.Steps[n].Belief; b.Verdict() == monitor.Good {
			inc.Steps, inc.Closed, inc.Now, inc.Queue = inc.Steps[:n+1], b.Since, b, monitor.Waiting{}
			m := v.ended(i, inc)
			return Message{
				HTML:    string(blocks(html(m.HTML), v.nowLine(now, b))),
				Buttons: v.buttons(i.ID, Check),
			}
		}
	}
	return v.trouble(i, inc)
}

// dropped is the card of an incident whose number is watched no more.
func (v Voice) dropped(i monitor.Instance, inc monitor.Incident) Message {
	s := storyOf(inc)
	b := s.shown(inc.Told)
	x := v.facts(i, inc, s, b).with("Dropped", v.clock(inc.Closed))
	return Message{HTML: string(blocks(
		lines(v.title(white, "dropped.title", i, x), v.say("dropped.line", x), v.identity(i)),
		v.say("dropped.do", x),
	))}
}
