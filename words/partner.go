package words

import "greenwatch/monitor"

// listName is what the list is called that a version belongs to: a file, or the partner's.
func (v Voice) listName(file string) string {
	if file == "" {
		return v.toast("partner.list", nil)
	}
	return file
}

// eitherList is the key for a file, or for the partner's list.
func eitherList(file, ofFile, ofPartner string) string {
	if file == "" {
		return ofPartner
	}
	return ofFile
}

// partnerRefused tells that the partner's list cannot be read, and what that means.
func (v Voice) partnerRefused(n monitor.ListNews) Message {
	what := monitor.PartnerAway
	if len(n.Problems) > 0 {
		what = n.Problems[0].What
	}
	x := vars{"Why": cut(clean(n.Why), maxDetail), "Count": n.Total}
	key := "partner." + string(what)
	return Message{HTML: string(blocks(
		lines(headline(orange, v.say(key+".title", x)), v.say("partner.meanwhile", x)),
		v.say(key+".do", x),
	))}
}

// Expiring warns of instances whose paid time ends within days.
func (v Voice) Expiring(alert monitor.Alert) Message {
	e := monitor.Expiry{}
	if alert.Expiry != nil {
		e = *alert.Expiry
	}
	x := vars{"Count": e.Count}
	if e.Count == 1 && len(e.Some) == 1 {
		p := e.Some[0]
		x["Until"] = v.clock(p.Until)
		return Message{HTML: string(blocks(
			lines(v.title(orange, "expiring.single", p.Instance, x), v.say("expiring.line", x), v.identity(p.Instance)),
			v.say("expiring.do", x),
		))}
	}
	head, foot := lines(headline(orange, v.say("expiring.several", x)), v.say("expiring.line", x)), v.say("expiring.do", x)
	list := newList(v, MaxMessage-reserve-visible(head)-visible(foot)-4)
	for _, p := range e.Some {
		list.add("", v.say("expiring.each", vars{"Who": listed(p.Instance), "Until": v.clock(p.Until)}))
	}
	list.rest += e.Count - len(e.Some)
	return Message{HTML: string(blocks(head, list.text("expiring.more"), foot))}
}
