package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
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
