package page

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"greenwatch/simulator/botapi"
)

const (
	maxText    = 4096 // UTF-16 code units: https://core.telegram.org/bots/api#sendmessage
	maxEnqueue = 10_000
	maxPass    = 24 * time.Hour
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

type holding struct {
	ID   string `json:"id"`
	Held bool   `json:"held"`
}

// hold makes a queue stand still though the instance is authorized, or lets it go.
func (p *page) hold(_ context.Context, in holding) (nothing, error) {
	if err := p.known(in.ID); err != nil {
		return nothing{}, err
	}
	return nothing{}, p.Instances.HoldQueue(in.ID, in.Held)
}

type passing struct {
	ID      string `json:"id"`
	Minutes int    `json:"minutes"`
}

// pass lets time pass for an instance. The program is first, so that it counts what waits before that is dropped.
func (p *page) pass(ctx context.Context, in passing) (nothing, error) {
	if err := p.known(in.ID); err != nil {
		return nothing{}, err
	}
	d := time.Duration(in.Minutes) * time.Minute
	if in.Minutes < 1 || d > maxPass {
		return nothing{}, refuse(http.StatusBadRequest, "between a minute and %d hours can pass at once", int(maxPass.Hours()))
	}
	if p.Pass != nil {
		if err := p.Pass(ctx, in.ID, d); err != nil {
			return nothing{}, err
		}
	}
	return nothing{}, p.Instances.Pass(in.ID, d)
}

func (p *page) known(id string) error {
	if _, err := p.Instances.Snapshot(id); err != nil {
		return refuse(http.StatusNotFound, "there is no instance %q", id)
	}
	return nil
}

type choosing struct {
	To string `json:"to"`
}

// setLanguage changes the page's language, and the chat's by the first person's command.
func (p *page) setLanguage(_ context.Context, in choosing) (nothing, error) {
	if !p.speaks(in.To) {
		return nothing{}, refuse(http.StatusBadRequest, "the page does not speak %q", in.To)
	}
	p.stage.update(func(v *stageView) { v.Language = in.To })
	if p.LanguageCommand == "" {
		return nothing{}, nil
	}
	_, err := p.Telegram.Write(botapi.Post{Chat: p.Chat, From: p.People[0].Person, Text: p.LanguageCommand + " " + in.To})
	return nothing{}, err
}

// setSpeed turns the clock. It answers when the program runs at the new speed.
func (p *page) setSpeed(ctx context.Context, in choosing) (nothing, error) {
	if !slices.ContainsFunc(p.Speeds, func(s Speed) bool { return s.Key == in.To }) {
		return nothing{}, refuse(http.StatusBadRequest, "the clock has no step %q", in.To)
	}
	p.stage.update(func(v *stageView) { v.Clock.Turning = true })
	err := p.Turn(ctx, in.To)
	p.stage.update(func(v *stageView) {
		v.Clock.Turning = false
		if err == nil {
			v.Clock.At = in.To
		}
	})
	return nothing{}, err
}
