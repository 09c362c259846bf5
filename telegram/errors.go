package telegram

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"
)

// Error is a refusal by the Bot API, in its own words.
// See https://core.telegram.org/bots/api#making-requests.
type Error struct {
	Method      string
	Code        int           // the Bot API's error_code
	Description string        // cleaned: it is stored and shown
	RetryAfter  time.Duration // how long to leave the chat alone, at most 5 minutes; 0 if not said
	MigrateTo   int64         // the chat's new id, where the group became a supergroup; else 0
}

// Error gives the method, the code and Telegram's description.
func (e *Error) Error() string {
	return fmt.Sprintf("telegram: %s: %d %s", e.Method, e.Code, e.Description)
}

// HTTPError is an answer that did not come from the Bot API: a gateway's page, a redirect, a captive portal.
type HTTPError struct {
	Method      string
	Status      int
	ContentType string // the media type alone: parameters may quote anything
}

// Error gives the method, the HTTP status and the content type.
func (e *HTTPError) Error() string {
	return fmt.Sprintf("telegram: %s: HTTP status %d with %q is not an answer of the Bot API", e.Method, e.Status, e.ContentType)
}

// lostError is a call that ended without an answer that could be read.
type lostError struct {
	method string
	sent   bool   // the request may have reached Telegram
	text   string // without the token
	cause  error  // the innermost cause, for errors.Is; nil where it could not be shown
}

func (e *lostError) Error() string {
	return fmt.Sprintf("telegram: %s: no answer: %s", e.method, e.text)
}
func (e *lostError) Unwrap() error { return e.cause }

// lost makes of err an error in whose chain the token is nowhere: *url.Error and whatever else stands between the call
// and the innermost cause is left out, because each link would print the request's address.
func (c *Client) lost(method string, err error, sent bool) error {
	var address *url.Error
	if errors.As(err, &address) {
		err = address.Err
	}
	e := &lostError{method: method, sent: sent, text: c.redact(err.Error())}
	cause := err
	for next := errors.Unwrap(cause); next != nil; next = errors.Unwrap(cause) {
		cause = next
	}
	if shown := fmt.Sprintf("%v %+v %#v", cause, cause, cause); c.known.Masked(shown) == shown {
		e.cause = cause
	}
	return e
}

// MaybeSent reports whether the call that failed with err may have been carried out all the same. Sending the message
// again may then show it twice; not sending it again may lose it.
func MaybeSent(err error) bool {
	if refusal, ok := errors.AsType[*Error](err); ok {
		return refusal.Code >= 500 || refusal.Code < 400
	}
	if foreign, ok := errors.AsType[*HTTPError](err); ok {
		return foreign.Status < 400 || foreign.Status >= 500
	}
	lost, ok := errors.AsType[*lostError](err)
	return ok && lost.sent
}

// neverConnected recognises an error of a connection that was not made.
func neverConnected(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	if _, ok := errors.AsType[*unreachable](err); ok {
		return true
	}
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

// longestPause is obeyed at most, whatever Telegram asks for: a pause that was meant is asked for again, and one that was
// not must not silence a chat for days.
const longestPause = 5 * time.Minute

// pause is how long a retry_after of so many seconds is obeyed.
func pause(seconds int) time.Duration {
	return time.Duration(min(max(seconds, 0), int(longestPause/time.Second))) * time.Second
}

// retryAfter is how long Telegram asks to wait, or 0.
func retryAfter(err error) time.Duration {
	if refusal, ok := errors.AsType[*Error](err); ok {
		return refusal.RetryAfter
	}
	return 0
}
