package botapi

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fault says which calls meet with an accident, and with which.
type Fault struct {
	Method string // "" is every method; case does not matter
	Chat   int64  // 0 is every chat, and calls without one
	Text   string // "" is every text; else those that have it
	Skip   int    // this many matching calls pass first: the third call is Skip 2
	Times  int    // this many calls are hit; 0 is all until Injected.Off
	Stored bool   // the call takes its effect all the same, and only its answer is lost
	Effect Effect
	Topic  int // 0 is every topic, and calls without one
}

// Effect is what the bot meets instead of an answer. Make one with the functions of this package.
type Effect struct {
	name  string
	serve func(w http.ResponseWriter, r *http.Request, a answer)
	alter func(a answer) answer // what the request's record says; nil: no answer
	late  bool                  // works on the answer that the call has earned
}

// Injected is a Fault at work.
type Injected struct {
	Fault
	server *Server
	skip   int
	hits   int
	off    bool
}

// Inject sets a fault to work. Of several that match a call the oldest one takes it.
func (s *Server) Inject(f Fault) *Injected {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := &Injected{Fault: f, server: s, skip: f.Skip}
	s.faults = append(s.faults, i)
	return i
}

// Off ends the fault.
func (i *Injected) Off() {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	i.off = true
}

// Hits counts the calls that have met it.
func (i *Injected) Hits() int {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	return i.hits
}

// ClearFaults ends all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.faults {
		i.off = true
	}
}

// faultFor finds the fault that a call meets, if any.
func (s *Server) faultFor(c *call) *Injected {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = slices.DeleteFunc(s.faults, func(i *Injected) bool { return i.off })
	for _, i := range s.faults {
		if !i.matches(c) || i.Topic != 0 && c.params["message_thread_id"] != strconv.Itoa(i.Topic) {
			continue
		}
		if i.skip > 0 {
			i.skip--
			continue
		}
		i.hits++
		i.off = i.hits == i.Times
		return i
	}
	return nil
}

func (i *Injected) matches(c *call) bool {
	return (i.Method == "" || strings.EqualFold(i.Method, c.method)) &&
		(i.Chat == 0 || c.params["chat_id"] == strconv.FormatInt(i.Chat, 10)) &&
		strings.Contains(c.params["text"], i.Text)
}

func (e Effect) needsAnswer() bool { return e.late }

func (e Effect) changed(a answer) answer {
	if e.alter == nil {
		return answer{}
	}
	return e.alter(a)
}

func (e Effect) write(w http.ResponseWriter, r *http.Request, a answer) { e.serve(w, r, a) }

// Gateway answers with an HTML page, as a proxy in front of Telegram does: 502, 504.
func Gateway(status int) Effect {
	return Effect{
		name: "gateway",
		serve: func(w http.ResponseWriter, _ *http.Request, _ answer) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			title := fmt.Sprintf("%d %s", status, http.StatusText(status))
			_, _ = fmt.Fprintf(w, "<html><head><title>%[1]s</title></head><body><center><h1>%[1]s</h1></center></body></html>\r\n", title)
		},
		alter: func(answer) answer { return answer{status: status} },
	}
}

// Echo answers with a code and quotes what was asked, the token with it, in every part of the answer: as careless servers
// and proxies do. With the media type application/json it is a refusal by the Bot API, else somebody's page.
func Echo(code int, media string) Effect {
	return Effect{
		name: "echo",
		serve: func(w http.ResponseWriter, r *http.Request, _ answer) {
			asked := r.URL.RequestURI()
			contentType := media + "; path=" + strconv.Quote(asked)
			if media != "application/json" {
				contentType = media + " " + asked
			}
			other := failed(&apiError{code: code, text: echoed(r, code)})
			for _, name := range []string{"Location", "Server", "Via", "X-Request-Path"} {
				w.Header().Set(name, asked)
			}
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(code)
			_, _ = w.Write(other.body)
		},
		alter: func(answer) answer { return answer{status: code} },
	}
}

// Unsolicited answers 200 with no body, and then sends one all the same, in which it quotes what was asked, as in its
// status line. It needs a connection; without one it is a Reset.
func Unsolicited() Effect {
	return Effect{
		name: "unsolicited",
		serve: func(w http.ResponseWriter, r *http.Request, _ answer) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			asked := "Cannot " + r.Method + " " + r.URL.RequestURI()
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 %[1]s\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n%[1]s", asked)
			wait(r, time.Second) // or the client may find the end first
			_ = conn.Close()
		},
	}
}

// echoed quotes the path as it is, and in the ways in which it may be escaped.
func echoed(r *http.Request, code int) string {
	asked := r.URL.RequestURI()
	var all strings.Builder
	for i := range len(asked) {
		_, _ = fmt.Fprintf(&all, "%%%02x", asked[i])
	}
	return fmt.Sprintf("%s: cannot %s %s, %s, %s, %s", http.StatusText(code), r.Method, asked,
		strings.ReplaceAll(asked, ":", "%3a"), url.PathEscape(url.QueryEscape(asked)), all.String())
}

// Refuse answers with a code and a description in JSON, such as 500 "Internal Server Error: restart", 401
// "Unauthorized" or 403 "Forbidden: bot was kicked from the supergroup chat".
func Refuse(code int, description string) Effect {
	return instead("refused", failed(&apiError{code: code, text: description}))
}

// FloodWait answers 429 and asks for a pause.
func FloodWait(seconds int) Effect { return instead("flood wait", failed(tooMany(seconds))) }

// Verbatim answers with this status and this JSON, or what should be JSON.
func Verbatim(status int, body string) Effect {
	return instead("answer", answer{status: status, body: []byte(body)})
}

func instead(name string, other answer) Effect {
	return Effect{
		name:  name,
		serve: func(w http.ResponseWriter, _ *http.Request, _ answer) { other.write(w) },
		alter: func(answer) answer { return other },
	}
}

// Truncate lets the call take its effect and cuts its answer in the middle.
func Truncate() Effect {
	return Effect{
		name: "truncated",
		late: true,
		serve: func(w http.ResponseWriter, _ *http.Request, a answer) {
			a.body = a.body[:len(a.body)/2]
			a.write(w)
		},
		alter: func(a answer) answer { return a },
	}
}

// Drip lets the call take its effect and spreads its answer over the given time.
func Drip(over time.Duration) Effect {
	return Effect{
		name: "drip",
		late: true,
		serve: func(w http.ResponseWriter, r *http.Request, a answer) {
			if a.hangUp {
				panic(http.ErrAbortHandler)
			}
			a.header(w)
			step := over / time.Duration(len(a.body))
			for _, b := range a.body {
				wait(r, step)
				_, _ = w.Write([]byte{b})
				_ = http.NewResponseController(w).Flush()
			}
		},
		alter: func(a answer) answer { return a },
	}
}

// Reset breaks the connection off. With Fault.Stored it is the answer that is lost: the message is in the chat.
func Reset() Effect {
	return Effect{
		name:  "reset",
		serve: func(http.ResponseWriter, *http.Request, answer) { panic(http.ErrAbortHandler) },
	}
}

// BlackHole never answers; the connection stays until the client gives up.
func BlackHole() Effect {
	return Effect{
		name: "black hole",
		serve: func(_ http.ResponseWriter, r *http.Request, _ answer) {
			<-r.Context().Done()
			panic(http.ErrAbortHandler)
		},
	}
}

// wait sleeps, or breaks off when the client gives up.
func wait(r *http.Request, d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	}
}
