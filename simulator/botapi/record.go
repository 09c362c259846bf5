package botapi

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// keptRequests bounds the log, so that a demonstration can run for months.
const keptRequests = 20_000

// Request is one call that the bot made. It never holds the token.
type Request struct {
	Method string            // as sent
	Params map[string]string // as sent; a JSON body's values other than strings are their JSON text
	Files  map[string]File   // uploads by the name of their part
	At     time.Time         // when it came
	Status int               // of the answer; 0 while there is none, and when none is given
	Result json.RawMessage   // of a call that went well, as it was answered
	Made   json.RawMessage   // the true result of a call that took effect, whatever the bot was answered
	Error  string            // the description of a call that did not
	Fault  string            // the injected fault that hit it
}

// Is says whether the request called method, whose case does not matter.
func (r Request) Is(method string) bool { return strings.EqualFold(r.Method, method) }

// Requests lists what the bot has asked, oldest first; without a method everything, polls under way too.
func (s *Server) Requests(methods ...string) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Request
	for _, r := range s.requests {
		if len(methods) == 0 || slices.ContainsFunc(methods, r.Is) {
			out = append(out, *r)
		}
	}
	return out
}

func (s *Server) record(c *call, token string) *Request {
	r := &Request{Method: c.method, Params: maps.Clone(c.params), Files: maps.Clone(c.files), At: c.now}
	for name, value := range r.Params {
		r.Params[name] = strings.NewReplacer(token, "[token]", s.opt.Token, "[token]").Replace(value)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) >= keptRequests {
		s.requests = slices.Delete(s.requests, 0, keptRequests/2)
	}
	s.requests = append(s.requests, r)
	return r
}

// settle notes the answer, and what the call has done, and tells the hook.
func (s *Server) settle(r *Request, a answer, made json.RawMessage, fault string) {
	s.mu.Lock()
	r.Status, r.Result, r.Made, r.Error, r.Fault = a.status, a.result, made, a.text, fault
	done := *r
	s.mu.Unlock()
	if s.opt.OnRequest != nil {
		s.opt.OnRequest(done)
	}
}
