package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"greenwatch/fleet"
	"greenwatch/greenapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/storage"
	"greenwatch/storage/storagetest"
)

// exclusive makes the first of n instances one whose notifications are read.
func (h *house) exclusive(n int) {
	h.t.Helper()
	list := "id,token,name,notifications\n"
	for i := range n {
		id, how := fmt.Sprint(7105000001+i), ""
		if i == 0 {
			how = "http-api-exclusive"
		}
		list += fmt.Sprintf("%s,%s,Kazan_%02d,%s\n", id, apiToken(id), i+1, how)
	}
	f, credentials, err := fleet.Load(fleet.Sources{CSV: list, URL: "https://api.green-api.example"})
	if err != nil {
		h.t.Fatal(err)
	}
	h.cfg.Fleet, h.cfg.Credentials = f, credentials
}

func (h *house) notices(id string) int {
	h.t.Helper()
	s, err := h.green.Snapshot(id)
	if err != nil {
		h.t.Fatal(err)
	}
	return s.Notices
}

func telling() greenapi.SettingsChange {
	on := true
	return greenapi.SettingsChange{StateWebhook: &on}
}

// An instance whose queue is ours alone is heard at once; the others' queues are left alone.
func TestNotificationsAreRead(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 2, func(t *testing.T, h *house) {
		h.exclusive(2)
		for _, c := range h.cfg.Credentials {
			h.sets(c.ID, telling())
			if n := h.notices(string(c.ID)); n != 1 { // that it is authorized again
				t.Fatalf("%d notifications of %s", n, c.ID)
			}
		}
		h.start()
		h.pass(2*time.Minute + 10*time.Second)
		h.set(first, instanceapi.NotAuthorized)
		h.pass(4 * time.Second)
		h.everywhere("logged out of WhatsApp")
		if n, others := h.notices(first), h.notices("7105000002"); n != 0 || others != 1 {
			t.Errorf("%d notifications wait, and %d of another", n, others)
		}
		if n := h.calls("7105000002", "receiveNotification") + h.calls("7105000002", "getSettings"); n != 0 {
			t.Errorf("%d calls about the notifications of another", n)
		}
		wants(t, h.says("/webhook@watch_bot "+first), "I read its notifications", "told me of first: 1, late: 0, not at all: 0")
		if h.last().Keyboard != nil {
			t.Error("it is offered to send them here")
		}
		before := h.calls(first, "receiveNotification")
		h.pass(10 * time.Minute)
		if n := h.calls(first, "receiveNotification") - before; n > 31 || n < 20 {
			t.Errorf("%d calls in 10 quiet minutes", n)
		}
		if n := h.calls(first, "getSettings"); n != 2 { // at the start, and for /webhook
			t.Errorf("asked %d times for the settings", n)
		}
	})
}

// Nothing is read where somebody else may wait for it, also where that is so later on.
func TestAQueueThatIsNotOursAloneIsLeftAlone(t *testing.T) {
	t.Parallel()
	message := `{"typeWebhook":"incomingMessageReceived","instanceData":{"idInstance":7105000001},"messageData":{}}`
	for name, test := range map[string]struct {
		change greenapi.SettingsChange
		want   string
	}{
		"other kinds are on":  {greenapi.SettingsChange{StateWebhook: telling().StateWebhook, Others: map[string]bool{"incomingWebhook": true}}, "these are on too, and somebody may need them: incomingWebhook"},
		"a webhookUrl is set": {taken(), "a webhookUrl is set"},
		"nothing is told":     {greenapi.SettingsChange{Others: map[string]bool{"incomingWebhook": false}}, "stateWebhook is off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inIdleHouse(t, 2, func(t *testing.T, h *house) {
				h.exclusive(2)
				h.sets(first, test.change)
				if err := h.green.Notify(first, message); err != nil {
					t.Fatal(err)
				}
				waiting := h.notices(first)
				h.start()
				h.pass(2 * time.Minute)
				wants(t, h.says("/status@watch_bot "+first), "I do not read its notifications", test.want)
				wants(t, h.says("/webhook@watch_bot "+first), "its notifications are not read", test.want)
				h.pass(30 * time.Minute)
				if n := h.notices(first); n != waiting || h.calls(first, "receiveNotification")+h.calls(first, "deleteNotification") != 0 {
					t.Errorf("%d notifications wait of %d", n, waiting)
				}
				if n := h.calls(first, "getSettings"); n > 6 {
					t.Errorf("asked %d times for the settings in half an hour", n)
				}
				if n := strings.Count(h.logged.String(), "notifications are not read"); n != 1 {
					t.Errorf("%d lines in the log", n)
				}
				none, off := "", telling()
				off.WebhookURL, off.Others = &none, map[string]bool{"incomingWebhook": false}
				h.sets(first, off)
				h.pass(11 * time.Minute)
				if n := h.notices(first); n != 0 {
					t.Errorf("%d notifications wait, though they are ours now", n)
				}
			})
		})
	}
}

// What comes of another kind has the settings looked at again before it is thrown away.
func TestAnotherKindIsNotThrownAwayUnseen(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 2, func(t *testing.T, h *house) {
		h.exclusive(2)
		h.sets(first, telling())
		h.start()
		h.pass(5 * time.Minute)
		others := telling()
		others.Others = map[string]bool{"incomingWebhook": true}
		h.sets(first, others)
		if err := h.green.Notify(first, `{"typeWebhook":"incomingMessageReceived"}`); err != nil {
			t.Fatal(err)
		}
		h.pass(5 * time.Minute)
		if n := h.notices(first); n != 1 {
			t.Errorf("%d notifications wait, want the owner's", n)
		}
		h.sets(first, taken())
		h.pass(70 * time.Minute)
		if n := h.notices(first); n == 0 {
			t.Error("somebody else's notifications are gone")
		}
	})
}

