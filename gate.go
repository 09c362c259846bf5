package main

import (
	"context"

	"greenwatch/monitor"
	"greenwatch/watcher"
	"greenwatch/web"
)

// gates are the watcher's, as the page shows them.
type gates struct{ watcher *watcher.Watcher }

// Gate gives the gate as it is now; false: the instance is not watched.
func (g gates) Gate(id monitor.InstanceID) (web.Gate, bool) {
	gate, version, watched := g.watcher.Gate(id)
	return shownGate(gate, version), watched
}

// Wait returns as soon as the gate's version is another than seen, or ctx ends, with the gate as it is then.
func (g gates) Wait(ctx context.Context, id monitor.InstanceID, seen uint64) (web.Gate, bool) {
	gate, version, watched := g.watcher.WaitGate(ctx, id, seen)
	return shownGate(gate, version), watched
}

func shownGate(g monitor.Gate, version uint64) web.Gate {
	shown := web.Gate{
		Open: g.Open, Sure: g.Sure, Delayed: g.Delayed, Probation: g.Probation, State: string(g.State), Since: g.Since,
		Reason: g.Reason, FirstLoss: g.FirstLoss, Version: version,
	}
	if g.QueuedKnown {
		shown.Queued = &g.Queued
	}
	return shown
}
