package words

import (
	"cmp"
	"slices"
	"strings"

	"greenwatch/monitor"
)

// Trouble is our own trouble as it stands: what fails, what to do, and what people would otherwise not be told. named
// gives an instance by its id.
func (v Voice) Trouble(t monitor.Trouble, named func(monitor.InstanceID) monitor.Instance) Message {
	x := v.troubleFacts(t)
	if t.Over() {
		return Message{HTML: string(v.troubleOver(t, x))}
	}
	head := blocks(
		lines(headline(white, v.say("own."+ownKey(t.Fault)+".title", x)), v.say("own.line"+ownSort(t.Fault), x)),
		v.say("own."+ownKey(t.Fault)+".do", x),
	)
	if ownSort(t.Fault) != "" { // nothing is unsaved by it
		return Message{HTML: string(head)}
	}
	if len(t.Unsaved) == 0 {
		return Message{HTML: string(blocks(head, v.say("own.nothing", x)))}
	}
	return Message{HTML: string(blocks(head, v.unsaved(v.say("own.unsaved", x), visible(head), t.Unsaved, named)))}
}

// TroubleReply answers the message about our trouble: with what is new in it and must ring, or that it is over.
func (v Voice) TroubleReply(t monitor.Trouble, named func(monitor.InstanceID) monitor.Instance) Message {
	x := v.troubleFacts(t)
	if t.Over() {
		return Message{HTML: string(v.troubleOver(t, x))}
	}
	fresh := sortedUnsaved(t.Fresh)
	mark, title := white, html("")
	if len(fresh) > 0 {
		mark = topicOf(fresh[0].Belief.Finding).mark
	}
	if len(fresh) == 1 {
		one := vars{"Word": v.word(fresh[0].Belief.Finding)}
		title = v.title(mark, "own.fresh_one", named(fresh[0].Instance), one)
	} else {
		title = headline(mark, v.say("own.fresh", vars{"Count": len(fresh)}))
	}
	foot := v.say("own.fresh_line", x)
	return Message{HTML: string(blocks(v.unsaved(title, visible(foot), fresh, named), foot))}
}

func (v Voice) troubleFacts(t monitor.Trouble) vars {
	x := vars{"At": v.clock(t.Since), "Count": len(t.Unsaved)}
	if t.Over() {
		x["Span"], x["For"] = v.span(t.Since, t.Until), v.lasting(t.Until.Sub(t.Since))
	}
	return x
}

func (v Voice) troubleOver(t monitor.Trouble, x vars) html {
	key := "own.over" + ownSort(t.Fault)
	return lines(headline(green, v.say(key+".title", x)), v.say(key+".line", x))
}

// unsaved is a list under its heading, with room taken already.
func (v Voice) unsaved(heading html, taken int, all []monitor.Unsaved, named func(monitor.InstanceID) monitor.Instance) html {
	list := newList(v, MaxMessage-reserve-taken-visible(heading)-4)
	for _, u := range sortedUnsaved(all) {
		f := u.Belief.Finding
		x := vars{"Who": listed(named(u.Instance)), "Word": v.fullWord(f), "Since": v.since(u.Belief)}
		list.add("", html(topicOf(f).mark)+" "+v.say("own.entry", x))
	}
	return lines(heading, list.text("own.more"))
}

// sortedUnsaved puts first what needs people most.
func sortedUnsaved(all []monitor.Unsaved) []monitor.Unsaved {
	return slices.SortedFunc(slices.Values(all), func(a, b monitor.Unsaved) int {
		return cmp.Or(
			strings.Compare(rank(a.Belief.Finding), rank(b.Belief.Finding)),
			a.Belief.Since.Compare(b.Belief.Since),
			compareIDs(a.Instance, b.Instance),
		)
	})
}

func ownKey(f monitor.Fault) string {
	switch f {
	case monitor.FaultFull, monitor.FaultReadOnly, monitor.FaultLocked, monitor.FaultDamaged, monitor.FaultAway,
		monitor.FaultGone, monitor.FaultGoneKept, monitor.Exhausted:
		return string(f)
	default:
		return string(monitor.FaultOther)
	}
}

// ownSort is how the keys end that say what a fault means for people; "" where the database takes nothing.
func ownSort(f monitor.Fault) string {
	switch f {
	case monitor.Exhausted:
		return "_exhausted"
	case monitor.FaultGone, monitor.FaultGoneKept:
		return "_gone"
	default:
		return ""
	}
}
