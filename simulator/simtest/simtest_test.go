package simtest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/simtest"
)

// spy is a test that notes its errors.
type spy struct {
	testing.TB
	errors []string
}

func (s *spy) Errorf(format string, a ...any) { s.errors = append(s.errors, fmt.Sprintf(format, a...)) }

func TestRequests(t *testing.T) {
	t.Parallel()
	type params = map[string]string
	for _, tc := range []struct {
		name    string
		request botapi.Request
		want    string // part of the complaint; "" is none
	}{
		{"good", botapi.Request{Method: "sendMessage", Params: params{"chat_id": "-1", "text": "5"}}, ""},
		{"public name", botapi.Request{Method: "SENDMESSAGE", Params: params{"chat_id": "@ops", "text": "x"}}, ""},
		{"null", botapi.Request{Method: "sendMessage", Params: params{"chat_id": "1", "text": "x", "entities": "null"}}, ""},
		{"the word null", botapi.Request{Method: "sendMessage", Params: params{"chat_id": "1", "text": "null"}}, ""},
		{"no parameters", botapi.Request{Method: "getMe"}, ""},
		{"a photo", botapi.Request{
			Method: "sendPhoto", Params: params{"chat_id": "1"},
			Files: map[string]botapi.File{"photo": {Name: "a.png"}},
		}, ""},
		{"attached", botapi.Request{
			Method: "editMessageMedia", Params: params{"media": `{"type":"photo","media":"attach://pic"}`},
			Files: map[string]botapi.File{"pic": {Name: "a.png"}},
		}, ""},
		{"typo", botapi.Request{Method: "sendMessage", Params: params{"chat_id": "1", "txt": "x", "text": "x"}}, "txt"},
		{"missing", botapi.Request{Method: "sendMessage", Params: params{"chat_id": "1"}}, "text"},
		{"type", botapi.Request{Method: "getUpdates", Params: params{"offset": "abc"}}, "offset"},
		{"enum", botapi.Request{Method: "sendMessage", Params: params{"chat_id": "1", "text": "x", "parse_mode": "XML"}}, "parse_mode"},
		{"keyboard", botapi.Request{Method: "sendMessage", Params: params{
			"chat_id": "1", "text": "x", "reply_markup": `{"inline_keyboard":null}`,
		}}, "reply_markup"},
		{"stray file", botapi.Request{
			Method: "sendMessage", Params: params{"chat_id": "1", "text": "x"},
			Files: map[string]botapi.File{"photo": {Name: "a.png"}},
		}, "photo"},
		{"unknown method", botapi.Request{Method: "sendMesage", Params: params{"chat_id": "1"}}, "sendMesage"},
		{"bad answer", botapi.Request{Method: "getMe", Result: json.RawMessage(`{"message_id":1}`)}, "answer"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := &spy{TB: t}
			simtest.New(s).Request(tc.request)
			switch got := strings.Join(s.errors, "\n"); {
			case tc.want == "" && got != "":
				t.Errorf("complains: %s", got)
			case !strings.Contains(got, tc.want):
				t.Errorf("got %q, want %q in it", got, tc.want)
			}
		})
	}
}

func TestUpdates(t *testing.T) {
	t.Parallel()
	s := &spy{TB: t}
	c := simtest.New(s)
	c.Update(json.RawMessage(`{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"}}}`))
	if len(s.errors) != 0 {
		t.Errorf("complains of a good update: %v", s.errors)
	}
	c.Update(json.RawMessage(`{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":1,"type":"club"}}}`))
	if len(s.errors) != 1 {
		t.Errorf("says nothing of a chat type that there is not: %v", s.errors)
	}
}

func TestWatchKeepsHooks(t *testing.T) {
	t.Parallel()
	var requests, updates int
	o := simtest.New(t).Watch(botapi.Options{
		OnRequest: func(botapi.Request) { requests++ },
		OnUpdate:  func(json.RawMessage) { updates++ },
	})
	o.OnRequest(botapi.Request{Method: "getMe"})
	o.OnUpdate(json.RawMessage(`{"update_id":1}`))
	if requests != 1 || updates != 1 {
		t.Errorf("called %d and %d times", requests, updates)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		c := simtest.New(b)
		c.Update(json.RawMessage(`{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"}}}`))
	}
}

func BenchmarkUpdate(b *testing.B) {
	c := simtest.New(b)
	for b.Loop() {
		c.Update(json.RawMessage(`{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"}}}`))
	}
}
