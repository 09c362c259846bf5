package words

import (
	"time"

	"greenwatch/monitor"
)

// swings are the values of texts about how an incident went to and fro; an edit that comes late shows how it stood when it
// last changed, so what goes on counting is said as of the last change.
func (v Voice) swings(inc monitor.Incident) vars {
	w := inc.Swings
	out, of := inc.OutFor(v.Now)
	x := vars{
		"Count": w.Times, "Unstable": inc.Unstable(), "From": v.clock(w.Since), "At": v.clock(w.Since),
		"Out": v.lasting(out), "Of": v.lasting(of), "Percent": percent(out, of), "Hold": v.lasting(w.Hold()), "Ring": "", "Until": "",
		"Span": v.span(w.Since, later(inc.Closed, w.Since)),
	}
	if !inc.RingBy.IsZero() {
		x["Ring"] = v.clock(inc.RingBy)
	}
	if inc.Wavers() {
		x["Until"] = v.clock(w.Until)
	}
	return x
}

func percent(part, whole time.Duration) int {
	if whole <= 0 {
		return 100
	}
	return int((100*part + whole/2) / whole)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// swung reports whether people must know how often it went to and fro.
func swung(inc monitor.Incident) bool { return inc.Swings.Times > 1 || inc.Unstable() }

// turned reports whether it became other trouble again and again, rather than good.
func turned(inc monitor.Incident) bool {
	return inc.Unstable() && inc.Swings.Changes >= inc.Swings.Times
}

// swungTitle is the first line of the card of an incident that lasts.
func (v Voice) swungTitle(t topic, i monitor.Instance, inc monitor.Incident, x vars) html {
	y := v.swings(inc)
	switch {
	case !inc.Unstable():
		return v.title(t.mark, t.key+".title", i, x)
	case turned(inc):
		return v.title(t.mark, "swings.title_turns", i, y.with("Count", inc.Swings.Changes))
	default:
		return v.title(t.mark, "swings.title", i, y)
	}
}

// share is how often and for how long it was out.
func (v Voice) share(inc monitor.Incident) html {
	if !swung(inc) {
		return ""
	}
	x := v.swings(inc)
	switch {
	case !turned(inc):
		return v.say("swings.share", x)
	case inc.Swings.Times > 1:
		return sentences(v.say("swings.turns", x.with("Count", inc.Swings.Changes)), v.say("swings.share", x))
	default:
		return v.say("swings.turns", x.with("Count", inc.Swings.Changes))
	}
}

// outRule is what is told of it from now on, and what ends it; here is its card.
func (v Voice) outRule(inc monitor.Incident, here bool) html {
	if !swung(inc) || !inc.Unstable() && !inc.Swings.Quiet {
		return ""
	}
	return v.say("swings.out_rule", v.swings(inc).with("Here", here))
}

// goodRule is the same of one that is good.
func (v Voice) goodRule(inc monitor.Incident, here bool) html {
	return v.say("swings.good_rule", v.swings(inc).with("Here", here))
}

// held is the card of an incident that is good, but was out so often that this must last.
func (v Voice) held(i monitor.Instance, inc monitor.Incident) Message {
	s := storyOf(inc)
	text := lines(v.heldHead(i, inc), v.identity(i))
	rule := v.goodRule(inc, true)
	if onProbation(inc) {
		rule = v.endCost(inc, s)
	}
	return Message{HTML: string(blocks(text, v.endActs(inc, s), rule)), Buttons: v.buttons(i.ID, Check)}
}

// heldHead is the first two lines of it.
func (v Voice) heldHead(i monitor.Instance, inc monitor.Incident) html {
	x := v.swings(inc)
	now := vars{"Word": v.word(inc.Now.Finding), "At": v.clock(inc.Closed)}
	return lines(v.title(orange, "swings.held", i, x), sentences(v.say("swings.held_line", now), v.share(inc)))
}

// steadyHead is the first two lines of what was held, and has lasted.
func (v Voice) steadyHead(i monitor.Instance, inc monitor.Incident) html {
	x := v.swings(inc)
	now := vars{"Word": v.word(inc.Now.Finding), "At": v.clock(inc.Closed)}
	title := v.title(green, "swings.over", i, x.with("For", v.lasting(inc.Swings.Hold())))
	return lines(title, sentences(v.say("swings.held_line", now), v.say("swings.was", x)))
}

// wasOut is how often and for how long it was out, of what is over.
func (v Voice) wasOut(inc monitor.Incident) html {
	if !swung(inc) {
		return ""
	}
	return v.say("swings.was", v.swings(inc))
}

// swungLine is a line of a list with how often it went to and fro.
func (v Voice) swungLine(line html, inc monitor.Incident) html {
	if !swung(inc) || !inc.Open() && !inc.Wavers() {
		return line
	}
	x := v.swings(inc)
	return v.say("swings.status", vars{
		"Line": line, "Unstable": inc.Unstable(), "Swings": v.say("swings.listed", x), "Until": x["Until"],
	})
}
