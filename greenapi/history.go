package greenapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"greenwatch/monitor"
)

// PastState is a state that an instance had, and when it began, to the second.
type PastState struct {
	At    time.Time
	State monitor.State // the vendor records authorized, notAuthorized and blocked alone
}

const maxHistory = 500 // fits into an answer of 64 KiB

// History asks for up to count of the latest states of an instance, oldest first; more than 500 are not asked for:
// https://green-api.com/en/docs/api/account/GetStateInstanceHistory/. Entries that cannot be read are left out. The
// error is a [*Fault]; with [ErrNotOffered] where the method is not there (404, 403) or has nothing to tell.
func (c *Client) History(ctx context.Context, id monitor.InstanceID, count int) ([]PastState, error) {
	count = min(max(count, 1), maxHistory)
	r, err := c.ask(ctx, id, question{method: "getStateInstanceHistory", query: "count=" + strconv.Itoa(count)})
	if f, ok := errors.AsType[*Fault](err); ok {
		if r.status == http.StatusNotFound || r.status == http.StatusForbidden {
			f.cause = ErrNotOffered
		}
		return nil, f
	}
	var said []struct {
		State string `json:"stateInstance"`
		At    digits `json:"timestamp"`
	}
	var wrongType *json.UnmarshalTypeError
	err = json.Unmarshal(r.body, &said)
	if err != nil && (said == nil || !errors.As(err, &wrongType)) || len(said) == 0 {
		f := r.lacks("history")
		if len(r.body) == 0 || err == nil {
			f.cause = ErrNotOffered
		}
		return nil, f
	}
	past := make([]PastState, 0, len(said))
	for _, e := range slices.Backward(said) {
		word := r.in.word(e.State)
		if at, ok := e.At.moment(); ok && word != "" {
			past = append(past, PastState{At: at, State: monitor.State(word)})
		}
	}
	if len(past) == 0 {
		return nil, r.lacks("history")
	}
	slices.SortStableFunc(past, func(a, b PastState) int { return a.At.Compare(b.At) })
	return past, nil
}
