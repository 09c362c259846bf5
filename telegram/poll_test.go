package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const getMe = `{"id":987654321,"is_bot":true,"first_name":"Watch","username":"watch_bot"}`

// polled answers getMe, and getUpdates by script, after which long polls stay empty.
func polled(script ...reply) func(call) reply {
	var mu sync.Mutex
	return func(c call) reply {
		if c.method == "getMe" {
			return ok(getMe)
		}
		mu.Lock()
		defer mu.Unlock()
		if len(script) > 0 {
			next := script[0]
			script = script[1:]
			return next
		}
		return hold(c)
	}
}

// hold is Telegram without news: an empty answer after as long as was asked for.
func hold(c call) reply {
	seconds, _ := time.ParseDuration(c.form.Get("timeout") + "s")
	select {
	case <-time.After(seconds):
		return ok("[]")
	case <-c.ctx.Done():
		return reply{err: c.ctx.Err()}
	}
}

func text(id int, words string) string {
	return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"date":1700000000,"chat":{"id":5,"type":"private","first_name":"Ann"},`+
		`"from":{"id":5,"is_bot":false,"first_name":"Ann"},"text":%q}}`, id, id, words)
}

func batch(updates ...string) reply { return ok("[" + strings.Join(updates, ",") + "]") }

// poll runs Poll for d and gives the texts that were handled.
func poll(t *testing.T, c *Client, d time.Duration) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var texts []string
	if err := c.Poll(ctx, func(_ context.Context, u Update) { texts = append(texts, u.Message.Text) }); err != nil {
		t.Errorf("Poll: %v", err)
	}
	return texts
}

func offsets(f *fake) []string {
	var list []string
	for _, c := range f.of("getUpdates") {
		list = append(list, c.form.Get("offset"))
	}
	return list
}

func TestPollAsksAndConfirms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, f := newFake(t, polled(batch(text(10, "a"), text(11, "b")), batch(text(12, "c"))))
		if got := poll(t, c, 10*time.Minute); !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("handled %v", got)
		}
		if got := offsets(f)[:3]; !slices.Equal(got, []string{"", "12", "13"}) {
			t.Errorf("offsets were %q", got)
		}
		if n := len(f.of("getUpdates")); n < 13 || n > 16 { // ten minutes of 50 s each
			t.Errorf("%d polls", n)
		}
		form := f.of("getUpdates")[0].form
		if form.Get("timeout") != "50" || form.Get("allowed_updates") != allowedUpdates {
			t.Errorf("asked with %v", form)
		}
	})
}

func TestPollFollowsIdsThatBeginAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, f := newFake(t, polled(
			batch(text(900, "before"), text(901, "before 2")),
			batch(text(900, "after the week")), // even one of the same id
			batch(text(4, "lower")),
			batch(text(901, "before 2")), // a true repetition
		))
		if got := poll(t, c, time.Minute); !slices.Equal(got, []string{"before", "before 2", "after the week", "lower"}) {
			t.Errorf("handled %v", got)
		}
		if got := offsets(f)[:5]; !slices.Equal(got, []string{"", "902", "901", "5", "902"}) {
			t.Errorf("offsets were %q", got)
		}
	})
}

func TestPollConfirmsOnlyWhatIsHandled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, f := newFake(t, polled(batch(text(1, "a"), text(2, "b"), text(3, "c"))))
		ctx, cancel := context.WithCancel(t.Context())
		_ = c.Poll(ctx, func(_ context.Context, u Update) {
			if len(f.of("getUpdates")) != 1 {
				t.Error("confirmed before it was handled")
			}
			if u.ID == 2 {
				cancel()
			}
		})
		if got := offsets(f); !slices.Equal(got, []string{"", "2"}) {
			t.Errorf("offsets were %q: the update during which polling ended must come again", got)
		}
		if last := f.of("getUpdates")[1].form.Get("timeout"); last != "0" {
			t.Errorf("the last poll waits %s s", last)
		}
	})
}

func TestPollPassesOverWhatItCannotHandle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		c, f := newFakeWith(t, Options{Log: slog.New(slog.NewTextHandler(&log, nil))}, polled(
			batch(text(1, "a"), `{"update_id":2,"message":{"message_id":"poison"}}`, `"nothing"`, text(3, "boom"), text(4, "b")),
		))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var got []string
		_ = c.Poll(ctx, func(_ context.Context, u Update) {
			if u.Message.Text == "boom" {
				panic("with " + testToken)
			}
			got = append(got, u.Message.Text)
		})
		if !slices.Equal(got, []string{"a", "b"}) || c.Skipped() != 3 {
			t.Errorf("handled %v, skipped %d", got, c.Skipped())
		}
		if second := offsets(f)[1]; second != "5" {
			t.Errorf("the next offset was %s", second)
		}
		for _, part := range []string{"update_id=2", "update_id=3", "panicked"} {
			if !strings.Contains(log.String(), part) {
				t.Errorf("the log has no %s:\n%s", part, log.String())
			}
		}
		mustNotLeak(t, log.String())
	})
}

func TestPollDoesNotSpin(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]reply{
		"empty":      ok("[]"),
		"repetition": batch(text(1, "a")),
		"no id":      batch(`{"update_id":"x"}`),
	} {
		synctest.Test(t, func(t *testing.T) {
			c, f := newFake(t, func(c call) reply {
				if c.method == "getMe" {
					return ok(getMe)
				}
				return answer
			})
			poll(t, c, time.Minute)
			if n := len(f.of("getUpdates")); n > 63 {
				t.Errorf("%s: %d polls in a minute", name, n)
			}
		})
	}
}

func TestPollBacksOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lost := reply{err: errors.New("connection reset")}
		c, f := newFake(t, polled(
			lost, lost, lost, reply{status: 502, kind: "text/html"}, lost, lost, lost,
			refuse(429, "Too Many Requests: retry after 100", `{"retry_after":100}`),
			batch(text(1, "a")), lost,
		))
		if got := poll(t, c, 10*time.Minute); !slices.Equal(got, []string{"a"}) {
			t.Errorf("handled %v", got)
		}
		polls := f.of("getUpdates")
		var gaps []time.Duration
		for i := range 10 {
			gaps = append(gaps, polls[i+1].at.Sub(polls[i].at)/time.Second)
		}
		if want := []time.Duration{1, 2, 4, 8, 16, 30, 30, 100, 0, 1}; !slices.Equal(gaps, want) {
			t.Errorf("waited %d seconds, want %d", gaps, want)
		}
	})
}

func TestPollTellsOfTroubleOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		conflict := refuse(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", "")
		revoked := refuse(401, "Unauthorized", "")
		var told []Class
		o := Options{OnTrouble: func(err error) { told = append(told, ClassOf(err)) }}
		c, _ := newFakeWith(t, o, polled(conflict, conflict, conflict, batch(text(1, "a")), revoked, revoked, batch(text(2, "b"))))
		if got := poll(t, c, 10*time.Minute); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("handled %v", got)
		}
		if want := []Class{Conflict, None, BotDead, None}; !slices.Equal(told, want) {
			t.Errorf("told of %q, want %q", told, want)
		}
	})
}

func TestPollBeginsWhileTelegramIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		c, _ := newFake(t, func(c call) reply {
			switch {
			case time.Since(began) < time.Hour:
				return reply{hang: true}
			case c.method == "getMe":
				return ok(getMe)
			case c.form.Get("offset") == "":
				return batch(text(1, "a"))
			}
			return hold(c)
		})
		if got := poll(t, c, 2*time.Hour); !slices.Equal(got, []string{"a"}) {
			t.Errorf("handled %v", got)
		}
	})
}

func TestPollEndsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newFake(t, polled())
		began := time.Now()
		poll(t, c, 70*time.Second)
		if time.Since(began) != 70*time.Second {
			t.Errorf("ended after %v", time.Since(began))
		}
	})
}

func TestPollForgetsOldSightings(t *testing.T) {
	t.Parallel()
	p := &poller{seen: map[sighting]bool{}}
	for id := range int64(3 * rememberSize) {
		if !p.remember(sighting{id: id}) || p.remember(sighting{id: id}) {
			t.Fatalf("id %d is not remembered once", id)
		}
	}
	if len(p.seen) != rememberSize || len(p.order) != rememberSize {
		t.Errorf("%d and %d are remembered", len(p.seen), len(p.order))
	}
}
