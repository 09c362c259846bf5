package main

import (
	"context"
	"errors"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
)

// history asks GREEN-API when a state began, of instances whose product line records that.
type history struct{ green *greenapi.Client }

const historyCount = 100

// Began gives when the state that an instance has now began, if that was after a time; zero: it is not known.
func (h history) Began(ctx context.Context, id monitor.InstanceID, state monitor.State, after time.Time) (time.Time, error) {
	past, err := h.green.History(ctx, id, historyCount)
	if errors.Is(err, greenapi.ErrNotOffered) || err == nil && len(past) == 0 {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	now := past[len(past)-1]
	if now.State.Canonical() != state.Canonical() || !now.At.After(after) {
		return time.Time{}, nil
	}
	return now.At, nil
}
