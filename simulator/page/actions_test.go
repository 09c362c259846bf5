package page_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

func TestSay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.post("say", `{"as":501,"text":" /status "}`, 200, nil)
	b.post("say", `{"as":502,"text":"me too"}`, 200, nil)
	got := b.telegram.Transcript(group)
	if len(got) != 2 || got[0].Text != "/status" || got[0].FromID != 501 || got[1].FromID != 502 {
		t.Errorf("got %+v", got)
	}
	b.telegram.SetMember(group, gleb, botapi.Kicked)
	b.post("say", `{"as":502,"text":"let me in"}`, 409, nil)
}

type pressed struct {
	Answered, Alert bool
	Text            string
}

// answerPresses has the bot answer each press with the presser's id, in an alert.
func (b *bench) answerPresses(updates <-chan json.RawMessage) {
	for raw := range updates {
		var u struct {
			Query *struct {
				ID   string
				Data string
				From struct{ ID int64 }
			} `json:"callback_query"`
		}
		if json.Unmarshal(raw, &u) == nil && u.Query != nil {
			b.bot("answerCallbackQuery", fmt.Sprintf(`{"callback_query_id":%q,"text":"%d %s","show_alert":true}`, u.Query.ID, u.Query.From.ID, u.Query.Data))
		}
	}
}

func TestPress(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	updates := make(chan json.RawMessage, 10)
	b.telegram = botapi.New(botapi.Options{Token: botToken, OnUpdate: func(raw json.RawMessage) { updates <- raw }})
	b.telegram.AddChat(botapi.Chat{ID: group, Kind: botapi.Supergroup, Owner: olga, Members: []botapi.Person{gleb}})
	b.rebuild()
	go b.answerPresses(updates)
	defer close(updates)
	id := b.send()
	var got pressed
	b.post("press", fmt.Sprintf(`{"as":502,"message":%d,"data":"r:1"}`, id), 200, &got)
	if want := (pressed{Answered: true, Alert: true, Text: "502 r:1"}); got != want {
		t.Errorf("got %+v", got)
	}
	said := b.telegram.Say(group, olga, "hello")
	for _, body := range []string{
		fmt.Sprintf(`{"as":501,"message":%d,"data":"r:2"}`, id), // no such button
		fmt.Sprintf(`{"as":501,"message":%d,"data":"r:0"}`, id), // disabled
		fmt.Sprintf(`{"as":501,"message":%d,"data":""}`, id),
		fmt.Sprintf(`{"as":501,"message":%d,"data":"r:1"}`, said), // a person's message
		`{"as":501,"message":99,"data":"r:1"}`,
	} {
		b.post("press", body, 409, nil)
	}
	b.post("press", fmt.Sprintf(`{"as":7,"message":%d,"data":"r:1"}`, id), 400, nil)
}

func TestPressWithoutAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		id, start := b.send(), time.Now()
		got := pressed{Answered: true}
		b.post("press", fmt.Sprintf(`{"as":501,"message":%d,"data":"r:1"}`, id), 200, &got)
		if took := time.Since(start); got.Answered || took != 15*time.Second {
			t.Errorf("got %+v after %s", got, took)
		}
	})
}

func TestSetInstance(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	want := map[string]string{"falseLogout": "notAuthorized", "stuck": "starting", "campaign": "suspended"}
	choices := b.state().Panel.Choices
	if len(choices) != 16 {
		t.Errorf("%d choices", len(choices))
	}
	for _, c := range choices {
		b.post("instance", fmt.Sprintf(`{"id":%q,"to":%q}`, kazan, c.Key), 200, nil)
		word := c.Key
		if want[c.Key] != "" {
			word = want[c.Key]
		}
		for _, i := range b.state().Panel.Instances {
			if i.ID == kazan && i.Word != word || i.ID == moscow && i.Word != "authorized" {
				t.Errorf("%s: %+v", c.Key, i)
			}
		}
	}
	b.post("instance", fmt.Sprintf(`{"id":%q,"to":"authorized"}`, kazan), 200, nil)
	if v, _ := b.instances.Snapshot(kazan); v.Account != instanceapi.Active || v.Answer != "authorized" {
		t.Errorf("restored: %+v", v)
	}
	b.post("instance", fmt.Sprintf(`{"id":%q,"to":"dancing"}`, kazan), 400, nil)
	b.post("instance", `{"id":"1","to":"authorized"}`, 404, nil)
	if v, _ := b.instances.Snapshot(kazan); v.Queue != 8412 {
		t.Errorf("%d of the campaign wait", v.Queue)
	}
	b.must(b.instances.EmptyQueue(kazan))
	b.post("queue", fmt.Sprintf(`{"id":%q,"messages":0}`, kazan), 400, nil)
	b.post("queue", `{"id":"1","messages":1}`, 404, nil)
	b.must(b.instances.Set(kazan, instanceapi.Blocked))
	b.post("queue", fmt.Sprintf(`{"id":%q,"messages":12}`, kazan), 200, nil)
	if v, _ := b.instances.Snapshot(kazan); v.Queue != 12 {
		t.Errorf("%d wait", v.Queue)
	}
}
