package instanceapi

import (
	"fmt"
	"slices"
	"time"
)

// kept is how long a message waits for the instance; then it is dropped without a word
// (https://green-api.com/en/docs/api/sending/SendMessage/).
const kept = 24 * time.Hour

type message struct {
	id, chat, text string
	created        time.Time
}

// outbox is what waits to leave an instance. While it is authorized and not held, one message leaves per
// delaySendMessagesMilliseconds, the first that long after it became authorized.
type outbox struct {
	queue   []message // oldest first
	held    bool
	free    time.Time // not before this moment does the next one leave
	made    int
	sent    int
	expired int

	counted   int // what getMessagesCount answers
	countedAt time.Time
}

// put takes a message in, whatever the state is, and returns its id.
func (in *instance) put(created time.Time, chat, text string) string {
	in.made++
	m := message{id: fmt.Sprintf("3EB0%016X", in.made), chat: chat, text: text, created: created}
	i := len(in.queue)
	for i > 0 && in.queue[i-1].created.After(created) {
		i--
	}
	in.queue = slices.Insert(in.queue, i, m)
	return m.id
}

// drain lets messages leave until end (and at end, if this is the present). It stops at the one that brings a lifted
// restriction back, and tells when that left.
func (in *instance) drain(end time.Time, present bool) (relapse time.Time, relapsed bool) {
	for len(in.queue) > 0 && in.current.state == Authorized && !in.held {
		created, at := in.queue[0].created, in.leaves()
		if at.After(end) || at.Equal(end) && !present {
			break
		}
		in.queue = in.queue[1:]
		if at.Sub(created) >= kept {
			in.expired++
			continue
		}
		in.sent++
		in.free = at.Add(in.pause())
		if in.current.left > 0 {
			if in.current.left--; in.current.left == 0 {
				return at, true
			}
		}
	}
	return time.Time{}, false
}

// leaves is when the first message leaves, if nothing changes.
func (in *instance) leaves() time.Time {
	at := in.current.at.Add(in.pause())
	for _, t := range []time.Time{in.free, in.queue[0].created} {
		if t.After(at) {
			at = t
		}
	}
	return at
}

func (in *instance) pause() time.Duration {
	switch ms := in.settings["delaySendMessagesMilliseconds"].(type) {
	case float64:
		return time.Duration(ms) * time.Millisecond
	case int:
		return time.Duration(ms) * time.Millisecond
	}
	return time.Second
}

func (in *instance) expire(now time.Time) {
	for len(in.queue) > 0 && now.Sub(in.queue[0].created) >= kept {
		in.queue = in.queue[1:]
		in.expired++
	}
}
