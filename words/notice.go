package words

import (
	"strconv"
	"time"

	"greenwatch/monitor"
)

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
	x := vars{"Chat": place(notice.Chat), "Why": cut(clean(notice.Why), maxDetail)}
	x["Count"], x["Since"], x["Bare"] = knocks.Count, v.clock(knocks.First), knocks.Bare == knocks.Count
	x["Taken"] = ""
	if !knocks.Taken.IsZero() {
		x["Taken"] = v.clock(knocks.Taken)
	}
	return Message{HTML: string(blocks(headline(orange, v.say(key+".title", x)), v.say(key+".line", x)))}
}

// place is a chat, and a topic of it.
func place(a monitor.Address) html {
	if a.Topic == 0 {
		return html(digits(a.Chat))
	}
	return html(digits(a.Chat) + "/" + strconv.Itoa(a.Topic))
}

func (v Voice) nextTry(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return v.clock(at)
}

// Unreached adds the chats that cannot be written to, and those that refuse some messages, if there are any.
func (v Voice) Unreached(m Message, chats []monitor.Chat) Message {
	var dead []html
	for _, c := range chats {
		if !c.Dead.IsZero() {
			dead = append(dead, v.say("status.dead", vars{
				"Chat": place(c.Address), "Since": v.clock(c.Dead), "Why": cut(clean(c.DeadWhy), maxDetail), "Again": v.nextTry(c.ProbeAt),
			}))
		}
		if r := c.Refused; r.Waiting > 0 {
			dead = append(dead, v.say("status.refused", vars{
				"Chat": place(c.Address), "Count": r.Waiting, "Since": v.clock(r.Since), "Why": cut(clean(r.Why), maxDetail), "Again": v.nextTry(r.Again),
			}))
		} else if r.GivenUp > 0 {
			dead = append(dead, v.say("status.given_up", vars{
				"Chat": place(c.Address), "Count": r.GivenUp, "Why": cut(clean(r.Why), maxDetail),
			}))
		}
	}
	if all := blocks(html(m.HTML), lines(dead...)); visible(all) <= MaxMessage {
		m.HTML = string(all)
	}
	return m
}
