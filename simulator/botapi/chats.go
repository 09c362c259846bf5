package botapi

import (
	"strconv"
	"strings"
	"time"
)

// Kind is a chat's type.
type Kind string

// The kinds of chat.
const (
	Private    Kind = "private"
	Group      Kind = "group"
	Supergroup Kind = "supergroup"
	Channel    Kind = "channel"
)

// Chat describes a chat that exists when the story begins.
type Chat struct {
	ID       int64 // -100… for supergroups and channels, negative for groups
	Kind     Kind
	Title    string
	Username string
	Forum    bool   // a supergroup with topics
	Bot      Status // Member when empty, Admin in channels
	Owner    Person
	Admins   []Person
	Members  []Person
}

// chat is a chat at work.
type chat struct {
	id         int64
	kind       Kind
	title      string
	username   string
	forum      bool
	person     int64 // of a private chat
	bot        Status
	members    map[int64]Status
	migratedTo int64
	denied     map[Content]bool // to all who are no administrators
	gone       bool             // a deleted group, or a person who has deleted the account
	otherBot   bool             // another bot was the last of the bots to write
	typingTill time.Time

	entries map[int]*entry
	order   []int
	lastID  int
	topics  map[int]*topic
	bucket  bucket
}

// AddChat adds a group, supergroup or channel as it is, without any update. Open adds private chats.
func (s *Server) AddChat(c Chat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.newChat(c.ID, c.Kind)
	ch.title, ch.username, ch.forum = c.Title, c.Username, c.Forum
	ch.bot = c.Bot
	if c.Bot == "" {
		ch.bot = Member
		if c.Kind == Channel {
			ch.bot = Admin
		}
	}
	for _, group := range []struct {
		people []Person
		status Status
	}{{c.Members, Member}, {c.Admins, Admin}, {[]Person{c.Owner}, Owner}} {
		for _, p := range group.people {
			if p.ID != 0 {
				s.people[p.ID] = p
				ch.members[p.ID] = group.status
			}
		}
	}
}

func (s *Server) newChat(id int64, kind Kind) *chat {
	ch := &chat{
		id: id, kind: kind, members: map[int64]Status{}, entries: map[int]*entry{},
		topics: map[int]*topic{general: {}}, lastID: general, // the chat's first message, which tells of its making
	}
	s.chats[id] = ch
	return ch
}

// AddPerson makes a person known who has not started the private chat.
func (s *Server) AddPerson(p Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[p.ID] = p
	if s.chats[p.ID] == nil {
		s.addPrivate(p)
	}
}

// Open adds a person whose private chat with the bot was started long ago, and returns the chat's id.
func (s *Server) Open(p Person) int64 {
	s.AddPerson(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chats[p.ID].bot = Member
	return p.ID
}

func (s *Server) addPrivate(p Person) *chat {
	ch := s.newChat(p.ID, Private)
	ch.person, ch.bot = p.ID, NotStarted
	ch.members[p.ID] = Member
	return ch
}

func (s *Server) info(ch *chat) chatInfo {
	if ch.kind == Private {
		u := s.people[ch.person].user()
		return chatInfo{ID: ch.id, Type: Private, Username: u.Username, FirstName: u.FirstName, LastName: u.LastName}
	}
	return chatInfo{ID: ch.id, Type: ch.kind, Title: ch.title, Username: ch.username, IsForum: ch.forum}
}

// find reads chat_id: a number or a public @name.
func (s *Server) find(c *call) (*chat, error) {
	text := c.params["chat_id"]
	if text == "" {
		return nil, bad("chat_id is empty")
	}
	if name, ok := strings.CutPrefix(text, "@"); ok {
		for _, ch := range s.chats {
			if ch.kind != Private && strings.EqualFold(ch.username, name) {
				return ch, nil
			}
		}
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if ch := s.chats[id]; err == nil && ch != nil {
		return ch, nil
	}
	if _, known := s.people[id]; known {
		return nil, forbidden("bot can't initiate conversation with a user")
	}
	return nil, bad("chat not found")
}

// reach finds the chat of a call and refuses where the bot is not inside.
func (s *Server) reach(c *call) (*chat, error) {
	ch, err := s.find(c)
	switch {
	case err != nil:
		return nil, err
	case ch.migratedTo != 0:
		return nil, &apiError{code: 400, text: migratedText, migratedTo: ch.migratedTo}
	case ch.gone && ch.kind == Private:
		return nil, forbidden("user is deactivated")
	case ch.gone:
		return nil, forbidden("the group chat was deleted")
	case ch.kind == Private && ch.bot == Kicked:
		return nil, forbidden("bot was blocked by the user")
	case ch.kind == Private && ch.bot == NotStarted:
		return nil, forbidden("bot can't initiate conversation with a user")
	case ch.bot == Kicked:
		return nil, forbidden("bot was kicked from the %s chat", ch.kind)
	case !ch.bot.inside():
		return nil, forbidden("bot is not a member of the %s chat", ch.kind)
	}
	return ch, nil
}

// target is reach for a call that is about to write something of the given sort.
func (s *Server) target(c *call, what string) (*chat, error) {
	ch, err := s.reach(c)
	switch {
	case err != nil:
		return nil, err
	case ch.kind == Channel && !ch.bot.rules():
		return nil, bad("need administrator rights in the channel chat")
	case !ch.bot.writes() || ch.denies(Content(what)):
		return nil, bad("not enough rights to send %s to the chat", what)
	case ch.denies(Texts) && Content(what) == anything:
		return nil, bad("CHAT_WRITE_FORBIDDEN")
	}
	return ch, nil
}

const migratedText = "Bad Request: group chat was upgraded to a supergroup chat"

// Migrate makes a supergroup with the id to out of a group, with both service messages.
func (s *Server) Migrate(group, to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.chats[group]
	if old == nil || old.kind != Group || old.migratedTo != 0 {
		return
	}
	fresh := s.newChat(to, Supergroup)
	fresh.title, fresh.bot, fresh.members = old.title, old.bot, old.members
	s.announce(old, Person{}, &service{MigrateTo: to}, "The group has become a supergroup")
	old.migratedTo = to
	s.announce(fresh, Person{}, &service{MigrateFrom: group}, "The supergroup was a group before")
}

// Delete deletes a group for all, or a person's account with the private chat.
func (s *Server) Delete(chat int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.chats[chat]; ch != nil {
		ch.gone = true
		s.notify()
	}
}
