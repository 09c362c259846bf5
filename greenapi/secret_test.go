package greenapi_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"greenwatch/greenapi"
	"greenwatch/secret"
)

func TestSecretShowsItselfNowhere(t *testing.T) {
	t.Parallel()
	type exported struct{ Token secret.Text }
	type unexported struct{ token secret.Text }
	s := secret.New(token)
	client := newClient(t, greenapi.Options{})
	for _, v := range []any{
		s, &s,
		exported{s},
		&exported{s},
		unexported{s},
		&unexported{s},
		[]any{unexported{s}},
		map[string]any{"a": exported{s}},
		credential(),
		greenapi.Options{Credentials: []greenapi.Credential{credential()}},
		client,
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T"} {
			clean(t, fmt.Sprintf(verb, v))
		}
		out := new(bytes.Buffer)
		slog.New(slog.NewTextHandler(out, nil)).Info("shown", "value", v)
		slog.New(slog.NewJSONHandler(out, nil)).Info("shown", "value", v)
		clean(t, out.String())
	}
}

// clean fails the test if a text holds the token, or its hexadecimal form.
func clean(t testing.TB, s string) {
	t.Helper()
	s = strings.ToLower(s + secret.Decoded(s))
	if strings.Contains(s, strings.ToLower(token)) || strings.Contains(s, fmt.Sprintf("%x", token)) {
		t.Error("a token is shown")
	}
}
