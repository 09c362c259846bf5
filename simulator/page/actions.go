package page

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

const (
	maxText    = 4096 // UTF-16 code units: https://core.telegram.org/bots/api#sendmessage
	maxEnqueue = 1000
	// pressWait is how long a button shows that it was pressed.
	pressWait = 15 * time.Second
)

// nothing is the result of an action that has none: an empty object.
type nothing struct{}

type saying struct {
	As   int64  `json:"as"`
	Text string `json:"text"`
}

func (p *page) say(_ context.Context, in saying) (nothing, error) {
	by, err := p.person(in.As)
	if err != nil {
		return nothing{}, err
	}
	text := strings.TrimSpace(in.Text)
	if length := len(utf16.Encode([]rune(text))); length == 0 || length > maxText {
		return nothing{}, refuse(http.StatusBadRequest, "a message has between 1 and %d characters", maxText)
	}
	_, err = p.Telegram.Write(botapi.Post{Chat: p.Chat, From: by, Text: text})
	return nothing{}, err
}

type pressing struct {
	As      int64  `json:"as"`
	Message int    `json:"message"`
	Data    string `json:"data"`
}

// pressed is what the visitor sees of the bot's answer.
type pressed struct {
	Answered bool   `json:"answered"`
	Text     string `json:"text,omitempty"`
	Alert    bool   `json:"alert,omitempty"`
}

// press presses a button that is there, and waits a while for the bot's answer.
func (p *page) press(ctx context.Context, in pressing) (pressed, error) {
	by, err := p.person(in.As)
	if err != nil {
		return pressed{}, err
	}
	m, _ := p.Telegram.Message(p.Chat, in.Message)
	there := slices.ContainsFunc(m.Keyboard, func(row []botapi.Button) bool {
		return slices.ContainsFunc(row, func(b botapi.Button) bool { return b.Data == in.Data && b.Data != "" && !b.Disabled })
	})
	if !there {
		return pressed{}, refuse(http.StatusConflict, "this button is no longer there")
	}
	tap, err := p.Telegram.PressData(p.Chat, in.Message, in.Data, by)
	if err != nil {
		return pressed{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, pressWait)
	defer cancel()
	a, err := tap.Wait(ctx)
	if err != nil {
		return pressed{}, nil // no answer is an answer too
	}
	return pressed{Answered: true, Text: a.Text, Alert: a.Alert}, nil
}

func (p *page) person(id int64) (botapi.Person, error) {
	i := slices.IndexFunc(p.People, func(q Person) bool { return q.ID == id })
	if i < 0 {
		return botapi.Person{}, refuse(http.StatusBadRequest, "nobody here has the id %d", id)
	}
	return p.People[i].Person, nil
}

type setting struct {
	ID string `json:"id"`
	To string `json:"to"` // a key of choices
}

func (p *page) setInstance(_ context.Context, in setting) (nothing, error) {
	if err := p.known(in.ID); err != nil {
		return nothing{}, err
	}
	found, err := choose(p.Instances, in.ID, in.To)
	if !found {
		return nothing{}, refuse(http.StatusBadRequest, "an instance cannot be made %q here", in.To)
	}
	return nothing{}, err
}

type enqueueing struct {
	ID       string `json:"id"`
	Messages int    `json:"messages"`
}

func (p *page) enqueue(_ context.Context, in enqueueing) (nothing, error) {
	if err := p.known(in.ID); err != nil {
		return nothing{}, err
	}
	if in.Messages < 1 || in.Messages > maxEnqueue {
		return nothing{}, refuse(http.StatusBadRequest, "between 1 and %d messages can be queued at once", maxEnqueue)
	}
	return nothing{}, p.Instances.Enqueue(in.ID, in.Messages, 0)
}

func (p *page) known(id string) error {
	if _, err := p.Instances.Snapshot(id); err != nil {
		return refuse(http.StatusNotFound, "there is no instance %q", id)
	}
	return nil
}

type breaking struct {
	API  string `json:"api"`  // "green" or "telegram"
	Kind string `json:"kind"` // the fault that shall be at work, alone; empty: none
}

func (p *page) setFault(_ context.Context, in breaking) (nothing, error) {
	switch in.API {
	case "green":
		return nothing{}, p.breakGreen(in.Kind)
	case "telegram":
		return nothing{}, p.breakTelegram(in.Kind)
	}
	return nothing{}, refuse(http.StatusBadRequest, "there is no API %q", in.API)
}

func (p *page) breakGreen(kind string) error {
	known := slices.ContainsFunc(greenFaults(), func(f greenFault) bool { return f.kind == kind })
	if !known && kind != "" {
		return refuse(http.StatusBadRequest, "GREEN-API has no fault %q here", kind)
	}
	p.Instances.Mend(instanceapi.WholeAPI)
	if kind == "" {
		return nil
	}
	return p.Instances.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.Kind(kind)})
}

func (p *page) breakTelegram(kind string) error {
	if kind == "" {
		p.telegram.turn(nil)
		return nil
	}
	for _, f := range telegramFaults() {
		if f.kind == kind {
			p.telegram.turn(&f)
			return nil
		}
	}
	return refuse(http.StatusBadRequest, "Telegram has no fault %q here", kind)
}
