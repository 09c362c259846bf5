package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"greenwatch/secret"
	"greenwatch/simulator/instanceapi"
	"greenwatch/storage"
	"greenwatch/storage/storagetest"
)

const (
	hookToken = "hook-token-of-the-house-0123456789"
	gateToken = "gate-token-of-the-house-0123456789"
)

// locked gives the house both tokens.
func (h *house) locked() {
	h.cfg.WebhookToken, h.cfg.GateToken = secret.New(hookToken), secret.New(gateToken)
}

// call makes a request of the program's pages, without a socket.
func (h *house) call(a *app, r *http.Request, token string) (int, string) {
	h.t.Helper()
	r.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	a.server.Handler.ServeHTTP(answer, r)
	_, _ = fmt.Fprintln(h.logged, answer.Header(), answer.Body) // no token there either
	return answer.Code, answer.Body.String()
}

func (h *house) notify(a *app, id string, s instanceapi.State, token string) (int, string) {
	h.t.Helper()
	body := fmt.Sprintf(`{"typeWebhook":"stateInstanceChanged","instanceData":{"idInstance":%s,"wid":"79990000001@c.us","typeInstance":"whatsapp"},"timestamp":%d,"stateInstance":%q}`,
		id, time.Now().Unix(), s)
	return h.call(a, httptest.NewRequestWithContext(h.t.Context(), http.MethodPost, "/webhook/green-api", bytes.NewBufferString(body)), token)
}

// wantNotified posts a notification and checks what is answered.
func (h *house) wantNotified(id string, s instanceapi.State, status int, result string) {
	h.t.Helper()
	if got, body := h.notify(h.app, id, s, hookToken); got != status || !strings.Contains(body, `"`+result+`"`) {
		h.t.Errorf("%s of %s is answered %d %s, want %d %s", s, id, got, body, status, result)
	}
}

// wantGate checks the gate of an instance.
func (h *house) wantGate(a *app, id string, status int, state instanceapi.State) {
	h.t.Helper()
	got, body := h.call(a, httptest.NewRequestWithContext(h.t.Context(), http.MethodGet, "/gate/"+id, nil), gateToken)
	var gate struct {
		Open, Sure bool
		State      string
	}
	if err := json.Unmarshal([]byte(body), &gate); err != nil {
		h.t.Fatal(err)
	}
	if got != status || gate.Open != (status == http.StatusOK) || gate.State != string(state) || gate.Sure != (state != "") {
		h.t.Errorf("the gate of %s is %d %s, want %d %s", id, got, strings.TrimSpace(body), status, state)
	}
}

func TestANotificationIsToldWithinSeconds(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 3, func(t *testing.T, h *house) {
		h.locked()
		h.start()
		h.wantGate(h.app, first, http.StatusOK, "")
		h.pass(2*time.Minute + 5*time.Second)
		h.wantGate(h.app, first, http.StatusOK, instanceapi.Authorized)

		before := h.count()
		if status, _ := h.notify(h.app, first, instanceapi.Blocked, "another-token-0123456789"); status != http.StatusUnauthorized {
			t.Errorf("another token is answered %d", status)
		}
		h.wantNotified(first, instanceapi.Blocked, http.StatusOK, "no_news") // a forgery
		h.wantNotified("7105999999", instanceapi.Blocked, http.StatusOK, "unknown_instance")
		h.pass(10 * time.Second)
		if n := h.count(); n != before {
			t.Errorf("%d messages of what is not so:\n%s", n-before, h.transcript(opsGroup))
		}

		h.set(first, instanceapi.NotAuthorized)
		h.wantNotified(first, instanceapi.NotAuthorized, http.StatusOK, "committed")
		h.pass(3 * time.Second)
		h.everywhere("logged out of WhatsApp")
		h.wantGate(h.app, first, http.StatusServiceUnavailable, instanceapi.NotAuthorized)
		h.restart()
		h.wantGate(h.app, first, http.StatusServiceUnavailable, instanceapi.NotAuthorized)
		h.pass(10 * time.Second)

		h.set(first, instanceapi.Authorized)
		h.wantNotified(first, instanceapi.Authorized, http.StatusOK, "committed")
		h.pass(3 * time.Second)
		h.wantGate(h.app, first, http.StatusOK, instanceapi.Authorized)
		page := h.metricsPage()
		for _, want := range []string{
			`greenwatch_webhook_requests_total{reason="committed"} 1`, `greenwatch_webhook_requests_total{reason="crowded"} 0`,
			`greenwatch_webhook_claims_total{end="first"} 1`,
		} {
			if !strings.Contains(page, want) {
				t.Errorf("/metrics has no %s", want)
			}
		}
	})
}

// Who waits for a gate hears of the change at once, and is let go at the end.
func TestAGateIsHeld(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 1, func(t *testing.T, h *house) {
		h.locked()
		h.start()
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.Blocked)
		held, took := make(chan int, 1), time.Now()
		go func() {
			status, _ := h.call(h.app, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/gate/"+first+"?wait=60s", nil), gateToken)
			took = time.Now()
			held <- status
		}()
		h.pass(time.Second)
		h.wantNotified(first, instanceapi.Blocked, http.StatusOK, "committed")
		committed := time.Now()
		if status := <-held; status != http.StatusServiceUnavailable || took.Sub(committed) > time.Second {
			t.Errorf("held until %s after the change, and answered %d", took.Sub(committed), status)
		}
	})
}

func TestTheGateIsRightWithoutADatabase(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 2, func(t *testing.T, h *house) {
		h.locked()
		var outage storagetest.Outage
		a := h.startOver(&outage)
		h.app = a
		h.pass(2*time.Minute + 5*time.Second)
		outage.Begin(storage.ErrAway)
		h.set(first, instanceapi.NotAuthorized)
		if status, body := h.notify(a, first, instanceapi.NotAuthorized, hookToken); status != http.StatusServiceUnavailable {
			t.Errorf("what could not be kept is answered %d %s", status, body)
		}
		h.wantGate(a, first, http.StatusServiceUnavailable, instanceapi.NotAuthorized)
		h.set(first, instanceapi.Authorized)
		h.pass(2 * time.Minute)
		h.wantGate(a, first, http.StatusOK, instanceapi.Authorized)
		h.set(first, instanceapi.Blocked)
		h.pass(2 * time.Minute)
		h.wantGate(a, first, http.StatusServiceUnavailable, instanceapi.Blocked)
		outage.End()
		h.pass(time.Minute)
		h.wantNotified(first, instanceapi.Blocked, http.StatusOK, "no_news")
		h.wantGate(a, first, http.StatusServiceUnavailable, instanceapi.Blocked)
	})
}

// A gate that is held is answered at the end, and does not put it off.
func TestAHeldGateDoesNotHoldUpTheEnd(t *testing.T) {
	t.Parallel()
	var listening net.ListenConfig
	listener, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan struct{})
	a := &app{log: slog.New(slog.DiscardHandler), listener: listener, server: &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(asked)
			<-r.Context().Done()
			w.WriteHeader(http.StatusServiceUnavailable)
		}),
		ReadHeaderTimeout: 5 * time.Second,
	}}
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.serve(ctx) }()
	go func() {
		<-asked
		end()
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if err := <-ended; err != nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("answered %d, ended with %v", resp.StatusCode, err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("the end took %s", took)
	}
}
