package notify

import (
	"context"
	"fmt"
	"time"

	"greenwatch/monitor"
)

// showNext brings one stale card of the chat up to date, or the file of one; false: nothing was stale. What the card
// shows is read when its turn has come, so that many changes are one edit.
func (r *Relay) showNext(ctx context.Context, to monitor.Address) (bool, error) {
	stale, err := r.Cards.Stale(ctx, to)
	if err != nil {
		return false, err
	}
	if len(stale) == 0 {
		return r.listNext(ctx, to)
	}
	if err := r.Shower.TurnToShow(ctx, to); err != nil {
		return false, fmt.Errorf("notify: waiting for the turn to edit: %w", err)
	}
	if stale, err = r.Cards.Stale(ctx, to); err != nil || len(stale) == 0 {
		return false, err
	}
	if err := r.show(ctx, stale[0]); err != nil {
		return false, err
	}
	if len(stale[0].Entries) > 1 {
		rest(ctx, editEvery)
	}
	return true, nil
}

// show edits the card. One that nobody can write is forgotten: it would hold up the others.
func (r *Relay) show(ctx context.Context, c monitor.Card) error {
	var gone bool
	var err error
	if r.panics(ctx, func() { gone, err = r.Shower.Show(ctx, c) }) {
		gone = true
	}
	if err != nil {
		return fmt.Errorf("notify: editing a card: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if gone {
		r.paced(c.To, func(p *pace, _ time.Time) {
			if p.growing == c.MessageID {
				p.growing = 0
			}
		})
		return r.Cards.Forget(ctx, c.ID)
	}
	return r.Cards.Shown(ctx, c)
}

// listNext names all of one card of very many in a file, once the card has stopped growing.
func (r *Relay) listNext(ctx context.Context, to monitor.Address) (bool, error) {
	unlisted, err := r.Lists.Unlisted(ctx, to)
	if err != nil || len(unlisted) == 0 {
		return false, err
	}
	var wait time.Duration
	r.paced(to, func(p *pace, now time.Time) { wait = listAfter - now.Sub(p.grown) })
	if wait > 0 {
		rest(ctx, min(wait, time.Second))
		return true, nil // what grew meanwhile is shown first
	}
	if err := r.Shower.TurnToShow(ctx, to); err != nil {
		return false, fmt.Errorf("notify: waiting for the turn to list: %w", err)
	}
	return r.list(ctx, unlisted[0])
}

func (r *Relay) list(ctx context.Context, c monitor.Card) (bool, error) {
	var message int
	var err error
	if r.panics(ctx, func() { message, err = r.Shower.List(ctx, c) }) {
		message = c.List // nobody can write it: as good as written
	}
	if err != nil {
		return false, fmt.Errorf("notify: listing a card: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	return true, r.Lists.Listed(ctx, c, message)
}
