package botapi_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestTextLimits(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	html := params{"parse_mode": "HTML"}
	b.send(501, strings.Repeat("x", 4096))
	b.send(501, strings.Repeat("😀", 2048))
	b.send(501, strings.Repeat("<b>x</b>", 4096), html) // 4096 to be seen, and just 32768 bytes
	for _, tc := range []struct{ text, want string }{
		{strings.Repeat("x", 4097), "message is too long"},
		{strings.Repeat("😀", 2049), "message is too long"},
		{strings.Repeat("<b>x</b>", 4096) + " ", "text is too long"},
		{"", "message text is empty"},
		{" \n ", "text must be non-empty"},
		{"<b></b>", "text must be non-empty"},
	} {
		b.refused("sendMessage", params{"chat_id": 501, "text": tc.text, "parse_mode": "HTML"}, 400, tc.want)
	}
	b.refused("sendMessage", params{"chat_id": 501, "text": "x", "parse_mode": "Markdown"}, 400, "unsupported parse_mode")
}

func TestKeyboards(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	rows := func(n, in int) params {
		var out [][]params
		for i := range n {
			if i%in == 0 {
				out = append(out, nil)
			}
			out[len(out)-1] = append(out[len(out)-1], params{"text": "b", "callback_data": "d"})
		}
		return params{"inline_keyboard": out}
	}
	for _, good := range []any{
		`{"inline_keyboard":[]}`, rows(100, 8), keyboard(params{"text": "b", "callback_data": strings.Repeat("ж", 32)}),
		keyboard(params{"text": "b", "copy_text": params{"text": strings.Repeat("x", 256)}}),
		keyboard(params{"text": "b", "url": "https://x.example/", "style": "danger"}),
		keyboard(params{"text": "b", "disabled": params{}}), `{"remove_keyboard":true}`, `{"force_reply":true}`, `null`,
	} {
		b.send(501, "x", params{"reply_markup": good})
	}
	for _, tc := range []struct {
		markup any
		want   string
	}{
		{keyboard(params{"text": "b", "callback_data": strings.Repeat("ж", 32) + "x"}), "BUTTON_DATA_INVALID"},
		{keyboard(params{"text": "b", "callback_data": ""}), "BUTTON_DATA_INVALID"},
		{keyboard(params{"text": "b"}), "text buttons are unallowed"},
		{keyboard(params{"text": " ", "callback_data": "d"}), "button text must be non-empty"},
		{keyboard(params{"text": "b", "copy_text": params{"text": strings.Repeat("x", 257)}}), "BUTTON_COPY_TEXT_INVALID"},
		{keyboard(params{"text": "b", "url": "http://localhost:8080/"}), "Wrong HTTP URL"},
		{rows(101, 8), "reply markup is too long"},
		{rows(9, 9), "reply markup is too long"},
	} {
		b.refused("sendMessage", params{"chat_id": 501, "text": "x", "reply_markup": tc.markup}, 400, tc.want)
	}
	if n := len(b.sim.Transcript(501)); n != 9 {
		t.Errorf("%d messages", n)
	}
}

// TestMalformedKeyboards sends what the schema forbids, and so does without the checker.
func TestMalformedKeyboards(t *testing.T) {
	t.Parallel()
	b := unchecked(t)
	for markup, want := range map[string]string{
		`{"inline_keyboard":null}`:                               "must be of type Array",
		`{"inline_keyboard":{}}`:                                 "must be of type Array",
		`{"inline_keyboard":[null]}`:                             "must be an Array of Arrays",
		`{"inline_keyboard":[[{"text":5,"callback_data":"d"}]]}`: "can't parse inline keyboard button",
		`[]`: "object expected as reply markup",
		`{`:  "can't parse reply_markup JSON object",
		`{"inline_keyboard":[[{"text":"b","style":"pink","callback_data":"d"}]]}`: "style",
	} {
		b.refused("sendMessage", params{"chat_id": 501, "text": "x", "reply_markup": markup}, 400, want)
	}
	id := b.send(501, "x")
	b.refused("editMessageReplyMarkup", params{"chat_id": 501, "message_id": id, "reply_markup": `{"force_reply":true}`}, 400, "inline keyboard expected")
}

func TestReplies(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	root := b.send(group, "root")
	id := b.send(group, "answer", params{"reply_parameters": params{"message_id": root}})
	if m, _ := b.sim.Message(group, id); m.ReplyTo != root {
		t.Errorf("got %+v", m)
	}
	lost := params{"message_id": 9999}
	b.refused("sendMessage", params{"chat_id": group, "text": "x", "reply_parameters": lost}, 400, "message to be replied not found")
	lost["allow_sending_without_reply"] = true
	b.send(group, "x", params{"reply_parameters": lost})
	if m := b.seen(group); m.ReplyTo != 0 {
		t.Errorf("got %+v", m)
	}
}

