package words

import "greenwatch/monitor"

// Flow tells that an authorized number does not send, or sends again.
func (v Voice) Flow(i monitor.Instance, alert monitor.Alert) Message {
	q := monitor.Queue{}
	if alert.Queue != nil {
		q = *alert.Queue
	}
	x := vars{
		"ID": code(i.ID), "Count": q.Count, "Looks": q.HeadLooks, "Since": v.clock(q.HeadSince), "At": v.clock(q.At),
	}
	if alert.Kind == monitor.SendsAgain {
		key := "flow.again"
		if q.Count == 0 {
			key = "flow.empty"
		}
		return Message{HTML: string(lines(v.title(green, "flow.title_again", i, x), v.say(key, x), v.identity(i)))}
	}
	return Message{
		HTML: string(blocks(
			lines(v.title(orange, "flow.title", i, x), v.say("flow.line", x), v.identity(i)),
			v.say("flow.cost", x), v.say("flow.do", x), sentences(v.say("flow.dont", x), v.say("flow.link", x)),
		)),
		Buttons: v.buttons(i.ID, Check, Reboot),
	}
}

// Unread tells that nobody reads the notifications of what comes in.
func (v Voice) Unread(i monitor.Instance, alert monitor.Alert) Message {
	n := monitor.Incoming{}
	if alert.Incoming != nil {
		n = *alert.Incoming
	}
	x := vars{"ID": code(i.ID), "Count": n.Count, "First": n.First, "From": v.clock(n.From), "At": v.clock(n.At)}
	return Message{
		HTML: string(blocks(
			lines(v.title(orange, "unread.title", i, x), v.say("unread.line", x), v.identity(i)),
			v.say("unread.cost", x), v.say("unread.do", x), v.say("unread.link", x),
		)),
		Buttons: v.buttons(i.ID, Check),
	}
}

// incomingLine is what was counted of the notifications last; nothing where they were not.
func (v Voice) incomingLine(n monitor.Incoming) html {
	if n.At.IsZero() {
		return ""
	}
	return v.say("queue.incoming", vars{"Count": n.Count, "At": v.clock(n.At), "Unread": n.Told > 0, "From": v.clock(n.From)})
}
