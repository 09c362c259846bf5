package telegram

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

type wireUpdate struct {
	ID      int64         `json:"update_id"`
	Message *wireMessage  `json:"message"`
	Press   *wirePress    `json:"callback_query"`
	Member  *wireMyMember `json:"my_chat_member"`
}

type wireUser struct {
	ID        int64  `json:"id"`
	IsBot     bool   `json:"is_bot"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Username  string `json:"username"`
	Language  string `json:"language_code"`
}

type wireChat struct {
	ID        int64  `json:"id"`
	Type      string `json:"type"`
	Title     string `json:"title"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	IsForum   bool   `json:"is_forum"`
}

type wireMessage struct {
	ID            int             `json:"message_id"`
	Thread        int             `json:"message_thread_id"`
	IsTopic       bool            `json:"is_topic_message"`
	From          *wireUser       `json:"from"`
	SenderChat    *wireChat       `json:"sender_chat"`
	Date          int64           `json:"date"`
	Chat          wireChat        `json:"chat"`
	ForwardOrigin json.RawMessage `json:"forward_origin"`
	Text          string          `json:"text"`
	Entities      []wireEntity    `json:"entities"`
	MigrateTo     int64           `json:"migrate_to_chat_id"`
	MigrateFrom   int64           `json:"migrate_from_chat_id"`
}

type wireEntity struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"` // in UTF-16 units, as Length
	Length int    `json:"length"`
}

type wirePress struct {
	ID      string       `json:"id"`
	From    wireUser     `json:"from"`
	Message *wireMessage `json:"message"` // of an old message only the chat and the id, with date 0
	Data    string       `json:"data"`
}

type wireMyMember struct {
	Chat wireChat   `json:"chat"`
	From wireUser   `json:"from"`
	Date int64      `json:"date"`
	Old  wireMember `json:"old_chat_member"`
	New  wireMember `json:"new_chat_member"`
}

type wireMember struct {
	Status   string `json:"status"`
	IsMember bool   `json:"is_member"`
	CanSend  bool   `json:"can_send_messages"`
	CanPost  bool   `json:"can_post_messages"`
}

// decodeUpdate reads one update; username is the bot's own, to know its commands by.
func decodeUpdate(raw json.RawMessage, username string) (Update, error) {
	var w wireUpdate
	if err := json.Unmarshal(raw, &w); err != nil {
		return Update{ID: w.ID}, fmt.Errorf("telegram: decoding an update: %w", err)
	}
	u := Update{ID: w.ID, Raw: raw}
	switch {
	case w.Message != nil:
		u.Message = w.Message.incoming(username)
	case w.Press != nil:
		u.Press = w.Press.press()
	case w.Member != nil:
		u.Membership = w.Member.membership()
	}
	return u, nil
}

func (w *wireMessage) incoming(username string) *Incoming {
	m := &Incoming{
		Chat:        w.Chat.chat(),
		Address:     w.address(),
		MessageID:   w.ID,
		At:          unixTime(w.Date),
		Text:        w.Text,
		MigrateTo:   w.MigrateTo,
		MigrateFrom: w.MigrateFrom,
	}
	if w.From != nil {
		m.From = w.From.person()
	}
	if w.SenderChat != nil {
		m.SenderChat = w.SenderChat.ID
	}
	if w.ForwardOrigin == nil {
		m.Command, m.Args = command(w.Text, w.Entities, username)
	}
	return m
}

// address has the topic only of a message in one: replies elsewhere carry a thread id too, which cannot be written to.
func (w *wireMessage) address() Address {
	if !w.IsTopic {
		return newAddress(w.Chat.ID, 0)
	}
	return newAddress(w.Chat.ID, w.Thread)
}

func (w *wirePress) press() *Press {
	p := &Press{ID: w.ID, Data: w.Data, From: w.From.person()}
	if w.Message != nil {
		p.Chat, p.Address, p.MessageID = w.Message.Chat.chat(), w.Message.address(), w.Message.ID
		p.Old = w.Message.Date == 0
	}
	return p
}

func (w *wireMyMember) membership() *Membership {
	return &Membership{
		Chat:     w.Chat.chat(),
		By:       w.From.person(),
		At:       unixTime(w.Date),
		Old:      w.Old.Status,
		New:      w.New.Status,
		CanWrite: w.New.canWrite(w.Chat.Type),
	}
}

func (w wireMember) canWrite(chatType string) bool {
	switch w.Status {
	case "creator":
		return true
	case "administrator":
		return chatType != "channel" || w.CanPost
	case "member":
		return chatType != "channel"
	case "restricted":
		return w.IsMember && w.CanSend
	}
	return false
}

func (w wireUser) name() string { return strings.TrimSpace(w.FirstName + " " + w.LastName) }

func (w wireUser) person() Person {
	return Person{ID: w.ID, Name: w.name(), Username: w.Username, IsBot: w.IsBot, Language: w.Language}
}

func (w wireChat) chat() Chat {
	c := Chat{ID: w.ID, Type: w.Type, Title: w.Title, Forum: w.IsForum}
	if c.Title == "" {
		c.Title = strings.TrimSpace(w.FirstName + " " + w.LastName)
	}
	return c
}

// unixTime is the moment that Telegram means, or the zero time for none.
func unixTime(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}
