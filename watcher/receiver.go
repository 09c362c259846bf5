package watcher

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"greenwatch/monitor"
)

// Inbox is GREEN-API's queue of an instance's notifications. It has one reader: whoever deletes takes away from others.
type Inbox interface {
	// Obstacle is what in its settings keeps an instance's queue from being read.
	Obstacle(ctx context.Context, id monitor.InstanceID) (Obstacle, error)
	// Receive gives the first notification and leaves it in the queue; false: none came for some time. [ErrElsewhere]:
	// notifications do not go into the queue.
	Receive(ctx context.Context, id monitor.InstanceID) (Notice, bool, error)
	// Delete takes a notification out of the queue; false: it was not there any more.
	Delete(ctx context.Context, id monitor.InstanceID, receipt int) (bool, error)
}

// Notice is a notification that is still in the queue.
type Notice struct {
	Receipt int
	Claim   *monitor.Claim // nil: of another kind, or of another instance
}

// Obstacle is what keeps a queue of notifications from being read; the zero one is none.
type Obstacle struct {
	URL    bool     // they are sent to a webhookUrl
	Off    bool     // changes of state are not told of
	Others []string // other kinds are on, which somebody may wait for
}

func (o Obstacle) is() bool { return o.URL || o.Off || len(o.Others) > 0 }

// ErrElsewhere is returned for a queue into which nothing goes.
var ErrElsewhere = errors.New("watcher: notifications are sent to a webhookUrl")

const (
	inspectEvery  = time.Hour        // the settings, while the queue is read
	refusedAgain  = 10 * time.Minute // while it is not
	inspectGap    = 10 * time.Second // what was looked at so lately is known
	leastPoll     = 5 * time.Second  // an empty answer that comes sooner is waited for
	firstPause    = 5 * time.Second  // after a failure
	longestPause  = time.Minute
	claimPatience = time.Minute
)

var errDeletedAlready = errors.New("watcher: the notification was deleted by somebody else")

// receiver reads the notifications of one instance: each is settled like one of the webhook, and deleted after that.
type receiver struct {
	w    *Watcher
	id   monitor.InstanceID
	log  *slog.Logger
	stop context.CancelFunc
	over context.Context

	inspected time.Time // when the settings were looked at last, and nothing was in the way; zero: they must be
	failures  int       // in a row

	mu       sync.Mutex
	obstacle Obstacle
}

// receive begins or ends reading the notifications of an instance, as the list says. It is called with the roster held.
func (w *Watcher) receive(i monitor.Instance) {
	r := w.roster.receivers[i.ID]
	switch {
	case i.Exclusive && r == nil && w.Inbox != nil:
		if w.roster.receivers == nil {
			w.roster.receivers = make(map[monitor.InstanceID]*receiver)
		}
		r = &receiver{w: w, id: i.ID, log: w.Log.With("instance", i.ID)}
		r.over, r.stop = context.WithCancel(context.Background())
		w.roster.receivers[i.ID] = r
		w.launch(r.run)
	case !i.Exclusive && r != nil:
		r.stop()
		delete(w.roster.receivers, i.ID)
	}
}

// reads reports whether we are the one who reads an instance's notifications.
func (w *Watcher) reads(id monitor.InstanceID) bool {
	w.roster.mu.RLock()
	defer w.roster.mu.RUnlock()
	return w.roster.receivers[id] != nil
}

// Obstacle is what keeps an instance's notifications from being read; the zero one where nothing does, or they are not
// to be.
func (w *Watcher) Obstacle(id monitor.InstanceID) Obstacle {
	w.roster.mu.RLock()
	r := w.roster.receivers[id]
	w.roster.mu.RUnlock()
	if r == nil {
		return Obstacle{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.obstacle
}

// run reads until ctx ends or it is stopped.
func (r *receiver) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.over, cancel)()
	wait := time.Duration(place(r.id) * float64(startSpan))
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-time.After(wait):
			wait = r.turn(ctx)
		}
	}
}

// turn looks at the settings where that is due, or deals with one notification. It says how long to wait before the next.
func (r *receiver) turn(ctx context.Context) (wait time.Duration) {
	defer func() {
		if p := recover(); p != nil {
			r.log.ErrorContext(ctx, "reading notifications panicked", "panic", p, "stack", string(debug.Stack()))
			wait = longestPause
		}
	}()
	var err error
	if r.inspected.IsZero() || time.Since(r.inspected) >= inspectEvery {
		wait, err = r.inspect(ctx)
	} else {
		wait, err = r.read(ctx)
	}
	if err == nil {
		r.failures = 0
		return wait
	}
	if r.failures++; r.failures == 1 && ctx.Err() == nil {
		r.log.WarnContext(ctx, "notifications not read, trying again", "error", err)
	}
	return min(firstPause<<min(r.failures-1, 10), longestPause)
}

// inspect looks whether the queue may be read.
func (r *receiver) inspect(ctx context.Context) (time.Duration, error) {
	o, err := r.w.Inbox.Obstacle(ctx, r.id)
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	was := r.obstacle
	r.obstacle = o
	r.mu.Unlock()
	if !o.is() {
		r.inspected = time.Now()
		if was.is() {
			r.log.InfoContext(ctx, "notifications are read again")
		}
		return 0, nil
	}
	r.inspected = time.Time{}
	if !was.is() {
		r.log.WarnContext(ctx, "notifications are not read: set no webhookUrl, and nothing on but stateWebhook",
			"webhook_url", o.URL, "state_webhook_off", o.Off, "also_on", o.Others)
	}
	return refusedAgain, nil
}

// read settles the first notification of the queue, and deletes it once what follows from it is in the store. One of
// another kind tells that others may be on by now, and is deleted only where they are not.
func (r *receiver) read(ctx context.Context) (time.Duration, error) {
	asked := time.Now()
	n, some, err := r.w.Inbox.Receive(ctx, r.id)
	switch {
	case errors.Is(err, ErrElsewhere):
		r.inspected = time.Time{}
		return 0, err
	case err != nil:
		return 0, err
	case !some:
		return max(0, leastPoll-time.Since(asked)), nil
	case n.Claim == nil && time.Since(r.inspected) > inspectGap:
		r.inspected = time.Time{}
		return 0, nil
	case n.Claim != nil:
		if err := r.settle(ctx, *n.Claim); err != nil {
			return 0, err
		}
	}
	gone, err := r.w.Inbox.Delete(ctx, r.id, n.Receipt)
	if err == nil && !gone {
		err = errDeletedAlready
	}
	return 0, err
}

func (r *receiver) settle(ctx context.Context, c monitor.Claim) error {
	ctx, cancel := context.WithTimeout(ctx, claimPatience)
	defer cancel()
	_, err := r.w.Claim(ctx, c)
	return err
}
