package telegram

import (
	"net/http"
	"testing"
	"time"
)

// An answer's Date says what time it is at Telegram, whatever the clock here says.
func TestClock(t *testing.T) {
	t.Parallel()
	c := &Client{}
	day := 24 * time.Hour
	for _, ahead := range []time.Duration{0, time.Second, day, -day} {
		c.clock.hear(http.Header{"Date": {time.Now().Add(ahead).UTC().Format(http.TimeFormat)}})
		if off := (time.Until(c.Now()) - ahead).Abs(); off > 3*time.Second {
			t.Errorf("off by %s where Telegram is %s ahead", off, ahead)
		}
	}
	c.clock.hear(http.Header{})
	c.clock.hear(http.Header{"Date": {"yesterday"}})
	if off := (time.Until(c.Now()) + day).Abs(); off > 3*time.Second {
		t.Errorf("an answer without a date moved the clock by %s", off)
	}
}
