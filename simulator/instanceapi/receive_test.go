package instanceapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator/instanceapi"
)

// told is a notification as it is received.
type told struct {
	ReceiptID int
	Body      struct {
		TypeWebhook   string
		InstanceData  struct{ IDInstance, Wid, TypeInstance any }
		Timestamp     int64
		StateInstance instanceapi.State
	}
}

// telling turns the notifications of changes on and lets the restart pass that this takes.
func (b *bench) telling(settings string) {
	b.t.Helper()
	b.expect(b.post("setSettings", `{"stateWebhook":"yes"`+settings+`}`), 200, `{"saveSettings":true}`)
	time.Sleep(31 * time.Second)
}

func (b *bench) receive() told {
	b.t.Helper()
	return decode[told](b, b.get("receiveNotification"))
}

func (b *bench) remove(receipt any) reply {
	b.t.Helper()
	return b.do(b.t.Context(), http.MethodDelete, path("deleteNotification")+"/"+fmt.Sprint(receipt), "")
}

// drain receives and deletes all that waits.
func (b *bench) drain() []instanceapi.State {
	b.t.Helper()
	var states []instanceapi.State
	for {
		n := b.receive()
		if n.ReceiptID == 0 {
			return states
		}
		states = append(states, n.Body.StateInstance)
		b.expect(b.remove(n.ReceiptID), 200, `{"reason":"","result":true}`)
	}
}

func TestReceiveIsAQueue(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.Set(number, instanceapi.Blocked)) // nobody wants to know yet
		b.telling("")
		changed := time.Now()
		b.must(b.api.Set(number, instanceapi.NotAuthorized))
		b.must(b.api.Set(number, instanceapi.NotAuthorized)) // no change
		first, again := b.receive(), b.receive()
		if first.ReceiptID == 0 || first != again || first.Body.StateInstance != instanceapi.Blocked || first.Body.TypeWebhook != "stateInstanceChanged" {
			b.t.Errorf("first %+v, then %+v", first, again)
		}
		if d := first.Body.InstanceData; fmt.Sprintf("%.0f", d.IDInstance) != number || d.Wid != "79005187566@c.us" || d.TypeInstance != "whatsapp" {
			b.t.Errorf("instance data %v", d)
		}
		b.expect(b.remove(first.ReceiptID), 200, `{"reason":"","result":true}`)
		if next := b.receive(); next.Body.StateInstance != instanceapi.NotAuthorized || next.Body.Timestamp != changed.Unix() {
			b.t.Errorf("then %+v", next)
		}
		b.expect(b.remove(first.ReceiptID), 200, `{"reason":"notification not found","result":false}`)
		b.expect(b.remove("x"), 400, "Parameter receiptId must be a Number")
		b.expect(b.do(b.t.Context(), http.MethodDelete, path("deleteNotification"), ""), 400, "Parameter receiptId must be a Number")
		time.Sleep(24 * time.Hour)
		if v := b.snapshot(); v.Notices != 0 {
			b.t.Errorf("%d are kept for more than a day", v.Notices)
		}
	})
}

func TestRestartIsTold(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.telling("")
		b.get("reboot")
		time.Sleep(31 * time.Second)
		if got, want := b.drain(), []instanceapi.State{"authorized", "starting", "authorized"}; !slices.Equal(got, want) {
			b.t.Errorf("told %v, want %v", got, want)
		}
	})
}

