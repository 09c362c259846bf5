package bot

import (
	"context"
	"sync"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
	"greenwatch/words"
)

// files remembers which chats refuse files, and when the next one is tried there. Everything else may be sent to them. It
// is forgotten at the end of the process, so that the next one tries at once.
type files struct {
	mu      sync.Mutex
	refused map[monitor.Address]monitor.Chat
	failing map[monitor.Address]time.Time // since when files fail, for reasons that may pass
}

// refuses reports whether no file is sent to a chat now.
func (f *files) refuses(to monitor.Address) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, known := f.refused[to]
	return known && time.Now().Before(c.ProbeAt)
}

func (f *files) keep(to monitor.Address, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.failing, to)
	if err == nil {
		delete(f.refused, to)
		return
	}
	if f.refused == nil {
		f.refused = make(map[monitor.Address]monitor.Chat)
	}
	f.refused[to], _ = f.refused[to].Refuse(err.Error(), time.Now())
}

// fails notes a failure that may pass, and reports whether that has lasted for so long that people must be told without a file.
func (f *files) fails(to monitor.Address, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	since, known := f.failing[to]
	if !known {
		if f.failing == nil {
			f.failing = make(map[monitor.Address]time.Time)
		}
		f.failing[to], since = now, now
	}
	return now.Sub(since) >= monitor.LateAfter
}

// voiceFor is the voice for a place. It promises no file if the place takes none.
func (t *Teller) voiceFor(to monitor.Address) words.Voice {
	v := t.Voices.Of(to.Chat)
	v.InText = t.files.refuses(to)
	return v
}

// List names all of a card in a file that replaces an earlier one, or in messages if the chat takes no files.
func (t *Teller) List(ctx context.Context, c monitor.Card) (messageID int, err error) {
	if t.files.refuses(c.To) {
		return t.pages(ctx, c)
	}
	id, err := t.file(ctx, c)
	if err == nil {
		t.files.keep(c.To, nil)
		return id, nil
	}
	switch telegram.ClassOf(err) {
	case telegram.KindRefused, telegram.TooLong, telegram.Unknown:
	case telegram.ChatDead, telegram.TopicGone:
		if t.confirmed(ctx, c.To) {
			return 0, err
		}
	default:
		t.chatChanged(ctx, c.To, err)
		if !t.files.fails(c.To, time.Now()) {
			return 0, err
		}
	}
	t.Log.WarnContext(ctx, "chat takes no file, its list goes as text", "chat", c.To.Chat, "error", err)
	t.files.keep(c.To, err)
	return t.pages(ctx, c)
}

func (t *Teller) file(ctx context.Context, c monitor.Card) (messageID int, err error) {
	table, err := t.Voices.Of(c.To.Chat).Table(t.standings(c.Entries))
	if err != nil {
		return 0, err
	}
	file := telegram.Document{Name: table.Name, Bytes: table.Content}
	if c.List > 0 {
		err = t.Telegram.EditDocument(ctx, c.To.Chat, c.List, file, table.Caption)
		if telegram.ClassOf(err) != telegram.MessageGone {
			return c.List, err
		}
	}
	return send(ctx, t.Telegram, t.Log, telegram.Message{
		To: telegram.Address(c.To), HTML: table.Caption, Silent: true, ReplyTo: c.MessageID, Document: &file,
	})
}

// pages names in messages what no earlier one of the card has named.
func (t *Teller) pages(ctx context.Context, c monitor.Card) (messageID int, err error) {
	for n, page := range t.Voices.Of(c.To.Chat).Pages(t.standings(c.Entries[min(c.Listed, len(c.Entries)):])) {
		if n > 0 {
			err = t.Telegram.Turn(ctx, c.To.Chat, telegram.ForEdit)
		}
		if err == nil {
			_, err = send(ctx, t.Telegram, t.Log, telegram.Message{To: telegram.Address(c.To), HTML: page.HTML, Silent: true, ReplyTo: c.MessageID})
		}
		if err != nil {
			t.chatChanged(ctx, c.To, err)
			return 0, err
		}
	}
	return monitor.ListedInText, nil
}
