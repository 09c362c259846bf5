package words

import (
	"time"

	"greenwatch/monitor"
)

// Reading answers /check: what the API says right now, and whether that is believed yet.
func (v Voice) Reading(i monitor.Instance, r monitor.Reading, c monitor.Case) Message {
	x := vars{
		"Word":     v.word(r.Finding),
		"At":       v.clock(r.At),
		"Detail":   cut(clean(r.Detail), maxDetail),
		"Believed": v.word(c.Belief.Finding),
		"Since":    v.since(c.Belief),
	}
	t := topicOf(r.Finding)
	title := v.title(t.mark, "reading."+readingKey(r), i, x)
	meaning := v.maybe("reading."+readingKey(r)+"_line", x)
	text := lines(title, sentences(v.say("reading.asked", x), v.credence(r, c, x)), meaning, v.identity(i))
	return Message{HTML: string(text), Buttons: v.remedies(i.ID, t, c.Action.UnderWay())}
}

func readingKey(r monitor.Reading) string {
	switch r.Answer {
	case monitor.Answered:
		return "answered"
	case monitor.Refused:
		return "refused"
	case monitor.Throttled:
		return "throttled"
	case monitor.Unasked:
		return "unasked"
	default:
		return "silence"
	}
}

// credence says whether a reading is believed.
func (v Voice) credence(r monitor.Reading, c monitor.Case, x vars) html {
	b := c.Belief
	switch {
	case b.Answer == "" && !r.Tells():
		return v.say("reading.nothing", x)
	case b.Same(r.Finding):
		return v.say("reading.believed", x)
	case !r.Tells():
		return v.say("reading.stays", x)
	case b.Answer == "":
		return v.say("reading.first", x)
	case r.Answer == monitor.Answered:
		return v.say("reading.soon", x)
	default:
		return v.say("reading.later", x)
	}
}

// Unanswered answers /check where GREEN-API takes too long to wait for.
func (v Voice) Unanswered(i monitor.Instance) Message {
	text := lines(v.title(white, "unanswered.title", i, nil), v.say("unanswered.line", nil), v.identity(i))
	return Message{HTML: string(text), Buttons: v.buttons(i.ID, Check)}
}

// Confirm asks whether a reboot is meant, and says what it does in the state that is believed. Only the person named
// may answer, within 60 s.
func (v Voice) Confirm(i monitor.Instance, c monitor.Case, person string) Message {
	t := topicOf(c.Belief.Finding)
	x := vars{"Word": v.word(c.Belief.Finding), "Person": cut(clean(person), maxPerson)}
	x["Restricted"] = t.key == "restricted"
	does, label, last := v.say("confirm."+confirmKey(t), x), "", v.lastAct(c.Action)
	if t.key == "restricted" {
		does, label = v.releases(c)
		if lately := v.lastRelease(c.Incident); lately != "" {
			last = lately
		}
	}
	text := lines(v.title(t.mark, "confirm.title", i, x), does, last, v.identity(i), v.say("confirm.who", x))
	m := Message{HTML: string(text), Buttons: v.buttons(i.ID, Confirm, Cancel)}
	if label != "" {
		m.Buttons[0][0].Label = label
	}
	return m
}

// releases is what a reboot of a restricted number sets going, and the button that says so.
func (v Voice) releases(c monitor.Case) (text html, label string) {
	g := c.Gate(monitor.Scene{Now: v.Now})
	x := vars{"Count": g.Queued, "N": g.Queued, "At": v.clock(c.Queue.At)}
	switch {
	case !g.QueuedKnown:
		return v.say("confirm.restricted", nil), v.toast("button.confirm_restricted", nil)
	case g.Queued == 0:
		return v.say("confirm.restricted_none", x), ""
	default:
		return v.say("confirm.restricted_count", x), v.toast("button.confirm_count", x)
	}
}

// lastRelease is how the last reboot of the incident went that was made while the number was restricted.
func (v Voice) lastRelease(inc monitor.Incident) html {
	var made monitor.Action
	var now, good monitor.Belief
	var held time.Duration
	for _, step := range inc.Steps {
		switch a := step.Action; {
		case a.Key != "" && a.Key == made.Key:
			made = a
		case a.Key != "" && a.Verb == monitor.Reboot && now.Restriction():
			made, good, held = a, monitor.Belief{}, 0
		case a.Key != "":
		case step.Belief.Verdict() == monitor.Good:
			now, good = step.Belief, step.Belief
		default:
			if now.Verdict() == monitor.Good && held == 0 && made.Key != "" {
				held = max(step.Belief.Since.Sub(good.Since), time.Second)
			}
			now = step.Belief
		}
	}
	x := v.actFacts(made).with("Held", "")
	switch {
	case held > 0:
		return v.say("confirm.held", x.with("Held", v.lasting(held)))
	case made.Outcome.Kind == monitor.OutcomeNoChange:
		return v.say("confirm.held", x)
	default:
		return ""
	}
}

// confirmKey is the text for a state: its own where a reboot means something special there.
func confirmKey(t topic) string {
	switch t.key {
	case "good", "logged_out", "blocked", "restricted", "starting", "unpaid", "deleted":
		return t.key
	default:
		return "unsure"
	}
}
