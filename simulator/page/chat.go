package page

import (
	"slices"
	"strings"
	"time"

	"greenwatch/simulator/botapi"
)

// maxShown is how many of the group's last messages are shown.
const maxShown = 200

type chatState struct {
	Title    string        `json:"title"`
	Bot      string        `json:"bot"`
	Members  int           `json:"members"`
	Typing   bool          `json:"typing"` // the bot is at work on something for this chat
	Presses  []pressView   `json:"presses"`
	People   []personView  `json:"people"`
	Messages []messageView `json:"messages"` // oldest first
	Earlier  int           `json:"earlier"`  // how many older ones are not shown
}

type personView struct {
	ID       int64            `json:"id"`
	Name     string           `json:"name"`
	Role     Text             `json:"role"`
	Commands []botapi.Command `json:"commands"` // the menu
}

type messageView struct {
	ID       int            `json:"id"`
	From     string         `json:"from"`
	FromID   int64          `json:"fromId"`
	Bot      bool           `json:"bot,omitempty"`
	Service  bool           `json:"service,omitempty"`
	HTML     string         `json:"html"`
	Keyboard [][]buttonView `json:"keyboard,omitempty"`
	Reply    *quoteView     `json:"reply,omitempty"`
	Silent   bool           `json:"silent,omitempty"`
	Pinned   bool           `json:"pinned,omitempty"`
	Reaction string         `json:"reaction,omitempty"`
	Photo    string         `json:"photo,omitempty"`
	Document string         `json:"document,omitempty"`
	Size     int            `json:"size,omitempty"` // of the photo or document, in bytes
	SentAt   time.Time      `json:"sentAt"`
	EditedAt time.Time      `json:"editedAt,omitzero"`
}

type quoteView struct {
	ID   int    `json:"id"`
	From string `json:"from"`
	Text string `json:"text"`
}

type buttonView struct {
	Text     string `json:"text"`
	Data     string `json:"data,omitempty"`
	URL      string `json:"url,omitempty"`
	Copy     string `json:"copy,omitempty"`
	Style    string `json:"style,omitempty"`
	Disabled bool   `json:"disabled,omitempty"`
}

func (p *page) chat() chatState {
	out := chatState{
		Title: p.Title, Bot: p.Bot, Members: p.Telegram.Members(p.Chat), Presses: p.presses.list(),
		People: []personView{}, Messages: []messageView{},
	}
	out.Typing = len(out.Presses) > 0 || p.Telegram.Typing(p.Chat)
	for _, q := range p.People {
		name := strings.TrimSpace(q.FirstName + " " + q.LastName)
		menu := append([]botapi.Command{}, p.Telegram.Menu(p.Chat, q.Person)...)
		out.People = append(out.People, personView{ID: q.ID, Name: name, Role: q.Role, Commands: menu})
	}
	all := p.Telegram.Transcript(p.Chat)
	out.Earlier = max(0, len(all)-maxShown)
	for _, m := range all[out.Earlier:] {
		out.Messages = append(out.Messages, p.viewMessage(m, all))
	}
	return out
}

func (p *page) viewMessage(m botapi.Message, all []botapi.Message) messageView {
	v := messageView{
		ID: m.ID, From: m.From, FromID: m.FromID, Bot: m.Bot, Service: m.Service, HTML: m.HTML, Silent: m.Silent,
		Pinned: m.Pinned, Reaction: m.Reaction, Photo: m.Photo, Document: m.Document, SentAt: m.SentAt, EditedAt: m.EditedAt,
	}
	if file, ok := p.Telegram.Media(p.Chat, m.ID); ok {
		v.Size = len(file.Bytes)
	}
	if i := slices.IndexFunc(all, func(o botapi.Message) bool { return o.ID == m.ReplyTo }); i >= 0 {
		first, _, _ := strings.Cut(all[i].Text, "\n")
		v.Reply = &quoteView{ID: all[i].ID, From: all[i].From, Text: first}
	}
	for _, row := range m.Keyboard {
		var buttons []buttonView
		for _, b := range row {
			buttons = append(buttons, buttonView(b))
		}
		v.Keyboard = append(v.Keyboard, buttons)
	}
	return v
}
