package main

import (
	"context"
	"sync"
	"time"

	"greenwatch/monitor"
	"greenwatch/web"
)

// knocks hears of every request to the webhook, and has people told of those that are refused again and again.
type knocks struct {
	a      *app
	enough chan monitor.Knocks

	mu sync.Mutex
	monitor.Knocks
}

func newKnocks(a *app) *knocks { return &knocks{a: a, enough: make(chan monitor.Knocks, 1)} }

func (k *knocks) counted(r web.Reason) {
	k.a.metrics.webhook.add(string(r), 1)
	if r == web.Unauthorized {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.Knocks = k.LetIn(time.Now())
}

// refused waits for nobody; what is not taken up is seen again at the next one.
func (k *knocks) refused(bare bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.Knocks = k.Another(bare, time.Now())
	if !k.Enough() {
		return
	}
	select {
	case k.enough <- k.Knocks:
	default:
	}
	k.Count = 0
}

func (k *knocks) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case all := <-k.enough:
			scene := monitor.Scene{Now: time.Now()}
			_, err := k.a.store.UpdateAll(ctx, []monitor.Change{{Subject: monitor.Self, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
				return c.Knock(all, scene)
			}}})
			if err != nil && ctx.Err() == nil {
				k.a.log.ErrorContext(ctx, "refused notifications not told", "error", err)
			}
		}
	}
}
