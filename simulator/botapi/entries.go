package botapi

import (
	"slices"
	"time"
)

// entry is a message as a chat keeps it.
type entry struct {
	id         int
	topic      int    // 0 outside topics
	thread     int    // the message at the root of a row of replies, outside topics
	from       Person // of a message that is not ours
	ours       bool
	at, edited time.Time
	edits      int

	body      formatted // the text, or what stands under the media
	media     *media
	markup    *keyboard
	replyTo   int
	silent    bool
	protected bool
	service   *service
	pinned    bool
	reaction  string // the bot's
	unseen    bool   // the bot can no longer look at it
}

// self is the bot as somebody who does something in a chat.
func (s *Server) self() Person {
	return Person{ID: s.opt.BotID, FirstName: s.opt.Name, Username: s.opt.Username, IsBot: true}
}

// put adds an entry to its chat.
func (s *Server) put(ch *chat, e *entry) *entry {
	s.numbered(ch)
	if ch.kind == Private || ch.kind == Group {
		s.lastID++
	}
	ch.lastID++
	e.id, e.at = ch.lastID, time.Now()
	if r := ch.entries[e.replyTo]; r != nil && e.topic == 0 && ch.kind == Supergroup {
		e.thread = r.thread
		if e.thread == 0 {
			e.thread = r.id
		}
	}
	ch.entries[e.id] = e
	ch.order = append(ch.order, e.id)
	if e.ours {
		ch.otherBot = false
		if !e.silent {
			s.rings = append(s.rings, Ring{Chat: ch.id, MessageID: e.id, Topic: e.topic, At: e.at, Text: e.body.text})
		}
	}
	s.notify()
	return e
}

// numbered brings a chat that shares the common sequence of message ids up to it.
func (s *Server) numbered(ch *chat) {
	if ch.kind == Private || ch.kind == Group {
		ch.lastID = s.lastID
	}
}

func (ch *chat) remove(id int) {
	delete(ch.entries, id)
	ch.order = slices.DeleteFunc(ch.order, func(other int) bool { return other == id })
}

// touch notes an edit.
func (s *Server) touch(e *entry) {
	e.edits++
	e.edited = time.Now()
	s.notify()
}

// announce puts a service message into a chat and before the bot.
func (s *Server) announce(ch *chat, by Person, what *service, text string) *entry {
	return s.announceIn(ch, 0, by, what, text)
}

func (s *Server) announceIn(ch *chat, topic int, by Person, what *service, text string) *entry {
	if by.ID == 0 {
		by = AnonymousAdmin(ch.id)
	}
	e := s.put(ch, &entry{from: by, topic: topic, service: what, body: plain(text)})
	if s.sees(ch, e) && by.ID != s.opt.BotID {
		s.tell("message", s.wire(ch, e))
	}
	return e
}

// wire is the entry as the bot gets it, with the message that it replies to. What is said in a topic without being a
// reply replies to the topic's first message.
func (s *Server) wire(ch *chat, e *entry) *message {
	m := s.bare(ch, e)
	to := e.replyTo
	if to == 0 && e.topic != e.id {
		to = e.topic
	}
	if r := ch.entries[to]; r != nil {
		m.ReplyTo = s.bare(ch, r)
	}
	return m
}

func (s *Server) bare(ch *chat, e *entry) *message {
	m := &message{
		ID: e.id, Thread: e.thread, Date: e.at.Unix(), Chat: s.info(ch), Protected: e.protected, ReplyMarkup: e.markup,
	}
	if e.edits > 0 {
		m.EditDate = e.edited.Unix()
	}
	if e.topic != 0 {
		m.Thread, m.IsTopicMessage = e.topic, true
	}
	s.sign(m, ch, e)
	switch {
	case e.service != nil:
		m.service = e.service
	case e.media != nil:
		m.Caption, m.CaptionEntities = e.body.text, e.body.entities
		e.media.describe(m)
	default:
		m.Text, m.Entities = e.body.text, e.body.entities
	}
	return m
}

// sign says who wrote a message: in a channel nobody but the channel.
func (s *Server) sign(m *message, ch *chat, e *entry) {
	if ch.kind == Channel {
		m.SenderChat = &m.Chat
		return
	}
	from := s.bot()
	if !e.ours {
		from = e.from.user()
	}
	m.From = &from
	if behind := s.chats[e.from.behind]; behind != nil {
		info := s.info(behind)
		m.SenderChat = &info
	}
}
