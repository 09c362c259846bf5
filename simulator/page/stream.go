package page

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	tick       = time.Second            // changes that come by themselves are looked for as often
	breath     = 100 * time.Millisecond // between two events; a storm of changes is shown as one
	pushTime   = 10 * time.Second       // a visitor who takes nothing for so long has left
	streamRest = 15 * time.Second       // a silent stream says that it lives
)

// stream sends a visitor those parts of the state that have changed since they were last sent.
type stream struct {
	http.ResponseWriter
	last   map[string][]byte
	lastAt time.Time
}

// serveStream is a stream of server-sent events named after the members of state:
// https://html.spec.whatwg.org/multipage/server-sent-events.html
func (p *page) serveStream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	s := &stream{ResponseWriter: w, last: map[string][]byte{}}
	clock := time.NewTicker(tick)
	defer clock.Stop()
	for {
		chat, instances, own := p.Telegram.Changed(), p.Instances.Changed(), p.moved.changed()
		err := errors.Join(
			s.push("stage", p.stage.now()), s.push("chat", p.chat()), s.push("panel", p.panel(r.Context())), s.rest(),
		)
		if err != nil {
			return // the visitor has left
		}
		select {
		case <-r.Context().Done():
			return
		case <-clock.C:
			continue
		case <-chat:
		case <-instances:
		case <-own:
		}
		select {
		case <-r.Context().Done():
			return
		case <-time.After(breath):
		}
	}
}

// push sends one part if it differs from what was sent.
func (s *stream) push(event string, part any) error {
	data, err := json.Marshal(part)
	if err != nil || bytes.Equal(data, s.last[event]) {
		return err
	}
	s.last[event] = data
	return s.send(fmt.Sprintf("event: %s\ndata: %s\n\n", event, data))
}

// rest sends a comment if there was nothing to send for long.
func (s *stream) rest() error {
	if time.Since(s.lastAt) < streamRest {
		return nil
	}
	return s.send(": nothing new\n\n")
}

func (s *stream) send(text string) error {
	control := http.NewResponseController(s.ResponseWriter)
	if err := control.SetWriteDeadline(time.Now().Add(pushTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("page: streaming: %w", err)
	}
	s.lastAt = time.Now()
	if _, err := s.Write([]byte(text)); err != nil {
		return fmt.Errorf("page: streaming: %w", err)
	}
	if err := control.Flush(); err != nil {
		return fmt.Errorf("page: streaming: %w", err)
	}
	return nil
}
