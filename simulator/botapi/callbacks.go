package botapi

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// maxToast is in UTF-16 code units.
const maxToast = 200

// Answer is what a person sees after a press.
type Answer struct {
	Text  string // shown for a moment, or until closed if Alert
	Alert bool
	URL   string
}

// Tap is a press of a button that waits for its answer.
type Tap struct {
	ID     string // of the callback query
	server *Server
	at     time.Time
	done   chan struct{}
	answer Answer
	over   bool
}

// Done is closed when the press is answered.
func (t *Tap) Done() <-chan struct{} { return t.done }

// Answer returns the answer, if there is one yet.
func (t *Tap) Answer() (Answer, bool) {
	t.server.mu.Lock()
	defer t.server.mu.Unlock()
	return t.answer, t.over
}

// Wait waits for the answer.
func (t *Tap) Wait(ctx context.Context) (Answer, error) {
	select {
	case <-t.done:
		a, _ := t.Answer()
		return a, nil
	case <-ctx.Done():
		return Answer{}, fmt.Errorf("botapi: waiting for the answer to a press: %w", context.Cause(ctx))
	}
}

// Press has a person press a button of a message. The button is named by its label, its data, or a part of its label
// that no other button of the message has.
func (s *Server) Press(chat int64, message int, button string, by Person) (*Tap, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil || ch.entries[message] == nil {
		return nil, fmt.Errorf("botapi: pressing %q: no message %d in chat %d", button, message, chat)
	}
	data, err := ch.entries[message].markup.find(button)
	if err != nil {
		return nil, err
	}
	return s.press(ch, ch.entries[message], data, by)
}

// PressData sends data as if a button of the message had held it: a stale button of an earlier keyboard, or a forged
// client. The server does not look whether there is such a button, and Telegram's says that a bot must not rely on it.
func (s *Server) PressData(chat int64, message int, data string, by Person) (*Tap, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil {
		return nil, fmt.Errorf("botapi: pressing %q: no chat %d", data, chat)
	}
	e := ch.entries[message]
	if e == nil {
		e = &entry{id: message, ours: true, unseen: true}
	}
	return s.press(ch, e, data, by)
}

// MakeInaccessible has the bot see no more than the id of a message in later presses, as with old ones.
func (s *Server) MakeInaccessible(chat int64, message int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.chats[chat]; ch != nil && ch.entries[message] != nil {
		ch.entries[message].unseen = true
	}
}

// CallbackInline sets the bot's callback_query_mode to inline, or back to default: while it is inline, presses come
// without their message (Bot API 10.5).
func (s *Server) CallbackInline(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inline = on
}

func (s *Server) press(ch *chat, e *entry, data string, by Person) (*Tap, error) {
	s.people[by.ID] = by
	if ch.kind != Private && ch.members[by.ID] == "" {
		ch.members[by.ID] = Member
	}
	if st := ch.statusOf(by.ID); !e.ours || !st.inside() {
		return nil, fmt.Errorf("botapi: pressing %q in chat %d: not the bot's message, or person %d is %s", data, ch.id, by.ID, st)
	}
	t := &Tap{ID: strconv.Itoa(7_000_000_001 + len(s.taps)), server: s, at: time.Now(), done: make(chan struct{})}
	s.taps[t.ID] = t
	q := callbackQuery{ID: t.ID, From: by.user(), ChatInstance: strconv.FormatInt(ch.id, 10), Data: data}
	q.Message = s.wire(ch, e)
	switch {
	case s.inline:
		q.Message, q.InlineID = nil, fmt.Sprintf("inline-%d-%d", ch.id, e.id)
	case e.unseen:
		q.Message = inaccessible{Chat: s.info(ch), ID: e.id}
	}
	if ch.bot.inside() {
		s.tell("callback_query", q)
	}
	return t, nil
}

// find returns the data of the button that a person means.
func (k *keyboard) find(name string) (string, error) {
	var exact, partly []button
	if k != nil {
		for _, row := range k.Rows {
			for _, b := range row {
				switch {
				case b.Text == name || b.Data == name:
					exact = append(exact, b)
				case strings.Contains(b.Text, name):
					partly = append(partly, b)
				}
			}
		}
	}
	if len(exact) == 0 {
		exact = partly
	}
	switch {
	case len(exact) != 1:
		return "", fmt.Errorf("botapi: pressing %q: %d such buttons", name, len(exact))
	case exact[0].Data == "" || exact[0].Disabled != nil:
		return "", fmt.Errorf("botapi: pressing %q: the button calls nobody", name)
	}
	return exact[0].Data, nil
}

// answerCallbackQuery: https://core.telegram.org/bots/api#answercallbackquery
func (s *Server) answerCallbackQuery(c *call) (any, error) {
	t := s.taps[c.params["callback_query_id"]]
	switch {
	case t == nil || t.over || c.now.Sub(t.at) >= callbackLife:
		return nil, bad("query is too old and response timeout expired or query ID is invalid")
	case units(c.params["text"]) > maxToast:
		return nil, bad("MESSAGE_TOO_LONG")
	}
	t.answer = Answer{Text: c.params["text"], Alert: c.flag("show_alert"), URL: c.params["url"]}
	t.over = true
	close(t.done)
	s.notify()
	return true, nil
}
