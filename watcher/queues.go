package watcher

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"greenwatch/monitor"
)

// Queues shows the messages that wait to leave an instance. An error may have a Finding and a Detail, which say what came
// instead.
type Queues interface {
	// Messages counts them.
	Messages(ctx context.Context, id monitor.InstanceID) (int, error)
	// Webhooks counts the notifications that wait to be read by the instance's owner.
	Webhooks(ctx context.Context, id monitor.InstanceID) (int, error)
	// Head is the id of the first of them, and how many are shown with it.
	Head(ctx context.Context, id monitor.InstanceID) (string, int, error)
}

// explained is an error that says what came instead of an answer.
type explained interface {
	error
	Finding() monitor.Finding
	Detail() string
}

// ErrNoQueues is returned where no queue is looked at.
var ErrNoQueues = errors.New("watcher: queues are not looked at")

// queueEvery is the time between two looks at a queue on which something depends: [monitor.Case.Queued].
const queueEvery = time.Minute

// queuePoller looks at the messages that wait to leave one instance, beside its guard: at each tick of the schedule, where
// something depends on it every minute, and at once when the instance stops or begins to send. What it sees reaches the
// store only where that changes what is kept.
type queuePoller struct {
	g       *guard
	presses chan queuePress

	// owned by run
	slot    time.Time
	offset  time.Duration     // of the slot from its tick
	last    time.Time         // the last look
	shut    time.Time         // since when nothing left, at the last look
	free    time.Time         // no look before
	less    monitor.QueueLook // a smaller count that is not sure yet; the zero one: there is none
	failing bool              // the store failed at the last one worth keeping
}

// queuePress is a person who wants to know now.
type queuePress struct {
	ctx  context.Context
	seen chan monitor.QueueLook
}

func newQueuePoller(g *guard) *queuePoller { return &queuePoller{g: g, presses: make(chan queuePress)} }

// Queue looks at the messages that wait to leave an instance now, within the rate that the API allows, and judges what it
// sees like at any other look. The error says that no look was made.
func (w *Watcher) Queue(ctx context.Context, id monitor.InstanceID) (monitor.QueueLook, error) {
	g := w.guard(id)
	switch {
	case w.Queues == nil:
		return monitor.QueueLook{}, ErrNoQueues
	case g == nil:
		return monitor.QueueLook{}, ErrUnknown
	}
	p := queuePress{ctx: ctx, seen: make(chan monitor.QueueLook, 1)}
	select {
	case g.queue.presses <- p:
	case <-g.ended:
		return monitor.QueueLook{}, errBrokenOff
	case <-ctx.Done():
		return monitor.QueueLook{}, fmt.Errorf("watcher: looking at a queue: %w", ctx.Err())
	}
	select {
	case q := <-p.seen:
		if q.At.IsZero() {
			return q, errBrokenOff
		}
		return q, nil
	case <-ctx.Done():
		return monitor.QueueLook{}, fmt.Errorf("watcher: looking at a queue: %w", ctx.Err())
	}
}

// run looks until ctx ends.
func (l *queuePoller) run(ctx context.Context) {
	if l.g.w.Queues == nil {
		return
	}
	now := time.Now()
	l.free = now.Add(time.Duration(place(l.g.id) * float64(startSpan)))
	l.offset = l.offsetAfter(now)
	l.slot = now.Add(l.offset)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		c, kept, moved := l.g.outlook.present()
		var fire <-chan time.Time
		if due := l.due(c, kept); !due.IsZero() {
			timer.Reset(time.Until(due))
			fire = timer.C
		}
		select {
		case <-ctx.Done():
			return
		case <-moved:
		case <-fire:
			l.look(ctx, !l.slot.After(time.Now()))
		case p := <-l.presses:
			l.answer(ctx, p)
		}
	}
}

// due is when the next look is made; zero: not before the case is another one. An instance that we cannot see or that
// refuses us is not asked, nor one of which the store does not know all yet: what is seen now would not be kept.
func (l *queuePoller) due(c monitor.Case, kept bool) time.Time {
	switch c.Belief.Verdict() {
	case monitor.Unseen, monitor.Blind, monitor.Denied:
		return time.Time{}
	}
	at := l.slot
	switch soon := l.last.Add(queueEvery); {
	case !kept:
		return time.Time{}
	case !c.Queue.Shut.Equal(l.shut):
		return l.free
	case c.Queued() && soon.Before(at):
		at = soon
	}
	if at.Before(l.free) {
		return l.free
	}
	return at
}

// answer looks as soon as the API allows it.
func (l *queuePoller) answer(ctx context.Context, p queuePress) {
	select {
	case <-time.After(time.Until(l.free)):
		p.seen <- l.look(ctx, true)
	case <-ctx.Done():
		p.seen <- monitor.QueueLook{}
	case <-p.ctx.Done():
	}
}

