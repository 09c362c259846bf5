package telegram

import (
	"encoding/json"
	"time"
)

// Update is one thing that happened. At most one of Message, Press and Membership is set; Raw is all that Telegram sent.
type Update struct {
	ID         int64
	Message    *Incoming
	Press      *Press
	Membership *Membership
	Raw        json.RawMessage
}

// Chat is where something happened.
type Chat struct {
	ID    int64
	Type  string // "private", "group", "supergroup" or "channel"
	Title string // in a private chat the person's name
	Forum bool   // it has topics
}

// Private reports whether the chat is one person's talk with the bot.
func (c Chat) Private() bool { return c.Type == "private" }

// Person is the sender as Telegram gives it, who need not be a person: see Real.
type Person struct {
	ID       int64
	Name     string
	Username string // without @; may be empty, and may change hands
	IsBot    bool
	Language string // of the person's client, such as "en" or "pt-br"; may be empty
}

// The accounts in whose name Telegram shows what anonymous administrators, channels and its own service write.
const (
	anonymousAdmin = 1087968824
	channelBot     = 136817688
	serviceAccount = 777000
)

// Real reports whether p is somebody who can be told from others: not a bot, an anonymous administrator or a channel.
func (p Person) Real() bool {
	switch p.ID {
	case 0, anonymousAdmin, channelBot, serviceAccount:
		return false
	}
	return !p.IsBot
}

// Incoming is a message.
type Incoming struct {
	Chat       Chat
	Address    Address // with the topic only where the message is in one
	MessageID  int
	From       Person    // see Author
	SenderChat int64     // the chat in whose name it is written; 0 if it is a person's own
	At         time.Time // in seconds
	Text       string    // of a text message; a caption is not read

	// Command is the word after the slash, in lower case, where the message begins with a command for this bot, and Args
	// what follows it. Both are empty for another bot's command, for a forwarded one, and for one that only looks like it.
	Command, Args string

	// A group that becomes a supergroup says so twice: in the old chat, and in the new.
	MigrateTo, MigrateFrom int64
}

// Author is the person who wrote the message, if it is one: a message in the name of a chat has none.
func (m *Incoming) Author() (Person, bool) {
	if m == nil || m.SenderChat != 0 || !m.From.Real() {
		return Person{}, false
	}
	return m.From, true
}

// Press is a button pressed. Anybody who sees the message can press.
type Press struct {
	ID        string // for AnswerCallback
	Data      string
	From      Person
	Chat      Chat    // zero where the message is not in a chat with the bot
	Address   Address // without the topic where Old
	MessageID int
	Old       bool // Telegram shows no more of the message than its chat and id
}

// Membership is a change of the bot's own place in a chat.
type Membership struct {
	Chat     Chat
	By       Person
	At       time.Time
	Old, New string // "creator", "administrator", "member", "restricted", "left" or "kicked"; in a private chat "kicked" is blocked
	CanWrite bool   // from now on
}
