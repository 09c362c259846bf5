package words

import "greenwatch/monitor"

// Notice tells of greenwatch's own links: a chat that cannot be written to, a bot that is not heard, or a webhook that
// lets nothing in.
func (v Voice) Notice(alert monitor.Alert) Message {
	notice := monitor.Notice{}
	if alert.Notice != nil {
		notice = *alert.Notice
	}
	key := "notice." + string(alert.Kind)
	knocks := monitor.Knocks{}
	if notice.Knocks != nil {
		knocks = *notice.Knocks
	}
	x := vars{"Chat": html(digits(notice.Chat.Chat)), "Why": cut(clean(notice.Why), maxDetail)}
	x["Count"], x["Since"], x["Bare"] = knocks.Count, v.clock(knocks.First), knocks.Bare == knocks.Count
	x["Taken"] = ""
	if !knocks.Taken.IsZero() {
		x["Taken"] = v.clock(knocks.Taken)
	}
	return Message{HTML: string(blocks(headline(orange, v.say(key+".title", x)), v.say(key+".line", x)))}
}

// Unreached adds the chats that cannot be written to, if there are any.
func (v Voice) Unreached(m Message, chats []monitor.Chat) Message {
	var dead []html
	for _, c := range chats {
		if !c.Dead.IsZero() {
			dead = append(dead, v.say("status.dead", vars{
				"Chat": html(digits(c.Chat)), "Since": v.clock(c.Dead), "Why": cut(clean(c.DeadWhy), maxDetail),
			}))
		}
	}
	if all := blocks(html(m.HTML), lines(dead...)); visible(all) <= MaxMessage {
		m.HTML = string(all)
	}
	return m
}
