package telegram

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"testing"

	"greenwatch/secret"
)

func TestClientShowsNoToken(t *testing.T) {
	t.Parallel()
	c, _ := newFake(t, replies(ok("true")))
	mustNotLeak(t, fmt.Sprintf("%v %+v %#v", c, c, c))
}

func TestNoErrorHoldsTheToken(t *testing.T) {
	t.Parallel()
	leaky := "https://api.telegram.org/bot" + testToken + "/sendMessage"
	cases := map[string]reply{
		"connection":       {err: &net.OpError{Op: "read", Net: "tcp", Err: errors.New("reset " + leaky)}},
		"url error within": {err: fmt.Errorf("outer: %w", &url.Error{Op: "Post", URL: leaky, Err: errors.New("inner")})},
		"joined":           {err: errors.Join(errors.New("one"), errors.New(leaky))},
		"quoted":           {err: errors.New(url.QueryEscape(leaky))},
		"struct":           {err: &leakyError{address: leaky}},
		"page":             {status: 502, kind: "text/html", body: leaky},
		"truncated":        {status: 200, body: `{"ok":true,"result":{"message_id":`},
		"content type":     {status: 502, kind: testKey + "/x"},
		"its parameters":   {status: 502, kind: "text/html; path=\"" + leaky + "\""},
		"escaped refusal":  refuse(400, "no "+url.PathEscape(url.QueryEscape(leaky))+strings.ReplaceAll(leaky, "-", "%2d"), ""),
		"at the cut":       refuse(400, strings.Repeat("x", longest-80)+leaky, ""),
		"wrong redirect":   {status: 302, kind: "text/html", location: "%zz" + leaky},
		"refusal":          refuse(400, "no method at "+leaky, ""),
		"upload refusal":   refuse(400, "no method at "+leaky, ""),
	}
	for name, answer := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newFake(t, replies(answer))
			_, err := c.Send(t.Context(), Message{To: Address{Chat: 1}, HTML: "x"})
			walk(t, err)
			if shown := err.Error(); len(shown) > longest+100 {
				t.Errorf("%d bytes", len(shown))
			}
		})
	}
}

func TestNoRealTransportErrorHoldsTheToken(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"http://127.0.0.1:1", "http://127.0.0.1:1/%zz"} {
		c, err := New(Options{Token: secret.New(testToken), APIURL: base})
		if err != nil {
			mustNotLeak(t, err.Error())
			continue
		}
		_, err = c.Me(t.Context())
		walk(t, err)
		if MaybeSent(err) {
			t.Errorf("%v: a request without a connection counts as sent", err)
		}
	}
}

type leakyError struct{ address string }

func (*leakyError) Error() string { return "something broke" }

// walk looks for the token, and for more secrets, in every error of the chain, however it is printed.
func walk(t *testing.T, err error, secrets ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", slog.Any("error", err))
	shown := logged.String()
	for todo := []error{err}; len(todo) > 0; todo = todo[1:] {
		shown += fmt.Sprintf("%v %+v %#v %q", todo[0], todo[0], todo[0], todo[0])
		switch wrapped := todo[0].(type) { //nolint:errorlint // this walks the chain itself
		case interface{ Unwrap() error }:
			if inner := wrapped.Unwrap(); inner != nil {
				todo = append(todo, inner)
			}
		case interface{ Unwrap() []error }:
			todo = append(todo, wrapped.Unwrap()...)
		}
	}
	mustNotLeak(t, shown)
	mustNotShow(t, shown, secrets...)
}

func mustNotShow(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(text, s) {
			t.Errorf("%q is in %s", s, text)
		}
	}
}

func mustNotLeak(t *testing.T, text string) {
	t.Helper()
	text += secret.Decoded(text)
	if strings.Contains(text, testKey) || strings.Contains(text, fmt.Sprintf("%x", testKey)) {
		t.Errorf("the token is in %s", text)
	}
}
