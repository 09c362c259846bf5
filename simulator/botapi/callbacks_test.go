package botapi_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator/botapi"
)

func card(b *bench, chat int64) int {
	return b.send(chat, "card", params{"reply_markup": keyboard(
		params{"text": "🔄 Reboot", "callback_data": "rb:1"}, params{"text": "Mute 1 h", "callback_data": "mu:1"},
		params{"text": "Mute 1 d", "callback_data": "mu:24"}, params{"text": "Page", "url": "https://x.example/"},
		params{"text": "Off", "callback_data": "off", "disabled": params{}},
	)})
}

func TestPress(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := card(b, group)
	for name, data := range map[string]string{"🔄 Reboot": "rb:1", "Reboot": "rb:1", "mu:24": "mu:24", "Mute 1 d": "mu:24"} {
		if _, err := b.sim.Press(group, id, name, boris()); err != nil {
			t.Fatal(err)
		}
		if q := b.drain()[0].Callback; q.Data != data || q.From.ID != 502 || q.Message.ID != id || q.Message.Text != "card" {
			t.Errorf("%s: got %+v", name, q)
		}
	}
	for _, name := range []string{"Mute", "Page", "Off", "nothing"} {
		if _, err := b.sim.Press(group, id, name, boris()); err == nil {
			t.Errorf("%s could be pressed", name)
		}
	}
	b.sim.SetMember(group, boris(), botapi.Left)
	if _, err := b.sim.Press(group, id, "Reboot", boris()); err == nil {
		t.Error("pressed by somebody who has left")
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		id := card(b, 501)
		tap, err := b.sim.Press(501, id, "Reboot", anna())
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := tap.Answer(); ok {
			t.Error("answered before the answer")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := tap.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		answer := params{"callback_query_id": b.drain()[0].Callback.ID, "text": strings.Repeat("x", 200), "show_alert": true}
		b.ok("answerCallbackQuery", answer)
		if a, err := tap.Wait(t.Context()); err != nil || !a.Alert || len(a.Text) != 200 {
			t.Errorf("got %+v, %v", a, err)
		}
		const old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
		b.refused("answerCallbackQuery", answer, 400, old)
		b.refused("answerCallbackQuery", params{"callback_query_id": "7"}, 400, old)

		second, err := b.sim.Press(501, id, "Reboot", anna())
		if err != nil {
			t.Fatal(err)
		}
		answer["callback_query_id"], answer["text"] = second.ID, strings.Repeat("x", 201)
		b.refused("answerCallbackQuery", answer, 400, "MESSAGE_TOO_LONG")
		time.Sleep(150 * time.Second)
		answer["text"] = "late"
		b.refused("answerCallbackQuery", answer, 400, old)
	})
}

func TestPressesThatDoNotFit(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := card(b, group)
	if _, err := b.sim.PressData(group, id, "forged", boris()); err != nil {
		t.Fatal(err)
	}
	b.sim.MakeInaccessible(group, id)
	if _, err := b.sim.Press(group, id, "Reboot", boris()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.sim.PressData(group, 9999, "gone", boris()); err != nil {
		t.Fatal(err)
	}
	out := b.drain()
	if out[0].Callback.Data != "forged" || out[0].Callback.Message.Date == 0 {
		t.Errorf("got %+v", out[0].Callback)
	}
	for i, want := range []int{id, 9999} {
		if m := out[i+1].Callback.Message; m.ID != want || m.Date != 0 || m.Text != "" {
			t.Errorf("got %+v", m)
		}
	}
}
