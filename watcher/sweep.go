package watcher

import (
	"context"
	"hash/crc32"
	"sync"
	"time"

	"greenwatch/monitor"
)

const (
	startSpan = 5 * time.Second // the first sweep asks everybody within this
	slotSpan  = time.Minute     // a later one within nine tenths of this, or of the time to the next tick
	awayAfter = 5 * time.Minute // a longer absence of ours is told
)

// round is one sweep under way.
type round struct {
	ended func(monitor.Sweep)

	mu      sync.Mutex
	waiting int
	sweep   monitor.Sweep
}

// served takes the reading that a slot brought; a slot that was given up has none.
func (r *round) served(reading monitor.Reading) {
	r.mu.Lock()
	r.waiting--
	if reading.Answer != "" {
		r.sweep.Asked++
	}
	if reading.Answer == monitor.Answered {
		r.sweep.Answered++
	}
	last := r.waiting == 0
	r.mu.Unlock()
	if last {
		r.sweep.Ended = time.Now()
		r.ended(r.sweep)
	}
}

// sweep gives every instance its slot: hash(id) spreads them over the span, each at the same place every time.
func (w *Watcher) sweep(span time.Duration) {
	now := time.Now()
	r := &round{ended: w.endSweep, waiting: len(w.guards), sweep: monitor.Sweep{Started: now}}
	for id, g := range w.guards {
		at := now.Add(time.Duration(place(id) * float64(span)))
		g.order(func() { g.assign(slot{at: at, round: r}) })
	}
}

// place is where in a span an instance is asked: 0 to 1, even over the instances.
func place(id monitor.InstanceID) float64 {
	return float64(crc32.ChecksumIEEE([]byte(id))) / (1 << 32)
}

func (w *Watcher) endSweep(s monitor.Sweep) {
	w.mu.Lock()
	w.swept = s.Ended
	w.mu.Unlock()
	select {
	case w.sweeps <- s:
	default: // an earlier one still waits for the store
	}
}

// keepSweeps writes a row for every sweep that ended, and tells after the first one if we had been away.
func (w *Watcher) keepSweeps(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-w.sweeps:
			if err := w.Sweeps.EndSweep(ctx, s); err != nil && ctx.Err() == nil {
				w.Log.ErrorContext(ctx, "sweep not kept", "error", err)
			}
			w.tellAbsence(ctx, s)
		}
	}
}

func (w *Watcher) tellAbsence(ctx context.Context, s monitor.Sweep) {
	was := w.away.Ended
	w.away = s
	if was.IsZero() || s.Started.Sub(was) < awayAfter {
		return
	}
	roll := monitor.Roll{Total: len(w.guards), From: was, Until: s.Ended}
	scene := w.scene()
	_, err := w.Cases.UpdateAll(ctx, []monitor.Change{{Subject: monitor.Self, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Return(roll, scene)
	}}})
	if err != nil && ctx.Err() == nil {
		w.Log.ErrorContext(ctx, "absence not told", "error", err)
	}
}
