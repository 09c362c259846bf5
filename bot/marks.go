package bot

import (
	"context"
	"sync"

	"greenwatch/telegram"
	"greenwatch/words"
)

// spot is a message of ours.
type spot struct {
	chat    int64
	message int
}

// marks are the edits by which messages show what came of a press. Of several that wait for one message only the last is
// made, and one that changes nothing is not.
type marks struct {
	mu      sync.Mutex
	working map[spot]bool   // somebody makes the marks of the message
	wanted  map[spot]string // what it shall read
	shown   map[spot]string // what it reads, as far as we remember
	order   []spot          // of shown, the oldest first
}

// marksShown is how many messages are remembered.
const marksShown = 256

func newMarks() *marks {
	return &marks{working: make(map[spot]bool), wanted: make(map[spot]string), shown: make(map[spot]string)}
}

// want keeps what a message shall read, and reports whether the caller has to make it so.
func (k *marks) want(at spot, html string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.working[at] && k.shown[at] == html {
		return false
	}
	k.wanted[at] = html
	begin := !k.working[at]
	k.working[at] = true
	return begin
}

// wait reports whether a message shall read otherwise than it does. If not, whoever makes its marks has ended.
func (k *marks) wait(at spot) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	html, waits := k.wanted[at]
	if waits && html != k.shown[at] {
		return true
	}
	k.forget(at)
	return false
}

// take gives what a message shall read now; last, if nothing else was wanted since.
func (k *marks) take(at spot, last string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if html, waits := k.wanted[at]; waits {
		last = html
	}
	delete(k.wanted, at)
	return last
}

// made remembers what Telegram took.
func (k *marks) made(at spot, html string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, known := k.shown[at]; !known {
		if len(k.order) == marksShown {
			delete(k.shown, k.order[0])
			k.order = append(k.order[:0], k.order[1:]...)
		}
		k.order = append(k.order, at)
	}
	k.shown[at] = html
}

// drop ends the work on a message that could not go on.
func (k *marks) drop(at spot) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forget(at)
}

func (k *marks) forget(at spot) {
	delete(k.working, at)
	delete(k.wanted, at)
}

// mark puts m in the place of the message whose button was pressed.
func (b *Bot) mark(ctx context.Context, p telegram.Press, m words.Message) {
	at := spot{p.Address.Chat, p.MessageID}
	if !b.marks.want(at, m.HTML) {
		return
	}
	if !b.jobs.start(ctx, b.lane(at.chat, marking, p.From), job{do: func(ctx context.Context) { b.makeMarks(ctx, at) }}) {
		b.marks.drop(at)
	}
}

func (b *Bot) makeMarks(ctx context.Context, at spot) {
	ended := false
	defer func() {
		if !ended {
			b.marks.drop(at)
		}
	}()
	for ctx.Err() == nil {
		if ended = !b.marks.wait(at); ended {
			return
		}
		var html string
		b.inTurn(ctx, at.chat, telegram.ForMark, func() error {
			html = b.marks.take(at, html)
			err := b.Telegram.Edit(ctx, telegram.Edit{Chat: at.chat, MessageID: at.message, HTML: html})
			if err == nil {
				b.marks.made(at, html)
			}
			return err
		})
	}
}
