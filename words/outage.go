package words

import "greenwatch/monitor"

// outage is an incident of a pool, or of everything.
type outage struct {
	subject monitor.Subject
	inc     monitor.Incident
	still   []monitor.RollEntry // those that had not come back at its end; nil: their names are not known here
	named   func(monitor.InstanceID) monitor.Instance
}

// isSelf reports whether it is everything that GREEN-API does not answer about.
func (o outage) isSelf() bool { return o.subject == monitor.Self }

// limited reports whether most of its members are not unreachable: we are kept from asking about them.
func (o outage) limited() bool { return o.inc.Trouble.Answer == monitor.Throttled }

// own is the key of a text that is another one where we are limited.
func (o outage) own(name string) string {
	if o.limited() {
		return o.key("limited_" + name)
	}
	return o.key(name)
}

// key is a text's, of which there is one for a pool and one for everything.
func (o outage) key(name string) string {
	if o.isSelf() {
		return "outage.self." + name
	}
	return "outage.pool." + name
}

// Outage is the message of an incident of a pool, or of everything ([monitor.Self]), as it stands: who is hit and what to
// do, or how it ended. named gives an instance by its id.
func (v Voice) Outage(s monitor.Subject, inc monitor.Incident, named func(monitor.InstanceID) monitor.Instance) Message {
	return Message{HTML: string(v.outageCard(outage{subject: s, inc: inc, named: named}))}
}

// OutageReply is the short message for an alert that follows the card of an outage: that it is back, or over, with those
// that did not come back. Where the chat has no card of it, it is the whole card.
func (v Voice) OutageReply(n monitor.Note, named func(monitor.InstanceID) monitor.Instance) Message {
	alert := n.Alert
	o := outage{subject: alert.Subject, inc: n.Incident, named: named}
	if alert.Kind == monitor.PoolUp && alert.Roll != nil && !o.inc.Open() {
		o.still = alert.Roll.Bad
	}
	switch {
	case n.Card == 0 || alert.Kind.Begins():
		return Message{HTML: string(v.outageCard(o))}
	case o.inc.Dropped:
		return v.short(Message{HTML: string(v.outageCard(o))})
	case !o.inc.Open():
		return Message{HTML: string(v.outageOver(o))}
	default:
		return Message{HTML: string(lines(v.outageHead(o), v.say("reply.card", nil)))}
	}
}

func (v Voice) outageCard(o outage) html {
	x := v.outageFacts(o)
	switch {
	case o.inc.Dropped:
		return lines(v.outageTitle(o, white, "outage.dropped"), v.say("outage.dropped_line", x))
	case !o.inc.Open():
		head := v.outageOver(o)
		if o.still == nil {
			head = blocks(head, v.hit(o, visible(head)))
		}
		return head
	}
	text := lines(v.outageHead(o), v.share(o.inc))
	if o.inc.Outage.Back.IsZero() {
		meaning, do := o.key("meaning"), o.key("do")
		if o.limited() {
			meaning, do = "outage.limited_meaning", "outage.limited_do"
		}
		text = blocks(text, v.say(meaning, x), v.say(do, x))
	}
	text = blocks(text, v.outRule(o.inc, true))
	return blocks(text, v.hit(o, visible(text)))
}

// outageTitle names the pool, which gives way where that is a long host.
func (v Voice) outageTitle(o outage, mark, key string) html {
	pool := v.outageName(o.subject)
	return v.title(mark, key, monitor.Instance{Name: pool}, v.outageFacts(o))
}

// outageHead is what fails, since when, and who is well.
func (v Voice) outageHead(o outage) html {
	out, x := o.inc.Outage, v.outageFacts(o)
	mark := outageMark(o.subject, o.inc)
	switch {
	case !out.Back.IsZero():
		return lines(v.outageTitle(o, orange, o.key("title_back")), v.say("outage.back", x))
	case o.isSelf() && o.limited():
		return lines(v.outageTitle(o, mark, o.own("title")), v.say("outage.limited_since", x))
	case o.isSelf():
		return lines(v.outageTitle(o, mark, o.key("title")), v.say("outage.self.since", x))
	case !out.Half.IsZero() && 2*out.Failing <= out.Peak:
		return lines(v.outageTitle(o, mark, "outage.pool.title_half"), sentences(v.outageCounts(out, x), v.others(out, x)))
	default:
		return lines(v.outageTitle(o, mark, o.own("title")), sentences(v.outageCounts(out, x), v.others(out, x)))
	}
}

