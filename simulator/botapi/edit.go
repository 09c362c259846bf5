package botapi

import (
	"encoding/json"
	"reflect"
	"time"
)

// errUnchanged is the answer to an edit that changes nothing.
func errUnchanged() error {
	return bad("message is not modified: specified new message content and reply markup are exactly the same as a " +
		"current content and reply markup of the message")
}

// editable finds a message of the bot's own.
func (s *Server) editable(c *call) (*chat, *entry, error) {
	if c.params["chat_id"] == "" && c.integer("message_id") == 0 {
		return nil, nil, bad("message identifier is not specified")
	}
	ch, err := s.target(c, "messages")
	if err != nil {
		return nil, nil, err
	}
	e := ch.entries[int(c.integer("message_id"))]
	switch {
	case e == nil:
		return nil, nil, bad("message to edit not found")
	case !e.ours || e.service != nil:
		return nil, nil, bad("message can't be edited")
	}
	return ch, e, nil
}

// amend changes a message; without reply_markup its keyboard goes.
func (s *Server) amend(c *call, change func(*entry) error) (any, error) {
	ch, e, err := s.editable(c)
	if err != nil {
		return nil, err
	}
	next := *e
	if err := change(&next); err != nil {
		return nil, err
	}
	if next.markup, err = c.markup(true); err != nil {
		return nil, err
	}
	if err := s.spend(c, ch); err != nil {
		return nil, err
	}
	if reflect.DeepEqual(next, *e) {
		return nil, errUnchanged()
	}
	*e = next
	s.touch(e)
	return s.wire(ch, e), nil
}

// editMessageText: https://core.telegram.org/bots/api#editmessagetext
func (s *Server) editMessageText(c *call) (any, error) {
	f, err := c.body()
	if err != nil {
		return nil, err
	}
	return s.amend(c, func(e *entry) error {
		if e.media != nil {
			return bad("there is no text in the message to edit")
		}
		e.body = f
		return nil
	})
}

// editMessageCaption: https://core.telegram.org/bots/api#editmessagecaption
func (s *Server) editMessageCaption(c *call) (any, error) {
	f, err := c.caption()
	if err != nil {
		return nil, err
	}
	return s.amend(c, func(e *entry) error {
		if e.media == nil {
			return bad("there is no caption in the message to edit")
		}
		e.body = f
		return nil
	})
}

// editMessageReplyMarkup: https://core.telegram.org/bots/api#editmessagereplymarkup
func (s *Server) editMessageReplyMarkup(c *call) (any, error) {
	return s.amend(c, func(*entry) error { return nil })
}

// RemoveMessage has an administrator delete a message. The bot is not told.
func (s *Server) RemoveMessage(chat int64, message int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.chats[chat]; ch != nil {
		ch.remove(message)
		s.notify()
	}
}

// deleteWithin is how long a message can be deleted by those who are no administrators.
const deleteWithin = 48 * time.Hour

// deleteMessage: https://core.telegram.org/bots/api#deletemessage
func (s *Server) deleteMessage(c *call) (any, error) {
	ch, err := s.reach(c)
	if err != nil {
		return nil, err
	}
	e := ch.entries[int(c.integer("message_id"))]
	if e == nil {
		return nil, bad("message to delete not found")
	}
	if !ch.deletable(e, c.now) {
		return nil, bad("message can't be deleted for everyone")
	}
	ch.remove(e.id)
	s.notify()
	return true, nil
}

func (ch *chat) deletable(e *entry, now time.Time) bool {
	if ch.bot.rules() && ch.kind != Private {
		return true
	}
	return now.Sub(e.at) <= deleteWithin && (e.ours || ch.kind == Private)
}

// deleteMessages deletes what it can: https://core.telegram.org/bots/api#deletemessages
func (s *Server) deleteMessages(c *call) (any, error) {
	ch, err := s.reach(c)
	if err != nil {
		return nil, err
	}
	var ids []int
	if json.Unmarshal([]byte(c.params["message_ids"]), &ids) != nil || len(ids) == 0 || len(ids) > 100 {
		return nil, bad("wrong message_ids")
	}
	for _, id := range ids {
		if e := ch.entries[id]; e != nil && ch.deletable(e, c.now) {
			ch.remove(id)
		}
	}
	s.notify()
	return true, nil
}

// pinChatMessage: https://core.telegram.org/bots/api#pinchatmessage
func (s *Server) pinChatMessage(c *call) (any, error) {
	ch, e, err := s.pinnable(c)
	if err != nil {
		return nil, err
	}
	if !e.pinned {
		e.pinned = true
		s.announceIn(ch, e.topic, s.self(), &service{Pinned: s.bare(ch, e)}, s.opt.Name+" pinned a message")
	}
	return true, nil
}

func (s *Server) unpinChatMessage(c *call) (any, error) {
	_, e, err := s.pinnable(c)
	if err != nil {
		return nil, err
	}
	e.pinned = false
	s.notify()
	return true, nil
}

func (s *Server) pinnable(c *call) (*chat, *entry, error) {
	ch, err := s.target(c, "messages")
	if err != nil {
		return nil, nil, err
	}
	e := ch.entries[int(c.integer("message_id"))]
	switch {
	case e == nil:
		return nil, nil, bad("message to pin not found")
	case ch.kind != Private && !ch.bot.rules():
		return nil, nil, bad("not enough rights to manage pinned messages in the chat")
	}
	return ch, e, nil
}

// setMessageReaction: https://core.telegram.org/bots/api#setmessagereaction
func (s *Server) setMessageReaction(c *call) (any, error) {
	ch, err := s.reach(c)
	if err != nil {
		return nil, err
	}
	var reactions []struct {
		Type  string `json:"type"`
		Emoji string `json:"emoji"`
	}
	if _, err := c.object("reaction", &reactions); err != nil {
		return nil, err
	}
	e := ch.entries[int(c.integer("message_id"))]
	switch {
	case e == nil:
		return nil, bad("message to react not found")
	case len(reactions) > 1:
		return nil, bad("REACTIONS_TOO_MANY")
	case len(reactions) == 1 && (reactions[0].Type != "emoji" || reactions[0].Emoji == ""):
		return nil, bad("REACTION_INVALID")
	}
	e.reaction = ""
	if len(reactions) == 1 {
		e.reaction = reactions[0].Emoji
	}
	s.notify()
	return true, nil
}
