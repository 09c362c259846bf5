package botapi_test

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestOneChatTakesAMessageASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, limited)
		var last int
		for range 5 {
			last = b.send(501, "x")
		}
		r := b.refused("sendMessage", params{"chat_id": 501, "text": "x"}, 429, "Too Many Requests: retry after 1")
		if r.Parameters.RetryAfter != 1 || r.header.Get("Retry-After") != "1" {
			t.Errorf("got %+v", r)
		}
		b.refused("editMessageText", params{"chat_id": 501, "message_id": last, "text": "y"}, 429, "retry after 1")
		b.send(group, "another chat is free")
		time.Sleep(time.Second)
		b.ok("editMessageText", params{"chat_id": 501, "message_id": last, "text": "y"})
		b.refused("sendMessage", params{"chat_id": 501, "text": "x"}, 429, "retry after 1")
		if n := b.sim.Limited(); n != 3 {
			t.Errorf("counted %d", n)
		}
		for range 100 { // a private chat takes one every second for ever
			time.Sleep(time.Second)
			b.send(501, "x")
		}
	})
}

func TestGroupTakesTwentyAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, limited)
		for range 20 {
			b.send(group, "x")
			time.Sleep(time.Second)
		}
		r := b.refused("sendMessage", params{"chat_id": group, "text": "x"}, 429, "retry after 40")
		time.Sleep(time.Duration(r.Parameters.RetryAfter) * time.Second)
		b.send(group, "x")
		b.refused("sendMessage", params{"chat_id": group, "text": "x"}, 429, "retry after 1")
	})
}

func TestWhatIsNotLimited(t *testing.T) {
	t.Parallel()
	b := newBench(t, limited)
	id := b.send(501, "card", params{"reply_markup": keyboard(params{"text": "Do", "callback_data": "do"})})
	for range 50 {
		tap, err := b.sim.Press(501, id, "Do", anna())
		if err != nil {
			t.Fatal(err)
		}
		b.ok("answerCallbackQuery", params{"callback_query_id": tap.ID})
		b.ok("sendChatAction", params{"chat_id": 501, "action": "typing"})
		b.refused("sendMessage", params{"chat_id": 501, "text": ""}, 400, "empty")
	}
	if b.sim.Limited() != 0 {
		t.Error("counted")
	}
}
