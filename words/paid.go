package words

import (
	"time"

	"greenwatch/monitor"
)

// unpaid tells of several numbers that GREEN-API has stopped.
func (v Voice) unpaid(at time.Time, roll monitor.Roll, named func(monitor.InstanceID) monitor.Instance) Message {
	if !roll.From.IsZero() {
		at = roll.From
	}
	x := vars{"Count": len(roll.Bad), "At": v.clock(at)}
	head := lines(headline(red, v.say("paid.title", x)), v.say("paid.line", x), v.say("paid.do", x))
	return Message{HTML: string(lines(head, v.quoted(roll.Bad, visible(head), named)))}
}
