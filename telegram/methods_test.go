package telegram

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMe(t *testing.T) {
	t.Parallel()
	c, _ := newFake(t, replies(ok(`{"id":987654321,"is_bot":true,"first_name":"Watch","username":"watch_bot","can_read_all_group_messages":true}`)))
	me, err := c.Me(t.Context())
	if want := (Me{ID: 987654321, Name: "Watch", Username: "watch_bot", ReadsAll: true}); err != nil || me != want {
		t.Errorf("Me = %+v, %v", me, err)
	}
}

func TestAnswerCallback(t *testing.T) {
	t.Parallel()
	c, f := newFake(t, replies(ok("true"), ok("true"), refuse(400, "Bad Request: query is too old and response timeout expired or query ID is invalid", "")))
	if err := c.AnswerCallback(t.Context(), "q1", "", false); err != nil {
		t.Error(err)
	}
	if err := c.AnswerCallback(t.Context(), "q2", "No.", true); err != nil {
		t.Error(err)
	}
	if first := f.calls[0].form; first.Get("callback_query_id") != "q1" || len(first) != 1 {
		t.Errorf("answered with %v", first)
	}
	if second := f.calls[1].form; second.Get("text") != "No." || second.Get("show_alert") != "true" {
		t.Errorf("answered with %v", second)
	}
	if err := c.AnswerCallback(t.Context(), "q3", "", false); ClassOf(err) != PressExpired {
		t.Errorf("too late: %v", err)
	}
}

func TestSetCommands(t *testing.T) {
	t.Parallel()
	c, f := newFake(t, replies(ok("true")))
	commands := []Command{{Name: "status", Description: "How it stands"}}
	if err := c.SetCommands(t.Context(), Scope{Kind: ScopeMember, Chat: -5, User: 6, Language: "ru"}, commands); err != nil {
		t.Error(err)
	}
	form := f.of("setMyCommands")[0].form
	if form.Get("commands") != `[{"command":"status","description":"How it stands"}]` || form.Get("language_code") != "ru" ||
		form.Get("scope") != `{"type":"chat_member","chat_id":-5,"user_id":6}` {
		t.Errorf("set with %v", form)
	}
	if err := c.SetCommands(t.Context(), Scope{Kind: ScopeDefault}, nil); err != nil {
		t.Error(err)
	}
	if gone := f.of("deleteMyCommands"); len(gone) != 1 || gone[0].form.Get("scope") != `{"type":"default"}` {
		t.Errorf("an empty menu: %v", gone)
	}
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	c, f := newFake(t, replies(
		ok(`{"url":"https://old.example","has_custom_certificate":false,"pending_update_count":3,"last_error_date":1700000000,"last_error_message":"timeout","allowed_updates":["message"]}`),
		ok(`{"url":"","has_custom_certificate":false,"pending_update_count":0}`),
		ok("true"),
	))
	info, err := c.WebhookInfo(t.Context())
	want := WebhookInfo{URL: "https://old.example", Pending: 3, LastError: "timeout", ErrorAt: time.Unix(1700000000, 0), Allowed: []string{"message"}}
	if diff := cmp.Diff(want, info); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if info, err = c.WebhookInfo(t.Context()); err != nil || info.URL != "" || !info.ErrorAt.IsZero() {
		t.Errorf("without a webhook: %+v, %v", info, err)
	}
	if err := c.DeleteWebhook(t.Context()); err != nil || f.of("deleteWebhook")[0].form.Get("drop_pending_updates") != "false" {
		t.Errorf("deleting: %v", err)
	}
}
