package watcher

import (
	"context"
	"time"

	"greenwatch/monitor"
)

// History tells which states an instance had.
type History interface {
	// Began gives when the state that an instance has now began, if that was after a time; zero: it is not known.
	Began(ctx context.Context, id monitor.InstanceID, state monitor.State, after time.Time) (time.Time, error)
}

const (
	gap          = 5 * time.Minute // nobody looked for so long
	historyWaits = 5 * time.Second // no belief is held up for longer
)

// date asks when exactly a change came about that nobody saw, as we were away, or blind. Where that is not known people
// are told between which looks it was.
func (g *guard) date(ctx context.Context, was, b monitor.Belief) monitor.Belief {
	if was.Verdict() == monitor.Blind && b.Verdict() != monitor.Good {
		b.After = was.After
	}
	if g.w.History == nil || b.Answer != monitor.Answered || b.After.IsZero() || b.Since.Sub(b.After) < gap {
		return b
	}
	ctx, cancel := context.WithTimeout(ctx, historyWaits)
	defer cancel()
	began, err := g.w.History.Began(ctx, g.id, b.State, b.After)
	if err != nil {
		g.log.InfoContext(ctx, "history not read", "error", err)
	}
	if began.After(b.After) && began.Before(b.Since) {
		b.Since, b.After = began, began
	}
	return b
}
