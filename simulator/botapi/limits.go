package botapi

import "time"

// What Telegram lets a bot send: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
// A chat takes a message a second with short bursts, a group in addition 20 within any minute. Edits count like sends.
const (
	burst        = 5
	groupWindow  = time.Minute
	groupAllowed = 20
)

// bucket counts what went into one chat.
type bucket struct {
	spent float64 // of burst; one comes back every second
	last  time.Time
	sent  []time.Time // within groupWindow
}

// take books one message, or says how long it is too early.
func (b *bucket) take(now time.Time, group bool) time.Duration {
	b.spent = max(0, b.spent-now.Sub(b.last).Seconds())
	b.last = now
	for len(b.sent) > 0 && now.Sub(b.sent[0]) >= groupWindow {
		b.sent = b.sent[1:]
	}
	var early time.Duration
	if over := b.spent + 1 - burst; over > 0 {
		early = time.Duration(over * float64(time.Second))
	}
	if group && len(b.sent) >= groupAllowed {
		early = max(early, b.sent[0].Add(groupWindow).Sub(now))
	}
	if early == 0 {
		b.spent++
		b.sent = append(b.sent, now)
	}
	return early
}

// spend books one message of the bot's to a chat and refuses with 429 when it is too early.
func (s *Server) spend(c *call, ch *chat) error {
	if s.opt.NoLimits {
		return nil
	}
	early := ch.bucket.take(c.now, ch.kind != Private)
	if early == 0 {
		return nil
	}
	s.limited++
	return tooMany(int((early + time.Second - 1) / time.Second))
}

// Limited counts the 429s that the rate limits have given; injected ones are not among them.
func (s *Server) Limited() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.limited
}
