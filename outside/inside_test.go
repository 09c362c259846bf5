package outside

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"greenwatch/secret"
)

func TestRedactor(t *testing.T) {
	t.Parallel()
	r := newRedactor("smtp://u:p@mail.hidden.example:25/a?to=boss@b.c,another-one@d.e&x=%2Ftoken%2Fparts")
	for text, want := range map[string]string{
		`bad "smtp://u:p@h/" here`:            `bad "***" here`,
		"lookup mail.hidden.example: no host": "lookup ***: no host",
		"to another-one@d.e, and hidden":      "to ***, and ***",
		"raw /token/parts, %2Ftoken%2Fparts":  "raw ***, ***",
		"connection refused":                  "connection refused",
	} {
		if got := r.text(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// broken is a service that panics with its address, as some do where the network is down.
type broken struct{ types.Service }

func (broken) Send(string, *types.Params) error { panic("smtp://n3verseen") }

func TestPanickingService(t *testing.T) {
	t.Parallel()
	c, err := NewChannels([]secret.Text{secret.New("ntfy://h.example/n3verseen")}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c.all[0].sender = broken{}
	synctest.Test(t, func(t *testing.T) { err = c.Send(t.Context(), "x") })
	if err == nil || !strings.Contains(err.Error(), "panicked") || strings.Contains(err.Error(), "n3verseen") {
		t.Errorf("got %v", err)
	}
}
