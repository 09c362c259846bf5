package botapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// apiError is a refusal in Telegram's words.
type apiError struct {
	code       int
	text       string
	retryAfter int   // seconds
	migratedTo int64 // the supergroup that a group has become
}

// Error implements error.
func (e *apiError) Error() string { return e.text }

func bad(format string, a ...any) error {
	return &apiError{code: http.StatusBadRequest, text: "Bad Request: " + fmt.Sprintf(format, a...)}
}

func forbidden(format string, a ...any) error {
	return &apiError{code: http.StatusForbidden, text: "Forbidden: " + fmt.Sprintf(format, a...)}
}

func conflict(text string) error {
	return &apiError{code: http.StatusConflict, text: "Conflict: " + text}
}

func tooMany(seconds int) *apiError {
	return &apiError{
		code: http.StatusTooManyRequests, retryAfter: seconds,
		text: fmt.Sprintf("Too Many Requests: retry after %d", seconds),
	}
}

// answer is what goes back; the zero answer is none at all.
type answer struct {
	status     int
	result     json.RawMessage // of a call that went well
	text       string          // why not
	retryAfter int
	body       []byte
	hangUp     bool // the client has gone
}

// errGone says that the client left before there was an answer.
var errGone = errors.New("botapi: the client has gone")

func answered(result any, err error) answer {
	if err != nil {
		return failed(err)
	}
	raw, err := json.Marshal(result)
	if err != nil {
		return failed(err)
	}
	body, err := json.Marshal(struct {
		OK     bool            `json:"ok"`
		Result json.RawMessage `json:"result"`
	}{true, raw})
	if err != nil {
		return failed(err)
	}
	return answer{status: http.StatusOK, result: raw, body: body}
}

type errorParameters struct {
	MigrateToChatID int64 `json:"migrate_to_chat_id,omitempty"`
	RetryAfter      int   `json:"retry_after,omitempty"`
}

func failed(err error) answer {
	if errors.Is(err, errGone) {
		return answer{hangUp: true}
	}
	var e *apiError
	if !errors.As(err, &e) {
		e = &apiError{code: http.StatusInternalServerError, text: "Internal Server Error: " + err.Error()}
	}
	out := struct {
		OK          bool             `json:"ok"`
		ErrorCode   int              `json:"error_code"`
		Description string           `json:"description"`
		Parameters  *errorParameters `json:"parameters,omitempty"`
	}{ErrorCode: e.code, Description: e.text}
	if e.retryAfter != 0 || e.migratedTo != 0 {
		out.Parameters = &errorParameters{e.migratedTo, e.retryAfter}
	}
	body, _ := json.Marshal(out) // strings and numbers: cannot fail
	return answer{status: e.code, text: e.text, retryAfter: e.retryAfter, body: body}
}

func (a answer) header(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	if a.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(a.retryAfter))
	}
	w.WriteHeader(a.status)
}

func (a answer) write(w http.ResponseWriter) {
	if a.hangUp {
		panic(http.ErrAbortHandler)
	}
	a.header(w)
	_, _ = w.Write(a.body)
}
