package botapi

import (
	"fmt"
	"regexp"
	"strings"
)

// Person is somebody with a Telegram account.
type Person struct {
	ID        int64
	FirstName string
	LastName  string
	Username  string // without @
	Language  string // as in language_code
	IsBot     bool   // another bot

	behind int64 // the chat in whose name the person writes
}

// What Telegram puts in "from" where it hides or lacks a person.
const (
	groupAnonymousBot = 1087968824
	channelBot        = 136817688
)

// AnonymousAdmin is an administrator of a group who writes in the group's name.
func AnonymousAdmin(group int64) Person {
	return Person{ID: groupAnonymousBot, FirstName: "Group", Username: "GroupAnonymousBot", IsBot: true, behind: group}
}

// AsChannel is somebody who writes in a channel's name. The channel must have been added.
func AsChannel(channel int64) Person {
	return Person{ID: channelBot, FirstName: "Channel", Username: "Channel_Bot", IsBot: true, behind: channel}
}

func (p Person) user() user {
	name := p.FirstName
	if name == "" {
		name = fmt.Sprintf("Person %d", p.ID)
	}
	return user{ID: p.ID, IsBot: p.IsBot, FirstName: name, LastName: p.LastName, Username: p.Username, Language: p.Language}
}

func (p Person) name() string {
	u := p.user()
	return strings.TrimSpace(u.FirstName + " " + u.LastName)
}

func (s *Server) bot() user {
	return user{ID: s.opt.BotID, IsBot: true, FirstName: s.opt.Name, Username: s.opt.Username}
}

// Post is something that a person writes.
type Post struct {
	Chat    int64
	From    Person
	Text    string
	Topic   int // the topic's id; 0 is General, and chats without topics
	ReplyTo int // a message's id
}

// Say writes text in a chat, or starts the private chat of that person, and returns the message's id; 0 says that
// this person cannot write there, and Write says why.
func (s *Server) Say(chat int64, from Person, text string) int {
	id, _ := s.Write(Post{Chat: chat, From: from, Text: text})
	return id
}

// Reply answers a message.
func (s *Server) Reply(chat int64, message int, from Person, text string) int {
	id, _ := s.Write(Post{Chat: chat, From: from, Text: text, ReplyTo: message})
	return id
}

// Write puts a post in its chat, and before the bot if the bot may see it.
func (s *Server) Write(p Post) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := s.writable(p)
	if err != nil {
		return 0, err
	}
	f := plain(p.Text)
	f.entities = commandEntities(p.Text)
	e := &entry{from: p.From, body: f, topic: p.Topic, replyTo: p.ReplyTo}
	if r := ch.entries[p.ReplyTo]; r != nil && p.Topic == 0 {
		e.topic = r.topic
	}
	s.put(ch, e)
	kind := "message"
	if ch.kind == Channel {
		kind = "channel_post"
	}
	if s.sees(ch, e) {
		s.tell(kind, s.wire(ch, e))
	}
	if p.From.IsBot && p.From.behind == 0 {
		ch.otherBot = true
	}
	return e.id, nil
}

// EditPost changes what a person has written.
func (s *Server) EditPost(chat int64, message int, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil || ch.entries[message] == nil || ch.entries[message].ours {
		return fmt.Errorf("botapi: editing message %d of chat %d: no such message of a person's", message, chat)
	}
	e := ch.entries[message]
	e.body = plain(text)
	e.body.entities = commandEntities(text)
	s.touch(e)
	kind := "edited_message"
	if ch.kind == Channel {
		kind = "edited_channel_post"
	}
	if s.sees(ch, e) {
		s.tell(kind, s.wire(ch, e))
	}
	return nil
}

// writable finds the chat of a post and lets the person in.
func (s *Server) writable(p Post) (*chat, error) {
	refuse := func(why string) (*chat, error) {
		return nil, fmt.Errorf("botapi: person %d in chat %d: %s", p.From.ID, p.Chat, why)
	}
	if p.From.behind == 0 {
		s.people[p.From.ID] = p.From
	}
	ch := s.chats[p.Chat]
	if ch == nil && p.Chat == p.From.ID {
		ch = s.addPrivate(p.From)
	}
	switch {
	case ch == nil:
		return refuse("no such chat")
	case ch.migratedTo != 0:
		return refuse("the group has become a supergroup")
	case ch.gone:
		return refuse("the chat is gone")
	case p.ReplyTo != 0 && ch.entries[p.ReplyTo] == nil:
		return refuse("no message to reply to")
	case p.From.behind != 0 && s.chats[p.From.behind] == nil:
		return refuse("no chat to write in the name of")
	case !ch.topicOpen(p.Topic) && !ch.statusOf(p.From.ID).rules():
		return refuse("no such topic, or it is closed")
	}
	if ch.kind == Private {
		if ch.bot == Kicked || ch.person != p.From.ID {
			return refuse("the bot is blocked, or the chat is another person's")
		}
		ch.bot = Member
		return ch, nil
	}
	if ch.members[p.From.ID] == "" && p.From.behind == 0 {
		ch.members[p.From.ID] = Member
	}
	if st := ch.statusOf(p.From.ID); p.From.behind == 0 && !st.writes() {
		return refuse("is " + string(st))
	}
	return ch, nil
}

// sees applies membership and privacy mode: https://core.telegram.org/bots/features#privacy-mode. A plain command is
// ours unless another bot was the last to write.
func (s *Server) sees(ch *chat, e *entry) bool {
	switch {
	case !ch.bot.inside():
		return false
	case ch.kind == Private || ch.kind == Channel || s.opt.PrivacyOff || ch.bot.rules() || e.service != nil:
		return true
	}
	if r := ch.entries[e.replyTo]; r != nil && r.ours {
		return true
	}
	for _, c := range e.body.entities {
		if c.Type != "bot_command" || c.Offset != 0 {
			continue
		}
		_, to, named := strings.Cut(e.body.text[:c.Length], "@") // ASCII: units are bytes
		return named && strings.EqualFold(to, s.opt.Username) || !named && !ch.otherBot
	}
	return false
}

// commandEntities finds the bot commands of a text.
func commandEntities(text string) []entity {
	var out []entity
	command := regexp.MustCompile(`(^|[^\pL\pN_/<>])(/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)`)
	for _, at := range command.FindAllStringSubmatchIndex(text, -1) {
		if end := at[5]; end < len(text) && text[end] == '/' {
			continue // a path, not a command
		}
		out = append(out, entity{Type: "bot_command", Offset: units(text[:at[4]]), Length: at[5] - at[4]})
	}
	return out
}
