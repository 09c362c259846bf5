package watcher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"greenwatch/monitor"
)

// ClaimOutcome is what came of a claim.
type ClaimOutcome string

// The outcomes of claims.
const (
	ClaimCommitted ClaimOutcome = "committed" // something new is believed, and in the store
	ClaimNoNews    ClaimOutcome = "no news"   // nothing new is believed, and what is, is in the store
	ClaimUnknown   ClaimOutcome = "unknown"   // the instance is not watched
)

// ClaimEnd is what a claim was worth, or that one was missed. One that is heard again, or is too old to say anything, has
// none.
type ClaimEnd string

// The ends of claims.
const (
	ClaimFirst   ClaimEnd = "first"   // a change is believed sooner because of it
	ClaimLate    ClaimEnd = "late"    // the change it tells of was believed before it came
	ClaimRefuted ClaimEnd = "refuted" // the API's answer says something else
	ClaimMissed  ClaimEnd = "missed"  // none came within 5 minutes of a change, though the instance had told of others
)

var errNotKept = errors.New("watcher: what is believed is not in the store yet")

// hearing is somebody who waits for what comes of a claim.
type hearing struct {
	ctx     context.Context
	claim   monitor.Claim
	settled chan settlement
}

type settlement struct {
	outcome ClaimOutcome
	err     error
}

// Claim hears a claim. One that would change what is believed has the API asked, within the rate that it allows, and
// returns once an answer of its own is judged; an error says that none came before ctx or the watch ended, or that the
// store did not take what is believed.
func (w *Watcher) Claim(ctx context.Context, c monitor.Claim) (ClaimOutcome, error) {
	g := w.guard(c.Instance)
	if g == nil {
		return ClaimUnknown, nil
	}
	h := hearing{ctx: ctx, claim: c, settled: make(chan settlement, 1)}
	select {
	case g.claims <- h:
	case <-g.ended:
		return "", errBrokenOff
	case <-ctx.Done():
		return "", fmt.Errorf("watcher: claiming: %w", ctx.Err())
	}
	select {
	case s := <-h.settled:
		return s.outcome, s.err
	case <-g.ended:
		return "", errBrokenOff
	case <-ctx.Done():
		return "", fmt.Errorf("watcher: claiming: %w", ctx.Err())
	}
}

// hear lets the watch hear a claim. It waits for an answer unless it says what is believed, or is older than the last
// word for that.
func (g *guard) hear(h hearing) {
	c := h.claim
	watch, next := g.watch.Claim(c, g.w.Policy)
	g.watch = watch
	if !next.AskAt.IsZero() && (g.askAt.IsZero() || next.AskAt.Before(g.askAt)) {
		g.askAt = next.AskAt
	}
	if g.tally.hear(c, next.Late) {
		g.w.Claimed(ClaimLate)
	}
	said, at := monitor.Finding{Answer: monitor.Answered, State: c.State}, c.At
	if at.IsZero() || at.After(c.Heard) {
		at = c.Heard
	}
	if watch.Believed().Same(said) || at.Add(time.Second).Before(watch.Agreed()) {
		h.settled <- g.settlement(false)
		return
	}
	g.heard = slices.DeleteFunc(g.heard, func(h hearing) bool { return h.ctx.Err() != nil })
	g.heard = append(g.heard, h)
}

// settle tells those who wait what an answer that was asked for after their claim has brought.
func (g *guard) settle(r monitor.Reading, news bool) {
	if len(g.heard) == 0 || r.Answer != monitor.Answered && r.Answer != monitor.Refused {
		return
	}
	s := g.settlement(news)
	g.heard = slices.DeleteFunc(g.heard, func(h hearing) bool {
		if r.At.Before(h.claim.Heard) {
			return false
		}
		h.settled <- s
		return true
	})
}

func (g *guard) settlement(news bool) settlement {
	switch {
	case len(g.unsaved) > 0 || len(g.held) > 0:
		return settlement{err: errNotKept}
	case news:
		return settlement{outcome: ClaimCommitted}
	default:
		return settlement{outcome: ClaimNoNews}
	}
}
