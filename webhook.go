package main

import (
	"context"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/watcher"
	"greenwatch/web"
)

// webhook hands what GREEN-API tells by itself to the watcher.
func (a *app) webhook(cfg config) web.Webhook {
	return web.Webhook{
		Token: cfg.WebhookToken, Parse: parseNotification, Claims: claims{a.watcher},
		Counted: a.knocks.counted, Refused: a.knocks.refused, Log: a.log,
	}
}

func parseNotification(body []byte) (web.Notification, error) {
	n, err := greenapi.ParseNotification(body)
	if err != nil || n.Type != greenapi.StateChanged {
		return web.Notification{}, err
	}
	return web.Notification{StateChanged: true, Instance: n.Instance, State: n.State, At: n.At}, nil
}

// claims are settled by the watcher.
type claims struct{ watcher *watcher.Watcher }

var claimOutcomes = map[watcher.ClaimOutcome]web.Outcome{
	watcher.ClaimCommitted: web.OutcomeCommitted,
	watcher.ClaimNoNews:    web.OutcomeNoNews,
	watcher.ClaimUnknown:   web.OutcomeUnknown,
}

// Claim returns once the watcher has settled the claim.
func (c claims) Claim(ctx context.Context, claim web.Claim) (web.Outcome, error) {
	outcome, err := c.watcher.Claim(ctx, monitor.Claim(claim))
	return claimOutcomes[outcome], err
}
