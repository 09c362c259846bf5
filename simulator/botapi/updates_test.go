package botapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator/botapi"
)

func TestLongPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		start := time.Now()
		if out := b.updates(params{"timeout": 300}); len(out) != 0 {
			t.Errorf("got %v", out)
		}
		within(t, start, 50*time.Second) // and no longer, whatever was asked

		start = time.Now()
		time.AfterFunc(7*time.Second, func() { b.sim.Say(501, anna(), "hello") })
		if out := b.updates(params{"timeout": 50}); len(out) != 1 || out[0].Message.Text != "hello" {
			t.Errorf("got %v", out)
		}
		within(t, start, 7*time.Second)
	})
}

func TestLongPollEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := b.ask(ctx, "getUpdates", params{"timeout": 50}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		b.updates()
	})
}

func TestOlderPollDies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		start := time.Now()
		var polls sync.WaitGroup
		older := func(want time.Duration) {
			polls.Go(func() {
				b.refused("getUpdates", params{"timeout": 50}, 409, "Conflict: terminated by other getUpdates request")
				within(t, start, want)
			})
			synctest.Wait()
		}
		older(0)
		older(3 * time.Second) // the second conflict within three seconds is held back
		polls.Go(func() {
			if out := b.updates(params{"timeout": 50}); len(out) != 1 {
				t.Errorf("the youngest poll got %v", out)
			}
		})
		time.Sleep(10 * time.Second)
		b.sim.Say(501, anna(), "hello")
		polls.Wait()
	})
}

func TestOffsets(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, word := range strings.Fields("a b c d e") {
		b.sim.Say(501, anna(), word)
	}
	words := func(p params) string {
		var out []string
		for _, u := range b.updates(p) {
			out = append(out, u.Message.Text)
		}
		return strings.Join(out, "")
	}
	first := b.updates()[0].ID
	for _, tc := range []struct {
		name string
		p    params
		want string
	}{
		{"nothing is confirmed without an offset", params{}, "abcde"},
		{"limit", params{"limit": 2}, "ab"},
		{"an offset confirms what is below", params{"offset": first + 1}, "bcde"},
		{"for good", params{"offset": first}, "bcde"},
		{"far in the future is the head", params{"offset": first + 1000}, "bcde"},
		{"a negative one keeps the newest", params{"offset": -2}, "de"},
		{"for good too", params{}, "de"},
		{"all is confirmed", params{"offset": first + 5}, ""},
	} {
		if got := words(tc.p); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestResetUpdateIDs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sim.Say(501, anna(), "before")
	last := b.drain()[0].ID
	b.sim.ResetUpdateIDs(10)
	b.sim.Say(501, anna(), "after")
	out := b.updates(params{"offset": last + 1})
	if len(out) != 1 || out[0].ID != 10 || out[0].Message.Text != "after" {
		t.Fatalf("got %+v", out)
	}
	b.sim.ResetUpdateIDs(500)
	if out := b.updates(params{"offset": 11}); len(out) != 1 || out[0].ID != 500 {
		t.Errorf("got %+v", out)
	}
}

func TestAllowedUpdates(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	count := func(allowed string) int {
		b.drain()
		p := params{}
		if allowed != "" {
			p["allowed_updates"] = allowed
		}
		b.updates(p)
		b.sim.Say(501, anna(), "a message")
		b.sim.Block(anna())
		b.sim.Unblock(anna())
		b.sim.SetBot(group, botapi.Admin, anna())
		b.sim.SetMember(group, boris(), botapi.Muted)
		b.sim.SetMember(group, boris(), botapi.Member)
		b.sim.SetBot(group, botapi.Member, anna())
		return len(b.drain())
	}
	for _, tc := range []struct {
		allowed string
		want    int
	}{
		{"", 5},                                 // a message and four of my_chat_member
		{`["message"]`, 1},                      // explicit
		{"", 1},                                 // sticky
		{"null", 1},                             // null is ignored
		{`["chat_member","my_chat_member"]`, 6}, // chat_member only by name
		{`[]`, 5},                               // the default set
		{`["message"]`, 1},
	} {
		if got := count(tc.allowed); got != tc.want {
			t.Errorf("%s: got %d, want %d", tc.allowed, got, tc.want)
		}
	}
	// It is applied when an update is made, not when it is fetched.
	b.sim.Say(501, anna(), "kept")
	b.sim.Block(anna())
	if out := b.updates(params{"allowed_updates": `["my_chat_member"]`}); len(out) != 1 || out[0].Message == nil {
		t.Errorf("got %+v", out)
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		id := b.send(501, "card", params{"reply_markup": keyboard(params{"text": "Do", "callback_data": "do"})})
		b.sim.Say(501, anna(), "hello")
		if _, err := b.sim.Press(501, id, "Do", anna()); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			sleep time.Duration
			want  int
		}{{149 * time.Second, 2}, {time.Second, 1}, {24*time.Hour - 151*time.Second, 1}, {time.Second, 0}} {
			time.Sleep(step.sleep)
			if out := b.updates(); len(out) != step.want {
				t.Errorf("after %v: got %d, want %d", step.sleep, len(out), step.want)
			}
		}
	})
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sim.Say(501, anna(), "hello")
	b.sim.SetWebhook("https://elsewhere.example/hook")
	b.refused("getUpdates", nil, 409, "can't use getUpdates method while webhook is active")
	var info struct {
		URL     string
		Pending int `json:"pending_update_count"`
	}
	b.ok("getWebhookInfo", nil, &info)
	if info.URL == "" || info.Pending != 1 {
		t.Errorf("got %+v", info)
	}
	b.ok("deleteWebhook", params{"drop_pending_updates": true})
	if out := b.updates(); len(out) != 0 {
		t.Errorf("got %v", out)
	}
	b.ok("setWebhook", params{"url": "https://elsewhere.example/hook"})
	b.refused("getUpdates", nil, 409, "webhook")
}

func TestPoison(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sim.Send("message", json.RawMessage(`{"message_id":"no number"}`))
	b.sim.Send("hologram", json.RawMessage(`{}`))
	var raw []json.RawMessage
	b.ok("getUpdates", nil, &raw)
	if len(raw) != 2 || !strings.Contains(string(raw[0]), `"no number"`) || !strings.Contains(string(raw[1]), "hologram") {
		t.Errorf("got %s", raw)
	}
}
