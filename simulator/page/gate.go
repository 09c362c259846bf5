package page

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
)

// gateView is what the gate answers for an instance now.
type gateView struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body,omitempty"` // an object; empty: something else came
}

// gate asks the program's own handler, in the process; nil: there is none.
func (p *page) gate(ctx context.Context, id string) *gateView {
	if p.Gate == nil {
		return nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/gate/"+id, nil)
	if err != nil {
		return &gateView{} // an id that fits into no path
	}
	w := &ear{header: http.Header{}, status: http.StatusOK}
	p.Gate.ServeHTTP(w, r)
	out := &gateView{Status: w.status}
	if body := bytes.TrimSpace(w.body.Bytes()); bytes.HasPrefix(body, []byte("{")) && json.Valid(body) {
		out.Body = body
	}
	return out
}

// Gate is what the gate answers for an instance; the zero Gate: it does not answer.
type Gate struct{ Open, Sure, Delayed, Probation bool }

// Gate asks the gate as the page does.
func (s *Stage) Gate(ctx context.Context, id string) (out Gate) {
	if g := s.page.gate(ctx, id); g != nil && g.Body != nil {
		_ = json.Unmarshal(g.Body, &out) // an object of another kind is no answer
	}
	return out
}

// ear hears an answer.
type ear struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (e *ear) Header() http.Header         { return e.header }
func (e *ear) WriteHeader(status int)      { e.status = status }
func (e *ear) Write(p []byte) (int, error) { return e.body.Write(p) }