// outageCounts says how the members fail: in words as long as all of them do.
func (v Voice) outageCounts(out monitor.Outage, x vars) html {
	if out.Failing < len(out.Members) {
		return v.say("outage.partly", x)
	}
	blind, limited, starting := 0, 0, 0
	for _, e := range out.Members {
		switch e.Answer {
		case monitor.NoAnswer:
			blind++
		case monitor.Throttled:
			limited++
		default:
			starting++
		}
	}
	var how []html
	if blind > 0 {
		how = append(how, v.say("outage.blind", vars{"Count": blind}))
	}
	if limited > 0 {
		how = append(how, v.say("outage.limited", vars{"Count": limited}))
	}
	if starting > 0 {
		how = append(how, v.say("outage.starting", vars{"Count": starting}))
	}
	return v.say("outage.since", x.with("How", join(", ", how)))
}

// others are those that are not hit, in the pool and elsewhere.
func (v Voice) others(out monitor.Outage, x vars) html {
	var here, elsewhere html
	if rest := out.Total - len(out.Members); rest > 0 {
		here = v.say("outage.rest", x.with("Count", rest))
	}
	if out.Others > 0 {
		x["Good"], x["All"] = out.OthersGood, out.OthersGood == out.Others
		elsewhere = v.say("outage.elsewhere", x.with("Count", out.Others))
	}
	return sentences(here, elsewhere)
}

// outageOver is how long it was, and who is not back.
func (v Voice) outageOver(o outage) html {
	x := v.outageFacts(o)
	if o.inc.Wavers() {
		return blocks(lines(v.outageTitle(o, orange, o.key("held")), v.share(o.inc)), v.goodRule(o.inc, true))
	}
	head := lines(v.outageTitle(o, green, o.key("over")), sentences(v.say("outage.over_line", x), v.notBack(o)), v.wasOut(o.inc))
	if len(o.still) > fewNamed {
		head = lines(head, v.quoted(o.still, visible(head), o.named))
	}
	return head
}

// fewNamed are as many as stand in a sentence; more are a list.
const fewNamed = 5

func (v Voice) notBack(o outage) html {
	n := o.inc.Outage.Failing
	if o.still != nil {
		n = len(o.still)
	}
	switch {
	case n == 0:
		return ""
	case len(o.still) == 0 || n > fewNamed:
		return v.say("outage.still_count", vars{"Count": n})
	}
	names := make([]html, 0, n)
	for _, e := range sortedRoll(o.still) {
		names = append(names, escape(cut(name(o.named(e.Instance)), maxName)+" ("+v.word(e.Finding)+")"))
	}
	return v.say("outage.still", vars{"Count": n, "Names": join(", ", names)})
}

// hit lists who was caught in the outage of a pool.
func (v Voice) hit(o outage, taken int) html {
	members := o.inc.Outage.Members
	if o.isSelf() || len(members) == 0 {
		return ""
	}
	head := v.say("outage.hit", vars{"Count": len(members)})
	return lines(head, v.quoted(members, taken+visible(head), o.named))
}

// quoted is a list that is folded up, with room taken already.
func (v Voice) quoted(all []monitor.RollEntry, taken int, named func(monitor.InstanceID) monitor.Instance) html {
	list := newList(v, MaxMessage-reserve-taken-3)
	list.most = monitor.MaxNamed
	for _, e := range sortedRoll(all) {
		list.add("", listed(named(e.Instance))+" "+escape(v.word(e.Finding)))
	}
	return "<blockquote expandable>" + list.text("digest.more") + "</blockquote>"
}

// maxPool is what is shown of a pool in a sentence: it may be a host of any length.
const maxPool = 32

func (v Voice) outageFacts(o outage) vars {
	i, out := o.inc, o.inc.Outage
	x := vars{
		"Pool": cut(outagePool(o.subject), maxPool), "Count": out.Total, "Failing": out.Failing, "Hit": len(out.Members), "Again": i.Reopened > 0,
		"Since": v.clock(i.Trouble.Since), "Shown": v.clock(out.Shown), "BackAt": v.clock(out.Back), "HalfAt": "",
	}
	if !out.Half.IsZero() {
		x["HalfAt"] = v.clock(out.Half)
	}
	if !i.Open() {
		x["Span"], x["For"] = v.span(i.Opened, i.Closed), v.lasting(i.Closed.Sub(i.Opened))
		x["At"], x["Back"] = v.clock(i.Closed), len(out.Members)-out.Failing
	}
	return x
}
