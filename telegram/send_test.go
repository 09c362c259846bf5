package telegram

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"greenwatch/secret"
)

const sent = `{"message_id":77,"date":1,"chat":{"id":1,"type":"private"}}`

func TestSendFillsTheRequest(t *testing.T) {
	t.Parallel()
	c, f := newFake(t, replies(ok(sent)))
	id, err := c.Send(t.Context(), Message{
		To: Address{Chat: -100123, Topic: 42}, HTML: "<b>x</b> \xff", Silent: true, ReplyTo: 9,
		Keyboard: [][]Button{
			{{Text: "A", Data: "a", Style: StyleDanger}, {Text: "B", URL: "https://example.org"}},
			{},
			{{Text: "C", Copy: "7103000000", Style: StylePrimary}},
		},
	})
	if err != nil || id != 77 {
		t.Fatalf("Send = %d, %v", id, err)
	}
	got := map[string]string{}
	for name, values := range f.calls[0].form {
		got[name] = values[0]
	}
	want := map[string]string{
		"chat_id": "-100123", "message_thread_id": "42", "text": "<b>x</b> \uFFFD", "parse_mode": "HTML",
		"disable_notification": "true", "link_preview_options": `{"is_disabled":true}`,
		"reply_parameters": `{"message_id":9,"allow_sending_without_reply":true}`,
		"reply_markup": `{"inline_keyboard":[[{"text":"A","callback_data":"a","style":"danger"},` +
			`{"text":"B","url":"https://example.org"}],[{"text":"C","copy_text":{"text":"7103000000"},"style":"primary"}]]}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSendLeavesOutWhatIsNotSet(t *testing.T) {
	t.Parallel()
	for _, topic := range []int{0, 1} {
		c, f := newFake(t, replies(ok(sent)))
		m := Message{To: Address{Chat: -100, Topic: topic}, HTML: "x", Keyboard: [][]Button{{}}}
		if _, err := c.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"message_thread_id", "reply_markup", "reply_parameters", "disable_notification"} {
			if f.calls[0].form.Has(name) {
				t.Errorf("topic %d: %s is sent: %q", topic, name, f.calls[0].form.Get(name))
			}
		}
	}
}

func TestSendUploadsADocument(t *testing.T) {
	t.Parallel()
	c, f := newFake(t, replies(
		refuse(400, "Bad Request: can't parse entities: Can't find end tag", ""),
		ok(sent),
	))
	m := Message{To: Address{Chat: 5}, HTML: "<i>c", Document: &Document{Name: "report.csv", Bytes: []byte("a;b")}}
	if _, err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	for _, sent := range f.of("sendDocument") {
		if sent.files["document"] != "report.csv:a;b" || sent.form.Has("link_preview_options") {
			t.Errorf("sent %v %v", sent.files, sent.form)
		}
	}
	if last := f.calls[1].form; last.Get("caption") != "c" || last.Has("parse_mode") {
		t.Errorf("the second try has the caption %q in mode %q", last.Get("caption"), last.Get("parse_mode"))
	}
}

func TestSendGoesOutWithoutWhatIsRefused(t *testing.T) {
	t.Parallel()
	badText := refuse(400, "Bad Request: can't parse entities: Unsupported start tag", "")
	badButton := refuse(400, "Bad Request: BUTTON_DATA_INVALID", "")
	noReply := refuse(400, "Bad Request: message to be replied not found", "")
	odd := refuse(400, "Bad Request: SOMETHING_INVALID", "")
	cases := []struct {
		name    string
		answers []reply
		missing []string // of the last request
		kept    []string
	}{
		{"text", []reply{badText, ok(sent)}, []string{"parse_mode"}, []string{"reply_markup", "reply_parameters"}},
		{"button", []reply{badButton, ok(sent)}, []string{"reply_markup"}, []string{"parse_mode", "reply_parameters"}},
		{"reply", []reply{noReply, ok(sent)}, []string{"reply_parameters"}, []string{"parse_mode", "reply_markup"}},
		{"all", []reply{badText, badButton, noReply, ok(sent)}, []string{"parse_mode", "reply_markup", "reply_parameters"}, nil},
		{"unknown", []reply{odd, ok(sent)}, []string{"parse_mode", "reply_markup", "reply_parameters"}, nil},
	}
	for _, tc := range cases {
		c, f := newFake(t, replies(tc.answers...))
		id, err := c.Send(t.Context(), Message{
			To: Address{Chat: 1}, HTML: "<b>1 &lt; 2</b> <name>", ReplyTo: 4, Keyboard: [][]Button{{{Text: "x", Data: "y"}}},
		})
		if err != nil || id != 77 || len(f.calls) != len(tc.answers) {
			t.Errorf("%s: Send = %d, %v after %d calls", tc.name, id, err, len(f.calls))
			continue
		}
		last := f.calls[len(f.calls)-1].form
		for _, name := range tc.missing {
			if last.Has(name) {
				t.Errorf("%s: %s is still sent", tc.name, name)
			}
		}
		for _, name := range tc.kept {
			if !last.Has(name) {
				t.Errorf("%s: %s is lost", tc.name, name)
			}
		}
		if !last.Has("parse_mode") && last.Get("text") != "1 < 2 <name>" {
			t.Errorf("%s: the plain text is %q", tc.name, last.Get("text"))
		}
	}
}

func TestSendGivesUpInTheEnd(t *testing.T) {
	t.Parallel()
	for _, answer := range []reply{
		refuse(400, "Bad Request: can't parse entities: x", ""),
		refuse(400, "Bad Request: BUTTON_URL_INVALID", ""),
		refuse(400, "Bad Request: message to be replied not found", ""),
		refuse(400, "Bad Request: chat_id is empty", ""),
	} {
		c, f := newFake(t, replies(answer))
		_, err := c.Send(t.Context(), Message{HTML: "<b>x</b>", ReplyTo: 4, Keyboard: [][]Button{{{Text: "x", Data: "y"}}}})
		if refusal, ok := errors.AsType[*Error](err); !ok || refusal.Code != 400 || len(f.calls) > 3 {
			t.Errorf("%v after %d calls", err, len(f.calls))
		}
	}
}

func TestSendLeavesTheRestToTheCaller(t *testing.T) {
	t.Parallel()
	cases := []struct {
		answer reply
		want   Error
		class  Class
	}{
		{
			refuse(400, "Bad Request: message thread not found", ""),
			Error{Code: 400, Description: "Bad Request: message thread not found"},
			TopicGone,
		},
		{
			refuse(400, "Bad Request: not enough rights to send documents to the chat", ""),
			Error{Code: 400, Description: "Bad Request: not enough rights to send documents to the chat"},
			KindRefused,
		},
		{
			refuse(400, "Bad Request: group chat was upgraded to a supergroup chat", `{"migrate_to_chat_id":-1001234567890123}`),
			Error{Code: 400, Description: "Bad Request: group chat was upgraded to a supergroup chat", MigrateTo: -1001234567890123},
			Migrated,
		},
		{
			refuse(429, "Too Many Requests: retry after 35", `{"retry_after":35}`),
			Error{Code: 429, Description: "Too Many Requests: retry after 35", RetryAfter: 35 * time.Second},
			RetryAfter,
		},
		{
			refuse(429, "Too Many Requests: retry after 2147483647", `{"retry_after":2147483647}`),
			Error{Code: 429, Description: "Too Many Requests: retry after 2147483647", RetryAfter: 5 * time.Minute},
			RetryAfter,
		},
	}
	for _, document := range []*Document{nil, {Name: "x", Bytes: []byte("y")}} {
		for _, tc := range cases {
			c, f := newFake(t, replies(tc.answer))
			_, err := c.Send(t.Context(), Message{To: Address{Chat: -5, Topic: 3}, HTML: "x", Document: document})
			got, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("%v is no *Error", err)
			}
			tc.want.Method = got.Method
			if *got != tc.want || ClassOf(err) != tc.class || len(f.calls) != 1 {
				t.Errorf("got %+v of class %s after %d calls, want %+v of class %s", got, ClassOf(err), len(f.calls), tc.want, tc.class)
			}
		}
	}
}

func TestEditAndDelete(t *testing.T) {
	t.Parallel()
	c, f := newFake(t, replies(
		ok(sent),
		refuse(400, "Bad Request: message is not modified: specified new message content …", ""),
		refuse(400, "Bad Request: message to edit not found", ""),
		ok("true"),
		refuse(400, "Bad Request: message to delete not found", ""),
		refuse(400, "Bad Request: message can't be deleted for everyone", ""),
	))
	edit := Edit{Chat: -7, MessageID: 8, HTML: "<b>x</b>", Keyboard: [][]Button{{{Text: "x", Data: "y"}}}}
	if err := c.Edit(t.Context(), edit); err != nil {
		t.Error(err)
	}
	form := f.of("editMessageText")[0].form
	if form.Get("chat_id") != "-7" || form.Get("message_id") != "8" || !form.Has("reply_markup") || !form.Has("link_preview_options") {
		t.Errorf("edited with %v", form)
	}
	if err := c.Edit(t.Context(), edit); err != nil {
		t.Errorf("an edit that changes nothing: %v", err)
	}
	if err := c.Edit(t.Context(), edit); ClassOf(err) != MessageGone {
		t.Errorf("an edit of what is gone: %v", err)
	}
	if err := c.Delete(t.Context(), -7, 8); err != nil {
		t.Error(err)
	}
	if err := c.Delete(t.Context(), -7, 8); err != nil {
		t.Errorf("deleting what is gone: %v", err)
	}
	if err := c.Delete(t.Context(), -7, 8); ClassOf(err) != MessageGone {
		t.Errorf("deleting what is too old: %v", err)
	}
}

func TestCallsEndInTime(t *testing.T) {
	t.Parallel()
	for _, document := range []*Document{nil, {Name: "x", Bytes: make([]byte, 1<<20)}} {
		synctest.Test(t, func(t *testing.T) {
			c, _ := newFake(t, replies(reply{hang: true}))
			began := time.Now()
			_, err := c.Send(t.Context(), Message{To: Address{Chat: 1}, HTML: "x", Document: document})
			if !errors.Is(err, context.DeadlineExceeded) || !MaybeSent(err) || time.Since(began) != callTimeout {
				t.Errorf("%v after %v", err, time.Since(began))
			}
		})
	}
}

// The library feeds an upload from a goroutine: one that is left behind would never let the bubble end.
func TestAnUploadThatIsNeverMadeLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newFake(t, replies(ok(sent)))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.Send(ctx, Message{To: Address{Chat: 1}, Document: &Document{Name: "x", Bytes: []byte("y")}})
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestAnswersFromElsewhere(t *testing.T) {
	t.Parallel()
	c, _ := newFake(t, replies(reply{status: 502, kind: "text/html; charset=utf-8", body: "<html>Bad Gateway"}))
	_, err := c.Me(t.Context())
	if foreign, ok := errors.AsType[*HTTPError](err); !ok || foreign.Status != 502 || ClassOf(err) != Retry {
		t.Errorf("a gateway's page: %v", err)
	}
}

// A real connection: what was written counts as perhaps sent, and no redirect carries the token away.
func TestRealConnections(t *testing.T) {
	t.Parallel()
	var followed bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/getMe") {
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}))
	defer server.Close()
	c, err := New(Options{Token: secret.New(testToken), APIURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Me(t.Context())
	if foreign, ok := errors.AsType[*HTTPError](err); !ok || foreign.Status != http.StatusTemporaryRedirect || followed {
		t.Errorf("a redirect: %v, followed: %v", err, followed)
	}
	_, err = c.Send(t.Context(), Message{To: Address{Chat: 1}, HTML: "x"})
	if !MaybeSent(err) {
		t.Errorf("a connection lost after the request was written: %v", err)
	}
	walk(t, err)
}

func TestOneConnectionServesManyAnswers(t *testing.T) {
	t.Parallel()
	connections := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connections[r.RemoteAddr] = true
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"ok":true,"result":{"id":1}}`+strings.Repeat(" ", 60<<10))
	}))
	defer server.Close()
	c, err := New(Options{Token: secret.New(testToken), APIURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if _, err := c.Me(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(connections) != 1 {
		t.Errorf("ten answers took %d connections", len(connections))
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		`<b>Bold</b> &amp; <a href="https://x.y">link</a>`:                   "Bold & link",
		`<blockquote expandable>a</blockquote><tg-time unix="1">b</tg-time>`: "ab",
		"<unknown> 1 < 2 </Unknown> <BR>":                                    "<unknown> 1 < 2 </Unknown> <BR>",
		`<pre><code class="language-go">x</code></pre>`:                      "x",
		"<b": "<b",
	}
	for text, want := range cases {
		if got := plain(text); got != want {
			t.Errorf("plain(%q) = %q, want %q", text, got, want)
		}
	}
}
