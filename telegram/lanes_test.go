package telegram

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// diary notes who got a turn and when.
type diary struct {
	mu    sync.Mutex
	began time.Time
	names []string
	times []time.Duration
}

func newDiary() *diary { return &diary{began: time.Now()} }

func (d *diary) note(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.names = append(d.names, name)
	d.times = append(d.times, time.Since(d.began))
}

// take asks for a turn in the background.
func (d *diary) take(ctx context.Context, c *Client, chat int64, p Priority, name string) {
	go func() {
		if c.Turn(ctx, chat, p) == nil {
			d.note(name)
		}
	}()
	synctest.Wait() // so that arrival is in the order of the calls
}

func (d *diary) want(t *testing.T, names ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.names, names) {
		t.Errorf("turns went %v at %v, want %v", d.names, d.times, names)
	}
}

func TestTurnsGoByPriorityThenArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newFake(t, nil)
		d := newDiary()
		for range chatBurst {
			d.take(t.Context(), c, 1, ForEdit, "burst")
		}
		d.want(t, "burst", "burst", "burst")
		for _, waiting := range []struct {
			priority Priority
			name     string
		}{
			{ForStranger, "stranger"},
			{ForEdit, "edit 1"},
			{ForEdit, "edit 2"},
			{ForAnswer, "answer"},
			{ForMark, "mark"},
			{ForOperator, "operator"},
			{ForNote, "note 1"},
			{ForNote, "note 2"},
		} {
			d.take(t.Context(), c, 1, waiting.priority, waiting.name)
		}
		time.Sleep(time.Minute)
		d.want(t, "burst", "burst", "burst", "note 1", "note 2", "operator", "mark", "answer", "edit 1", "edit 2", "stranger")
		for i, at := range d.times[chatBurst:] {
			if want := time.Duration(i+1) * time.Second; (at - want).Abs() > time.Millisecond {
				t.Errorf("turn %d came after %v, want %v", i, at, want)
			}
		}
	})
}

// However much is asked for in a group, what is more urgent has some of its minute left, and goes at the next turn.
func TestPeopleWhoAskMuchLeaveRoom(t *testing.T) {
	t.Parallel()
	for _, flood := range []Priority{ForOperator, ForMark, ForAnswer, ForEdit, ForStranger} {
		synctest.Test(t, func(t *testing.T) {
			c, _ := newFake(t, nil)
			d := newDiary()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			for range 60 {
				d.take(ctx, c, -1, flood, "flood")
			}
			time.Sleep(40 * time.Second)
			for _, urgent := range []Priority{ForNote, ForOperator} {
				if urgent >= flood {
					continue
				}
				began := time.Now()
				if err := c.Turn(ctx, -1, urgent); err != nil || time.Since(began) > time.Second {
					t.Errorf("%d in a flood of %d waited %s: %v", urgent, flood, time.Since(began), err)
				}
			}
		})
	}
}

// An edit that is refused holds back edits; a message goes out in spite of it, and holds all back if it is refused too.
func TestAPauseIsForWhatWasRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		flood := refuse(429, "Too Many Requests: retry after 222", `{"retry_after":222}`)
		c, _ := newFake(t, replies(flood, ok(sent), flood))
		if err := c.Edit(t.Context(), Edit{Chat: -1, MessageID: 1, HTML: "x"}); ClassOf(err) != RetryAfter {
			t.Fatal(err)
		}
		began := time.Now()
		d := newDiary()
		d.take(t.Context(), c, -1, ForEdit, "edit")
		d.take(t.Context(), c, -1, ForMark, "mark")
		for range 2 {
			if err := c.Turn(t.Context(), -1, ForAnswer); err != nil || time.Since(began) > time.Second {
				t.Errorf("an answer waited %s: %v", time.Since(began), err)
			}
			_, _ = c.Send(t.Context(), Message{To: Address{Chat: -1}, HTML: "x"})
		}
		_ = c.Turn(t.Context(), -1, ForNote)
		if waited := time.Since(began); waited < 222*time.Second || waited > 230*time.Second {
			t.Errorf("a note went %s after a message was refused", waited)
		}
		time.Sleep(10 * time.Second)
		d.mu.Lock()
		defer d.mu.Unlock()
		if len(d.times) != 2 || d.times[0] < 222*time.Second {
			t.Errorf("edits went %v", d.times)
		}
	})
}

func TestChatsDoNotDelayEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newFake(t, nil)
		d := newDiary()
		c.lanes.pause(-1, time.Hour, false)
		for range 50 {
			d.take(t.Context(), c, -1, ForOperator, "paused")
			d.take(t.Context(), c, 2, ForOperator, "busy")
		}
		d.take(t.Context(), c, 3, ForEdit, "quiet")
		time.Sleep(time.Second / 2)
		d.want(t, "busy", "busy", "busy", "quiet")
	})
}

func TestAllChatsTogetherGoByPriority(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newFake(t, nil)
		d := newDiary()
		for chat := range int64(100) {
			d.take(t.Context(), c, chat+1, ForEdit, "edit")
		}
		d.take(t.Context(), c, 999, ForOperator, "press")
		time.Sleep(990 * time.Millisecond)
		d.mu.Lock()
		defer d.mu.Unlock()
		if n := len(d.times); n < 20 || n > 25 {
			t.Errorf("%d turns in the first second", n)
		}
		if place := slices.Index(d.names, "press"); place != 5 { // right after those that were granted before it came
			t.Errorf("the press went at place %d", place)
		}
	})
}

