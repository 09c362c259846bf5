package instanceapi_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"greenwatch/simulator"
	"greenwatch/simulator/instanceapi"
)

// endpoint is the owner's software: it remembers what was posted, and answers as it is told to.
type endpoint struct {
	mu     sync.Mutex
	got    []string // path, Authorization, state
	answer func(w http.ResponseWriter, r *http.Request)
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, word, _ := strings.Cut(string(body), `"stateInstance":"`)
	word, _, _ = strings.Cut(word, `"`)
	e.mu.Lock()
	e.got = append(e.got, strings.Join(strings.Fields(r.URL.Path+" "+r.Header.Get("Authorization")+" "+word), " "))
	answer := e.answer
	e.mu.Unlock()
	if answer != nil {
		answer(w, r)
	}
}

func (e *endpoint) expect(t *testing.T, want ...string) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if !slices.Equal(e.got, want) {
		t.Errorf("posted %q, want %q", e.got, want)
	}
	e.got = nil
}

func (e *endpoint) set(answer func(http.ResponseWriter, *http.Request)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answer = answer
}

// delivering runs Deliver until the test ends.
func delivering(t *testing.T, api *instanceapi.Server) *endpoint {
	e := &endpoint{}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { api.Deliver(ctx, simulator.Transport(e)) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return e
}

func TestDeliver(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		e := delivering(b.t, b.api)
		b.telling(`,"webhookUrl":"https://hooks.example/x","webhookUrlToken":"tok"`)
		e.expect(b.t, "/x tok authorized")
		b.must(b.api.SetTelling(number, instanceapi.Telling{Bearer: true}))
		b.must(b.api.Set(number, instanceapi.Blocked))
		b.must(b.api.Plan(number, instanceapi.Step{After: time.Minute, State: instanceapi.Authorized}))
		time.Sleep(59 * time.Second)
		e.expect(b.t, "/x Bearer tok blocked")
		time.Sleep(2 * time.Second)
		e.expect(b.t, "/x Bearer tok authorized")
		if v := b.snapshot(); v.Notices != 0 {
			b.t.Errorf("%d wait", v.Notices)
		}
		b.expect(b.post("setSettings", `{"webhookUrl":"","webhookUrlToken":""}`), 200, `{"saveSettings":true}`)
		time.Sleep(time.Minute)
		e.expect(b.t, "/x Bearer tok starting")
		b.must(b.api.Set(number, instanceapi.Blocked))
		time.Sleep(time.Minute)
		e.expect(b.t)
		if got := b.drain(); fmt.Sprint(got) != "[authorized blocked]" {
			b.t.Errorf("received %v", got)
		}
	})
}

func TestDeliverAgain(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		e := delivering(b.t, b.api)
		b.telling(`,"webhookUrl":"https://hooks.example"`)
		e.expect(b.t, "authorized")
		e.set(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
		b.must(b.api.Set(number, instanceapi.Blocked))
		b.must(b.api.Set(number, instanceapi.Authorized))
		time.Sleep(61 * time.Second)
		e.expect(b.t, "blocked", "blocked") // the second one waits behind the first
		e.set(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		time.Sleep(2 * time.Minute)
		b.must(b.api.HoldQueue(number, false)) // whatever changes, one is under way
		time.Sleep(2 * time.Minute)
		e.expect(b.t, "blocked") // given up after 3 minutes
		e.set(nil)
		time.Sleep(time.Minute)
		e.expect(b.t, "blocked", "authorized")
		statuses := []int{}
		for _, p := range b.counters().Posts {
			statuses = append(statuses, p.Status)
		}
		if want := []int{200, 503, 503, 0, 200, 200}; !slices.Equal(statuses, want) {
			b.t.Errorf("counted as %v, want %v", statuses, want)
		}
	})
}

// One endpoint that hangs holds up its own instance alone, and a URL that is none is tried like any other.
func TestDeliverSeparately(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		e := delivering(b.t, b.api)
		const other = "410022705196"
		b.must(b.api.Add(instanceapi.Instance{ID: other, Token: token, Line: instanceapi.Telegram}))
		r := b.do(b.t.Context(), "POST", "/waInstance"+other+"/setSettings/"+token, `{"stateWebhook":"yes","webhookUrl":"https://hooks.example/other"}`)
		b.expect(r, 200, `{"saveSettings":true}`)
		e.set(func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/x" {
				<-r.Context().Done()
			}
		})
		b.telling(`,"webhookUrl":"https://hooks.example/x"`)
		b.must(b.api.Set(other, instanceapi.Blocked))
		time.Sleep(time.Second)
		e.mu.Lock()
		got := strings.Join(e.got, ", ")
		e.mu.Unlock()
		if !strings.Contains(got, "/x authorized") || !strings.Contains(got, "/other blocked") {
			b.t.Errorf("posted %s", got)
		}
		b.must(b.api.Notify(other, `{"typeWebhook":"other"}`))
		e.set(nil)
		r = b.do(b.t.Context(), "POST", "/waInstance"+other+"/setSettings/"+token, `{"webhookUrl":"://"}`)
		b.expect(r, 200, `{"saveSettings":true}`)
		time.Sleep(time.Hour)
		v, err := b.api.Snapshot(other)
		b.must(err)
		if v.Notices != 1 { // authorized, after the restart
			b.t.Errorf("%d wait for a URL that is none", v.Notices)
		}
	})
}