// look makes one look, at both ways or only at what leaves. The zero one: it came to nothing, through our own fault or our
// end.
func (l *queuePoller) look(ctx context.Context, both bool) (q monitor.QueueLook) {
	defer l.survive(ctx)
	pool, _ := l.g.where()
	if !pool.enter(ctx) {
		return monitor.QueueLook{}
	}
	c, _, _ := l.g.outlook.present()
	sends := c.Belief.Verdict() == monitor.Good
	q = l.ask(ctx, pool, sends)
	if both && sends && q.Known && !l.g.w.reads(l.g.id) {
		q = l.askIncoming(ctx, pool, q)
	}
	if ctx.Err() != nil {
		return monitor.QueueLook{}
	}
	now := time.Now()
	l.last, l.shut, l.free = now, c.Queue.Shut, now.Add(callGap)
	if !l.slot.After(now) {
		l.plan(now)
	}
	l.g.w.Looked(q)
	if q.Known {
		l.learn(ctx, q)
	}
	return q
}

// ask counts what waits, and asks for the head of it where the instance should be sending.
func (l *queuePoller) ask(ctx context.Context, pool bulkhead, sends bool) monitor.QueueLook {
	defer pool.leave()
	q := monitor.QueueLook{At: time.Now(), Known: true, Finding: monitor.Finding{Answer: monitor.Answered}}
	count, err := l.g.w.Queues.Messages(ctx, l.g.id)
	if err != nil {
		q.Known, q.Finding = false, monitor.Finding{Answer: monitor.NoAnswer}
		if said, ok := errors.AsType[explained](err); ok {
			q.Finding, q.Detail = said.Finding(), said.Detail()
		}
		return q
	}
	q.Count = count
	if sends && count > 0 {
		if head, _, err := l.g.w.Queues.Head(ctx, l.g.id); err == nil {
			q.Head = head
		}
	}
	return q
}

// askIncoming counts the notifications that wait as well. Those that we read ourselves are not counted: that they wait is
// told of elsewhere.
func (l *queuePoller) askIncoming(ctx context.Context, pool bulkhead, q monitor.QueueLook) monitor.QueueLook {
	if !pool.enter(ctx) {
		return q
	}
	defer pool.leave()
	count, err := l.g.w.Queues.Webhooks(ctx, l.g.id)
	q.Incoming, q.IncomingKnown = count, err == nil
	return q
}

// plan sets the next slot: at the instance's place after the next tick. It goes by this machine's own clock from here on.
func (l *queuePoller) plan(now time.Time) {
	tick := l.g.w.QueueSchedule.Next(now.Add(-l.offset))
	l.offset = l.offsetAfter(tick)
	l.slot = now.Add(tick.Add(l.offset).Sub(now))
}

// place is how long after a tick the instance has its slot.
func (l *queuePoller) offsetAfter(tick time.Time) time.Duration {
	span := min(l.g.w.QueueSchedule.Next(tick).Sub(tick), slotSpan) * 9 / 10
	return time.Duration(place(l.g.id) * float64(span))
}

// learn keeps what changes the case; what the store fails to take is seen again at the next look.
func (l *queuePoller) learn(ctx context.Context, q monitor.QueueLook) {
	g, scene := l.g, l.g.scene()
	c, kept, _ := g.outlook.present()
	q, sure := l.sure(c, q)
	if !kept || !sure {
		return
	}
	if !c.Learns(q, scene) {
		g.outlook.glance(q)
		return
	}
	saving, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	_, err := g.w.Cases.UpdateAll(saving, []monitor.Change{{Subject: g.id.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Look(q, scene)
	}}})
	if err != nil && !l.failing && ctx.Err() == nil {
		g.log.ErrorContext(ctx, "queue not kept, trying again at the next look", "error", err)
	}
	l.failing = err != nil
	if err == nil {
		g.order(func() { g.moved = true })
	}
}

// sure gives the look that can be judged; false: none can. Fewer messages at an instance of which is believed that nothing
// leaves were dropped, or it sends again and that is not believed yet: such a look waits until the instance is asked again
// and still does not send.
func (l *queuePoller) sure(c monitor.Case, q monitor.QueueLook) (monitor.QueueLook, bool) {
	before := l.less
	l.less = monitor.QueueLook{}
	if c.Queue.Shut.IsZero() || q.Count >= c.Queue.Count {
		return q, true
	}
	l.less = q
	l.g.mu.Lock()
	last := l.g.last
	l.g.mu.Unlock()
	v := last.Verdict()
	return before, before.Known && last.At.After(before.At) && (v == monitor.Bad || v == monitor.Settling)
}

// survive is deferred: a panic over one queue is not the end of looking at it.
func (l *queuePoller) survive(ctx context.Context) {
	if p := recover(); p != nil {
		l.g.log.ErrorContext(ctx, "looking at a queue panicked", "panic", p, "stack", string(debug.Stack()))
		l.free = time.Now().Add(saveAgain)
	}
}
