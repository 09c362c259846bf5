package instanceapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// ErrorBody is how an error is worded. The vendor documents the words and the codes, but no envelope.
type ErrorBody int

// The wordings that have been seen.
const (
	Text  ErrorBody = iota // the words alone, text/plain
	JSON                   // {"statusCode":401,"message":"Unauthorized"}
	Empty                  // for 401 and 403: nothing, under a JSON content type; 400 as Text
)

const (
	typeJSON = "application/json; charset=utf-8"
	typeText = "text/plain; charset=utf-8"
	typeHTML = "text/html"
)

// clientClosed is nginx's status for a client that hung up first.
const clientClosed = 499

type answer struct {
	status      int
	contentType string
	body        []byte
	header      map[string]string
	until       time.Time // a long poll: ask again at this moment at the latest, or at a change; zero: this is final
}

// ok is 200 with v as JSON; v is always of a kind that can be encoded.
func ok(v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("instanceapi: encoding %T: %v", v, err))
	}
	return raw(http.StatusOK, typeJSON, string(body))
}

func raw(status int, contentType, body string) answer {
	return answer{status: status, contentType: contentType, body: []byte(body)}
}

// page is the HTML that a proxy in front of the API answers.
func page(status int) answer {
	title := http.StatusText(status)
	if status == clientClosed {
		title = "Client Closed Request"
	}
	return raw(status, typeHTML, fmt.Sprintf("<html>\r\n<head><title>%[1]d %[2]s</title></head>\r\n<body>\r\n"+
		"<center><h1>%[1]d %[2]s</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n", status, title))
}

func (s *Server) problem(status int, words string) answer {
	switch {
	case s.opts.ErrorBody == JSON:
		a := ok(map[string]any{"statusCode": status, "message": words})
		a.status = status
		return a
	case s.opts.ErrorBody == Empty && status != http.StatusBadRequest:
		return answer{status: status, contentType: typeJSON}
	}
	return raw(status, typeText, words)
}

// bad is 400 with the words of the caller's mistake.
func (s *Server) bad(words string) answer {
	return s.problem(http.StatusBadRequest, words)
}

func throttled(retryAfter time.Duration) answer {
	a := answer{status: http.StatusTooManyRequests}
	if retryAfter > 0 {
		seconds := int64((retryAfter + time.Second - 1) / time.Second)
		a.header = map[string]string{"Retry-After": strconv.FormatInt(seconds, 10)}
	}
	return a
}

func (a answer) head(w http.ResponseWriter, c *call) {
	h := w.Header()
	if a.contentType != "" {
		h.Set("Content-Type", a.contentType)
	}
	for k, v := range a.header {
		h.Set(k, v)
	}
	if a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	c.status = a.status
	w.WriteHeader(a.status)
}

func (a answer) send(w http.ResponseWriter, c *call) {
	a.head(w, c)
	_, _ = w.Write(a.body) // a client that has left is no trouble of ours
}
