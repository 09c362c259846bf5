package notify

import (
	"context"
	"fmt"
	"time"

	"greenwatch/monitor"
)

const (
	apart         = 3 // more due matters than this go as one message
	settleTimeout = 10 * time.Second
	grace         = 4 * time.Second
)

// tellNext tells the chat one message; false: nothing was due. The turn comes first, then all that is due by then.
func (r *Relay) tellNext(ctx context.Context, to monitor.Address) (bool, error) {
	due, err := r.Outbox.Due(ctx, to, time.Now())
	if err != nil || len(due) == 0 {
		return false, err
	}
	if joined, err := r.join(ctx, to, due); joined || err != nil {
		return joined, err
	}
	if due, err = r.timely(ctx, to, due); err != nil || len(due) == 0 {
		return false, err
	}
	var wait time.Duration
	r.paced(to, func(p *pace, now time.Time) { wait = p.hold(now) })
	rest(ctx, wait)
	if err := r.Teller.TurnToTell(ctx, to); err != nil {
		return false, fmt.Errorf("notify: waiting for the turn: %w", err)
	}
	if due, err = r.Outbox.Due(ctx, to, time.Now()); err != nil {
		return false, err
	}
	if due, err = r.timely(ctx, to, due); err != nil || len(due) == 0 {
		return false, err
	}
	batch := r.next(to, due)
	if err := r.Outbox.Sending(ctx, batch); err != nil {
		return false, fmt.Errorf("notify: beginning to tell: %w", err)
	}
	s := r.tell(ctx, to, batch)
	s.At = time.Now()
	if err := r.settle(ctx, s); err != nil {
		return false, err
	}
	r.Settled(s)
	if left := without(batch, s.Notes); len(left) > 0 {
		back := monitor.Settlement{To: to, Notes: left, At: s.At, End: monitor.SettledAgain, Reason: "no room in the message"}
		if err := r.settle(ctx, back); err != nil {
			return false, err
		}
	}
	switch s.End {
	case monitor.SettledTold:
		r.paced(to, func(p *pace, _ time.Time) { p.told(s) })
	case monitor.SettledAgain:
		return false, fmt.Errorf("notify: telling: %s", s.Reason)
	case monitor.SettledRefused:
		inARow := 0
		r.paced(to, func(p *pace, _ time.Time) { p.atMost, p.inARow, inARow = 1, p.inARow+1, p.inARow+1 })
		r.Log.WarnContext(ctx, "refused in words that are not known, each note is tried again by itself",
			"chat", to.Chat, "topic", to.Topic, "notes", len(s.Notes), "reason", s.Reason)
		if inARow >= refusedInARow {
			return false, errRefuses
		}
	case monitor.SettledFailed:
		r.Log.ErrorContext(ctx, "can never be told", "chat", to.Chat, "topic", to.Topic, "notes", len(s.Notes), "reason", s.Reason)
	}
	return true, nil
}

// tell gives a message under way a little time to arrive when we end: broken off, it might be told twice. A panic over
// several notes is followed by a try with the first of them alone, so that in the end it keeps back only the note that makes it.
func (r *Relay) tell(ctx context.Context, to monitor.Address, batch []monitor.Note) monitor.Settlement {
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	defer stop()
	var s monitor.Settlement
	for r.panics(ctx, func() { s = r.Teller.Tell(sending, to, batch) }) {
		if len(batch) == 1 {
			return monitor.Settlement{To: to, Notes: batch, End: monitor.SettledRefused, Reason: "panic"}
		}
		batch = batch[:1]
	}
	return s
}

// settle writes down what became of notes. It is not broken off by our end.
func (r *Relay) settle(ctx context.Context, s monitor.Settlement) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if err := r.Outbox.Settle(ctx, s); err != nil {
		return fmt.Errorf("notify: settling: %w", err)
	}
	return nil
}

// next is what goes into the next message; in a storm, all.
func (r *Relay) next(to monitor.Address, due []monitor.Note) []monitor.Note {
	var storm bool
	r.paced(to, func(p *pace, now time.Time) { storm, due = p.storm(now), p.cut(due) })
	if storm {
		return due
	}
	return together(due)
}

// together is what goes into the next message: all, where more than three matters are due; else the notes of the first
// matter, and where that is a number that is not paid, of all such: a bill stops many at once. So it is with what rings again.
// All notes of one incident are one matter.
func together(due []monitor.Note) []monitor.Note {
	matters := make(map[matter]bool)
	for _, n := range due {
		matters[matterOf(n)] = true
	}
	if len(matters) > apart {
		return due
	}
	taken := map[matter]bool{matterOf(due[0]): true}
	for _, n := range due {
		if unpaid(n) && unpaid(due[0]) || n.RingsAgain() && due[0].RingsAgain() {
			taken[matterOf(n)] = true
		}
	}
	var first []monitor.Note
	for _, n := range due {
		if taken[matterOf(n)] {
			first = append(first, n)
		}
	}
	return first
}

// unpaid holds for the beginning of an incident whose instance has expired.
func unpaid(n monitor.Note) bool {
	return n.Alert.Kind == monitor.Opened && n.Alert.Belief.Refusal == monitor.Expired
}

// beginsOtherwise holds for the beginning of any other incident.
func beginsOtherwise(n monitor.Note) bool { return n.Alert.Kind.Begins() && !unpaid(n) }

type matter struct {
	subject  monitor.Subject
	incident int
	note     int64
}

func matterOf(n monitor.Note) matter {
	if n.Alert.Incident == 0 {
		return matter{note: n.ID}
	}
	return matter{subject: n.Alert.Subject, incident: n.Alert.Incident}
}

func without(notes, taken []monitor.Note) []monitor.Note {
	gone := make(map[int64]bool, len(taken))
	for _, n := range taken {
		gone[n.ID] = true
	}
	var left []monitor.Note
	for _, n := range notes {
		if !gone[n.ID] {
			left = append(left, n)
		}
	}
	return left
}
