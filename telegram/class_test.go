package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
)

func TestClassOf(t *testing.T) {
	t.Parallel()
	cases := []struct {
		code int
		text string
		want Class
	}{
		{429, "Too Many Requests: retry after 7", RetryAfter},
		{500, "Internal Server Error: restart", Retry},
		{502, "Bad Gateway", Retry},
		{0, "", Retry},
		{401, "Unauthorized", BotDead},
		{404, "Not Found", BotDead},
		{404, "Not Found: method not found", Unknown},
		{409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", Conflict},
		{409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", Conflict},
		{413, "Request Entity Too Large", TooLong},
		{400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same", NotModified},
		{400, `Bad Request: can't parse entities: Unsupported start tag "x" at byte offset 3`, Unparsable},
		{400, "Bad Request: message thread not found", TopicGone},
		{400, "Bad Request: TOPIC_CLOSED", TopicGone},
		{400, "Bad Request: TOPIC_DELETED", TopicGone},
		{400, "Bad Request: message to be replied not found", ReplyGone},
		{400, "Bad Request: message to edit not found", MessageGone},
		{400, "Bad Request: message can't be edited", MessageGone},
		{400, "Bad Request: MESSAGE_ID_INVALID", MessageGone},
		{400, "Bad Request: there is no text in the message to edit", MessageGone},
		{400, "Bad Request: message can't be deleted for everyone", MessageGone},
		{400, "Bad Request: message is too long", TooLong},
		{400, "Bad Request: text is too long", TooLong},
		{400, "Bad Request: message caption is too long", TooLong},
		{400, "Bad Request: MESSAGE_TOO_LONG", TooLong},
		{400, "Bad Request: reply markup is too long", BadKeyboard},
		{400, "Bad Request: BUTTON_DATA_INVALID", BadKeyboard},
		{400, "Bad Request: inline keyboard button URL 'http://localhost' is invalid: Wrong HTTP URL", BadKeyboard},
		{400, "Bad Request: query is too old and response timeout expired or query ID is invalid", PressExpired},
		{400, "Bad Request: chat not found", ChatDead},
		{400, "Bad Request: not enough rights to send text messages to the chat", ChatDead},
		{400, "Bad Request: need administrator rights in the channel chat", ChatDead},
		{400, "Bad Request: CHAT_WRITE_FORBIDDEN", ChatDead},
		{400, "Bad Request: have no rights to send a message", ChatDead},
		{400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", ChatDead},
		{400, "Bad Request: CHANNEL_PRIVATE", ChatDead},
		{400, "Bad Request: USER_BANNED_IN_CHANNEL", ChatDead},
		{400, "Bad Request: not enough rights to send documents to the chat", KindRefused},
		{400, "Bad Request: not enough rights to send photos to the chat", KindRefused},
		{400, "Bad Request: CHAT_SEND_DOCS_FORBIDDEN", KindRefused},
		{403, "Forbidden: not enough rights to send documents to the chat", KindRefused},
		{403, "Forbidden: not enough rights to send text messages to the chat", ChatDead},
		{403, "Forbidden: a reason that is new", ChatDead},
		{400, "Bad Request: PEER_FLOOD", Unknown},
		{400, "Bad Request: SOMETHING_NEW", Unknown},
		{406, "Not Acceptable", Unknown},
		{418, "I'm a teapot", Unknown},
		{302, "Found", Unknown},
		{-3, "", Retry},
		{400, "Bad Request: group chat was upgraded to a supergroup chat", ChatDead},
		{403, "Forbidden: bot was blocked by the user", ChatDead},
		{403, "Forbidden: bot was kicked from the supergroup chat", ChatDead},
		{403, "Forbidden: bot can't initiate conversation with a user", ChatDead},
		{400, "Bad Request: chat_id is empty", Unknown},
		{400, "Bad Request: message text is empty", Unknown},
	}
	for _, tc := range cases {
		err := fmt.Errorf("notify: telling: %w", &Error{Method: "sendMessage", Code: tc.code, Description: tc.text})
		if got := ClassOf(err); got != tc.want {
			t.Errorf("ClassOf(%d %s) = %q, want %q", tc.code, tc.text, got, tc.want)
		}
	}
}

func TestClassOfOtherErrors(t *testing.T) {
	t.Parallel()
	others := map[Class]error{
		None:     nil,
		Retry:    &HTTPError{Status: 403},
		Migrated: &Error{Code: 400, Description: "Bad Request: group chat was upgraded to a supergroup chat", MigrateTo: -100},
		Unknown:  errors.New("anything else"),
	}
	for want, err := range others {
		if got := ClassOf(err); got != want {
			t.Errorf("ClassOf(%v) = %q, want %q", err, got, want)
		}
	}
}

func TestMaybeSent(t *testing.T) {
	t.Parallel()
	page := func(status int) reply { return reply{status: status, kind: "text/html", body: "<html>"} }
	cases := []struct {
		name   string
		answer reply
		want   bool
	}{
		{"refused", refuse(400, "Bad Request: chat not found", ""), false},
		{"too many", refuse(429, "Too Many Requests: retry after 3", `{"retry_after":3}`), false},
		{"server error", refuse(500, "Internal Server Error: restart", ""), true},
		{"gateway", page(502), true},
		{"gateway's time-out", page(504), true},
		{"a proxy's refusal", page(403), false},
		{"redirect", page(302), true},
		{"truncated", reply{status: 200, body: `{"ok":true,"result":{"mess`}, true},
		{"empty", reply{status: 200}, true},
		{"foreign JSON", reply{status: 502, body: `{"error":"bad gateway"}`}, true},
		{"no message", ok(`{}`), true},
		{"a message that cannot be", ok(`{"message_id":-7}`), true},
		{"a list", ok(`[{"message_id":7}]`), true},
		{"JSON of a redirect", reply{status: 302, body: `{"ok":false,"error_code":302,"description":"Found"}`}, true},
		{"unknown words", refuse(418, "I'm a teapot", ""), false},
		{"unreadable message", ok(`"x"`), true},
		{"reset", reply{err: &net.OpError{Op: "read", Err: syscall.ECONNRESET}}, true},
		{"closed", reply{err: io.ErrUnexpectedEOF}, true},
		{"refused connection", reply{err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}, false},
		{"unknown host", reply{err: &net.DNSError{Err: "no such host", Name: "api.telegram.org"}}, false},
	}
	for _, tc := range cases {
		c, _ := newFake(t, replies(tc.answer))
		_, err := c.Send(t.Context(), Message{To: Address{Chat: 1}, HTML: "x"})
		if err == nil || MaybeSent(err) != tc.want {
			t.Errorf("%s: MaybeSent(%v) = %v, want %v", tc.name, err, MaybeSent(err), tc.want)
		}
	}
	c, f := newFake(t, replies(ok("{}")))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Send(ended, Message{To: Address{Chat: 1}, HTML: "x"})
	if MaybeSent(err) || !errors.Is(err, context.Canceled) || len(f.calls) != 0 {
		t.Errorf("a call that was never made: %v", err)
	}
	if MaybeSent(nil) {
		t.Error("success counts as an unknown outcome")
	}
}
