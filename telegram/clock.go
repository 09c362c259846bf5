package telegram

import (
	"net/http"
	"sync/atomic"
	"time"
)

// clock is by how much Telegram's clock is ahead of ours, as its last answer said. The zero clock trusts ours.
type clock struct{ ahead atomic.Int64 }

// hear reads the time of an answer, which is whole seconds: what is less than two may be the way here.
func (c *clock) hear(h http.Header) {
	said, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	ahead := time.Until(said)
	if ahead.Abs() < 2*time.Second {
		ahead = 0
	}
	c.ahead.Store(int64(ahead))
}

// Now is the time by Telegram's clock, as far as its answers tell: ages of messages go by it, since ours may be wrong.
func (c *Client) Now() time.Time { return time.Now().Add(time.Duration(c.clock.ahead.Load())) }
