package watcher_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/watcher"
)

// inbox is a queue in which there is nothing.
type inbox struct {
	mu       sync.Mutex
	polls    int
	obstacle watcher.Obstacle
	fails    error
	panics   bool
}

func (b *inbox) Obstacle(context.Context, monitor.InstanceID) (watcher.Obstacle, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.obstacle, nil
}

func (b *inbox) Receive(ctx context.Context, _ monitor.InstanceID) (watcher.Notice, bool, error) {
	b.mu.Lock()
	b.polls++
	err, panics := b.fails, b.panics
	b.mu.Unlock()
	if panics {
		panic("of a test")
	}
	if err == nil {
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Second):
		}
	}
	return watcher.Notice{}, false, err
}

func (b *inbox) Delete(context.Context, monitor.InstanceID, int) (bool, error) {
	return false, errors.New("nothing was received")
}

func (b *inbox) set(change func(b *inbox)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b)
}

// polled is how often the queue was asked within a time.
func (b *inbox) polled(w *tower, d time.Duration) int {
	var before, after int
	b.set(func(b *inbox) { before = b.polls })
	w.pass(d)
	b.set(func(b *inbox) { after = b.polls })
	return after - before
}

// The list begins and ends the reading, and so does the watch over the instance.
func TestReadingFollowsTheList(t *testing.T) {
	t.Parallel()
	inTower(t, 2, onePool, func(t *testing.T, w *tower) {
		b := &inbox{}
		w.inbox = b
		w.start()
		defer w.end()
		if n := b.polled(w, 5*time.Minute); n != 0 {
			t.Errorf("%d polls of a queue that is not ours", n)
		}
		i := w.instances[0]
		i.Exclusive = true
		w.watcher.Renew(i, i)
		if n := b.polled(w, 5*time.Minute); n < 14 || n > 16 {
			t.Errorf("%d polls in 5 minutes", n)
		}
		w.watcher.Renew(w.instances[0])
		if n := b.polled(w, 5*time.Minute); n != 0 {
			t.Errorf("%d polls after the list has changed", n)
		}
		w.watcher.Renew(i)
		w.pass(time.Minute)
		if err := w.watcher.Remove(t.Context(), i.ID); err != nil {
			t.Fatal(err)
		}
		if n := b.polled(w, 5*time.Minute); n != 0 {
			t.Errorf("%d polls of an instance that is watched no more", n)
		}
		w.watcher.Add(i)
		if n := b.polled(w, 5*time.Minute); n < 14 {
			t.Errorf("%d polls in 5 minutes", n)
		}
	})
}

func TestReadingSurvives(t *testing.T) {
	t.Parallel()
	inTower(t, 1, onePool, func(t *testing.T, w *tower) {
		b := &inbox{panics: true}
		w.inbox, w.instances[0].Exclusive = b, true
		w.start()
		defer w.end()
		if n := b.polled(w, 10*time.Minute); n < 9 || n > 11 {
			t.Errorf("%d polls that panicked in 10 minutes", n)
		}
		b.set(func(b *inbox) { b.panics, b.fails = false, errors.New("off") })
		if n := b.polled(w, 10*time.Minute); n < 10 || n > 14 {
			t.Errorf("%d polls that failed in 10 minutes", n)
		}
		b.set(func(b *inbox) { b.fails, b.obstacle = watcher.ErrElsewhere, watcher.Obstacle{URL: true} })
		w.pass(2 * time.Minute)
		if n := b.polled(w, time.Hour); n != 0 || !w.watcher.Obstacle(w.instances[0].ID).URL {
			t.Errorf("%d polls of a queue into which nothing goes", n)
		}
		b.set(func(b *inbox) { b.fails, b.obstacle = nil, watcher.Obstacle{} })
		w.pass(11 * time.Minute)
		if n := b.polled(w, 5*time.Minute); n < 14 || w.watcher.Obstacle(w.instances[0].ID).URL {
			t.Errorf("%d polls in 5 minutes", n)
		}
	})
}
