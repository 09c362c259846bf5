package watcher

import "context"

// poolCalls is how many calls to one pool may run at once: one that hangs on every call holds up nobody else.
const poolCalls = 100

// bulkhead bounds the calls to one pool.
type bulkhead chan struct{}

// enter waits for a place; false: ctx ended first.
func (b bulkhead) enter(ctx context.Context) bool {
	select {
	case b <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (b bulkhead) leave() { <-b }
