package page

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"greenwatch/simulator/botapi"
)

// pressWait is how long a button shows that it was pressed.
const pressWait = 15 * time.Second

type pressing struct {
	As      int64  `json:"as"`
	Message int    `json:"message"`
	Data    string `json:"data"`
}

// pressed is what a person sees of the bot's answer.
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
	if !hasButton(m, func(b botapi.Button) bool { return b.Data == in.Data }) {
		return pressed{}, refuse(http.StatusConflict, "this button is no longer there")
	}
	tap, err := p.Telegram.PressData(p.Chat, in.Message, in.Data, by)
	if err != nil {
		return pressed{}, err
	}
	defer p.presses.begin(pressView{in.Message, in.Data})()
	ctx, cancel := context.WithTimeout(ctx, pressWait)
	defer cancel()
	a, err := tap.Wait(ctx)
	if err != nil {
		return pressed{}, nil // no answer is an answer too
	}
	return pressed{Answered: true, Text: a.Text, Alert: a.Alert}, nil
}

// hasButton says whether a message has a button that can be pressed and is the one looked for.
func hasButton(m botapi.Message, is func(botapi.Button) bool) bool {
	return slices.ContainsFunc(m.Keyboard, func(row []botapi.Button) bool {
		return slices.ContainsFunc(row, func(b botapi.Button) bool { return b.Data != "" && !b.Disabled && is(b) })
	})
}

// pressView is a press that the bot has not answered.
type pressView struct {
	Message int    `json:"message"`
	Data    string `json:"data"`
}

// presses are those that wait for an answer.
type presses struct {
	moved *signal

	mu   sync.Mutex
	open []pressView
}

// begin adds a press and returns what ends it.
func (s *presses) begin(v pressView) (end func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = append(s.open, v)
	s.moved.fire()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		i := slices.Index(s.open, v)
		s.open = slices.Delete(s.open, i, i+1)
		s.moved.fire()
	}
}

func (s *presses) list() []pressView {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]pressView{}, s.open...)
}
