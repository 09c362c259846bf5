package notify

import (
	"context"
	"errors"
	"time"

	"greenwatch/monitor"
)

const (
	editGap = 30 * time.Second // between two edits of a chat's message about our trouble
	ringGap = time.Minute      // between two answers to it that ring
)

// outcry is what one chat is told of our trouble.
type outcry struct {
	alarm *Alarm
	to    monitor.Address

	since  time.Time // when the trouble began that it is about
	card   int       // the message; 0: none
	shown  monitor.Trouble
	edited time.Time
	ended  bool                        // that it is over has been answered
	rang   map[monitor.InstanceID]bool // what needs people, and they were rung for
	rungAt time.Time
	repeat bool // the last try may have arrived
	fails  int

	refusals monitor.Chat // of this trouble
}

// run keeps the chat told until ctx ends.
func (o *outcry) run(ctx context.Context) {
	for ctx.Err() == nil {
		t, changed := o.alarm.news()
		wait, err := o.next(ctx, t)
		if errors.Is(err, errRefused) {
			continue // it is left alone
		}
		if err != nil {
			if o.fails == 0 && ctx.Err() == nil {
				o.alarm.Log.WarnContext(ctx, "chat not told of our own trouble, trying again",
					"chat", o.to.Chat, "topic", o.to.Topic, "error", err)
			}
			rest(ctx, backoff(o.fails))
			o.fails++
			continue
		}
		o.fails = 0
		var later <-chan time.Time
		if wait > 0 {
			later = time.After(wait)
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-later:
		}
	}
}

// next brings the chat one step nearer to what it must be told, and says after what time there is more; 0: only once
// something changes.
func (o *outcry) next(ctx context.Context, t monitor.Trouble) (time.Duration, error) {
	o.begin(t)
	switch {
	case t.Since.IsZero(), o.card == 0 && t.Over():
		return 0, nil
	case time.Now().Before(o.refusals.ProbeAt):
		return time.Until(o.refusals.ProbeAt), nil
	case o.card == 0:
		return atOnce, o.open(ctx)
	case t.Over():
		return 0, o.end(ctx, t)
	}
	edit, ring := o.editIn(t), o.ringIn(t)
	switch {
	case ring == 0:
		return atOnce, o.ring(ctx)
	case edit == 0:
		return atOnce, o.show(ctx)
	case min(edit, ring) == never:
		return 0, nil
	default:
		return min(edit, ring), nil
	}
}

// begin forgets the last trouble when another one comes that is not its return.
func (o *outcry) begin(t monitor.Trouble) {
	switch {
	case t.Since.Equal(o.since):
		return
	case o.shown.Over() && t.Since.Sub(o.shown.Until) >= relapseWithin, !o.refusals.Age.IsZero():
		*o = outcry{alarm: o.alarm, to: o.to}
	}
	o.since, o.ended = t.Since, false
}

const (
	atOnce = time.Nanosecond
	never  = time.Duration(1<<63 - 1)
)

func (o *outcry) editIn(t monitor.Trouble) time.Duration {
	if t.Reads(o.shown) {
		return never
	}
	return max(0, time.Until(o.edited.Add(editGap)))
}

func (o *outcry) ringIn(t monitor.Trouble) time.Duration {
	if len(o.fresh(t)) == 0 {
		return never
	}
	return max(0, time.Until(o.rungAt.Add(ringGap)))
}

// fresh is what needs people and was not rung for. What has come to work, and fails again, is fresh again.
func (o *outcry) fresh(t monitor.Trouble) []monitor.Unsaved {
	var fresh []monitor.Unsaved
	still := make(map[monitor.InstanceID]bool)
	for _, u := range t.Unsaved {
		switch {
		case !u.Belief.Rings():
		case o.rang[u.Instance]:
			still[u.Instance] = true
		default:
			fresh = append(fresh, u)
		}
	}
	o.rang = still
	return fresh
}

// open writes the chat's message, of what is so when its turn has come.
func (o *outcry) open(ctx context.Context) error {
	t, err := o.turn(ctx, o.alarm.Crier.TurnToTell)
	if err != nil || t.Over() {
		return err
	}
	fresh := o.fresh(t)
	id, err := o.cry(ctx, t, 0)
	if err != nil {
		return err
	}
	o.card, o.shown, o.edited, o.rungAt = id, t, time.Now(), time.Now()
	o.hasRung(fresh)
	return nil
}

func (o *outcry) ring(ctx context.Context) error {
	t, err := o.turn(ctx, o.alarm.Crier.TurnToTell)
	if t.Fresh = o.fresh(t); err != nil || t.Over() || len(t.Fresh) == 0 {
		return err
	}
	if _, err := o.cry(ctx, t, o.card); err != nil {
		return err
	}
	o.rungAt = time.Now()
	o.hasRung(t.Fresh)
	return nil
}

func (o *outcry) hasRung(fresh []monitor.Unsaved) {
	for _, u := range fresh {
		o.rang[u.Instance] = true
	}
}

func (o *outcry) show(ctx context.Context) error {
	t, err := o.turn(ctx, o.alarm.Crier.TurnToShow)
	if err != nil {
		return err
	}
	gone, err := o.alarm.Crier.ShowTrouble(ctx, o.to, t, o.card)
	if err != nil {
		return err
	}
	o.shown, o.edited = t, time.Now()
	if gone {
		o.card = 0
	}
	return nil
}

// end makes the message say that it is over, and answers it.
func (o *outcry) end(ctx context.Context, t monitor.Trouble) error {
	if !o.shown.Over() {
		if err := o.show(ctx); err != nil {
			return err
		}
	}
	if o.ended {
		return nil
	}
	if _, err := o.turn(ctx, o.alarm.Crier.TurnToTell); err != nil {
		return err
	}
	if _, err := o.cry(ctx, t, o.card); err != nil {
		return err
	}
	o.ended = true
	return nil
}

// turn waits for the chat's turn and gives the trouble as it stands then.
func (o *outcry) turn(ctx context.Context, wait func(context.Context, monitor.Address) error) (monitor.Trouble, error) {
	err := wait(ctx, o.to)
	return o.alarm.current(), err
}

var errRefused = errors.New("notify: the chat refuses")

var errUntold = errors.New("notify: our own trouble was not told")

// cry writes once. A chat that refuses is left alone for a while, longer and longer.
func (o *outcry) cry(ctx context.Context, t monitor.Trouble, card int) (messageID int, err error) {
	t.Repeat = o.repeat
	s := o.alarm.Crier.Cry(ctx, o.to, t, card)
	o.repeat = s.MaybeSent
	switch s.End {
	case monitor.SettledTold:
		o.to, o.refusals = s.To, monitor.Chat{}
		return s.MessageID, nil
	case monitor.SettledFailed, monitor.SettledRefused:
		var news bool
		if o.refusals, news = o.refusals.Refuse(s.Reason, time.Now()); news {
			o.alarm.Log.ErrorContext(ctx, "chat refuses to be told of our own trouble, trying again ever more slowly",
				"chat", o.to.Chat, "topic", o.to.Topic, "reason", s.Reason)
		}
		return 0, errRefused
	default:
		return 0, errors.Join(errUntold, errors.New(s.Reason))
	}
}
