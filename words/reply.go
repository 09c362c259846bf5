package words

import "greenwatch/monitor"

// Reply is the short message for an alert that follows a card, or for the outcome of an action. Where the chat has no
// card of the incident, it is the whole card.
func (v Voice) Reply(i monitor.Instance, n monitor.Note) Message {
	alert, inc := n.Alert, n.Incident
	switch {
	case alert.Kind == monitor.ActedOn && alert.Action != nil:
		return v.acted(i, inc, alert)
	case alert.Queue != nil:
		return v.Flow(i, alert)
	case alert.Relinked != nil:
		return v.OtherPhone(i, alert)
	case alert.Incoming != nil:
		return v.Unread(i, alert)
	case n.Card == 0 || alert.Kind.Begins():
		return v.Card(i, inc)
	case alert.Kind == monitor.Dropped:
		return v.short(v.Card(i, inc)) // it may be back by now
	case alert.Kind == monitor.Resolved, alert.Kind == monitor.Proved, !inc.Open():
		return v.over(i, inc)
	case alert.Kind == monitor.LossNear && !inc.Queue.FirstLoss.IsZero():
		return v.lossNear(i, inc)
	default:
		return v.news(i, inc, alert)
	}
}

// news says that it became something else or came back, and that what to do stands on the card; or that it still
// lasts, which is the first time that it rings, and so says what to do.
func (v Voice) news(i monitor.Instance, inc monitor.Incident, alert monitor.Alert) Message {
	s := storyOf(inc)
	b := alert.Belief
	t, x := topicOf(b.Finding), v.facts(i, inc, s, b)
	key := t.key + ".title"
	if alert.Kind == monitor.StillOut {
		key = t.key + ".still"
	}
	state := v.stateLine(s, b, x)
	if alert.Kind == monitor.Reopened && s.before.Answer != "" {
		worked := vars{"Span": v.span(s.before.Since, s.began())}
		state = sentences(v.stateOnly(t, x), v.say("reply.worked", worked))
	}
	title := v.title(t.mark, key, i, x)
	if inc.Unstable() {
		title = v.swungTitle(t, i, inc, x)
	}
	text := lines(title, state, v.share(inc), v.identity(i))
	if alert.Kind == monitor.StillOut {
		text = blocks(text, v.steps(t, x))
	} else {
		text = lines(text, v.say("reply.card", nil))
	}
	return Message{HTML: string(text), Buttons: v.remedies(i.ID, t, s.busy())}
}

// stateOnly is the state line without what was before.
func (v Voice) stateOnly(t topic, x vars) html {
	if line, own := v.look(t.key+".state", x); own {
		return line
	}
	return v.say("state.line", x)
}

// over is that it ended, in two lines.
func (v Voice) over(i monitor.Instance, inc monitor.Incident) Message {
	s := storyOf(inc)
	switch {
	case inc.Open() && inc.Told.Verdict() != monitor.Good: // out again meanwhile, as its card shows
		return v.short(v.trouble(i, inc))
	case inc.Open():
		return v.short(v.wavering(i, inc))
	}
	if inc.Wavers() {
		return Message{HTML: string(v.heldHead(i, inc))}
	}
	return Message{HTML: string(v.endHead(i, inc, s))}
}

// short keeps the first two lines.
func (v Voice) short(m Message) Message {
	return Message{HTML: firstLines(m.HTML, 2)}
}
