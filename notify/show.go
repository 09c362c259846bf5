package notify

import (
	"context"
	"fmt"

	"greenwatch/monitor"
)

// showNext brings one stale card of the chat up to date; false: none was stale. What the card shows is read when its
// turn has come, so that many changes are one edit.
func (r *Relay) showNext(ctx context.Context, to monitor.Address) (bool, error) {
	stale, err := r.Cards.Stale(ctx, to)
	if err != nil || len(stale) == 0 {
		return false, err
	}
	if err := r.Shower.TurnToShow(ctx, to); err != nil {
		return false, fmt.Errorf("notify: waiting for the turn to edit: %w", err)
	}
	if stale, err = r.Cards.Stale(ctx, to); err != nil || len(stale) == 0 {
		return false, err
	}
	return true, r.show(ctx, stale[0])
}

func (r *Relay) show(ctx context.Context, c monitor.Card) error {
	gone, err := r.Shower.Show(ctx, c)
	if err != nil {
		return fmt.Errorf("notify: editing a card: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if gone {
		return r.Cards.Forget(ctx, c.ID)
	}
	return r.Cards.Shown(ctx, c)
}
