package words

import (
	"cmp"
	"slices"
	"strings"

	"greenwatch/monitor"
)

// Fleet is an alert about many numbers at once: the first look at some, our return after an absence, or the daily report.
// named gives an instance by its id.
func (v Voice) Fleet(alert monitor.Alert, named func(monitor.InstanceID) monitor.Instance) Message {
	roll := monitor.Roll{}
	if alert.Roll != nil {
		roll = *alert.Roll
	}
	switch {
	case alert.Kind == monitor.Returned:
		return v.returned(roll)
	case alert.Day != nil:
		return v.reported(roll, *alert.Day)
	}
	return v.arrived(roll, named)
}

func (v Voice) arrived(roll monitor.Roll, named func(monitor.InstanceID) monitor.Instance) Message {
	x := vars{"Count": roll.Total, "Others": roll.Others, "Good": roll.Good, "Bad": len(roll.Bad), "Unseen": roll.Total - roll.Good - len(roll.Bad)}
	x["Counts"] = v.tally(monitor.Roll{Total: len(roll.Bad), Bad: roll.Bad})
	mark := green
	if roll.Good == 0 && len(roll.Bad) > 0 {
		mark = topicOf(sortedRoll(roll.Bad)[0].Finding).mark
	}
	head := lines(headline(mark, v.say("arrived.title", x)), v.say("arrived.line", x))
	if len(roll.Bad) == 0 {
		return Message{HTML: string(head)}
	}
	foot := v.say("arrived.told", vars{"Count": len(roll.Bad)})
	var buttons [][]Button
	if roll.Known {
		foot = v.say("arrived.known", vars{"Count": len(roll.Bad)})
		buttons = v.buttons("", Adopt)
	}
	list := newList(v, MaxMessage-reserve-visible(head)-visible(foot)-2)
	for _, e := range sortedRoll(roll.Bad) {
		list.add("", listed(named(e.Instance))+" "+escape(v.word(e.Finding)))
	}
	quote := "<blockquote expandable>" + list.text("digest.more") + "</blockquote>"
	return Message{HTML: string(lines(head, quote, foot)), Buttons: buttons}
}

func (v Voice) returned(roll monitor.Roll) Message {
	x := vars{
		"Span":   v.span(roll.From, roll.Until),
		"For":    v.lasting(roll.Until.Sub(roll.From)),
		"Count":  roll.Total,
		"Counts": v.tally(roll),
	}
	return Message{HTML: string(lines(v.fit(green, x, "returned.title", "returned.title_long"), v.say("returned.line", x)))}
}

// tally counts a roll by word: the good ones first, then the worst.
func (v Voice) tally(roll monitor.Roll) html {
	counts := newTally(v)
	counts.add(monitor.Finding{Answer: monitor.Answered, State: monitor.Authorized}, roll.Good)
	for _, e := range roll.Bad {
		counts.add(e.Finding, 1)
	}
	counts.add(monitor.Finding{}, roll.Total-roll.Good-len(roll.Bad))
	return counts.text()
}

// tally is how many numbers there are of each word.
type tally struct {
	voice Voice
	n     map[string]int
	order map[string]string
}

func newTally(v Voice) *tally {
	return &tally{voice: v, n: map[string]int{}, order: map[string]string{}}
}

func (t *tally) add(f monitor.Finding, n int) {
	if n <= 0 {
		return
	}
	w := t.voice.word(f)
	t.n[w] += n
	t.order[w] = rank(f)
	if f.Verdict() == monitor.Good {
		t.order[w] = ""
	}
}

func (t *tally) text() html {
	all := make([]string, 0, len(t.n))
	for w := range t.n {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(strings.Compare(t.order[a], t.order[b]), t.n[b]-t.n[a], strings.Compare(a, b))
	})
	const told = 10
	counts := make([]html, 0, len(all))
	for _, w := range all[:min(told, len(all))] {
		counts = append(counts, t.voice.say("digest.count", vars{"N": t.n[w], "Word": w}))
	}
	return join(", ", counts)
}

func sortedRoll(bad []monitor.RollEntry) []monitor.RollEntry {
	return slices.SortedFunc(slices.Values(bad), func(a, b monitor.RollEntry) int {
		return cmp.Or(
			strings.Compare(rank(a.Finding), rank(b.Finding)),
			strings.Compare(string(a.State.Canonical()), string(b.State.Canonical())),
			compareIDs(a.Instance, b.Instance),
		)
	})
}
