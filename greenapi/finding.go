package greenapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"greenwatch/monitor"
)

// finding is what the answer to getStateInstance says, with a detail for people. The status counts first, as the
// vendor documents no envelope for errors; https://green-api.com/en/docs/api/common-errors/.
//
// 404 is a refusal whatever its body: the vendor's own one is a page of HTML, as for a wrong method. It is told as "not
// known at this address", which also holds if somebody else's server says it.
func (a answer) finding(in instance) (monitor.Finding, string) {
	if errors.Is(a.err, context.Canceled) {
		return monitor.Finding{}, a.fault()
	}
	switch a.status {
	case 0:
		if a.unasked() {
			return monitor.Finding{Answer: monitor.Unasked}, exhausted
		}
		return nothing(a.fault())
	case http.StatusOK:
		return a.state(in)
	case http.StatusBadRequest:
		if refusal := a.refusal(); refusal != "" {
			return refused(refusal, a.line(in))
		}
		// "instance is starting or not authorized" is no state: it names two, belongs to methods that need a link, and
		// what it would set off (a closed gate, a reboot) must not hang on a likeness of words.
		return nothing(a.line(in))
	case http.StatusUnauthorized:
		return refused(monitor.WrongToken, a.line(in))
	case http.StatusForbidden:
		return refused(monitor.WrongAddress, a.line(in))
	case http.StatusNotFound:
		return refused(monitor.NotFound, a.line(in))
	case http.StatusTooManyRequests:
		return monitor.Finding{Answer: monitor.Throttled}, a.line(in)
	default:
		return nothing(fmt.Sprintf("HTTP %d", a.status))
	}
}

// state reads the body of a 200.
func (a answer) state(in instance) (monitor.Finding, string) {
	var said struct {
		State uniqueWord `json:"stateInstance"`
	}
	body := bytes.TrimSpace(a.body)
	switch {
	case a.err != nil:
		return nothing(a.fault())
	case string(body) == "null":
		return monitor.Finding{Answer: monitor.Answered, State: monitor.Null}, ""
	}
	if err := json.Unmarshal(body, &said); err == nil && said.State.valid() {
		if word := in.word(said.State.text); word != "" {
			return monitor.Finding{Answer: monitor.Answered, State: monitor.State(word)}, ""
		}
	}
	return a.without("state", in)
}

// without is what a 200 says that does not hold what was asked for.
func (a answer) without(what string, in instance) (monitor.Finding, string) {
	body := bytes.TrimSpace(a.body)
	if !json.Valid(body) {
		return nothing(shape(body))
	}
	detail := "no " + what + " in the answer"
	if words := in.words(body); words != "" {
		detail += ": " + words
	}
	if refusal := a.refusal(); refusal != "" && body[0] == '{' {
		return refused(refusal, detail)
	}
	return nothing(detail)
}

// refusal finds the two refusals that are told in words alone.
func (a answer) refusal() monitor.Refusal {
	switch body := bytes.ToLower(a.body); {
	case bytes.Contains(body, []byte("account is expired")):
		return monitor.Expired
	case bytes.Contains(body, []byte("instance is deleted")):
		return monitor.Deleted
	default:
		return ""
	}
}

func nothing(detail string) (monitor.Finding, string) {
	return monitor.Finding{Answer: monitor.NoAnswer}, detail
}

func refused(r monitor.Refusal, detail string) (monitor.Finding, string) {
	return monitor.Finding{Answer: monitor.Refused, Refusal: r}, detail
}

// uniqueWord is a member of an object that must be a string, and the same one however often it stands there.
type uniqueWord struct {
	text   string
	seen   bool
	broken bool
}

// UnmarshalJSON is called once for every time that the member occurs.
func (w *uniqueWord) UnmarshalJSON(value []byte) error {
	var text string
	if json.Unmarshal(value, &text) != nil || w.seen && text != w.text {
		w.broken = true
	}
	w.text, w.seen = text, true
	return nil
}

func (w *uniqueWord) valid() bool { return w.seen && !w.broken }
