package page

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// maxShown is how many of the group's last messages are shown.
const maxShown = 200

// state is all that the page shows. Its parts are streamed each for itself.
type state struct {
	Chat  chatState  `json:"chat"`
	Panel panelState `json:"panel"`
}

type chatState struct {
	Title    string        `json:"title"`
	People   []personView  `json:"people"`
	Messages []messageView `json:"messages"` // oldest first
	Earlier  int           `json:"earlier"`  // how many older ones are not shown
}

type personView struct {
	ID       int64            `json:"id"`
	Name     string           `json:"name"`
	Role     string           `json:"role"`
	Commands []botapi.Command `json:"commands"` // the menu
}

type messageView struct {
	ID       int            `json:"id"`
	From     string         `json:"from"`
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
	SentAt   time.Time      `json:"sentAt"`
	EditedAt time.Time      `json:"editedAt,omitzero"`
}

type quoteView struct {
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

type panelState struct {
	Instances []instanceView `json:"instances"`
	Choices   []choiceView   `json:"choices"`
	Green     []switchView   `json:"green"`
	Telegram  []switchView   `json:"telegram"`
}

type instanceView struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Line      string    `json:"line"`
	Word      string    `json:"word"`   // the state, or what the account is instead of active
	Answer    string    `json:"answer"` // what getStateInstance would answer now
	Since     time.Time `json:"since"`
	ChangesAt time.Time `json:"changesAt,omitzero"`
	Reboots   int       `json:"reboots"`
	Queue     int       `json:"queue"`
}

type choiceView struct {
	Key   string `json:"key"`
	Label string `json:"label"`
}

type switchView struct {
	Kind  string `json:"kind"`
	Label string `json:"label"`
	On    bool   `json:"on"`
}

func (p *page) serveState(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, state{Chat: p.chat(), Panel: p.panel()})
}

func (p *page) chat() chatState {
	out := chatState{Title: p.Title, People: []personView{}, Messages: []messageView{}}
	for _, q := range p.People {
		name := strings.TrimSpace(q.FirstName + " " + q.LastName)
		menu := append([]botapi.Command{}, p.Telegram.Menu(p.Chat, q.Person)...)
		out.People = append(out.People, personView{ID: q.ID, Name: name, Role: q.Role, Commands: menu})
	}
	all := p.Telegram.Transcript(p.Chat)
	out.Earlier = max(0, len(all)-maxShown)
	for _, m := range all[out.Earlier:] {
		out.Messages = append(out.Messages, viewMessage(m, all))
	}
	return out
}

func viewMessage(m botapi.Message, all []botapi.Message) messageView {
	v := messageView{
		ID: m.ID, From: m.From, Bot: m.Bot, Service: m.Service, HTML: m.HTML, Silent: m.Silent, Pinned: m.Pinned,
		Reaction: m.Reaction, Photo: m.Photo, Document: m.Document, SentAt: m.SentAt, EditedAt: m.EditedAt,
	}
	if i := slices.IndexFunc(all, func(o botapi.Message) bool { return o.ID == m.ReplyTo }); i >= 0 {
		first, _, _ := strings.Cut(all[i].Text, "\n")
		v.Reply = &quoteView{From: all[i].From, Text: first}
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

func (p *page) panel() panelState {
	out := panelState{Instances: []instanceView{}}
	for _, s := range p.Instances.Snapshots() {
		v := instanceView{
			ID: s.ID, Name: s.Name, Line: string(s.Line), Word: string(s.State), Answer: s.Answer,
			Since: s.Since, ChangesAt: s.ChangesAt, Reboots: s.Reboots, Queue: s.Queue,
		}
		if s.Account != instanceapi.Active {
			v.Word = s.Account.String()
		}
		out.Instances = append(out.Instances, v)
	}
	for _, c := range choices() {
		out.Choices = append(out.Choices, choiceView{c.key, c.label})
	}
	for _, f := range greenFaults() {
		on := slices.ContainsFunc(p.Instances.Faults(), func(a instanceapi.ActiveFault) bool {
			return a.Scope == instanceapi.WholeAPI && string(a.Kind) == f.kind
		})
		out.Green = append(out.Green, switchView{f.kind, f.label, on})
	}
	for _, f := range telegramFaults() {
		out.Telegram = append(out.Telegram, switchView{f.kind, f.label, f.kind == p.telegram.on()})
	}
	return out
}
