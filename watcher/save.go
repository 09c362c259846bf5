package watcher

import (
	"context"
	"slices"
	"time"

	"greenwatch/monitor"
)

// judge lets the watch see the reading; what it believes, and what is due, goes into the store. It reports whether there
// is something new to believe.
func (g *guard) judge(ctx context.Context, r monitor.Reading) (news bool) {
	was := g.watch.Believed()
	watch, next := g.watch.See(r, g.w.Policy)
	g.watch, g.askAt, news = watch, next.AskAt, next.Believe != nil
	g.outlook.hear(watch.Answered(), g.scene)
	if news {
		b := g.identify(ctx, was, g.date(ctx, was, *next.Believe))
		g.believe(b)
		g.gather(b)
	}
	if next.Refuted {
		g.w.Claimed(ClaimRefuted)
	}
	for range g.tally.reckon(time.Now()) {
		g.w.Claimed(ClaimMissed)
	}
	if len(g.unsaved) == 0 && (g.lookAt.IsZero() || time.Now().Before(g.lookAt)) {
		return news
	}
	if g.unseen && len(g.unsaved) > 0 && g.newcomers.take(g.id, g.unsaved) {
		g.held, g.unsaved = append(g.held, g.unsaved...), nil
		return news
	}
	if !g.awaitsOthers() {
		g.save(ctx, r)
	}
	return news
}

func (g *guard) believe(b monitor.Belief) {
	if len(g.unsaved) == maxUnsaved {
		g.unsaved = slices.Delete(g.unsaved, 1, 2) // how it began, and how it goes now, say more
	}
	g.unsaved = append(g.unsaved, b)
	g.mu.Lock()
	g.belief = b
	g.mu.Unlock()
	g.outlook.believe(b, g.scene())
	g.w.Believed(b)
	if g.tally.believe(b) {
		g.w.Claimed(ClaimFirst)
	}
}

// save is tried again at each reading until it succeeds: no belief is lost while the store is away. It is not broken
// off by our end.
func (g *guard) save(ctx context.Context, r monitor.Reading) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	g.w.outages.survey()
	beliefs, scene := g.unsaved, g.scene()
	c, fresh, err := g.commit(ctx, monitor.Change{Subject: g.id.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Follow(beliefs, r, scene)
	}})
	if err != nil {
		if !g.failing {
			g.log.ErrorContext(ctx, "case not kept, trying again", "error", err, "beliefs", len(beliefs))
		}
		g.notKept()
		return
	}
	g.saved()
	if fresh {
		g.follow(c)
	}
}

// commit makes a change of the guard's own, together with those of its batch; false: another member has made it.
func (g *guard) commit(ctx context.Context, own monitor.Change) (c monitor.Case, fresh bool, err error) {
	if g.batch != nil {
		return g.batch.keep(ctx, g, own)
	}
	cases, err := g.w.Cases.UpdateAll(ctx, []monitor.Change{own})
	if err != nil {
		return c, false, err
	}
	return cases[0], true, nil
}

// saved takes that the store has all that is believed.
func (g *guard) saved() {
	g.failing, g.unsaved, g.saveAt, g.batch = false, nil, time.Time{}, nil
	g.setUnkept(monitor.Belief{})
}

// notKept has the save tried again: by itself where beliefs wait, else with another look, as a deadline wants to know how
// the instance is then.
func (g *guard) notKept() {
	again := time.Now().Add(saveAgain)
	g.failing = true
	if len(g.unsaved) == 0 {
		g.lookAt = again
		return
	}
	g.saveAt, g.lookAt = again, time.Time{}
	last := g.unsaved[len(g.unsaved)-1]
	if last.Same(g.known) {
		last = monitor.Belief{}
	}
	g.setUnkept(last)
}

func (g *guard) setUnkept(b monitor.Belief) {
	g.mu.Lock()
	g.unkept = b
	g.mu.Unlock()
}
