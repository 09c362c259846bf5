package words

import "greenwatch/monitor"

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
	text := lines(
		v.title(t.mark, "confirm.title", i, x),
		v.say("confirm."+confirmKey(t), x),
		v.lastAct(c.Action),
		v.identity(i),
		v.say("confirm.who", x),
	)
	m := Message{HTML: string(text), Buttons: v.buttons(i.ID, Confirm, Cancel)}
	if t.key == "restricted" {
		m.Buttons[0][0].Label = v.toast("button.confirm_restricted", nil)
	}
	return m
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
