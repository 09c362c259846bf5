package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/monitor"
)

// parse reads the few fields that these tests send.
func parse(body []byte) (Notification, error) {
	var said struct {
		Type     string `json:"typeWebhook"`
		Instance struct {
			ID json.Number `json:"idInstance"`
		} `json:"instanceData"`
		At    int64         `json:"timestamp"`
		State monitor.State `json:"stateInstance"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return Notification{}, err
	}
	if said.Type == "panic" {
		panic("a body that breaks the parser")
	}
	return Notification{
		StateChanged: said.Type == "stateInstanceChanged", Instance: monitor.InstanceID(said.Instance.ID),
		State: said.State, At: time.Unix(said.At, 0),
	}, nil
}

func notification(id, state string, at int64) string {
	return fmt.Sprintf(`{"typeWebhook":"stateInstanceChanged","instanceData":{"idInstance":%s,"wid":"79000000001@c.us","typeInstance":"whatsapp"},"timestamp":%d,"stateInstance":%q}`, id, at, state)
}

// desk settles claims by a func, and keeps what it was asked.
type desk struct {
	settle func(ctx context.Context, c Claim) (Outcome, error)

	mu     sync.Mutex
	claims []Claim
	counts map[Reason]int
}

func (d *desk) Claim(ctx context.Context, c Claim) (Outcome, error) {
	d.mu.Lock()
	d.claims = append(d.claims, c)
	d.mu.Unlock()
	return d.settle(ctx, c)
}

func (d *desk) counted(r Reason) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.counts == nil {
		d.counts = map[Reason]int{}
	}
	d.counts[r]++
}

// seen gives the claims and counts so far.
func (d *desk) seen() ([]Claim, map[Reason]int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.claims), maps.Clone(d.counts)
}

func (d *desk) options() Options {
	return Options{Webhook: Webhook{Token: token(webhookToken), Parse: parse, Claims: d, Counted: d.counted}}
}

func commits(context.Context, Claim) (Outcome, error) { return OutcomeCommitted, nil }

func never(ctx context.Context, _ Claim) (Outcome, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

const hook = "POST /webhook/green-api"

func TestWebhookAnswers(t *testing.T) {
	t.Parallel()
	settled := func(o Outcome, err error) func(context.Context, Claim) (Outcome, error) {
		return func(context.Context, Claim) (Outcome, error) { return o, err }
	}
	change := notification(instance, "notAuthorized", 1586700690)
	message := `{"typeWebhook":"incomingMessageReceived","instanceData":{"idInstance":7105000017}}`
	bearer := "Bearer " + webhookToken
	tests := map[string]struct {
		authorization, body string
		settle              func(context.Context, Claim) (Outcome, error)
		status              int
		reason              Reason
	}{
		"committed":            {bearer, change, commits, 200, Committed},
		"no news":              {bearer, change, settled(OutcomeNoNews, nil), 200, NoNews},
		"unknown instance":     {bearer, change, settled(OutcomeUnknown, nil), 200, UnknownInstance},
		"raw token":            {webhookToken, change, commits, 200, Committed},
		"scheme in small":      {"bearer  " + webhookToken, change, commits, 200, Committed},
		"basic":                {"Basic " + webhookToken, change, commits, 200, Committed},
		"another type":         {bearer, message, nil, 200, OtherType},
		"garbage":              {bearer, "<html>", nil, 200, Garbage},
		"empty":                {bearer, "", nil, 200, Garbage},
		"the parser panics":    {bearer, `{"typeWebhook":"panic"}`, nil, 200, Garbage},
		"a MiB":                {bearer, change + strings.Repeat(" ", maxBody-len(change)), commits, 200, Committed},
		"over a MiB":           {bearer, strings.Repeat(" ", maxBody+1), nil, 200, Oversize},
		"far over a MiB":       {bearer, strings.Repeat(" ", 5<<20), nil, 200, Oversize},
		"no token":             {"", change, nil, 401, Unauthorized},
		"wrong token":          {"Bearer " + webhookToken + "x", change, nil, 401, Unauthorized},
		"half a token":         {"Bearer " + webhookToken[:10], change, nil, 401, Unauthorized},
		"scheme without token": {"Bearer ", change, nil, 401, Unauthorized},
		"another scheme":       {"Digest " + webhookToken, change, nil, 401, Unauthorized},
		"database fails":       {bearer, change, settled("", errors.New("disk full")), 503, Failed},
		"our bug":              {bearer, change, settled("", nil), 503, Failed},
		"no answer":            {bearer, change, never, 503, Late},
		"claiming panics":      {bearer, change, func(context.Context, Claim) (Outcome, error) { panic("bug") }, 503, Failed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &desk{settle: tt.settle}
				_, client := serve(t, d.options())
				got := call(t, client, hook, tt.authorization, tt.body)
				if got.status != tt.status || !strings.Contains(got.body, string(tt.reason)) {
					t.Errorf("got %d %s", got.status, got.body)
				}
				claims, counts := d.seen()
				if !maps.Equal(counts, map[Reason]int{tt.reason: 1}) {
					t.Errorf("counted %v", counts)
				}
				if (got.header.Get("Retry-After") != "") != (tt.status == 503) {
					t.Errorf("Retry-After: %q", got.header.Get("Retry-After"))
				}
				if claimed := len(claims) == 1; claimed != (tt.settle != nil) {
					t.Errorf("claims: %+v", claims)
				}
			})
		})
	}
}

// endless counts what is read of it.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func TestWebhookDrainsOnlySoMuch(t *testing.T) {
	t.Parallel()
	d, body := &desk{}, &endless{}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/webhook/green-api", body)
	r.Header.Set("Authorization", webhookToken)
	w := httptest.NewRecorder()
	New(d.options()).ServeHTTP(w, r)
	if w.Code != http.StatusOK || body.read > 17<<20 {
		t.Errorf("%d after %d bytes", w.Code, body.read)
	}
}

func TestWebhookWithoutTokenDoesNotExist(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{settle: commits}
		o := d.options()
		o.Webhook.Token = token("")
		_, client := serve(t, o)
		for _, authorization := range []string{"", "Bearer ", "Bearer " + webhookToken} {
			if got := call(t, client, hook, authorization, notification(instance, "blocked", 1)); got.status != 404 {
				t.Errorf("got %d", got.status)
			}
		}
		if claims, _ := d.seen(); len(claims) != 0 {
			t.Errorf("claims: %+v", claims)
		}
	})
}

func TestWebhookClaim(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{settle: commits}
		_, client := serve(t, d.options())
		call(t, client, hook, webhookToken, notification("410022705196", "notAuthorized", 1586700690))
		want := Claim{Instance: "410022705196", State: monitor.NotAuthorized, At: time.Unix(1586700690, 0), Heard: time.Now()}
		if claims, _ := d.seen(); len(claims) != 1 || claims[0] != want {
			t.Errorf("claims: %+v, want %+v", claims, want)
		}
	})
}

// TestWebhookReadsNothingOfStrangers: a 401 does not wait for a body, and a body that drips is given 10 s.
func TestWebhookReadsNothingOfStrangers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		token  string
		length int
		begun  string // what comes of the body, and no more
		within time.Duration
		status string
		reason Reason
	}{
		"stranger":            {"x", 1000, "", 0, "401", Unauthorized},
		"large stranger":      {"x", maxBody, "", 0, "401", Unauthorized},
		"nothing of a body":   {webhookToken, 1000, "", 10 * time.Second, "408", Slow},
		"a part of a body":    {webhookToken, 1000, `{"typeWeb`, 10 * time.Second, "408", Slow},
		"oversize, then none": {webhookToken, maxBody + 100, strings.Repeat(" ", maxBody+1), 10 * time.Second, "200", Oversize},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &desk{}
				p, _ := serve(t, d.options())
				conn := p.dial()
				defer conn.Close()
				begun := time.Now()
				go func() {
					_, _ = fmt.Fprintf(conn, "POST /webhook/green-api HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n%s", tt.token, tt.length, tt.begun)
				}()
				first := make([]byte, len("HTTP/1.1 200"))
				if _, err := conn.Read(first); err != nil || !strings.HasSuffix(string(first), tt.status) {
					t.Errorf("read %q, %v", first, err)
				}
				if took := time.Since(begun); took != tt.within {
					t.Errorf("took %s", took)
				}
				if _, counts := d.seen(); !maps.Equal(counts, map[Reason]int{tt.reason: 1}) {
					t.Errorf("counted %v", counts)
				}
			})
		})
	}
}

// TestWebhookCallerLeaves: the claim is settled all the same.
func TestWebhookCallerLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var settled atomic.Bool
		d := &desk{settle: func(ctx context.Context, _ Claim) (Outcome, error) {
			time.Sleep(3 * time.Second)
			settled.Store(ctx.Err() == nil)
			return OutcomeCommitted, nil
		}}
		p, _ := serve(t, d.options())
		leave(t, p.dial(), notification(instance, "blocked", 1))
		time.Sleep(4 * time.Second)
		if _, counts := d.seen(); !settled.Load() || !maps.Equal(counts, map[Reason]int{Gone: 1}) {
			t.Errorf("settled %t, counted %v", settled.Load(), counts)
		}
	})
}

// leave sends a notification and hangs up a second later.
func leave(t *testing.T, conn net.Conn, body string) {
	t.Helper()
	if _, err := fmt.Fprintf(conn, "POST /webhook/green-api HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n%s", webhookToken, len(body), body); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	_ = conn.Close()
}

func TestReasonsAreAClosedSet(t *testing.T) {
	t.Parallel()
	if got := fmt.Sprint(Reasons()); got != "[committed crowded failed garbage gone late no_news other_type oversize slow unauthorized unknown_instance]" {
		t.Error(got)
	}
}