// TestLegacyReplies uses fields that the server still takes and the schema no longer has.
func TestLegacyReplies(t *testing.T) {
	t.Parallel()
	b := unchecked(t)
	root := b.send(501, "root")
	b.send(501, "x", params{"reply_to_message_id": root})
	if m := b.seen(501); m.ReplyTo != root {
		t.Errorf("got %+v", m)
	}
	b.refused("sendMessage", params{"chat_id": 501, "text": "x", "reply_to_message_id": 9999}, 400, "message to be replied not found")
	b.send(501, "x", params{"reply_to_message_id": 9999, "allow_sending_without_reply": true})
	b.send(501, "x", params{"reply_to_message_id": 9999, "reply_parameters": params{"message_id": root}}) // the newer one counts
}

func TestEditing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		keys := keyboard(params{"text": "Do", "callback_data": "do"})
		id := b.send(501, "<b>one</b>", params{"parse_mode": "HTML", "reply_markup": keys})
		at := params{"chat_id": 501, "message_id": id}
		edit := func(text string, markup any) params {
			p := params{"chat_id": 501, "message_id": id, "text": text, "parse_mode": "HTML"}
			if markup != nil {
				p["reply_markup"] = markup
			}
			return p
		}
		time.Sleep(7 * 24 * time.Hour) // no limit for the bot's own messages
		b.refused("editMessageText", edit("<b>one</b>", keys), 400, "message is not modified: specified new message content")
		b.ok("editMessageText", edit("<i>one</i>", keys))
		if m := b.seen(501); m.HTML != "<i>one</i>" || len(m.Keyboard) != 1 || m.Edits != 1 || m.EditedAt.Sub(m.SentAt) != 7*24*time.Hour {
			t.Errorf("got %+v", m)
		}
		b.ok("editMessageText", edit("two", nil))
		if m := b.seen(501); m.Text != "two" || m.Keyboard != nil {
			t.Errorf("the keyboard stayed: %+v", m)
		}
		b.refused("editMessageText", edit("two", nil), 400, "message is not modified")
		b.refused("editMessageReplyMarkup", at, 400, "message is not modified")
		b.ok("editMessageReplyMarkup", params{"chat_id": 501, "message_id": id, "reply_markup": keys})
		b.ok("editMessageReplyMarkup", at)
		b.refused("editMessageCaption", params{"chat_id": 501, "message_id": id, "caption": "x"}, 400, "there is no caption in the message to edit")
		b.refused("editMessageText", params{"chat_id": 501, "message_id": 9999, "text": "x"}, 400, "message to edit not found")
		b.refused("editMessageText", params{"text": "x"}, 400, "message identifier is not specified")
		foreign := b.sim.Say(501, anna(), "mine")
		b.refused("editMessageText", params{"chat_id": 501, "message_id": foreign, "text": "x"}, 400, "message can't be edited")
		if n := len(b.sim.Rings()); n != 1 {
			t.Errorf("rang %d times", n)
		}
	})
}

func TestDeleting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		del := func(chat int64, id int) params { return params{"chat_id": chat, "message_id": id} }
		id := b.send(group, "x")
		b.ok("deleteMessage", del(group, id))
		b.refused("deleteMessage", del(group, id), 400, "message to delete not found")
		foreign := b.sim.Say(group, boris(), "y")
		b.refused("deleteMessage", del(group, foreign), 400, "message can't be deleted")
		theirs := b.sim.Say(501, anna(), "z")
		b.ok("deleteMessage", del(501, theirs))

		old := b.send(group, "old")
		time.Sleep(48 * time.Hour)
		b.ok("deleteMessage", del(group, b.send(group, "young")))
		time.Sleep(time.Second)
		b.refused("deleteMessage", del(group, old), 400, "message can't be deleted for everyone")
		b.ok("deleteMessages", params{"chat_id": group, "message_ids": fmt.Sprintf("[%d,%d]", old, 9999)})
		if len(b.sim.Transcript(group)) != 2 {
			t.Errorf("got %+v", b.sim.Transcript(group))
		}
		b.sim.SetBot(group, "administrator", anna())
		b.ok("deleteMessage", del(group, old))
		b.ok("deleteMessage", del(group, foreign))
	})
}

func TestSmallMethods(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.send(501, "x")
	b.ok("sendChatAction", params{"chat_id": 501, "action": "typing"})
	b.ok("pinChatMessage", params{"chat_id": 501, "message_id": id, "disable_notification": true})
	b.ok("setMessageReaction", params{"chat_id": 501, "message_id": id, "reaction": `[{"type":"emoji","emoji":"👍"}]`})
	if m, _ := b.sim.Message(501, id); !m.Pinned || m.Reaction != "👍" {
		t.Errorf("got %+v", m)
	}
	b.ok("unpinChatMessage", params{"chat_id": 501, "message_id": id})
	b.ok("setMessageReaction", params{"chat_id": 501, "message_id": id})
	if m, _ := b.sim.Message(501, id); m.Pinned || m.Reaction != "" {
		t.Errorf("got %+v", m)
	}
	id = b.send(group, "x")
	b.refused("pinChatMessage", params{"chat_id": group, "message_id": id}, 400, "not enough rights")
	b.refused("pinChatMessage", params{"chat_id": 501, "message_id": 9999}, 400, "message to pin not found")
	b.refused("setMessageReaction", params{"chat_id": 501, "message_id": 9999}, 400, "message to react not found")
}