func TestReceiveWaits(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.telling("")
		b.drain()
		wait := func(query string) (time.Duration, reply) {
			began := time.Now()
			r := b.do(b.t.Context(), http.MethodGet, path("receiveNotification")+query, "")
			return time.Since(began), r
		}
		for query, want := range map[string]time.Duration{"": 5 * time.Second, "?receiveTimeout=60": time.Minute} {
			if took, r := wait(query); took != want || r.body != "null" {
				b.t.Errorf("%q: %q after %v", query, r.body, took)
			}
		}
		for _, query := range []string{"?receiveTimeout=4", "?receiveTimeout=61", "?receiveTimeout=x"} {
			if _, r := wait(query); r.status != http.StatusBadRequest {
				b.t.Errorf("%q: %d", query, r.status)
			}
		}
		time.AfterFunc(7*time.Second, func() { _ = b.api.Set(number, instanceapi.Blocked) })
		if took, r := wait("?receiveTimeout=20"); took != 7*time.Second || !strings.Contains(r.body, "blocked") {
			b.t.Errorf("a change: %q after %v", r.body, took)
		}
		b.drain()
		b.must(b.api.Plan(number, instanceapi.Step{After: 9 * time.Second, State: instanceapi.Authorized}))
		if took, r := wait("?receiveTimeout=20"); took != 9*time.Second || !strings.Contains(r.body, "authorized") {
			b.t.Errorf("a change by itself: %q after %v", r.body, took)
		}
		b.drain()
		ctx, cancel := context.WithTimeout(b.t.Context(), time.Second)
		defer cancel()
		if r := b.do(ctx, http.MethodGet, path("receiveNotification"), ""); !errors.Is(r.err, context.DeadlineExceeded) {
			b.t.Errorf("left early: %+v", r)
		}
	})
}

func TestReceiveNeedsNoWebhook(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.telling(`,"webhookUrl":"https://hooks.example/x"`)
		for _, r := range []reply{b.get("receiveNotification"), b.remove(1)} {
			b.expect(r, 400, "Message cannot be received because custom webhook url is set")
		}
	})
}

func TestTelling(t *testing.T) {
	for name, tc := range map[string]struct {
		telling instanceapi.Telling
		want    string
	}{
		"as documented": {instanceapi.Telling{}, "[authorized blocked suspended]"},
		"lost":          {instanceapi.Telling{Lose: 1}, "[authorized suspended]"},
		"doubled":       {instanceapi.Telling{Copies: 1}, "[authorized blocked blocked suspended suspended]"},
		"reversed":      {instanceapi.Telling{Reversed: true}, "[suspended blocked authorized]"},
		"late":          {instanceapi.Telling{Late: 8 * time.Second}, "[authorized]"},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, instanceapi.Options{}, func(b *bench) {
				b.telling("")
				b.must(b.api.SetTelling(number, tc.telling))
				b.must(b.api.Set(number, instanceapi.Blocked))
				b.must(b.api.Set(number, instanceapi.Suspended))
				if got := fmt.Sprint(b.drain()); got != tc.want {
					b.t.Errorf("told %s, want %s", got, tc.want)
				}
				if tc.telling.Late > 0 {
					if got := fmt.Sprint(b.drain()); got != "[blocked suspended]" {
						b.t.Errorf("told %s later", got)
					}
				}
			})
		})
	}
	t.Run("without wid", func(t *testing.T) {
		virtual(t, instanceapi.Options{}, func(b *bench) {
			b.telling("")
			b.drain()
			b.must(b.api.SetTelling(number, instanceapi.Telling{NoWid: true}))
			b.must(b.api.Set(number, instanceapi.Blocked))
			if got := b.receive(); got.Body.InstanceData.Wid != nil {
				b.t.Errorf("told %+v", got)
			}
		})
	})
}

func TestNotify(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, instanceapi.Options{})
		b.must(b.api.Notify(number, `{"typeWebhook":"quotaExceeded"}`))
		if got := b.receive(); got.Body.TypeWebhook != "quotaExceeded" {
			t.Errorf("received %+v", got)
		}
		for _, err := range []error{
			b.api.Notify(number, "{"), b.api.Notify("1", "{}"),
			b.api.SetTelling(number, instanceapi.Telling{Copies: -1}), b.api.SetTelling("1", instanceapi.Telling{}),
		} {
			if err == nil {
				t.Error("taken")
			}
		}
	})
}
