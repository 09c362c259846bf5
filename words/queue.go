package words

import (
	"cmp"
	"slices"

	"greenwatch/monitor"
)

// Queue answers /queue <id>: the messages that wait to leave one number, by a look that was just made, and what follows
// from it. The case is the one after the look.
func (v Voice) Queue(i monitor.Instance, look monitor.QueueLook, c monitor.Case) Message {
	q, t := c.Queue, topicOf(c.Belief.Finding)
	mark, key, count := t.mark, "queue.waits", look.Count
	switch {
	case !look.Known:
		mark, key, count = white, "queue.unseen", q.Count
	case count == 0:
		key = "queue.none"
	case !q.Stuck.IsZero():
		mark = orange
	}
	x := vars{"Count": count, "At": v.clock(look.At), "Detail": cut(clean(look.Detail), maxDetail)}
	var believed html
	if c.Belief.Answer != "" {
		believed = v.stateOnly(t, vars{
			"Word": v.fullWord(c.Belief.Finding), "Since": v.since(c.Belief), "Detail": cut(clean(c.Belief.Detail), maxDetail),
		})
	}
	text := blocks(
		lines(v.title(mark, key, i, x), v.countedLine(look, q, x), believed, v.identity(i)),
		v.queueCourse(q, count),
		v.incomingLine(c.Incoming),
	)
	return Message{HTML: string(text), Buttons: v.remedies(i.ID, t, c.Action.UnderWay())}
}

// countedLine says when it was counted, or why it could not be.
func (v Voice) countedLine(look monitor.QueueLook, q monitor.Queue, x vars) html {
	var why html
	switch look.Finding.Answer {
	case monitor.Answered:
		return v.say("queue.counted", x)
	case monitor.Refused:
		why = v.say("queue.refused", x)
	case monitor.Throttled:
		why = v.say("queue.throttled", x)
	case monitor.Unasked:
		why = v.say("queue.unasked", x)
	default:
		why = v.say("queue.silence", x)
	}
	if q.At.IsZero() {
		return why
	}
	return sentences(why, v.say("queue.last", x.with("At", v.clock(q.At))))
}

// queueCourse is where those that wait are going: since when none leaves and when the first is dropped, or how many have
// left and whether the first one moves.
func (v Voice) queueCourse(q monitor.Queue, count int) html {
	loss := q.FirstLoss()
	x := vars{
		"Shut": v.clock(q.Shut), "First": v.clock(q.First), "AtFirst": q.AtFirst, "Loss": v.clock(loss), "Dropped": q.Dropped,
		"After": q.After, "Left": q.After - q.Least, "Head": v.clock(q.HeadSince),
	}
	if !q.Shut.IsZero() {
		shut := v.say("queue.shut", x)
		switch {
		case count == 0:
			return sentences(shut, v.say("queue.kept", x))
		case loss.IsZero():
			return shut
		case v.Now.Before(loss):
			return lines(shut, v.say("queue.first", x), v.say("queue.loss", x))
		default:
			return lines(shut, v.say("queue.first", x), v.say("queue.dropping", x))
		}
	}
	var left, head html
	if q.After > 0 {
		left = v.say("queue.left", x)
	}
	switch {
	case count == 0:
	case !q.Stuck.IsZero():
		head = v.say("queue.stuck", x)
	case q.HeadLooks > 1:
		head = v.say("queue.same", x)
	case q.Head != "" && q.After == 0:
		head = v.say("queue.moves", x)
	}
	return lines(left, head)
}

// Queues answers /queue: the numbers with messages that wait, the nearest loss first, as many as fit. A message is counted
// as it was at the last look.
func (v Voice) Queues(all []Seen) Message {
	var waiting []Seen
	mark, unknown := green, 0
	for _, s := range all {
		if q := s.Case.Queue; q.Count > 0 {
			waiting = append(waiting, s)
			mark = worseStatus(mark, queueMark(s))
		} else if !v.counted(s.Case) {
			unknown++
		}
	}
	x := vars{"Count": len(waiting), "All": len(all), "Unknown": unknown}
	head := headline(mark, v.say("queue.title", x))
	if len(waiting) == 0 {
		head = headline(mark, v.say("queue.nothing", x))
	}
	if unknown > 0 {
		head = lines(head, v.say("queue.unknown", x))
	}
	list := newList(v, MaxMessage-reserve-visible(head)-2)
	for _, s := range byLoss(waiting) {
		list.add("", v.queueLineOf(s))
	}
	return Message{HTML: string(blocks(head, list.text("queue.more")))}
}

// counted reports whether a count is new enough to say something about now.
func (v Voice) counted(c monitor.Case) bool { return c.Gate(monitor.Scene{Now: v.Now}).QueuedKnown }

func queueMark(s Seen) string {
	if t := topicOf(s.Case.Belief.Finding); t.key != goodTopic.key || s.Case.Queue.Stuck.IsZero() {
		return t.mark
	}
	return orange
}

func (v Voice) queueLineOf(s Seen) html {
	q, loss := s.Case.Queue, s.Case.Queue.FirstLoss()
	x := vars{
		"Who": listed(s.Instance), "Count": q.Count, "Old": !v.counted(s.Case), "At": v.clock(q.At),
		"Loss": "", "Over": !v.Now.Before(loss), "Stuck": "",
	}
	if !loss.IsZero() {
		x["Loss"] = v.clock(loss)
	}
	if !q.Stuck.IsZero() {
		x["Stuck"] = v.clock(q.HeadSince)
	}
	return html(queueMark(s)) + " " + v.say("queue.line", x)
}

// byLoss puts the nearest loss first, then what does not move, then the longest queue.
func byLoss(all []Seen) []Seen {
	return slices.SortedFunc(slices.Values(all), func(a, b Seen) int {
		p, q := a.Case.Queue, b.Case.Queue
		return cmp.Or(
			-compareBool(!p.FirstLoss().IsZero(), !q.FirstLoss().IsZero()),
			p.FirstLoss().Compare(q.FirstLoss()),
			-compareBool(!p.Stuck.IsZero(), !q.Stuck.IsZero()),
			cmp.Compare(q.Count, p.Count),
			compareIDs(a.Instance.ID, b.Instance.ID),
		)
	})
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}
