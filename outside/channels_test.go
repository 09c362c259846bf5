package outside_test

import (
	"context"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/monitor"
	"greenwatch/outside"
	"greenwatch/outside/outsidetest"
	"greenwatch/secret"
)

const text = "🔴 Kazan 07: logged out of WhatsApp\nnotAuthorized since 03:11.\n.\n.hidden\nКазань"

func TestMailArrives(t *testing.T) {
	t.Parallel()
	p := outsidetest.NewMail(t)
	channels, log := open(t, p.Address("ops@example.com"))
	if err := channels.Send(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	mails, _ := p.Got()
	if len(mails) != 1 {
		t.Fatalf("%d mails, want 1", len(mails))
	}
	m, err := mail.ReadMessage(strings.NewReader(mails[0]))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if want := "🔴 Kazan 07: logged out of WhatsApp"; subject != want || err != nil {
		t.Errorf("subject %q (%v), want %q", subject, err, want)
	}
	for _, r := range m.Header.Get("Subject") {
		if r > 127 {
			t.Fatalf("the header is not ASCII: %q", m.Header.Get("Subject"))
		}
	}
	body, _ := io.ReadAll(m.Body)
	if got := strings.TrimSuffix(string(body), "\n"); got != text {
		t.Errorf("body %q, want %q", got, text)
	}
	if log.String() != "" {
		t.Errorf("logged: %s", log)
	}
}

// requests is an HTTP service that keeps what it got.
type requests struct {
	mu     sync.Mutex
	status int
	got    []string
}

func (s *requests) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, r.Method+" "+r.URL.String()+" "+string(body))
	if s.status != 0 {
		w.WriteHeader(s.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"id":"x"}`)
}

func (s *requests) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.got...)
}

func serve(t *testing.T, status int) (*requests, string) {
	t.Helper()
	s := &requests{status: status}
	server := httptest.NewServer(s)
	server.Config.SetKeepAlivesEnabled(false) // a connection that is kept would stop the time of a bubble
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		server.Close()
	})
	return s, strings.TrimPrefix(server.URL, "http://")
}

func TestHTTPServices(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{
		"ntfy":    "ntfy://HOST/watch-topic-9f3a?scheme=http",
		"generic": "generic+http://HOST/hook/k3y-of-the-hook?x=1,2",
		"json":    "generic://HOST/hook?disabletls=yes&template=json",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, host := serve(t, 0)
			channels, _ := open(t, strings.Replace(address, "HOST", host, 1))
			if err := channels.Send(t.Context(), text); err != nil {
				t.Fatal(err)
			}
			got := s.all()
			if len(got) != 1 || !strings.HasPrefix(got[0], "POST /") || !strings.Contains(got[0], "Казань") {
				t.Errorf("got %q", got)
			}
			if name == "generic" && !strings.Contains(got[0], "/hook/k3y-of-the-hook?x=1%2C2 ") && !strings.Contains(got[0], "?x=1,2 ") {
				t.Errorf("the query is lost: %q", got)
			}
			if name == "json" && !strings.Contains(got[0], `"title":"🔴 Kazan 07`) {
				t.Errorf("no title: %q", got)
			}
		})
	}
}

// One channel is enough; the others are tried three times each, named, and nothing of their addresses is shown.
func TestOneOfThreeIsEnough(t *testing.T) {
	t.Parallel()
	good, bad := outsidetest.NewMail(t), outsidetest.NewMail(t)
	bad.Refuse("550 no such mailbox: boss@hidden.example")
	broken, host := serve(t, http.StatusForbidden)
	channels, log := open(t, bad.Address("boss@hidden.example"), good.Address("ops@example.com"), "ntfy://u:n3verseen@"+host+"/topic-unseen?scheme=http")
	synctest.Test(t, func(t *testing.T) {
		if err := channels.Send(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	})
	if mails, tries := good.Got(); len(mails) != 1 || tries != 1 {
		t.Errorf("the good one got %d mails at %d tries", len(mails), tries)
	}
	if _, tries := bad.Got(); tries != 3 {
		t.Errorf("the bad one was tried %d times", tries)
	}
	if n := len(broken.all()); n != 3 {
		t.Errorf("the broken one was tried %d times", n)
	}
	for _, want := range []string{"entry=1", "entry=3", "service=smtp", "service=ntfy", "550", "403"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not in the log:\n%s", want, log)
		}
	}
	unseen(t, log.String(), "pa55word", "hidden", "n3verseen", "topic-unseen", "ops@")
}

