package words

import (
	"cmp"
	"slices"
	"strings"

	"greenwatch/monitor"
)

// Seen is an instance with what is kept of it.
type Seen struct {
	Instance monitor.Instance
	Case     monitor.Case
	Asked    monitor.Reading // what a question has just brought; zero: no answer came
	Unheard  bool            // what is believed is too old to say anything about now
}

// stale reports whether the belief would be shown as if it held, and nothing was heard of the number for too long.
func (s Seen) stale() bool {
	return s.Unheard && !s.answered() && s.Case.Belief.Answer == monitor.Answered
}

// answered reports whether the question brought word of the number.
func (s Seen) answered() bool { return s.Asked.Tells() }

// fresh reports whether the question brought something that is not believed yet.
func (s Seen) fresh() bool { return s.answered() && !s.Case.Belief.Same(s.Asked.Finding) }

// finding is the latest word of the number, believed or not.
func (s Seen) finding() monitor.Finding {
	switch {
	case s.answered():
		return s.Asked.Finding
	case s.stale():
		return monitor.Finding{Answer: monitor.NoAnswer}
	}
	return s.Case.Belief.Finding
}

// Status answers /status: how many work, and one line for each that does not, the worst first, as many as fit. Of the cases
// of pools and of everything it names the outages that last.
func (v Voice) Status(all []Seen, pools ...monitor.Case) Message {
	return v.standing(all, "", pools)
}

// Checked answers /check about all: the same by what GREEN-API has just said, and what of it is not believed yet.
func (v Voice) Checked(all []Seen, pools ...monitor.Case) Message {
	x, missing := vars{"Fresh": slices.ContainsFunc(all, Seen.fresh)}, 0
	for _, s := range all {
		if !s.answered() {
			missing++
		}
	}
	return v.standing(all, v.say("status.asked", x.with("Missing", missing)), pools)
}

func (v Voice) standing(all []Seen, asked html, pools []monitor.Case) Message {
	counts, good, mark := newTally(v), 0, green
	var wanting []Seen
	for _, s := range all {
		f := s.finding()
		counts.add(f, 1)
		if f.Verdict() == monitor.Good {
			good++
		}
		if f.Verdict() != monitor.Good || s.fresh() || onProbation(s.Case.Incident) || s.Case.Incident.Wavers() {
			wanting = append(wanting, s)
		}
		mark = worseStatus(mark, topicOf(f).mark)
	}
	x := vars{"Count": len(all), "Good": good, "All": good == len(all)}
	if len(all) == 0 {
		return Message{HTML: string(headline(white, v.say("status.nothing", nil)))}
	}
	outages, worst := v.outageLines(pools)
	mark = worseStatus(mark, worst)
	head := blocks(lines(headline(mark, v.say("status.title", x)), counts.text()+".", asked), outages)
	list := newList(v, MaxMessage-reserve-visible(head)-2)
	for _, s := range byNeed(wanting) {
		list.add("", v.statusLine(s))
	}
	return Message{HTML: string(blocks(head, list.text("status.more")))}
}

func worseStatus(a, b string) string {
	if m := worse(a, b); m != green {
		return m
	}
	return b
}

func byNeed(all []Seen) []Seen {
	return slices.SortedFunc(slices.Values(all), func(a, b Seen) int {
		return cmp.Or(
			strings.Compare(rank(a.finding()), rank(b.finding())),
			compareIDs(a.Instance.ID, b.Instance.ID),
		)
	})
}

func (v Voice) statusLine(s Seen) html {
	b, f := s.Case.Belief, s.finding()
	t := topicOf(f)
	x := vars{"Who": listed(s.Instance), "Word": v.fullWord(f), "Since": v.since(b), "Known": s.Case.Known}
	switch {
	case s.fresh():
		x["Believed"] = ""
		if b.Answer != "" {
			x["Believed"] = v.word(b.Finding)
		}
		return html(t.mark) + " " + v.say("status.fresh", x)
	case b.Answer == "":
		return html(t.mark) + " " + v.say("status.unseen", x)
	case s.stale():
		return html(t.mark) + " " + v.say("status.unheard", x.with("Believed", v.word(b.Finding)))
	case b.Verdict() == monitor.Good && s.Case.Incident.Wavers():
		return html(orange) + " " + v.swungLine(v.say("status.line", x), s.Case.Incident)
	case b.Verdict() == monitor.Good:
		return html(yellow) + " " + v.say("status.unproved", x.with("Until", v.clock(s.Case.Incident.Probation)))
	default:
		return html(t.mark) + " " + v.swungLine(v.say("status.line", x), s.Case.Incident)
	}
}

