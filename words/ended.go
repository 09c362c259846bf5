package words

import (
	"strings"
	"time"

	"greenwatch/monitor"
)

// ended is the card of an incident that is over, or seems to be.
func (v Voice) ended(i monitor.Instance, inc monitor.Incident) Message {
	s := storyOf(inc)
	m := Message{HTML: string(blocks(
		lines(v.endHead(i, inc, s), v.identity(i)),
		v.endActs(inc, s),
		v.endCost(inc, s),
	))}
	if onProbation(inc) {
		m.Buttons = v.buttons(i.ID, Check)
	}
	return m
}

// onProbation reports whether "authorized" is not to be trusted yet.
func onProbation(inc monitor.Incident) bool {
	return inc.Restricted && !inc.Open() && !inc.Probation.IsZero()
}

// endHead is the first two lines: that it is over, and how long it was out.
func (v Voice) endHead(i monitor.Instance, inc monitor.Incident, s story) html {
	x := v.endFacts(inc, s)
	if inc.Relinked != nil {
		mark := orange
		if onProbation(inc) {
			mark = yellow
		}
		line := "end.line"
		if inc.Restricted {
			line = "end.restricted_line"
		}
		return lines(v.title(mark, "end.other_phone", i, x), v.otherPhone(*inc.Relinked), v.say(line, x))
	}
	switch {
	case swung(inc):
		return v.steadyHead(i, inc)
	case onProbation(inc):
		return lines(v.title(yellow, "end.unproved", i, x), v.say("end.restricted_line", x))
	case inc.Restricted:
		return lines(v.title(green, "end.title", i, x), v.say("end.restricted_line", x))
	case s.all(isView):
		return lines(v.title(green, "end.seen", i, x), v.say("end.seen_line", x))
	default:
		return lines(v.title(green, "end.title", i, x), v.say("end.line", x))
	}
}

func (v Voice) endFacts(inc monitor.Incident, s story) vars {
	var was []string
	for _, b := range s.told() {
		if w := v.word(b.Finding); len(was) == 0 || was[len(was)-1] != w {
			was = append(was, w)
		}
	}
	const told = 3
	if len(was) > told {
		was = append(was[:told-1], was[len(was)-1])
	}
	_, cured := s.cure()
	return vars{
		"Word":    v.word(inc.Now.Finding),
		"At":      v.clock(inc.Closed),
		"For":     v.lasting(inc.Closed.Sub(s.began())),
		"Was":     strings.Join(was, v.toast("end.then", nil)+" "),
		"Span":    v.span(s.began(), inc.Closed),
		"First":   s.before.Answer == "",
		"Several": len(was) > 1,
		"False":   cured && s.run[0].State.Canonical() == monitor.NotAuthorized,
	}
}

func (v Voice) endActs(inc monitor.Incident, s story) html {
	a, cured := s.cure()
	if !cured {
		return v.actLines(s.acts)
	}
	key := "end.cured"
	if inc.Restricted {
		key = "end.rebooted" // a restriction is not cured by it
	}
	return lines(v.actLines(s.acts[:len(s.acts)-1]), v.say(key, v.actFacts(a.Action)))
}

// endCost is what became of the messages, as far as it can be known.
func (v Voice) endCost(inc monitor.Incident, s story) html {
	x := vars{"At": v.clock(inc.Closed.Add(-keptFor)), "Until": v.clock(later(inc.Probation, inc.Swings.Until))}
	_, known := s.lossFrom()
	out := inc.Closed.Sub(s.began())
	switch {
	case counted(inc.Queue) && !s.all(isView):
		return v.endQueue(inc)
	case onProbation(inc):
		return v.say("end.unproved_cost", x)
	case inc.Restricted:
		return v.say("end.proved_cost", x.with("At", v.clock(inc.Closed)))
	case !s.all(isKept):
		return ""
	case out > keptFor-time.Minute:
		return v.say("end.lost", x)
	case known:
		return v.say("end.kept", x)
	default:
		return v.say("end.perhaps_lost", x)
	}
}

// OtherPhone tells that another phone number is linked than before.
func (v Voice) OtherPhone(i monitor.Instance, alert monitor.Alert) Message {
	other := monitor.Relinked{}
	if alert.Relinked != nil {
		other = *alert.Relinked
	}
	title := "relinked.title"
	if other.Again {
		title = "end.other_phone"
	}
	var waits html
	switch {
	case !other.Counted:
		waits = v.say("relinked.waits_unseen", nil)
	case other.Waiting > 0:
		waits = v.say("relinked.waits", vars{"Count": other.Waiting})
	}
	return Message{
		HTML: string(blocks(
			lines(v.title(orange, title, i, nil), sentences(v.otherPhone(other), waits), v.identity(i)),
			v.say("relinked.do", vars{"ID": code(i.ID)}),
		)),
		Buttons: v.buttons(i.ID, Check),
	}
}

func (v Voice) otherPhone(r monitor.Relinked) html {
	return v.say("relinked.line", vars{"Now": cut(clean(r.Now), maxPerson), "Was": cut(clean(r.Was), maxPerson)})
}