func unseen(t *testing.T, shown string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(shown, s) {
			t.Errorf("%q is shown:\n%s", s, shown)
		}
	}
}

func TestNobodyTakesIt(t *testing.T) {
	t.Parallel()
	// A port at which nobody listens.
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	_ = l.Close()
	channels, log := open(
		t, "smtp://watch:pa55word-of-the-mail@"+closed+"/?from=a@hidden.example&to=b@hidden.example",
		"generic+http://"+closed+"/hook/k3y-of-the-hook", "ntfy://:tk_n3verseen@"+closed+"/topic-unseen?scheme=http",
	)
	synctest.Test(t, func(t *testing.T) { err = channels.Send(t.Context(), text) })
	if err == nil {
		t.Fatal("sent")
	}
	for _, want := range []string{"entry 1 (smtp): ", "entry 2 (generic): ", "entry 3 (ntfy): ", "refused"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	unseen(t, err.Error()+log.String(), "pa55word", "hidden", "k3y-of", "n3verseen", "unseen")
}

// A mail server that hangs costs one goroutine, however many messages come.
func TestHangingServer(t *testing.T) {
	t.Parallel()
	p := outsidetest.NewMail(t)
	release := p.Hang()
	channels, _ := open(t, p.Address("ops@example.com"))
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := channels.Send(ctx, text); err == nil {
			t.Error("sent")
		}
		cancel()
	}
	if _, tries := p.Got(); tries != 1 {
		t.Errorf("tried %d times while the first one hangs", tries)
	}
	release()
}

func TestUncertain(t *testing.T) {
	t.Parallel()
	p := outsidetest.NewMail(t)
	release := p.Hang()
	channels, _ := open(t, p.Address("ops@example.com"))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	teller := outside.Teller{Channels: channels, Compose: func(notes []monitor.Note) (string, []monitor.Note) { return text, notes[:1] }}
	s := teller.Tell(ctx, monitor.Outside, make([]monitor.Note, 2))
	if s.End != monitor.SettledAgain || !s.MaybeSent || len(s.Notes) != 1 || s.To != monitor.Outside {
		t.Errorf("settled as %+v", s)
	}
	release()
}

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]string{ // address: what is said of it; empty: nothing
		"smtp://h/?from=a@b.c&to=d@e.f": "", "ntfy://ntfy.sh/topic": "", "generic+https://h/x?y=1,2": "",
		"slack://hook:WNA3PBYV6-F20DUQND3RQ-Webc4MAvoacrpPakR8phF0zi@webhook": "", "matrix://:token@host/": "",
		"pushover://shoutrrr:token@user": "", "discord://token@123": "",

		"telegram://1:n3verseen@telegram?chats=1": "TELEGRAM_CHATS",
		"logger://n3verseen":                      "nobody",
		"matrix://user:n3verseen@host":            "access token",
		"smtp://n3verseen":                        "wants",
		"smtp://h/?from=a&to=b&n3verseen=1":       "wants",
		"ntfy://n3verseen":                        "wants",
		"https://n3verseen/x":                     "not known",
		"n3verseen":                               "no address",
		"n3verseen:x":                             "no address",
		"smtp://%zz:n3verseen@h":                  "no address",
	}
	for address, want := range tests {
		err := outside.Check(secret.New(address))
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", address, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "n3verseen")):
			t.Errorf("%s: got %v, want %q", address, err, want)
		}
	}
	_, err := outside.NewChannels([]secret.Text{secret.New("ntfy://h/t"), secret.New("ntfy://n3verseen")}, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "entry 2") || strings.Contains(err.Error(), "n3verseen") {
		t.Errorf("got %v", err)
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	var masked strings.Builder
	address := secret.New("generic+https://u:pa55word@h.example/hook/k3y-of-the-hook?token=t0ken-of-it&to=greenwatch@x")
	w := secret.NewWriter(&masked, outside.Secrets(address)...)
	_, _ = io.WriteString(w, "pa55word k3y-of-the-hook t0ken-of-it greenwatch "+address.Reveal())
	if got, want := masked.String(), "*** *** *** greenwatch ***"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
