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
	awayAfter = 5 * time.Minute // a look that we missed by more is told
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
	if reading.Answer != "" && reading.Answer != monitor.Unasked {
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
	w.roster.mu.RLock() // nobody is dismissed meanwhile
	defer w.roster.mu.RUnlock()
	now := time.Now()
	w.mu.Lock()
	w.rounds = [2]time.Time{w.rounds[1], now}
	w.mu.Unlock()
	r := &round{ended: w.endSweep, waiting: len(w.roster.guards), sweep: monitor.Sweep{Started: now}}
	for id, g := range w.roster.guards {
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
	w.Ended(s)
	select {
	case w.sweeps <- s:
	default: // an earlier one still waits for the store
	}
}

// keepSweeps writes a row for every sweep that ended, and tells after the first one if we had been away.
func (w *Watcher) keepSweeps(ctx context.Context) {
	var first, previous monitor.Sweep
	for told := false; ; {
		select {
		case <-ctx.Done():
			return
		case s := <-w.sweeps:
			if err := w.Sweeps.EndSweep(ctx, s); err != nil && ctx.Err() == nil {
				w.Log.ErrorContext(ctx, "sweep not kept", "error", err)
			}
			if first.Ended.IsZero() {
				first = s
			} else if drift(previous.Ended, s.Started) >= awayAfter { // the machine slept
				w.before, first, told = previous, s, false
			}
			previous = s
			told = told || w.tellAbsence(ctx, first)
		}
	}
}

// tellAbsence tells if we began too long after the look that was due; false: that could not be kept.
func (w *Watcher) tellAbsence(ctx context.Context, first monitor.Sweep) bool {
	last := w.before.Ended.Round(0) // by the wall's clock
	if last.IsZero() || first.Started.Sub(w.Schedule.Next(last)) < awayAfter {
		return true
	}
	roll := monitor.Roll{Total: w.count(), From: last, Until: first.Ended}
	scene := w.scene()
	_, err := w.Cases.UpdateAll(ctx, []monitor.Change{{Subject: monitor.Self, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Return(roll, scene)
	}}})
	if err != nil && ctx.Err() == nil {
		w.Log.ErrorContext(ctx, "absence not told, trying again", "error", err)
	}
	return err == nil
}
