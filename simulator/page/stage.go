package page

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// stage holds what the visitor sees of language, clock and story.
type stage struct {
	moved *signal
	wish  chan struct{} // somebody wants the story to begin

	mu   sync.Mutex
	view stageView
	end  context.CancelFunc // ends the story that plays; nil: none does
}

type stageView struct {
	Language string    `json:"language"` // empty until a visitor has chosen one
	Offset   int       `json:"offset"`   // of the page's zone, in seconds east of UTC
	Clock    clockView `json:"clock"`
	Story    storyView `json:"story"`
}

type clockView struct {
	Speeds  []Speed `json:"speeds"`
	At      string  `json:"at"`
	Turning bool    `json:"turning"`
}

type storyView struct {
	Scenes  int   `json:"scenes"` // 0: there is no story
	Scene   int   `json:"scene"`  // from 1; 0: it does not play
	Playing bool  `json:"playing"`
	Caption Text  `json:"caption"`
	Told    *told `json:"told,omitempty"`
}

// told is an answer of the bot's to the story's press.
type told struct {
	pressed
	Nth int `json:"nth"` // since the start, so that each is shown once
}

func newStage(o Options, moved *signal) *stage {
	_, offset := time.Now().In(o.Zone).Zone()
	s := &stage{moved: moved, wish: make(chan struct{}, 1)}
	s.view = stageView{Offset: offset, Clock: clockView{Speeds: append([]Speed{}, o.Speeds...)}}
	if len(o.Speeds) > 0 {
		s.view.Clock.At = o.Speeds[0].Key
	}
	if o.Story.Play != nil {
		s.view.Story.Scenes = o.Story.Scenes
	}
	return s
}

func (s *stage) now() stageView {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view
}

func (s *stage) update(change func(*stageView)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.view)
	s.moved.fire()
}

type playing struct {
	Play bool `json:"play"`
}

// setStory begins the story, or ends it.
func (p *page) setStory(_ context.Context, in playing) (nothing, error) {
	s := p.stage
	if p.Story.Play == nil {
		return nothing{}, refuse(http.StatusNotFound, "there is no story")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case in.Play == (s.end != nil):
	case in.Play:
		select {
		case s.wish <- struct{}{}:
		default: // it is about to begin
		}
	default:
		s.end()
	}
	return nothing{}, nil
}

// Run plays the story each time a visitor asks for it, until ctx ends. What it broke is whole again afterwards.
func (p *Page) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.stage.wish:
			if err := p.play(ctx); err != nil {
				return err
			}
		}
	}
}

// Playing says whether the story plays.
func (p *Page) Playing() bool { return p.stage.now().Story.Playing }

func (p *page) play(ctx context.Context) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	s := p.stage
	s.begin(end)
	err := p.Story.Play(ctx, &Stage{page: p})
	s.mu.Lock()
	s.end = nil
	s.mu.Unlock()
	if mend := p.restore(); mend != nil {
		return fmt.Errorf("page: ending the story: %w", mend)
	}
	s.update(func(v *stageView) {
		v.Story.Playing, v.Story.Scene = false, 0
		switch {
		case ctx.Err() != nil:
			v.Story.Caption = Text{"Stopped. Everything works again.", "Остановлено. Всё снова работает."}
		case err != nil:
			v.Story.Caption = Text{"The story ended early: " + err.Error(), "История прервалась: " + err.Error()}
		}
	})
	return nil
}

func (s *stage) begin(end context.CancelFunc) {
	s.mu.Lock()
	s.end = end
	s.mu.Unlock()
	s.update(func(v *stageView) { v.Story.Playing, v.Story.Scene = true, 0 })
}
