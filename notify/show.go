package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"greenwatch/monitor"
)

// showNext brings one stale card of the chat up to date, or the file of one; false: nothing was stale. What the card
// shows is read when its turn has come, so that many changes are one edit.
func (r *Relay) showNext(ctx context.Context, to monitor.Address) (bool, error) {
	unlisted, err := r.Lists.Unlisted(ctx, to)
	if err != nil {
		return false, err
	}
	if len(unlisted) > 0 && r.listIsDue(to) {
		return true, r.list(ctx, unlisted[0])
	}
	stale, err := r.stale(ctx, to)
	if err != nil {
		return false, err
	}
	if len(stale) == 0 {
		if len(unlisted) > 0 {
			rest(ctx, lookEvery)
		}
		return len(unlisted) > 0, nil
	}
	return r.showStale(ctx, to)
}

// stale are the cards to edit now.
func (r *Relay) stale(ctx context.Context, to monitor.Address) ([]monitor.Card, error) {
	stale, err := r.Cards.Stale(ctx, to)
	r.paced(to, func(p *pace, now time.Time) { stale = p.showable(stale, now) })
	return stale, err
}

func (r *Relay) showStale(ctx context.Context, to monitor.Address) (bool, error) {
	if err := r.Shower.TurnToShow(ctx, to); err != nil {
		return false, fmt.Errorf("notify: waiting for the turn to edit: %w", err)
	}
	stale, err := r.stale(ctx, to)
	if err != nil || len(stale) == 0 {
		return false, err
	}
	var next monitor.Card
	r.paced(to, func(p *pace, now time.Time) {
		next = p.nextToShow(stale)
		p.wasShown(next, now)
	})
	if err := r.show(ctx, next); err != nil {
		return false, err
	}
	if len(next.Entries) > 1 {
		rest(ctx, editEvery)
	}
	return true, nil
}

// show edits the card, which is a try to tell its notes. One that nobody can write is forgotten: it would hold up the others.
func (r *Relay) show(ctx context.Context, c monitor.Card) error {
	if len(c.Notes) > 0 {
		if err := r.Joins.Showing(ctx, c); err != nil {
			return fmt.Errorf("notify: beginning to show: %w", err)
		}
	}
	var s monitor.Settlement
	if r.panics(ctx, func() { s = r.Shower.Show(ctx, c) }) {
		s.End = monitor.SettledFailed
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if s.End == monitor.SettledTold {
		return r.shown(ctx, c)
	}
	var givenUp bool
	r.paced(c.To, func(p *pace, now time.Time) {
		p.stopGrowing(c.MessageID)
		givenUp = s.End == monitor.SettledRefused && p.refuse(c, now)
	})
	var err error
	if len(c.Notes) > 0 && !s.MaybeSent {
		err = r.Joins.Unshown(ctx, c)
	}
	if s.End == monitor.SettledFailed || givenUp {
		return errors.Join(err, r.forget(ctx, c))
	}
	if s.End == monitor.SettledRefused {
		r.Log.WarnContext(ctx, "edit refused, trying again ever more slowly",
			"chat", c.To.Chat, "topic", c.To.Topic, "message", c.MessageID, "reason", s.Reason)
		return err
	}
	return errors.Join(fmt.Errorf("notify: editing a card: %s", s.Reason), err)
}

func (r *Relay) shown(ctx context.Context, c monitor.Card) error {
	s := c.Told(time.Now())
	r.paced(c.To, func(p *pace, _ time.Time) { delete(p.refused, c.ID) })
	if err := r.Cards.Shown(ctx, c, s.At); err != nil {
		return err
	}
	r.paced(c.To, func(p *pace, _ time.Time) { delete(p.refused, c.ID) })
	if len(s.Notes) > 0 {
		r.Settled(s)
	}
	return nil
}

// forget drops a card whose message is gone. What was to be told by it is told otherwise.
func (r *Relay) forget(ctx context.Context, c monitor.Card) error {
	if err := r.Cards.Forget(ctx, c.ID); err != nil {
		return err
	}
	r.paced(c.To, func(p *pace, _ time.Time) { delete(p.refused, c.ID) })
	r.Nudge()
	return nil
}

func (r *Relay) listIsDue(to monitor.Address) bool {
	var wait time.Duration
	r.paced(to, func(p *pace, now time.Time) { wait = p.listIn(now) })
	return wait <= 0
}

// list names all of one card of very many in a file.
func (r *Relay) list(ctx context.Context, c monitor.Card) error {
	if err := r.Shower.TurnToShow(ctx, c.To); err != nil {
		return fmt.Errorf("notify: waiting for the turn to list: %w", err)
	}
	var message int
	var err error
	if r.panics(ctx, func() { message, err = r.Shower.List(ctx, c) }) {
		message = c.List // nobody can write it: as good as written
	}
	if err != nil {
		return fmt.Errorf("notify: listing a card: %w", err)
	}
	r.paced(c.To, func(p *pace, now time.Time) { p.listed, p.listDue = now, time.Time{} })
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	return r.Lists.Listed(ctx, c, message)
}
