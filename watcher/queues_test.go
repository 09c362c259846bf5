package watcher_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
	"greenwatch/watcher"
)

// counter sees every question about a queue.
type counter struct {
	watcher.Queues

	mu     sync.Mutex
	counts []time.Time
	heads  []time.Time
}

func (c *counter) Messages(ctx context.Context, id monitor.InstanceID) (int, error) {
	c.mu.Lock()
	c.counts = append(c.counts, time.Now())
	c.mu.Unlock()
	return c.Queues.Messages(ctx, id)
}

func (c *counter) Head(ctx context.Context, id monitor.InstanceID) (string, int, error) {
	c.mu.Lock()
	c.heads = append(c.heads, time.Now())
	c.mu.Unlock()
	return c.Queues.Head(ctx, id)
}

// asked are the questions since it was last called: how often for counts, and how often for heads.
func (c *counter) asked() (counts []time.Time, heads int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts, heads = c.counts, len(c.heads)
	c.counts, c.heads = nil, nil
	return counts, heads
}

// inQueue is inTower with queues that are looked at, and counted.
func inQueue(t *testing.T, n int, story func(t *testing.T, w *tower, c *counter)) {
	t.Helper()
	inTower(t, n, onePool, func(t *testing.T, w *tower) {
		c := &counter{Queues: w.api.client}
		w.queues = c
		story(t, w, c)
	})
}

func (w *tower) wait(n, messages int) {
	w.t.Helper()
	if err := w.green.Enqueue(string(w.instances[n].ID), messages, 0); err != nil {
		w.t.Fatal(err)
	}
}

// minutes are the whole minutes from a time to each of the others.
func minutes(from time.Time, all []time.Time) []int {
	var out []int
	for _, at := range all {
		out = append(out, int(at.Sub(from)/time.Minute))
	}
	return out
}

// A number that sends is looked at after each tick of the schedule, and looks that bring nothing new reach no store.
func TestALookThatBringsNothingNewIsNotKept(t *testing.T) {
	t.Parallel()
	inQueue(t, 1, func(t *testing.T, w *tower, c *counter) {
		w.start()
		defer w.end()
		w.until(8 * time.Minute)
		if counts, heads := c.asked(); len(counts) != 1 || counts[0].Sub(w.began) > time.Minute || heads != 0 {
			t.Errorf("at first asked at %v, for %d heads", counts, heads)
		}
		w.store.count()
		w.until(3*time.Hour + 8*time.Minute)
		counts, heads := c.asked()
		if len(counts) != 18 || heads != 0 {
			t.Errorf("%d looks in three hours, %d of them for the head", len(counts), heads)
		}
		if reads, writes, _ := w.store.count(); reads != 0 || writes != 0 {
			t.Errorf("looks that brought nothing new made %d reads and %d writes", reads, writes)
		}
		if g, _, _ := w.watcher.Gate(w.instances[0].ID); !g.QueuedKnown || g.Queued != 0 {
			t.Errorf("the gate is %+v", g)
		}
		for i := 1; i < len(counts); i++ {
			if gap := counts[i].Sub(counts[i-1]); gap < 9*time.Minute || gap > 11*time.Minute {
				t.Errorf("%s between two looks", gap)
			}
		}
	})
}

