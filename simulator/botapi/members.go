package botapi

import (
	"slices"
	"time"
)

// Status is what somebody is in a chat.
type Status string

// The statuses. In a private chat the bot is NotStarted, a Member, or Kicked, which means blocked.
const (
	Owner      Status = "creator"
	Admin      Status = "administrator"
	Member     Status = "member"
	Muted      Status = "restricted" // may read and not write
	Left       Status = "left"
	Kicked     Status = "kicked"
	NotStarted Status = "not started"
)

func (st Status) rules() bool  { return st == Owner || st == Admin }
func (st Status) writes() bool { return st.rules() || st == Member }
func (st Status) inside() bool { return st.writes() || st == Muted }

// SetBot changes what the bot is in a chat; by is who did it. The bot learns of it by my_chat_member and, where it
// was brought into a group or out of a basic one, by a service message.
func (s *Server) SetBot(chat int64, to Status, by Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil || ch.bot == to {
		return
	}
	s.setBot(ch, to, by)
}

func (s *Server) setBot(ch *chat, to Status, by Person) {
	s.people[by.ID] = by
	was := ch.bot
	ch.bot = to
	s.tell("my_chat_member", memberUpdated{
		Chat: s.info(ch), From: by.user(), Date: time.Now().Unix(),
		Old: member(was, s.bot(), ch), New: member(to, s.bot(), ch),
	})
	if ch.kind == Private || ch.kind == Channel {
		s.notify()
		return
	}
	me := s.bot()
	switch {
	case !was.inside() && to.inside():
		s.announce(ch, by, &service{Joined: []user{me}}, by.name()+" added "+s.opt.Name)
	case was.inside() && !to.inside():
		e := s.announce(ch, by, &service{Left: &me}, by.name()+" removed "+s.opt.Name)
		if ch.kind == Group {
			s.tell("message", s.wire(ch, e))
		}
	default:
		s.notify()
	}
}

// Block has a person block the bot.
func (s *Server) Block(p Person) { s.SetBot(p.ID, Kicked, p) }

// Unblock has a person take that back.
func (s *Server) Unblock(p Person) { s.SetBot(p.ID, Member, p) }

// AddBot brings the bot into a chat, as a Member, in a channel as an Admin.
func (s *Server) AddBot(chat int64, by Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	switch {
	case ch == nil || ch.bot.inside():
	case ch.kind == Channel:
		s.setBot(ch, Admin, by)
	default:
		s.setBot(ch, Member, by)
	}
}

// RemoveBot puts the bot out of a chat.
func (s *Server) RemoveBot(chat int64, by Person) { s.SetBot(chat, Kicked, by) }

// SetMember changes what a person is in a chat. The bot learns of it by chat_member where it is an administrator and
// has asked for that kind.
func (s *Server) SetMember(chat int64, p Person, to Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil {
		return
	}
	s.people[p.ID] = p
	was := ch.statusOf(p.ID)
	ch.members[p.ID] = to
	if ch.bot.rules() && was != to {
		s.tell("chat_member", memberUpdated{
			Chat: s.info(ch), From: p.user(), Date: time.Now().Unix(),
			Old: member(was, p.user(), ch), New: member(to, p.user(), ch),
		})
	}
	s.notify()
}

func (ch *chat) statusOf(id int64) Status {
	if st := ch.members[id]; st != "" {
		return st
	}
	return Left
}

// member is a ChatMember: https://core.telegram.org/bots/api#chatmember
func member(st Status, u user, ch *chat) map[string]any {
	m := map[string]any{"status": st, "user": u}
	grant := func(value bool, names ...string) {
		for _, name := range names {
			m[name] = value
		}
	}
	switch st {
	case Owner:
		grant(false, "is_anonymous")
	case Admin:
		grant(true, "can_manage_chat", "can_delete_messages", "can_restrict_members", "can_change_info", "can_invite_users",
			"can_manage_video_chats")
		grant(false, "can_be_edited", "is_anonymous", "can_promote_members", "can_post_stories", "can_edit_stories",
			"can_delete_stories", "can_send_welcome_messages")
		if ch.kind == Channel {
			grant(true, "can_post_messages", "can_edit_messages")
		} else {
			grant(true, "can_pin_messages", "can_manage_topics")
		}
	case Muted:
		grant(true, "is_member")
		grant(false, "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
			"can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
			"can_add_web_page_previews", "can_react_to_messages", "can_edit_tag", "can_change_info", "can_invite_users",
			"can_pin_messages", "can_manage_topics")
		m["until_date"] = 0
	case Kicked:
		m["until_date"] = 0
	case NotStarted:
		m["status"] = Left
	}
	return m
}

func (s *Server) getChatMember(c *call) (any, error) {
	ch, err := s.reach(c)
	if err != nil {
		return nil, err
	}
	id := c.integer("user_id")
	if id == s.opt.BotID {
		return member(ch.bot, s.bot(), ch), nil
	}
	p, known := s.people[id]
	if !known {
		return nil, bad("user not found")
	}
	return member(ch.statusOf(id), p.user(), ch), nil
}

func (s *Server) getChatAdministrators(c *call) (any, error) {
	ch, err := s.reach(c)
	if err != nil {
		return nil, err
	}
	if ch.kind == Private {
		return nil, bad("there are no administrators in the private chat")
	}
	out := []map[string]any{}
	if ch.bot.rules() {
		out = append(out, member(ch.bot, s.bot(), ch))
	}
	for _, id := range ch.memberIDs() {
		p := s.people[id]
		if ch.members[id].rules() && (!p.IsBot || c.flag("return_bots")) {
			out = append(out, member(ch.members[id], p.user(), ch))
		}
	}
	return out, nil
}

func (ch *chat) memberIDs() []int64 {
	var ids []int64
	for id, st := range ch.members {
		if st.inside() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (s *Server) getChatMemberCount(c *call) (any, error) {
	ch, err := s.reach(c)
	if err != nil {
		return nil, err
	}
	return len(ch.memberIDs()) + 1, nil
}

func (s *Server) leaveChat(c *call) (any, error) {
	ch, err := s.reach(c)
	if err != nil {
		return nil, err
	}
	if ch.kind == Private {
		return nil, bad("chat member status can't be changed in private chats")
	}
	ch.bot = Left
	s.notify()
	return true, nil
}

func (s *Server) getChat(c *call) (any, error) {
	ch, err := s.reach(c)
	if err != nil {
		return nil, err
	}
	return struct {
		chatInfo
		AccentColor int `json:"accent_color_id"`
		Reactions   int `json:"max_reaction_count"`
	}{s.info(ch), 0, 11}, nil
}
