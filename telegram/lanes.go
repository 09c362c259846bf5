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
	chatRate     = rate.Limit(1)
	chatBurst    = 3
	groupPerMin  = 18
	totalRate    = rate.Limit(20)
	totalBurst   = 5 // with totalRate, at most 25 in any second
	newsPatience = 10 * time.Second
	laneIdle     = time.Minute // after which a lane remembers nothing
)

// Priority orders the turns that wait for one chat.
type Priority int

// The priorities, the most urgent first.
const (
	ForPress  Priority = iota // what a person sees after pressing a button
	ForAnswer                 // an answer to a command
	ForNote                   // something new; after ten seconds of waiting it goes before presses and answers
	ForDigest                 // a summary of several new things; it has the same patience
	ForEdit                   // a message brought up to date
)

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
	used    time.Time   // the latest turn
}

type turn struct {
	lane     *lane
	priority Priority
	seq      uint64
	joined   time.Time
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
	t := &turn{lane: l.lane(chat, now), priority: p, seq: l.seq, joined: now, granted: make(chan struct{})}
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

// pause keeps a chat's lane closed for d and a little longer, so that not all begin again at once.
func (l *lanes) pause(chat int64, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d = max(d, time.Second)
	d += rand.N(min(d/10, 5*time.Second) + 100*time.Millisecond)
	now := time.Now()
	lane := l.lane(chat, now)
	if until := now.Add(d); until.After(lane.paused) {
		lane.paused = until
	}
	l.grant(now)
}

// lane finds a chat's lane or opens it; then those that remember nothing are forgotten.
func (l *lanes) lane(chat int64, now time.Time) *lane {
	if found, ok := l.chats[chat]; ok {
		return found
	}
	for id, old := range l.chats {
		if len(old.waiting) == 0 && now.After(old.paused) && now.Sub(old.used) > laneIdle {
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

// next is the most urgent turn of all lanes that are open, or, where none is, any turn of the lane that opens first and
// how long that takes.
func (l *lanes) next(now time.Time) (*turn, time.Duration) {
	var best *turn
	var bestWait time.Duration
	for _, lane := range l.chats {
		if len(lane.waiting) == 0 {
			continue
		}
		first, wait := lane.first(now), lane.opensIn(now)
		if best == nil || wait < bestWait || wait == bestWait && first.before(best, now) {
			best, bestWait = first, wait
		}
	}
	return best, bestWait
}

// opensIn says how long no turn may be taken; 0 if one may be.
func (n *lane) opensIn(now time.Time) time.Duration {
	wait := max(0, n.paused.Sub(now), delay(n.pace, now))
	if len(n.minute) == groupPerMin {
		wait = max(wait, n.minute[0].Add(time.Minute).Sub(now))
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

func (n *lane) first(now time.Time) *turn {
	best := n.waiting[0]
	for _, t := range n.waiting[1:] {
		if t.before(best, now) {
			best = t
		}
	}
	return best
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

func (t *turn) before(other *turn, now time.Time) bool {
	mine, theirs := t.rank(now), other.rank(now)
	if mine != theirs {
		return mine < theirs
	}
	return t.seq < other.seq
}

// rank is the priority, but what is new is not held back for long by people who ask much.
func (t *turn) rank(now time.Time) Priority {
	isNew := t.priority == ForNote || t.priority == ForDigest
	if isNew && now.Sub(t.joined) >= newsPatience {
		return ForPress
	}
	return t.priority
}

// delay says how long until limiter lets one more through, and takes nothing.
func delay(limiter *rate.Limiter, now time.Time) time.Duration {
	r := limiter.ReserveN(now, 1)
	defer r.CancelAt(now)
	return r.DelayFrom(now)
}
