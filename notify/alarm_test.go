package notify_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/monitor"
	"greenwatch/notify"
)

// crier is a chat that remembers what it was told of our trouble.
type crier struct {
	mu      sync.Mutex
	fresh   []string // per ringing answer, how many numbers
	cards   int
	edits   int
	over    int
	last    monitor.Trouble
	repeats int

	end  monitor.SettlementEnd // of the next message; empty: told
	gone bool                  // the message was deleted
}

func (c *crier) TurnToTell(context.Context, monitor.Address) error { return nil }

func (c *crier) TurnToShow(context.Context, monitor.Address) error { return nil }

func (c *crier) Cry(_ context.Context, to monitor.Address, t monitor.Trouble, card int) monitor.Settlement {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.Repeat {
		c.repeats++
	}
	switch end := c.end; {
	case end != "":
		c.end = ""
		return monitor.Settlement{End: end, MaybeSent: true, Reason: "on purpose"}
	case t.Over():
		c.over++
	case card != 0:
		c.fresh = append(c.fresh, fmt.Sprint(len(t.Fresh)))
	default:
		c.cards++
		c.last = t
	}
	return monitor.Settlement{To: to, End: monitor.SettledTold, MessageID: 10 + c.cards}
}

func (c *crier) ShowTrouble(_ context.Context, _ monitor.Address, t monitor.Trouble, _ int) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	gone := c.gone
	c.gone = false
	if !gone {
		c.edits++
		c.last = t
	}
	return gone, nil
}

// alarmed is an alarm over something that fails as wanted.
type alarmed struct {
	*crier
	mu      sync.Mutex
	failure error
	unsaved []monitor.Unsaved
	tries   int
}

func (a *alarmed) try(context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tries++
	return a.failure
}

func (a *alarmed) set(failure error, unsaved ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failure, a.unsaved = failure, nil
	for _, id := range unsaved {
		a.unsaved = append(a.unsaved, monitor.Unsaved{
			Instance: monitor.InstanceID(id),
			Belief:   monitor.Belief{Finding: monitor.Finding{Answer: monitor.Answered, State: monitor.Blocked}},
		})
	}
}

func (a *alarmed) remembered() []monitor.Unsaved {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.unsaved
}

func withAlarm(t *testing.T, story func(t *testing.T, a *alarmed, alarm *notify.Alarm)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := &alarmed{crier: &crier{}}
		alarm, err := notify.NewAlarm(notify.AlarmOptions{
			Chats: []monitor.Address{{Chat: 1}}, Try: a.try, Fault: func(error) monitor.Fault { return monitor.FaultFull },
			Unsaved: a.remembered, Crier: a.crier, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- alarm.Run(ctx) }()
		story(t, a, alarm)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

var errFailing = errors.New("it fails")

func TestAlarmIsTimely(t *testing.T) {
	t.Parallel()
	withAlarm(t, func(t *testing.T, a *alarmed, alarm *notify.Alarm) {
		pass(time.Hour)
		if a.tries > 361 || alarm.Failing() != nil {
			t.Errorf("%d tries in an hour, failing: %v", a.tries, alarm.Failing())
		}
		a.set(errFailing)
		pass(26 * time.Second)
		if a.cards != 1 || !errors.Is(alarm.Failing(), errFailing) {
			t.Errorf("%d messages after 26 s, failing: %v", a.cards, alarm.Failing())
		}
		a.set(nil)
		pass(36 * time.Second)
		if !a.last.Over() || a.over != 1 || a.cards != 1 {
			t.Errorf("after the end: %+v, %d answers", a.last, a.over)
		}
		if lasted := a.last.Until.Sub(a.last.Since); lasted > 30*time.Second {
			t.Errorf("told to have lasted %s", lasted)
		}
	})
}

// A failure that somebody else meets counts though our own tries do not show it.
func TestAlarmHearsReports(t *testing.T) {
	t.Parallel()
	withAlarm(t, func(t *testing.T, a *alarmed, alarm *notify.Alarm) {
		pass(time.Minute)
		alarm.Failed(errFailing)
		pass(time.Minute)
		if a.cards != 0 {
			t.Error("a single failure is told")
		}
		for range 10 {
			alarm.Failed(errFailing)
			pass(4 * time.Second)
		}
		if a.cards != 1 {
			t.Errorf("%d messages", a.cards)
		}
	})
}

func TestAlarmRingsForEachOnce(t *testing.T) {
	t.Parallel()
	withAlarm(t, func(t *testing.T, a *alarmed, _ *notify.Alarm) {
		a.set(errFailing, "1")
		pass(time.Minute)
		ids := []string{"1"}
		for n := range 60 { // a new one every two seconds
			ids = append(ids, fmt.Sprint(100+n))
			a.set(errFailing, ids...)
			pass(2 * time.Second)
		}
		pass(5 * time.Minute)
		rung := 0
		for _, n := range a.fresh {
			var count int
			if _, err := fmt.Sscan(n, &count); err != nil {
				t.Fatal(err)
			}
			rung += count
		}
		if rung != 60 || len(a.fresh) > 4 {
			t.Errorf("rang for %d in %d answers, want 60 in at most 4", rung, len(a.fresh))
		}
		if a.edits > 6 || len(a.last.Unsaved) != 61 {
			t.Errorf("%d edits, the last with %d", a.edits, len(a.last.Unsaved))
		}
	})
}

func TestAlarmInAChatThatIsTrouble(t *testing.T) {
	t.Parallel()
	withAlarm(t, func(t *testing.T, a *alarmed, _ *notify.Alarm) {
		a.end = monitor.SettledAgain
		a.set(errFailing, "1")
		pass(time.Minute)
		if a.cards != 1 || a.repeats != 1 {
			t.Errorf("%d messages, %d marked as repeats, after an answer was lost", a.cards, a.repeats)
		}
		a.gone = true
		a.set(errFailing, "1", "2")
		pass(2 * time.Minute)
		if a.cards != 2 || len(a.last.Unsaved) != 2 {
			t.Errorf("%d messages after the first was deleted", a.cards)
		}
		a.set(nil)
		pass(2 * time.Minute)
		if a.over != 1 {
			t.Errorf("told %d times that it is over", a.over)
		}
	})
	withAlarm(t, func(t *testing.T, a *alarmed, _ *notify.Alarm) {
		a.end = monitor.SettledRefused
		a.set(errFailing, "1")
		pass(50 * time.Second)
		a.crier.mu.Lock()
		if a.cards+a.edits+a.over != 0 {
			t.Error("a chat that refuses is told on")
		}
		a.crier.mu.Unlock()
		pass(time.Minute)
		if a.cards != 1 {
			t.Errorf("%d messages after the refusal was over", a.cards)
		}
	})
}
