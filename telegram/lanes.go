package telegram

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Telegram's published limits are about one message a second in a chat, twenty a minute in a group and thirty a second
// in all; edits count as messages. See https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
// These stay below them.
const (
	chatRate    = rate.Limit(1)
	chatBurst   = 3
	groupPerMin = 18
	totalRate   = rate.Limit(20)
	totalBurst  = 5           // with totalRate, at most 25 in any second
	laneIdle    = time.Minute // after which a lane remembers nothing
)

// Priority orders the turns that wait for one chat.
type Priority int

// The priorities, the most urgent first.
const (
	ForNote     Priority = iota // something new
	ForOperator                 // an answer to somebody who may act
	ForMark                     // an edit by which a message shows what came of a press
	ForAnswer                   // an answer to anybody else of the chat
	ForEdit                     // an edit that brings a message up to date
	ForStranger                 // an answer to somebody nobody knows
)

// edits reports whether the turn is for an edit, and so waits where edits are refused.
func (p Priority) edits() bool { return p == ForMark || p == ForEdit }

// share is how many of a group's turns within any minute may have been taken when one of this priority is given out: what
// is more urgent has some left whatever else is asked for.
func (p Priority) share() int {
	switch p {
	case ForNote:
		return groupPerMin
	case ForOperator:
		return groupPerMin - 2
	case ForAnswer, ForStranger:
		return groupPerMin - 6
	default:
		return groupPerMin - 4
	}
}

// Turn waits until chat may be written to, and counts the turn. Within a chat turns go by priority, then by arrival;
// topics of one chat share its turns. What waits in one chat never holds up another. Call it before Send and Edit.
// It returns an error only when ctx ends first.
func (c *Client) Turn(ctx context.Context, chat int64, p Priority) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("telegram: waiting for a turn: %w", err)
	}
	t := c.lanes.join(chat, p)
	select {
	case <-t.granted:
		return nil
	case <-ctx.Done():
		if c.lanes.leave(t) {
			return fmt.Errorf("telegram: waiting for a turn: %w", ctx.Err())
		}
		return nil // it was granted at the same moment, and is counted
	}
}

// lanes hands out the turns of all chats. It has no goroutine: a timer is set for the next turn that falls due.
type lanes struct {
	mu    sync.Mutex
	chats map[int64]*lane
	total *rate.Limiter
	seq   uint64
	timer *time.Timer
}

// lane is what is known of one chat.
type lane struct {
	waiting []*turn
	pace    *rate.Limiter
	minute  []time.Time // the latest turns, oldest first; nil in a private chat
	paused  time.Time   // no turn before
	frozen  time.Time   // no turn for an edit before
	used    time.Time   // the latest turn
}

type turn struct {
	lane     *lane
	priority Priority
	seq      uint64
	granted  chan struct{}
}

func newLanes() *lanes {
	return &lanes{chats: map[int64]*lane{}, total: rate.NewLimiter(totalRate, totalBurst)}
}

func (l *lanes) join(chat int64, p Priority) *turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.seq++
	t := &turn{lane: l.lane(chat, now), priority: p, seq: l.seq, granted: make(chan struct{})}
	t.lane.waiting = append(t.lane.waiting, t)
	l.grant(now)
	return t
}

// leave takes t out of its lane and reports whether it was still waiting.
func (l *lanes) leave(t *turn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !t.lane.remove(t) {
		return false
	}
	l.grant(time.Now())
	return true
}

// pause keeps a chat's lane closed for d and a little longer, so that not all begin again at once. Where it is an edit that
// was refused, only edits wait: a message is tried in spite of it, and if that is refused too, all wait.
func (l *lanes) pause(chat int64, d time.Duration, edits bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d = max(d, time.Second)
	d += rand.N(min(d/10, 5*time.Second) + 100*time.Millisecond)
	now := time.Now()
	lane := l.lane(chat, now)
	until := &lane.paused
	if edits {
		until = &lane.frozen
	}
	if end := now.Add(d); end.After(*until) {
		*until = end
	}
	l.grant(now)
}

// lane finds a chat's lane or opens it; then those that remember nothing are forgotten.
func (l *lanes) lane(chat int64, now time.Time) *lane {
	if found, ok := l.chats[chat]; ok {
		return found
	}
	for id, old := range l.chats {
		if len(old.waiting) == 0 && now.After(old.paused) && now.After(old.frozen) && now.Sub(old.used) > laneIdle {
			delete(l.chats, id)
		}
	}
	opened := &lane{pace: rate.NewLimiter(chatRate, chatBurst), used: now}
	if chat < 0 {
		opened.minute = make([]time.Time, 0, groupPerMin)
	}
	l.chats[chat] = opened
	return opened
}

// grant gives out every turn that is due, the most urgent first, and sets the timer for the next.
func (l *lanes) grant(now time.Time) {
	if l.timer != nil {
		l.timer.Stop()
	}
	for {
		next, wait := l.next(now)
		if next != nil && wait <= 0 {
			wait = delay(l.total, now)
		}
		if next == nil {
			return
		}
		if wait > 0 {
			l.timer = time.AfterFunc(wait, l.tick)
			return
		}
		l.total.AllowN(now, 1)
		next.lane.take(now)
		next.lane.remove(next)
		close(next.granted)
	}
}

func (l *lanes) tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.grant(time.Now())
}

// next is the most urgent of the turns that may be taken, or, if none may, one that may be soonest and how long that takes.
func (l *lanes) next(now time.Time) (*turn, time.Duration) {
	var best *turn
	var bestWait time.Duration
	for _, lane := range l.chats {
		if len(lane.waiting) == 0 {
			continue
		}
		closed := max(0, lane.paused.Sub(now), delay(lane.pace, now))
		for _, t := range lane.waiting {
			wait := max(closed, lane.opensIn(t.priority, now))
			if best == nil || wait < bestWait || wait == bestWait && t.before(best) {
				best, bestWait = t, wait
			}
		}
	}
	return best, bestWait
}

// opensIn says how long a priority may take no turn, besides what all wait for; 0 or less if it may.
func (n *lane) opensIn(p Priority, now time.Time) time.Duration {
	var wait time.Duration
	if p.edits() {
		wait = n.frozen.Sub(now)
	}
	if over := len(n.minute) - p.share(); n.minute != nil && over >= 0 {
		wait = max(wait, n.minute[over].Add(time.Minute).Sub(now))
	}
	return wait
}

func (n *lane) take(now time.Time) {
	n.used = now
	n.pace.AllowN(now, 1)
	if n.minute == nil {
		return
	}
	if len(n.minute) == groupPerMin {
		n.minute = append(n.minute[:0], n.minute[1:]...)
	}
	n.minute = append(n.minute, now)
}

func (n *lane) remove(t *turn) bool {
	for i, waiting := range n.waiting {
		if waiting == t {
			n.waiting = append(n.waiting[:i], n.waiting[i+1:]...)
			return true
		}
	}
	return false
}

func (t *turn) before(other *turn) bool {
	if t.priority != other.priority {
		return t.priority < other.priority
	}
	return t.seq < other.seq
}

// delay says how long until limiter lets one more through, and takes nothing.
func delay(limiter *rate.Limiter, now time.Time) time.Duration {
	r := limiter.ReserveN(now, 1)
	defer r.CancelAt(now)
	return r.DelayFrom(now)
}
