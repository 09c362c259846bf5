package outside_test

import (
	"bytes"
	"log/slog"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"greenwatch/outside"
	"greenwatch/secret"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// record is what a log says.
type record struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.String()
}

// open makes channels of addresses, and a log of what they say.
func open(t *testing.T, addresses ...string) (*outside.Channels, *record) {
	t.Helper()
	log := &record{}
	var all []secret.Text
	for _, a := range addresses {
		all = append(all, secret.New(a))
	}
	c, err := outside.NewChannels(all, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return c, log
}