// What is not in the store is not deleted.
func TestANotificationWaitsForTheStore(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 2, func(t *testing.T, h *house) {
		h.exclusive(2)
		h.sets(first, telling())
		var outage storagetest.Outage
		h.app = h.startOver(&outage)
		h.pass(2 * time.Minute)
		outage.Begin(storage.ErrAway)
		h.set(first, instanceapi.NotAuthorized)
		h.pass(5 * time.Minute)
		if n := h.notices(first); n != 1 {
			t.Errorf("%d notifications wait while nothing can be kept", n)
		}
		if n := h.calls(first, "deleteNotification"); n != 1 { // that it was authorized
			t.Errorf("%d deleted", n)
		}
		outage.End()
		h.pass(2 * time.Minute)
		if n := h.notices(first); n != 0 {
			t.Errorf("%d notifications wait", n)
		}
	})
}

// Failures are tried again ever more slowly.
func TestReadingDoesNotStorm(t *testing.T) {
	t.Parallel()
	for _, kind := range []instanceapi.Kind{instanceapi.BadGateway, instanceapi.Null, instanceapi.Throttled, instanceapi.Garbage, instanceapi.Unauthorized} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			inIdleHouse(t, 1, func(t *testing.T, h *house) {
				h.exclusive(1)
				h.sets(first, telling())
				h.start()
				h.pass(2 * time.Minute)
				h.spoils(instanceapi.Fault{Kind: kind, Methods: []string{"receiveNotification", "deleteNotification"}})
				before := h.calls(first, "receiveNotification")
				h.pass(30 * time.Minute)
				most := 36 // 5, 10, 20, 40 s, and then a minute
				if kind == instanceapi.Null {
					most = 361 // an empty answer that comes at once: every 5 s
				}
				if n := h.calls(first, "receiveNotification") - before; n > most {
					t.Errorf("%d calls in half an hour", n)
				}
			})
		})
	}
}

// TestAStormOfNotifications runs alone, as it measures the process: 10,000 notifications, 500 at a time, of which some are
// true, most copies, some forged and some without the token. One alert follows, and neither memory nor goroutines grow.
func TestAStormOfNotifications(t *testing.T) {
	inIdleHouse(t, 3, func(t *testing.T, h *house) {
		const callers, rounds = 500, 20
		h.locked()
		h.start()
		h.pass(2 * time.Minute)
		before, asked := h.count(), h.calls(first, "getStateInstance")
		h.set(first, instanceapi.NotAuthorized)
		changed := time.Now().Unix()
		body := func(s instanceapi.State, at int64) string {
			return fmt.Sprintf(`{"typeWebhook":"stateInstanceChanged","instanceData":{"idInstance":%s},"timestamp":%d,"stateInstance":%q}`, first, at, s)
		}
		kinds := []struct{ body, token string }{
			{body(instanceapi.NotAuthorized, changed), hookToken},
			{body(instanceapi.NotAuthorized, changed), hookToken},
			{body(instanceapi.Blocked, changed+1), hookToken},
			{body(instanceapi.Authorized, changed+2), hookToken},
			{body(instanceapi.Blocked, changed), "guess-of-somebody-0123456789"},
			{"{", hookToken},
		}
		var heaps []uint64
		routines := runtime.NumGoroutine()
		most := 0
		for range rounds {
			var all sync.WaitGroup
			for i := range callers {
				k := kinds[i%len(kinds)]
				all.Go(func() { h.post(t.Context(), k.body, k.token) })
			}
			time.Sleep(100 * time.Millisecond)
			most = max(most, runtime.NumGoroutine()-routines)
			all.Wait()
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			heaps = append(heaps, m.HeapAlloc>>10)
			h.pass(5 * time.Second)
		}
		h.pass(time.Minute)
		h.everywhere("logged out of WhatsApp")
		h.everywhere("requests refused (401)") // of which somebody guesses
		if n := h.count() - before; n != 2*len(h.chats()) {
			t.Errorf("%d messages, want two a chat:\n%s", n, h.transcript(opsGroup))
		}
		if n := h.calls(first, "getStateInstance") - asked; n > 200 {
			t.Errorf("%d calls in 3 minutes", n)
		}
		if most > callers+50 {
			t.Errorf("%d goroutines", most)
		}
		if early, late := slices.Max(heaps[:rounds/2]), slices.Max(heaps[rounds/2:]); late > early+2<<10 {
			t.Errorf("the heap has grown: %v KiB", heaps)
		}
		t.Logf("at most %d goroutines more, heap %v KiB, %d calls", most, heaps, h.calls(first, "getStateInstance")-asked)
	})
}

// post tries a notification again until it is taken or refused, as GREEN-API does, though sooner.
func (h *house) post(ctx context.Context, body, token string) {
	for range 20 {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/webhook/green-api", strings.NewReader(body))
		r.Header.Set("Authorization", token)
		answer := httptest.NewRecorder()
		h.app.server.Handler.ServeHTTP(answer, r)
		if answer.Code != http.StatusServiceUnavailable {
			return
		}
		time.Sleep(5 * time.Second)
	}
	h.t.Error("never taken")
}