func TestTooManyRequestsPausesTheChat(t *testing.T) {
	t.Parallel()
	for held, document := range map[Priority]*Document{ForNote: nil, ForEdit: {Name: "x", Bytes: []byte("y")}} { // a file holds back no more than an edit
		synctest.Test(t, func(t *testing.T) {
			c, _ := newFake(t, replies(refuse(429, "Too Many Requests: retry after 40", `{"retry_after":40}`), ok(sent)))
			_, err := c.Send(t.Context(), Message{To: Address{Chat: -1}, HTML: "x", Document: document})
			if ClassOf(err) != RetryAfter {
				t.Fatal(err)
			}
			began := time.Now()
			if err := c.Turn(t.Context(), -2, ForNote); err != nil || time.Since(began) != 0 {
				t.Errorf("another chat waited %v: %v", time.Since(began), err)
			}
			err = c.Turn(t.Context(), -1, held)
			if waited := time.Since(began); err != nil || waited < 40*time.Second || waited > 45*time.Second {
				t.Errorf("the chat waited %v: %v", waited, err)
			}
		})
	}
}

func TestAShorterPauseDoesNotEndALongerOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newFake(t, nil)
		began := time.Now()
		c.lanes.pause(1, time.Minute, false)
		c.lanes.pause(1, time.Second, false)
		_ = c.Turn(t.Context(), 1, ForOperator)
		if waited := time.Since(began); waited < time.Minute {
			t.Errorf("waited %v", waited)
		}
	})
}

func TestWhoGivesUpLeavesTheLane(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newFake(t, nil)
		d := newDiary()
		for range chatBurst {
			d.take(t.Context(), c, 1, ForNote, "burst")
		}
		impatient, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		err := make(chan error, 1)
		go func() { err <- c.Turn(impatient, 1, ForOperator) }()
		synctest.Wait()
		d.take(t.Context(), c, 1, ForEdit, "edit")
		time.Sleep(1100 * time.Millisecond)
		if got := <-err; !errors.Is(got, context.DeadlineExceeded) {
			t.Errorf("who gave up got %v", got)
		}
		d.want(t, "burst", "burst", "burst", "edit") // at the turn that the first one left
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.Turn(ended, 2, ForOperator); !errors.Is(err, context.Canceled) || len(c.lanes.chats) != 1 {
			t.Errorf("a turn asked for too late: %v", err)
		}
	})
}

func TestIdleLanesAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newFake(t, nil)
		for chat := range int64(200) {
			_ = c.Turn(t.Context(), chat+1, ForAnswer)
		}
		time.Sleep(laneIdle + time.Second)
		_ = c.Turn(t.Context(), -1, ForAnswer)
		if n := len(c.lanes.chats); n != 1 {
			t.Errorf("%d lanes are kept", n)
		}
	})
}

// Whatever the load, no chat gets more than Telegram's limits, all chats together no more than 25 a second, and nobody
// is forgotten.
func TestLanesKeepToTheLimits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		chats := rapid.SampledFrom([]int{1, 3, 40}).Draw(rt, "chats")
		turns := rapid.IntRange(1, 150).Draw(rt, "turns")
		synctest.Test(t, func(*testing.T) {
			checkLimits(rt, rand.New(rand.NewPCG(seed, 1)), chats, turns)
		})
	})
}

func checkLimits(t *rapid.T, random *rand.Rand, chats, turns int) {
	lanes := newLanes()
	c := &Client{lanes: lanes}
	var mu sync.Mutex
	var all []time.Time
	byChat := map[int64][]time.Time{}
	var done sync.WaitGroup
	for range turns {
		chat := int64(1 + random.IntN(chats))
		if random.IntN(2) == 0 {
			chat = -chat
		}
		priority := Priority(random.IntN(int(ForStranger) + 1))
		done.Go(func() {
			if err := c.Turn(context.Background(), chat, priority); err != nil {
				t.Errorf("Turn: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, time.Now())
			byChat[chat] = append(byChat[chat], time.Now())
		})
		if random.IntN(3) == 0 {
			time.Sleep(time.Duration(random.IntN(4000)) * time.Millisecond)
		}
	}
	done.Wait()
	atMost(t, all, 25, time.Second)
	for chat, times := range byChat {
		atMost(t, times, 3, time.Second-time.Millisecond)
		atMost(t, times, 13, 10*time.Second)
		if chat < 0 {
			atMost(t, times, 18, time.Minute)
		}
	}
	if len(all) != turns {
		t.Errorf("%d of %d turns were granted", len(all), turns)
	}
}

// atMost checks that no span shorter than window holds more than n of times.
func atMost(t *rapid.T, times []time.Time, n int, window time.Duration) {
	for i := n; i < len(times); i++ {
		if span := times[i].Sub(times[i-n]); span < window {
			t.Errorf("%d turns within %v, allowed are %d within %v", n+1, span, n, window)
		}
	}
}