// Once it is out the first look comes at once, and the next ones every minute; so when it is back, until all has left.
func TestAQueueIsLookedAtAtOnceAndThenEveryMinute(t *testing.T) {
	t.Parallel()
	inQueue(t, 2, func(t *testing.T, w *tower, c *counter) {
		w.start()
		defer w.end()
		w.until(5 * time.Minute)
		w.set(0, instanceapi.NotAuthorized)
		w.wait(0, 143)
		c.asked()
		w.until(7 * time.Minute)
		counts, _ := c.asked()
		believed := w.kase(0).Belief.At
		if len(counts) == 0 || counts[0].Sub(believed) > 2*time.Second {
			t.Fatalf("believed at %s, and asked at %v", believed, counts)
		}
		if q := w.kase(0).Incident.Queue; q.Count != 143 || q.FirstLoss.Sub(counts[0]).Round(time.Second) != 24*time.Hour {
			t.Errorf("the card says %+v", q)
		}
		w.until(17 * time.Minute)
		counts, heads := c.asked()
		if n := len(counts); n < 10 || n > 11 || heads != 0 {
			t.Errorf("%d looks in ten minutes, %d for heads; at minutes %v", n, heads, minutes(w.began, counts))
		}
		w.store.count()
		w.until(27 * time.Minute)
		if _, writes, _ := w.store.count(); writes > 3 {
			t.Errorf("%d writes in ten minutes in which nothing changed", writes)
		}
		w.set(0, instanceapi.Authorized)
		c.asked()
		w.until(30 * time.Minute)
		counts, _ = c.asked()
		if believed = w.kase(0).Belief.At; !slices.ContainsFunc(counts, func(at time.Time) bool {
			return !at.Before(believed) && at.Sub(believed) < 2*time.Second
		}) {
			t.Errorf("believed to be back at %s, and asked at %v", believed, counts)
		}
		if q := w.kase(0).Incident.Queue; q.Waited != 143 || q.Left == 0 {
			t.Errorf("it works again, and the card says %+v", q)
		}
		w.until(40 * time.Minute)
		if q := w.kase(0); q.Incident.Queue.Left != 143 || q.Queued() {
			t.Errorf("all has left, and the case is %+v, its card %+v", q.Queue, q.Incident.Queue)
		}
		w.until(41 * time.Minute)
		c.asked()
		w.until(51 * time.Minute)
		if counts, _ := c.asked(); len(counts) != 2 {
			t.Errorf("nothing depends on it any more, and both were asked %d times in ten minutes", len(counts))
		}
	})
}

// What does not move is told once, and that it moves again.
func TestAQueueThatDoesNotMove(t *testing.T) {
	t.Parallel()
	inQueue(t, 1, func(t *testing.T, w *tower, c *counter) {
		w.start()
		defer w.end()
		w.until(8 * time.Minute)
		if err := w.green.HoldQueue(string(w.instances[0].ID), true); err != nil {
			t.Fatal(err)
		}
		w.wait(0, 7)
		w.until(19 * time.Minute)
		w.wantTold(monitor.Arrived)
		w.until(25 * time.Minute)
		w.wantTold(monitor.Arrived, monitor.NotSending)
		w.until(2 * time.Hour)
		_, heads := c.asked()
		if heads < 80 {
			t.Errorf("asked %d times for the head", heads)
		}
		w.wantTold(monitor.Arrived, monitor.NotSending)
		if err := w.green.HoldQueue(string(w.instances[0].ID), false); err != nil {
			t.Fatal(err)
		}
		w.until(2*time.Hour + 5*time.Minute)
		w.wantTold(monitor.Arrived, monitor.NotSending, monitor.SendsAgain)
		w.until(5 * time.Hour)
		w.wantTold(monitor.Arrived, monitor.NotSending, monitor.SendsAgain)
	})
}

// One that cannot be seen, or of which the store does not know all, is not asked.
func TestNoQueueIsAskedInVain(t *testing.T) {
	t.Parallel()
	inQueue(t, 1, func(t *testing.T, w *tower, c *counter) {
		var away atomic.Bool
		w.store.failWhile(away.Load)
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		scope := instanceapi.InstanceScope(string(w.instances[0].ID))
		w.breaks(scope, instanceapi.Fault{Kind: instanceapi.Unauthorized})
		w.until(5 * time.Minute)
		c.asked()
		w.until(time.Hour)
		if counts, _ := c.asked(); len(counts) != 0 {
			t.Errorf("refused, and asked at %v", counts)
		}
		w.green.Mend(scope)
		w.until(70 * time.Minute)
		away.Store(true)
		w.set(0, instanceapi.Blocked)
		w.wait(0, 5)
		w.until(73 * time.Minute)
		c.asked()
		w.until(80 * time.Minute)
		if counts, _ := c.asked(); len(counts) != 0 {
			t.Errorf("the store is away, and asked at %v", counts)
		}
		away.Store(false)
		w.until(81 * time.Minute)
		if q := w.kase(0).Incident.Queue; q.Count != 5 {
			t.Errorf("the store is back, and the card says %+v", q)
		}
	})
}

