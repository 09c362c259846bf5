package words

import (
	"time"

	"greenwatch/monitor"
)

// lossNear rings before the first message that waits is dropped.
func (v Voice) lossNear(i monitor.Instance, inc monitor.Incident) Message {
	s := storyOf(inc)
	b := s.shown(inc.Told)
	t, x := topicOf(b.Finding), v.facts(i, inc, s, b)
	key := "waits.near"
	if !v.Now.Before(inc.Queue.FirstLoss) {
		key = "waits.now"
	}
	x["Left"] = v.lasting(inc.Queue.FirstLoss.Sub(v.Now))
	x["Brief"] = v.say("waits.brief", vars{"Count": inc.Queue.Count})
	return Message{
		HTML: string(lines(
			v.title(red, key, i, x), sentences(v.say("waits.line", x), v.say("waits.sends", x)), v.identity(i), v.say("reply.card", nil),
		)),
		Buttons: v.remedies(i.ID, t, s.busy()),
	}
}

// Losses rings for several numbers at once, whose first messages are dropped soon. The number of those named is returned.
func (v Voice) Losses(entries []Entry) (Message, int) {
	var first time.Time
	n := 0
	for _, e := range entries {
		if at := e.Incident.Queue.FirstLoss; open(e) && !at.IsZero() {
			n++
			first = earlier(first, at)
		}
	}
	if n == 0 {
		return v.Digest(entries)
	}
	x := vars{"Count": n, "Left": v.lasting(first.Sub(v.Now)), "Now": !v.Now.Before(first)}
	return v.digest(entries, headline(red, v.say("waits.near_many", x)))
}

// digestLoss is how many messages wait, or how long what is sent to them is kept.
func (v Voice) digestLoss(entries []Entry) html {
	var all monitor.Waiting
	var guess time.Time
	waits, counted := 0, 0
	for _, e := range entries {
		s := storyOf(e.Incident)
		if !open(e) || !topicOf(s.shown(e.Incident.Told).Finding).kept {
			continue
		}
		waits++
		q := e.Incident.Queue
		if at, known := s.lossFrom(); known && q.At.IsZero() && v.Now.Before(at) {
			guess = earlier(guess, at)
		}
		if !q.At.IsZero() {
			counted++
			all.Count, all.Dropped, all.FirstLoss = all.Count+q.Count, all.Dropped+q.Dropped, earlier(all.FirstLoss, q.FirstLoss)
		}
	}
	switch {
	case waits == 0:
		return ""
	case all.Count > 0:
		return v.say("waits.digest", vars{"Count": all.Count, "Part": counted < waits, "Loss": v.firstLoss(all)})
	case counted == waits:
		return v.say("waits.none", nil) + "."
	case guess.IsZero():
		return v.say("digest.kept", vars{"At": ""})
	default:
		return v.say("digest.kept", vars{"At": v.clock(guess)})
	}
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