// maxTransitions is how many changes /status <id> looks back; the last ones.
const maxTransitions = 10

// Detail answers /status <id>: all that is known of one number. The zero Reading says that it was not asked yet;
// transitions are oldest first.
func (v Voice) Detail(i monitor.Instance, c monitor.Case, last monitor.Reading, transitions []monitor.Transition) Message {
	t, b := topicOf(c.Belief.Finding), c.Belief
	x := vars{"Word": v.word(b.Finding)}
	believed := v.say("detail.unseen", x)
	if b.Answer != "" {
		full := vars{"Word": v.fullWord(b.Finding), "Since": v.since(b), "Detail": cut(clean(b.Detail), maxDetail)}
		believed = v.stateOnly(t, full)
	}
	if c.Known {
		believed = sentences(believed, v.say("detail.known", x))
	}
	transitions = transitions[max(0, len(transitions)-maxTransitions):]
	history := make([]html, 0, maxTransitions+1)
	for n, tr := range transitions {
		if n == 0 {
			history = append(history, v.say("detail.history", nil))
		}
		history = append(history, v.transition(tr))
	}
	text := blocks(
		lines(v.title(t.mark, "detail.title", i, x), believed, v.identity(i), v.phoneLine(c.Phone)),
		lines(v.lastReading(last), v.incidentLine(c.Incident), v.lastAct(c.Action), v.queueLine(c.Queue)),
		v.advice(i, c),
		lines(history...),
	)
	return Message{HTML: string(text), Buttons: v.remedies(i.ID, t, c.Action.UnderWay())}
}

// phoneLine is the phone that is linked, as much of it as people are shown.
func (v Voice) phoneLine(p monitor.Phone) html {
	if !p.Known() {
		return ""
	}
	return v.say("detail.phone", vars{"Phone": p.Masked})
}

// advice is what to do about a number that does not work, as on its card.
func (v Voice) advice(i monitor.Instance, c monitor.Case) html {
	if v := c.Belief.Verdict(); v == monitor.Good || v == monitor.Unseen {
		return ""
	}
	s, inc := story{run: []monitor.Belief{c.Belief}}, c.Incident
	if inc.Open() {
		s = storyOf(inc)
	}
	inc.Queue = lately(c.Queue)
	return v.steps(topicOf(c.Belief.Finding), v.facts(i, inc, s, c.Belief))
}

func (v Voice) lastReading(r monitor.Reading) html {
	if r.Answer == "" {
		return ""
	}
	return v.say("detail.last", vars{
		"Word": v.fullWord(r.Finding), "At": v.clock(r.At), "Detail": cut(clean(r.Detail), maxDetail),
	})
}

func (v Voice) incidentLine(inc monitor.Incident) html {
	x := vars{"N": inc.Number, "At": v.clock(inc.Opened), "Until": v.clock(inc.Probation)}
	switch {
	case inc.Number == 0:
		return ""
	case inc.Open():
		return lines(sentences(v.say("detail.open", x), v.share(inc)), v.outRule(inc, false))
	case inc.Wavers():
		return lines(sentences(v.say("detail.open", x), v.share(inc)), v.goodRule(inc, false))
	case onProbation(inc):
		return v.say("detail.unproved", x)
	default:
		return v.say("detail.closed", x.with("Span", v.span(inc.Opened, inc.Closed)))
	}
}

func (v Voice) lastAct(a monitor.Action) html {
	if a.Key == "" {
		return ""
	}
	return v.actLine(act{Action: a})
}

func (v Voice) transition(t monitor.Transition) html {
	x := vars{"At": v.clock(t.To.Since), "From": v.word(t.From), "To": v.word(t.To.Finding)}
	if t.From.Answer == "" {
		return v.say("detail.first", x)
	}
	return v.say("detail.transition", x)
}