// A store that fails at a look gets the next one; a method that fails says nothing.
func TestALookIsTriedAgain(t *testing.T) {
	t.Parallel()
	inQueue(t, 1, func(t *testing.T, w *tower, _ *counter) {
		var away atomic.Bool
		w.store.failWhile(away.Load)
		scope := instanceapi.InstanceScope(string(w.instances[0].ID))
		w.breaks(scope, instanceapi.Fault{Kind: instanceapi.NotFound, Methods: []string{"getMessagesCount", "showMessagesQueue"}})
		w.start()
		defer w.end()
		w.until(2 * time.Minute)
		w.set(0, instanceapi.Blocked)
		w.wait(0, 9)
		w.until(6 * time.Minute)
		told := w.wantTold(monitor.Arrived, monitor.Opened)
		if q := w.kase(0).Incident.Queue; !q.At.IsZero() {
			t.Errorf("nothing could be counted, and the card says %+v", q)
		}
		look, err := w.watcher.Queue(t.Context(), w.instances[0].ID)
		if err != nil || look.Known || look.Finding.Answer != monitor.Refused || look.Detail == "" {
			t.Errorf("a person sees %+v, %v", look, err)
		}
		away.Store(true)
		w.green.Mend(scope)
		w.until(10 * time.Minute)
		if n := w.log.count("queue not kept"); n != 1 {
			t.Errorf("logged %d times that it is not kept", n)
		}
		away.Store(false)
		w.until(12 * time.Minute)
		if q := w.kase(0).Incident.Queue; q.Count != 9 {
			t.Errorf("the card says %+v", q)
		}
		if n := len(w.told()); n != len(told) {
			t.Errorf("%d alerts more", n-len(told))
		}
	})
}

// A person's look is judged like any other, and keeps to the rate.
func TestAQueueIsLookedAtForAPerson(t *testing.T) {
	t.Parallel()
	inQueue(t, 2, func(t *testing.T, w *tower, c *counter) {
		w.start()
		w.until(8 * time.Minute)
		if err := w.green.HoldQueue(string(w.instances[1].ID), true); err != nil {
			t.Fatal(err)
		}
		w.wait(1, 5)
		w.until(9 * time.Minute)
		c.asked()
		for range 3 {
			look, err := w.watcher.Queue(t.Context(), w.instances[1].ID)
			if err != nil || !look.Known || look.Count != 5 || look.Head == "" {
				t.Fatalf("%+v, %v", look, err)
			}
		}
		counts, heads := c.asked()
		if len(counts) != 3 || heads != 3 || counts[2].Sub(counts[0]) < 2*time.Second {
			t.Errorf("asked at %v", counts)
		}
		if q := w.kase(1).Queue; q.Count != 5 || q.HeadLooks == 0 {
			t.Errorf("kept is %+v", q)
		}
		if _, err := w.watcher.Queue(t.Context(), "7105999999"); !errors.Is(err, watcher.ErrUnknown) {
			t.Errorf("an unknown one: %v", err)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if _, err := w.watcher.Queue(gone, w.instances[0].ID); err == nil {
			t.Error("who has gone gets an answer")
		}
		if err := w.watcher.Remove(t.Context(), w.instances[1].ID); err != nil {
			t.Fatal(err)
		}
		w.pass(5 * time.Second)
		c.asked()
		w.until(40 * time.Minute)
		counts, _ = c.asked()
		if len(counts) != 3 {
			t.Errorf("one is left, and looked at %d times", len(counts))
		}
		w.end()
		if slices.ContainsFunc(w.told(), func(a monitor.Alert) bool { return a.Kind == monitor.NotSending }) {
			t.Error("told that it does not send")
		}
		w.queues = nil
		w.start()
		defer w.end()
		if _, err := w.watcher.Queue(t.Context(), w.instances[0].ID); !errors.Is(err, watcher.ErrNoQueues) {
			t.Errorf("off: %v", err)
		}
	})
}
