package botapi

import "strings"

// general is the topic that every forum has. Its messages carry no topic, and calls must not name it.
const general = 1

type topic struct {
	name   string
	closed bool
	gone   bool
}

// topicOpen says whether one may write in a topic; 0 is General.
func (ch *chat) topicOpen(id int) bool {
	if id == 0 {
		id = general
	}
	t := ch.topics[id]
	return t != nil && !t.closed && !t.gone
}

// thread reads message_thread_id.
func (ch *chat) thread(c *call) (int, error) {
	id := int(c.integer("message_thread_id"))
	if id == 0 {
		if ch.forum && ch.topics[general].closed && !ch.bot.rules() {
			return 0, bad("TOPIC_CLOSED")
		}
		return 0, nil
	}
	t := ch.topics[id]
	switch {
	case id == general || t == nil || t.gone:
		return 0, bad("message thread not found")
	case t.closed && !ch.bot.rules():
		return 0, bad("TOPIC_CLOSED")
	}
	return id, nil
}

// CreateTopic has a person open a topic in a forum and returns its id, which is that of its first message; 0 where
// there is no forum.
func (s *Server) CreateTopic(chat int64, name string, by Person) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil || !ch.forum {
		return 0
	}
	s.people[by.ID] = by
	return s.openTopic(ch, name, by).id
}

func (s *Server) openTopic(ch *chat, name string, by Person) *entry {
	s.numbered(ch)
	id := ch.lastID + 1
	ch.topics[id] = &topic{name: name}
	return s.announceIn(ch, id, by, &service{TopicOpened: &topicCreated{Name: name, IconColor: 0x6FB9F0}}, "Topic "+name+" created")
}

// CloseTopic has a person close a topic; 1 is General.
func (s *Server) CloseTopic(chat int64, id int, by Person) { s.turnTopic(chat, id, by, true) }

// ReopenTopic has a person open a closed topic again.
func (s *Server) ReopenTopic(chat int64, id int, by Person) { s.turnTopic(chat, id, by, false) }

func (s *Server) turnTopic(chat int64, id int, by Person, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil || ch.topics[id] == nil || ch.topics[id].closed == closed {
		return
	}
	s.people[by.ID] = by
	s.turn(ch, id, by, closed)
}

func (s *Server) turn(ch *chat, id int, by Person, closed bool) {
	ch.topics[id].closed = closed
	what, text := &service{TopicAgain: &struct{}{}}, "Topic reopened"
	if closed {
		what, text = &service{TopicClosed: &struct{}{}}, "Topic closed"
	}
	if id == general {
		id = 0
	}
	s.announceIn(ch, id, by, what, text)
}

// DeleteTopic deletes a topic with all its messages. The bot is not told.
func (s *Server) DeleteTopic(chat int64, id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil || ch.topics[id] == nil || id == general {
		return
	}
	ch.topics[id].gone = true
	for _, e := range ch.entries {
		if e.topic == id {
			ch.remove(e.id)
		}
	}
	s.notify()
}

func (s *Server) forum(c *call) (*chat, error) {
	ch, err := s.reach(c)
	switch {
	case err != nil:
		return nil, err
	case !ch.forum:
		return nil, bad("the chat is not a forum")
	case !ch.bot.rules():
		return nil, bad("not enough rights to create a topic")
	}
	return ch, nil
}

func (s *Server) createForumTopic(c *call) (any, error) {
	ch, err := s.forum(c)
	if err != nil {
		return nil, err
	}
	name := strings.TrimSpace(c.params["name"])
	if name == "" || units(name) > 128 {
		return nil, bad("TOPIC_TITLE_EMPTY")
	}
	if err := s.spend(c, ch); err != nil {
		return nil, err
	}
	e := s.openTopic(ch, name, s.self())
	return map[string]any{"message_thread_id": e.id, "name": name, "icon_color": 0x6FB9F0}, nil
}

func (s *Server) closeForumTopic(c *call) (any, error) { return s.turnForumTopic(c, true) }

func (s *Server) reopenForumTopic(c *call) (any, error) { return s.turnForumTopic(c, false) }

func (s *Server) turnForumTopic(c *call, closed bool) (any, error) {
	ch, err := s.forum(c)
	if err != nil {
		return nil, err
	}
	id := int(c.integer("message_thread_id"))
	t := ch.topics[id]
	switch {
	case t == nil || t.gone || id == general:
		return nil, bad("message thread not found")
	case t.closed == closed:
		return nil, bad("TOPIC_NOT_MODIFIED")
	}
	s.turn(ch, id, s.self(), closed)
	return true, nil
}
