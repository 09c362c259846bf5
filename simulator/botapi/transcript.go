package botapi

import "time"

// Message is a message as a person sees it.
type Message struct {
	ID       int
	Topic    int // 0 is General, and chats without topics
	From     string
	FromID   int64
	Bot      bool // the bot's own
	Service  bool // Text tells what happened
	Text     string
	HTML     string // the same with its formatting: known tags only, all else escaped
	Keyboard [][]Button
	ReplyTo  int // 0: no reply, or to a message that is gone
	Silent   bool
	SentAt   time.Time
	Edits    int
	EditedAt time.Time // zero while Edits is 0
	Photo    string    // the file's name
	Document string    // the file's name
	Pinned   bool
	Reaction string // the bot's
}

// Button is a button under a message.
type Button struct {
	Text, Data, URL, Copy, Style string
	Disabled                     bool
}

// Ring is a new message of the bot's that made a sound.
type Ring struct {
	Chat      int64
	MessageID int
	Topic     int
	At        time.Time
	Text      string
}

// Transcript lists what is to be seen in a chat, oldest first. What was deleted is not there.
func (s *Server) Transcript(chat int64) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil {
		return nil
	}
	var out []Message
	for _, id := range ch.order {
		out = append(out, s.view(ch, ch.entries[id]))
	}
	return out
}

// Message returns one message of a chat, if it is there.
func (s *Server) Message(chat int64, id int) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil || ch.entries[id] == nil {
		return Message{}, false
	}
	return s.view(ch, ch.entries[id]), true
}

// Media returns the photo or document of a message.
func (s *Server) Media(chat int64, id int) (File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil || ch.entries[id] == nil || ch.entries[id].media == nil {
		return File{}, false
	}
	return ch.entries[id].media.File, true
}

// Typing says whether the bot's chat action is to be seen. It ends by itself after 5 s, of which [Server.Changed] does
// not tell.
func (s *Server) Typing(chat int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	return ch != nil && time.Now().Before(ch.typingTill)
}

// Members counts who is in a chat, the bot among them.
func (s *Server) Members(chat int64) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil {
		return 0
	}
	n := len(ch.memberIDs())
	if ch.bot.inside() {
		n++
	}
	return n
}

// Rings lists the messages that rang, oldest first, deleted ones too. Edits never ring.
func (s *Server) Rings() []Ring {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Ring(nil), s.rings...)
}

// Changed returns a channel that is closed at the next change of anything to be seen. Ask for it before looking.
func (s *Server) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

func (s *Server) view(ch *chat, e *entry) Message {
	m := Message{
		ID: e.id, Topic: e.topic, Bot: e.ours, Service: e.service != nil, Text: e.body.text, HTML: e.body.html,
		Silent: e.silent, SentAt: e.at, Edits: e.edits, EditedAt: e.edited, Pinned: e.pinned, Reaction: e.reaction,
		From: e.from.name(), FromID: e.from.ID, Keyboard: e.markup.view(),
	}
	if e.ours {
		m.From, m.FromID = s.opt.Name, s.opt.BotID
	}
	if behind := s.chats[e.from.behind]; behind != nil {
		m.From = behind.title
	}
	if ch.kind == Channel {
		m.From = ch.title
	}
	if ch.entries[e.replyTo] != nil {
		m.ReplyTo = e.replyTo
	}
	switch {
	case e.media == nil:
	case e.media.photo:
		m.Photo = e.media.Name
	default:
		m.Document = e.media.Name
	}
	return m
}

func (k *keyboard) view() [][]Button {
	if k == nil {
		return nil
	}
	var rows [][]Button
	for _, row := range k.Rows {
		var out []Button
		for _, b := range row {
			v := Button{Text: b.Text, Data: b.Data, URL: b.URL, Style: b.Style, Disabled: b.Disabled != nil}
			if b.Copy != nil {
				v.Copy = b.Copy.Text
			}
			out = append(out, v)
		}
		rows = append(rows, out)
	}
	return rows
}
