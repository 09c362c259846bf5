package instanceapi_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"greenwatch/simulator/instanceapi"
)

func (b *bench) expectCount(want string) {
	b.t.Helper()
	time.Sleep(time.Second)
	b.expect(b.get("getMessagesCount"), 200, `{"count":`+want+`}`)
}

func TestCountIsStale(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.Set(number, instanceapi.Blocked))
		time.Sleep(12 * time.Second)
		b.must(b.api.Enqueue(number, 143, 0))
		b.expectCount("0") // 13 s after the start
		time.Sleep(5 * time.Second)
		b.expectCount("0") // 19 s
		b.expectCount("143")
		b.expect(b.get("clearMessagesQueue"), 200, `{"isCleared":true}`)
		b.expectCount("143")
		time.Sleep(10 * time.Second)
		b.expectCount("0")
	})
}

func TestCountIsThatOfTheLastRefresh(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.Enqueue(number, 100, 0))
		time.Sleep(24 * time.Second)
		b.expectCount("80") // at 20 s, though nobody looked then
		if v := b.snapshot(); v.Queue != 75 {
			b.t.Errorf("%d wait", v.Queue)
		}
	})
}

func TestCyrillicCount(t *testing.T) {
	t.Parallel()
	b := newBench(t, instanceapi.Options{})
	b.must(b.api.Add(instanceapi.Instance{ID: "7105000001", Token: token, CyrillicCount: true}))
	r := b.do(t.Context(), "GET", "/waInstance7105000001/getMessagesCount/"+token, "")
	b.expect(r, 200, "{\"\u0441ount\":0}")
	if strings.Contains(r.body, "c") {
		t.Error("the c is Latin")
	}
}

func TestQueueDrainsWhileAuthorized(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.Set(number, instanceapi.NotAuthorized))
		b.must(b.api.Enqueue(number, 10, 0))
		time.Sleep(time.Hour)
		if v := b.snapshot(); v.Queue != 10 {
			b.t.Errorf("%d wait after an hour", v.Queue)
		}
		b.must(b.api.Set(number, instanceapi.Authorized))
		time.Sleep(4 * time.Second)
		b.must(b.api.HoldQueue(number, true))
		time.Sleep(time.Hour)
		if v := b.snapshot(); v.Queue != 6 || v.Sent != 4 || !v.Held || v.State != instanceapi.Authorized {
			b.t.Errorf("held: %+v", v)
		}
		b.must(b.api.HoldQueue(number, false))
		time.Sleep(time.Minute)
		if v := b.snapshot(); v.Queue != 0 || v.Sent != 10 || v.Expired != 0 {
			b.t.Errorf("let go: %+v", v)
		}
	})
}

func TestMessagesExpire(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.Set(number, instanceapi.Blocked))
		b.must(b.api.Enqueue(number, 3, 0))
		b.must(b.api.Enqueue(number, 2, 20*time.Hour))
		time.Sleep(4*time.Hour - time.Nanosecond)
		if v := b.snapshot(); v.Queue != 5 {
			b.t.Errorf("%d wait", v.Queue)
		}
		time.Sleep(time.Nanosecond)
		if v := b.snapshot(); v.Queue != 3 || v.Expired != 2 {
			b.t.Errorf("%d wait, %d expired after 4 h", v.Queue, v.Expired)
		}
		time.Sleep(20 * time.Hour)
		b.must(b.api.Enqueue(number, 3, 24*time.Hour-2500*time.Millisecond)) // two can still leave
		b.must(b.api.Set(number, instanceapi.Authorized))
		time.Sleep(time.Hour)
		if v := b.snapshot(); v.Queue != 0 || v.Expired != 6 || v.Sent != 2 {
			b.t.Errorf("%d wait, %d expired, %d sent after 24 h", v.Queue, v.Expired, v.Sent)
		}
	})
}

func TestSendAlwaysSaysYes(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		for i, word := range []instanceapi.State{"notAuthorized", "blocked", "starting", "suspended"} {
			b.must(b.api.Set(number, word))
			r := b.post("SendMessage", `{"chatId":"79001234567@c.us","message":"hello"}`)
			var got struct{ IDMessage string }
			if err := json.Unmarshal([]byte(r.body), &got); err != nil || r.status != 200 || len(got.IDMessage) != 20 {
				b.t.Errorf("%s: %d %q", word, r.status, r.body)
			}
			if v := b.snapshot(); v.Queue != i+1 {
				b.t.Errorf("%d wait", v.Queue)
			}
		}
		b.expect(b.post("sendMessage", `{"chatId":"79001234567@c.us"}`), 400, "Bad Request Validation failed")
		b.expect(b.post("sendMessage", `{`), 400, "Unexpected token _ in JSON at position 0")
	})
}

func TestShowQueue(t *testing.T) {
	t.Parallel()
	b := newBench(t, instanceapi.Options{})
	b.expect(b.get("showMessagesQueue"), 200, "[]")
	for line, key := range map[instanceapi.Line]string{instanceapi.WhatsApp: "messageID", instanceapi.MAX: "idMessage"} {
		b := newBench(t, instanceapi.Options{})
		const id = "3100309139"
		b.must(b.api.Add(instanceapi.Instance{ID: id, Token: token, Line: line, State: instanceapi.Blocked}))
		b.must(b.api.Enqueue(id, 501, 0))
		r := b.do(t.Context(), "GET", "/v3/waInstance"+id+"/showMessagesQueue/"+token, "")
		var items []struct {
			MessageID, IDMessage, Type string
			Body                       struct{ ChatID, Message string }
		}
		if err := json.Unmarshal([]byte(r.body), &items); err != nil || len(items) != 500 {
			t.Fatalf("%d items, %v", len(items), err)
		}
		if !strings.Contains(r.body, `"`+key+`":"3EB0`) || items[0].Body.Message != "Message 1" || items[0].Body.ChatID == "" {
			t.Errorf("%s: first item %+v", line, items[0])
		}
	}
}
