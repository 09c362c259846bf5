package main

import (
	"context"
	"errors"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/watcher"
)

// inbox is GREEN-API's queues of notifications, as the watcher reads them.
type inbox struct{ green *greenapi.Client }

// Obstacle is what in an instance's settings keeps its queue from being read.
func (b inbox) Obstacle(ctx context.Context, id monitor.InstanceID) (watcher.Obstacle, error) {
	s, err := b.green.Settings(ctx, id)
	if err != nil {
		return watcher.Obstacle{}, err
	}
	return obstacle(s), nil
}

func obstacle(s greenapi.Settings) watcher.Obstacle {
	return watcher.Obstacle{URL: s.WebhookURL != "", Off: !s.StateWebhook, Others: s.Others}
}

// Receive gives the first notification and leaves it in the queue.
func (b inbox) Receive(ctx context.Context, id monitor.InstanceID) (watcher.Notice, bool, error) {
	got, some, err := b.green.Receive(ctx, id)
	if errors.Is(err, greenapi.ErrWebhookSet) {
		err = watcher.ErrElsewhere
	}
	notice := watcher.Notice{Receipt: got.Receipt}
	if n := got.Notification; some && n.Type == greenapi.StateChanged && n.Instance == id {
		notice.Claim = &monitor.Claim{Instance: id, State: n.State, At: n.At, Heard: time.Now()}
	}
	return notice, some, err
}

// Delete takes a notification out of the queue.
func (b inbox) Delete(ctx context.Context, id monitor.InstanceID, receipt int) (bool, error) {
	return b.green.Delete(ctx, id, receipt)
}
