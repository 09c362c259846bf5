package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"greenwatch/secret"
)

const token = "123456:AAF-very/secret_value"

func TestTextNeverShowsItself(t *testing.T) {
	t.Parallel()
	type holder struct {
		Open   secret.Text
		hidden secret.Text
	}
	h := holder{Open: secret.New(token), hidden: secret.New(token)}
	encoded, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", h.Open, "holder", h)
	shown := string(encoded) + log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		shown += fmt.Sprintf(verb+verb+verb, h, &h, h.hidden)
	}
	if strings.Contains(shown, "secret_value") || strings.Contains(shown, fmt.Sprintf("%x", token)) {
		t.Errorf("the secret is shown: %s", shown)
	}
	if h.hidden.Reveal() != token || (secret.Text{}).Reveal() != "" {
		t.Error("Reveal does not give the value")
	}
}

func TestWriterMasks(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := secret.NewWriter(&out, secret.New(token), secret.New("abc"), secret.Text{})
	line := "Get https://x/bot" + token + "/getMe and 123456:AAF-very%2Fsecret_value abc"
	if n, err := w.Write([]byte(line)); n != len(line) || err != nil {
		t.Fatalf("Write = %d, %v", n, err)
	}
	if got, want := out.String(), "Get https://x/bot***/getMe and 123456:AAF-very%2Fsecret_value abc"; got == want {
		t.Fatalf("the encoded form got through: %s", got)
	}
	if strings.Contains(out.String(), "secret_value") || !strings.HasSuffix(out.String(), " abc") {
		t.Errorf("got %q", out.String())
	}
}

func TestWriterLearns(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := secret.NewWriter(&out)
	w.Hide(secret.New(token), secret.New(token))
	if _, err := w.Write([]byte("a " + token + " b")); err != nil || out.String() != "a *** b" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

// A server may quote a secret escaped as it likes, in whole or in part.
func TestMaskedHoweverEscaped(t *testing.T) {
	t.Parallel()
	const token, password = "123456:AAF-very_secret-value", "p&ss \"wo\\rd%41"
	known := secret.NewKnown(secret.New(token), secret.New("AAF-very_secret-value"), secret.New(password))
	for text, want := range map[string]string{
		"bot123456:AAF-very_secret-value/getMe":                "bot***/getMe",
		"bot123456%3AAAF-very_secret-value/getMe":              "bot***/getMe",
		"bot123456%3aAAF%2Dvery%5fsecret-%76alue/getMe":        "bot***/getMe",
		"bot123456%253AAAF%252Dvery_secret-value/getMe":        "bot***/getMe",
		"%2Fbot123456\\u003aAAF-very\\x5fsecret-value%2FgetMe": "%2Fbot***%2FgetMe",
		"77:AAF-very_secret-value":                             "77:***",
		"%%3%zzAAF-very_secret-value%":                         "%%3%zz***%",
		url.QueryEscape(password):                              "***",
		url.PathEscape(password) + url.PathEscape(token):       "******",
		strconv.Quote(password):                                `"***"`,
		`{"a":"p\u0026ss \"wo\\rd%41"}`:                        `{"a":"***"}`,
		"a text of 100% and C:\\users":                         "a text of 100% and C:\\users",
		"AAF-very_secret-valu":                                 "AAF-very_secret-valu",
	} {
		if got := known.Masked(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
		if strings.Contains(secret.Decoded(known.Masked(text)), "AAF-very_secret-value") {
			t.Errorf("%s: still there", text)
		}
	}
	if got := new(secret.Known).Masked(token); got != token {
		t.Error(got)
	}
}
