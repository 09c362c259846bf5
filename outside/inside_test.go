package outside

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"greenwatch/secret"
)

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
