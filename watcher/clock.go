package watcher

import (
	"context"
	"time"

	"github.com/robfig/cron/v3"
)

const (
	clockEvery = 10 * time.Second // how often the two clocks are compared
	clockSlack = 2 * time.Second  // what they may drift apart meanwhile
)

// tick sweeps at each tick of the schedule until ctx ends. Cron waits until the wall's clock shows the time: where that
// was set back it would wait for as long, so it begins anew. So it does where the machine slept.
func (w *Watcher) tick(ctx context.Context) {
	for ctx.Err() == nil {
		ticks := cron.New()
		ticks.Schedule(w.Schedule, cron.FuncJob(w.sweepNow))
		ticks.Start()
		jump := untilJump(ctx)
		<-ticks.Stop().Done()
		if jump != 0 {
			w.Log.WarnContext(ctx, "the clock was set, or the machine slept; checking all at once", "by", jump)
			w.sweepNow()
		}
	}
}

// sweepNow spreads a sweep over the time to the next one.
func (w *Watcher) sweepNow() {
	now := time.Now()
	w.sweep(min(w.Schedule.Next(now).Sub(now), slotSpan) * 9 / 10)
}

// untilJump waits until the wall's clock has jumped, and says by how much; 0: ctx ended.
func untilJump(ctx context.Context) time.Duration {
	every := time.NewTicker(clockEvery)
	defer every.Stop()
	for before := time.Now(); ; {
		select {
		case <-ctx.Done():
			return 0
		case <-every.C:
		}
		now := time.Now()
		if jump := drift(before, now); jump.Abs() >= clockSlack {
			return jump
		}
		before = now
	}
}

// drift is by how much more than this machine's own clock the wall's has moved: it was set, or the machine slept, which
// stops its own. Both times must be of this process.
func drift(before, now time.Time) time.Duration {
	return now.Round(0).Sub(before.Round(0)) - now.Sub(before)
}
