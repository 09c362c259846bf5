package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// greenwatch serves the webhook on the loopback, and gives where, and what is claimed.
func greenwatch(t *testing.T, settle func(context.Context, Claim) (Outcome, error)) (string, <-chan Claim) {
	t.Helper()
	claimed := make(chan Claim, 10)
	d := &desk{settle: func(ctx context.Context, c Claim) (Outcome, error) {
		defer func() { claimed <- c }()
		return settle(ctx, c)
	}}
	return loopback(t, New(d.options())), claimed
}

// heard waits for the one claim of what was sent.
func heard(t *testing.T, claimed <-chan Claim, state string) {
	t.Helper()
	select {
	case c := <-claimed:
		if string(c.State) != state || c.Instance != instance || c.At.Unix() != 1586700690 {
			t.Errorf("heard %+v", c)
		}
	case <-time.After(20 * time.Second):
		t.Error("nothing was heard")
	}
}

func TestForwardByCode(t *testing.T) {
	t.Parallel()
	change := notification(instance, "notAuthorized", 1586700690)
	for _, language := range []string{"Python", "JavaScript"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			p := snippet(t, "webhook.md", language)
			tell := func(url, body string) {
				t.Helper()
				tells := program{args: p.args, env: []string{"GREENWATCH_URL=" + url, "WEBHOOK_TOKEN=" + webhookToken}}
				if said := tells.run(t, body); said != "" {
					t.Errorf("it says %q", said)
				}
			}
			url, claimed := greenwatch(t, commits)
			tell(url, `{"typeWebhook":"incomingMessageReceived"}`)
			tell(url, "")
			tell(url, change)
			heard(t, claimed, "notAuthorized")
			if len(claimed) > 0 {
				t.Error("heard twice")
			}
			tell(nobody(t), change)
			tell(loopback(t, says(500, "")), change)

			// Who hangs up before the end has been heard.
			hungUp := make(chan struct{})
			url, claimed = greenwatch(t, func(context.Context, Claim) (Outcome, error) {
				<-hungUp
				return OutcomeCommitted, nil
			})
			tell(url, change)
			close(hungUp)
			heard(t, claimed, "notAuthorized")
		})
	}
}

func TestForwardByNginx(t *testing.T) {
	t.Parallel()
	change := notification(instance, "blocked", 1586700690)
	for name, settle := range map[string]func(answered <-chan struct{}) (Outcome, error){
		"greenwatch answers": func(<-chan struct{}) (Outcome, error) { return OutcomeCommitted, nil },
		"greenwatch fails":   func(<-chan struct{}) (Outcome, error) { return "", errors.New("disk full") },
		"greenwatch is slow": func(answered <-chan struct{}) (Outcome, error) { <-answered; return OutcomeCommitted, nil },
		"greenwatch is away": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answered := make(chan struct{}) // GREEN-API, by the own software
			own := loopback(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if string(body) != change || err != nil {
					t.Errorf("the own software got %q, %v", body, err)
				}
				w.WriteHeader(http.StatusAccepted)
			}))
			url, claimed := nobody(t), (<-chan Claim)(nil)
			if settle != nil {
				url, claimed = greenwatch(t, func(context.Context, Claim) (Outcome, error) { return settle(answered) })
			}
			client := nginx(t, "nginx", strings.NewReplacer("http://127.0.0.1:3000", own, "http://127.0.0.1:8080", url, "WEBHOOK_TOKEN", webhookToken))
			if got := call(t, client, "POST /hooks/whatsapp", "Bearer the-own-token", change); got.status != http.StatusAccepted {
				t.Errorf("GREEN-API got %d %s", got.status, got.body)
			}
			close(answered)
			if settle != nil {
				heard(t, claimed, "blocked")
			}
			if got := call(t, client, "GET /greenwatch", "", ""); got.status != http.StatusNotFound {
				t.Errorf("the mirror's path answers %d", got.status)
			}
		})
	}
}

func TestNginxInFront(t *testing.T) {
	t.Parallel()
	url, claimed := greenwatch(t, commits)
	client := nginx(t, "nginx in front", strings.NewReplacer("http://127.0.0.1:8080", url))
	if got := call(t, client, hook, webhookToken, notification(instance, "blocked", 1586700690)); got.status != http.StatusOK {
		t.Errorf("got %d %s", got.status, got.body)
	}
	heard(t, claimed, "blocked")
	if got := call(t, client, hook, webhookToken, strings.Repeat(" ", 5*maxBody)); got.status != http.StatusOK {
		t.Errorf("far too large: %d %s", got.status, got.body)
	}
	if got := call(t, client, "GET /healthz", "", ""); got.status != http.StatusNotFound {
		t.Errorf("what else there is: %d", got.status)
	}
}

// nginx runs one with the snippet until the test ends, and gives a client of it.
func nginx(t *testing.T, heading string, addresses *strings.Replacer) *http.Client {
	t.Helper()
	p := snippet(t, "webhook.md", heading)
	dir := filepath.Dir(p.args[1])
	socket := filepath.Join(t.TempDir(), "s")
	temporary := ""
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += fmt.Sprintf("%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	write(t, filepath.Join(dir, "nginx.conf"), fmt.Sprintf(
		"daemon off; master_process off; pid %s/pid; error_log stderr crit;\nevents {}\nhttp {\naccess_log off;\n%sserver {\nlisten unix:%s;\n%s}\n}\n",
		dir, temporary, socket, addresses.Replace(block(t, "webhook.md", heading))))
	run := exec.CommandContext(t.Context(), p.args[0], "-e", "stderr", "-p", dir, "-c", filepath.Join(dir, "nginx.conf"))
	var said strings.Builder
	run.Stderr = &said
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = run.Process.Kill()
		_ = run.Wait()
	})
	var dialer net.Dialer
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		for { // until nginx listens
			conn, err := dialer.DialContext(ctx, "unix", socket)
			if err == nil || ctx.Err() != nil {
				return conn, err
			}
			select {
			case <-time.After(10 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 20 * time.Second}
}
