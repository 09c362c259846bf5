package words

import "greenwatch/monitor"

// waiting are the values of texts about the messages that wait: as they were counted, or else how long they are kept.
func (v Voice) waiting(q monitor.Waiting, s story) vars {
	if q.At.IsZero() {
		return vars{"Seen": false, "Waiting": 0, "Loss": v.loss(s)}
	}
	x := vars{"Seen": true, "Waiting": q.Count, "Single": q.Count == 1, "Loss": v.firstLoss(q)}
	x["Waits"] = v.say("waits.none", nil)
	if q.Count > 0 {
		x["Waits"] = v.say("waits.some", vars{"Count": q.Count})
	}
	return x
}

// loss is the end of a sentence about messages that were not counted: when the first may be dropped.
func (v Voice) loss(s story) html {
	from, known := s.lossFrom()
	switch {
	case !known:
		return ""
	case v.Now.Before(from):
		return v.say("loss.soon", vars{"At": v.clock(from)})
	default:
		return v.say("loss.already", vars{"At": v.clock(from)})
	}
}

// firstLoss is the same about messages that were counted.
func (v Voice) firstLoss(q monitor.Waiting) html {
	switch {
	case q.FirstLoss.IsZero():
		return ""
	case v.Now.Before(q.FirstLoss):
		return v.say("waits.first", vars{"At": v.clock(q.FirstLoss)})
	default:
		return v.say("waits.dropping", vars{"At": v.clock(q.FirstLoss), "Dropped": q.Dropped})
	}
}

// lately is what waits by the last count, whether or not a card has been brought up to date since.
func lately(q monitor.Queue) monitor.Waiting {
	if q.At.IsZero() || q.At.Before(q.Shut) {
		return monitor.Waiting{}
	}
	return monitor.Waiting{At: q.At, Count: q.Count, FirstLoss: q.FirstLoss(), Dropped: q.Dropped}
}

// queueLine is what was counted last, for who asks about one number.
func (v Voice) queueLine(q monitor.Queue) html {
	if q.At.IsZero() {
		return ""
	}
	x := vars{"N": q.Count, "At": v.clock(q.At), "Stuck": ""}
	if !q.Stuck.IsZero() {
		x["Stuck"] = v.clock(q.HeadSince)
	}
	return v.say("detail.queue", x)
}

// counted reports whether it is known how many waited when the incident ended.
func counted(q monitor.Waiting) bool { return !q.At.IsZero() && (q.Waited > 0 || q.Count == 0) }

// endQueue is what became of the messages that waited.
func (v Voice) endQueue(inc monitor.Incident) html {
	q := inc.Queue
	x := vars{
		"Count": q.Waited, "Left": q.Left, "Lost": q.Lost, "Until": v.clock(inc.Probation),
		"Part": q.Left < q.Waited-q.Dropped, "Rest": q.Left == 0 && q.Dropped < q.Waited,
		"Wait": v.say("waits.brief", vars{"Count": q.Count}), "LeftWords": v.say("waits.left", vars{"Count": q.Left}),
	}
	switch {
	case onProbation(inc) && q.Count+q.Left > 0:
		return v.say("end.unproved_queue", x)
	case onProbation(inc):
		return v.say("end.unproved_none", x)
	}
	text := v.say("end.queue_none", x)
	if q.Waited > 0 {
		text = v.say("end.queue", x)
	}
	if q.Lost {
		text = sentences(text, v.say("end.queue_lost", x.with("Count", q.Dropped)))
	}
	if inc.Restricted {
		text = lines(v.say("end.proved_cost", vars{"At": v.clock(inc.Closed)}), text)
	}
	return text
}
