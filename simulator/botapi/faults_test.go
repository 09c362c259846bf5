package botapi_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator/botapi"
)

func TestFaultsInPlaceOfAnswers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	say := params{"chat_id": 501, "text": "x"}
	for _, tc := range []struct {
		effect botapi.Effect
		code   int
		text   string
	}{
		{botapi.Refuse(500, "Internal Server Error: restart"), 500, "Internal Server Error: restart"},
		{botapi.Refuse(401, "Unauthorized"), 401, "Unauthorized"},
		{botapi.FloodWait(35), 429, "Too Many Requests: retry after 35"},
	} {
		b.sim.Inject(botapi.Fault{Times: 1, Effect: tc.effect})
		if r := b.refused("sendMessage", say, tc.code, tc.text); tc.code == 429 && (r.Parameters.RetryAfter != 35 || r.header.Get("Retry-After") != "35") {
			t.Errorf("got %+v", r)
		}
	}
	b.sim.Inject(botapi.Fault{Times: 1, Effect: botapi.Reset()})
	if _, err := b.ask(t.Context(), "sendMessage", say); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if len(b.sim.Transcript(501)) != 0 || b.sim.Limited() != 0 {
		t.Error("a fault took effect")
	}
	all := b.sim.Requests()
	if last := all[len(all)-1]; last.Status != 0 || last.Fault != "reset" {
		t.Errorf("recorded %+v", last)
	}
	b.ok("sendMessage", say)
}

func TestStoredButAnswerLost(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sim.Inject(botapi.Fault{Method: "SendMessage", Times: 1, Stored: true, Effect: botapi.Reset()})
	if _, err := b.ask(t.Context(), "sendMessage", params{"chat_id": 501, "text": "x"}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if m := b.seen(501); m.Text != "x" {
		t.Errorf("got %+v", m)
	}
	b.sim.Inject(botapi.Fault{Times: 1, Effect: botapi.Truncate()})
	if _, err := b.ask(t.Context(), "sendMessage", params{"chat_id": 501, "text": "y"}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if m := b.seen(501); m.Text != "y" {
		t.Errorf("got %+v", m)
	}
}

func TestWhichCallsAreHit(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	story := func(chat int64, n int) string {
		var out strings.Builder
		for range n {
			r := b.call("sendMessage", params{"chat_id": chat, "text": "x"})
			out.WriteString(map[bool]string{true: ".", false: "!"}[r.OK])
		}
		return out.String()
	}
	third := b.sim.Inject(botapi.Fault{Chat: group, Skip: 2, Times: 2, Effect: botapi.Refuse(500, "x")})
	if got := story(501, 5) + story(group, 6); got != "....."+"..!!.." || third.Hits() != 2 {
		t.Errorf("got %s, %d hits", got, third.Hits())
	}
	always := b.sim.Inject(botapi.Fault{Method: "sendMessage", Effect: botapi.Refuse(500, "x")})
	if got := story(501, 3); got != "!!!" {
		t.Errorf("got %s", got)
	}
	b.ok("getMe", nil)
	always.Off()
	if got := story(501, 3); got != "..." {
		t.Errorf("got %s", got)
	}
	b.sim.Inject(botapi.Fault{Effect: botapi.Refuse(500, "x")})
	b.sim.ClearFaults()
	b.ok("getMe", nil)
}

func TestSlowFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		start := time.Now()
		b.sim.Inject(botapi.Fault{Times: 1, Effect: botapi.BlackHole()})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if _, err := b.ask(ctx, "getMe", nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		within(t, start, 20*time.Second)

		start = time.Now()
		drip := botapi.Fault{Times: 1, Effect: botapi.Drip(time.Minute)}
		b.sim.Inject(drip)
		b.ok("getMe", nil)
		if d := time.Since(start); d < 59*time.Second || d > time.Minute {
			t.Errorf("took %v", d)
		}
		b.sim.Inject(drip)
		ctx, cancel = context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if _, err := b.ask(ctx, "getMe", nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
