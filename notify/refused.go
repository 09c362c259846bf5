package notify

import (
	"errors"
	"time"
)

// A chat that refuses one message after another rests for 5 s, then for twice as long each time, up to 5 min.
const (
	refusedInARow = 3 // messages, after which it is rather the chat that refuses
	refusedFirst  = 5 * time.Second
	refusedMost   = 5 * time.Minute
)

// errRefuses holds up a chat that refuses one message after another.
var errRefuses = errors.New("notify: the chat refuses one message after another")

// pause is how long a chat rests after an error, of several in a row.
func pause(err error, fails int) time.Duration {
	if errors.Is(err, errRefuses) {
		return min(refusedFirst<<min(fails, 10), refusedMost)
	}
	return backoff(fails)
}
