package greenapi_test

import (
	"context"
	"testing"

	"greenwatch/greenapi"
)

// counted is answered in the spelling that the vendor's WhatsApp pages show.
var counted = answering(200, "{\"\u0441ount\":8412}")

func messages(ctx context.Context, b testing.TB) func() {
	c := newClient(b, greenapi.Options{HTTP: counted})
	return func() {
		if n, err := c.Messages(ctx, id); n != 8412 || err != nil {
			b.Fatal(n, err)
		}
	}
}

func BenchmarkMessages(b *testing.B) {
	b.ReportAllocs()
	call := messages(b.Context(), b)
	for b.Loop() {
		call()
	}
}

func BenchmarkParseNotification(b *testing.B) {
	b.ReportAllocs()
	body := []byte(changedBody)
	for b.Loop() {
		if _, err := greenapi.ParseNotification(body); err != nil {
			b.Fatal(err)
		}
	}
}

// TestMessagesAllocations holds a look at the queue, made every minute, to little more than asking for the state.
func TestMessagesAllocations(t *testing.T) {
	const few = 5
	ours, least := testing.AllocsPerRun(100, messages(t.Context(), t)), testing.AllocsPerRun(100, state(t.Context(), t))
	t.Logf("%.0f allocations, State %.0f", ours, least)
	if ours > least+few {
		t.Errorf("%.0f allocations, State makes %.0f", ours, least)
	}
}
