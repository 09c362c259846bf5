// Package outside reaches people where Telegram does not: other channels take what a chat was not told, and a heartbeat
// lets somebody notice that greenwatch itself fell silent.
//
// The channels are those of shoutrrr (https://shoutrrr.nickfedor.com/). It takes no context, sets few time limits,
// panics here and there, and prints addresses with their passwords in errors: all of that ends in this package.
package outside

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"greenwatch/secret"
)

const (
	tries       = 3                // of a channel for one message
	sendTimeout = 20 * time.Second // of one try
	tryAgain    = 3 * time.Second  // after the first failure; twice that after the second
)

// ErrUncertain is in the error of a message that may have arrived all the same.
var ErrUncertain = errors.New("it may have arrived")

// Channels are all the ways to reach people outside of Telegram. They need no database.
type Channels struct {
	all []*channel
	log *slog.Logger
}

// NewChannels makes channels of their addresses, of which at least one is needed. It makes no call. The error names the
// entry, never its value.
func NewChannels(addresses []secret.Text, log *slog.Logger) (*Channels, error) {
	c := &Channels{log: log}
	for i, address := range addresses {
		made, err := newChannel(address)
		if err != nil {
			return nil, fmt.Errorf("outside: entry %d %w", i+1, err)
		}
		made.entry = i + 1
		c.all = append(c.all, made)
	}
	if len(c.all) == 0 || log == nil {
		return nil, errors.New("outside: an option is missing")
	}
	return c, nil
}

// Send gives a plain text, whose first line is its title, to all channels at once. A channel that fails is tried again
// twice within seconds, and logged. It is sent when one channel took it; else the error tells why none did, without any
// secret, and is [ErrUncertain] where one may have taken it.
func (c *Channels) Send(ctx context.Context, text string) error {
	failed := make(map[*channel]error, len(c.all))
	for _, ch := range c.all {
		failed[ch] = nil
	}
	for try := 1; ; try++ {
		failed = round(ctx, failed, text)
		if len(failed) == 0 || try == tries || !rest(ctx, tryAgain<<(try-1)) {
			break
		}
	}
	var reasons []string
	uncertain := false
	for _, ch := range c.all {
		err := failed[ch]
		if err == nil {
			continue
		}
		c.log.WarnContext(ctx, "channel outside failed", "entry", ch.entry, "service", ch.service, "error", err)
		reasons = append(reasons, fmt.Sprintf("entry %d (%s): %v", ch.entry, ch.service, err))
		uncertain = uncertain || errors.Is(err, ErrUncertain)
	}
	switch {
	case len(reasons) < len(c.all):
		return nil
	case uncertain:
		return fmt.Errorf("outside: no channel took it: %s (%w)", strings.Join(reasons, "; "), ErrUncertain)
	default:
		return fmt.Errorf("outside: no channel took it: %s", strings.Join(reasons, "; "))
	}
}

// round tries each channel once, all at the same time, and gives those that failed. What may have arrived at an earlier
// try is said of the later one too.
func round(ctx context.Context, channels map[*channel]error, text string) map[*channel]error {
	var mu sync.Mutex
	var trying sync.WaitGroup
	failed := make(map[*channel]error)
	for ch, before := range channels {
		trying.Go(func() {
			err := ch.try(ctx, text)
			if err == nil {
				return
			}
			if errors.Is(before, ErrUncertain) && !errors.Is(err, ErrUncertain) {
				err = fmt.Errorf("%w; at an earlier try, %w", err, ErrUncertain)
			}
			mu.Lock()
			defer mu.Unlock()
			failed[ch] = err
		})
	}
	trying.Wait()
	return failed
}

// rest waits; false: ctx ended first.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
