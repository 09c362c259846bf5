package telegram

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"greenwatch/secret"
	"greenwatch/simulator/botapi"
)

var reader = botapi.Person{ID: 501, FirstName: "Ann"}

// theBotAPI is a simulated Telegram behind a real listener.
func theBotAPI(t *testing.T, scheme string) (s *botapi.Server, url string) {
	t.Helper()
	s = botapi.New(botapi.Options{Token: testToken, Username: "watch_bot"})
	s.Open(reader)
	l := httptest.NewUnstartedServer(s)
	l.Config.ErrorLog = log.New(io.Discard, "", 0)
	if scheme == "https" {
		l.EnableHTTP2 = true
		l.StartTLS()
	} else {
		l.Start()
	}
	t.Cleanup(func() {
		l.CloseClientConnections()
		l.Close()
	})
	return s, l.URL
}

// logged is a log that many may write to.
type logged struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// switches expects n lines, one for each switch, without secrets.
func (l *logged) switches(t *testing.T, n int) {
	t.Helper()
	text := l.String()
	mustNotShow(t, text, proxySecrets...)
	if lines := strings.Count(text, "\n"); lines != n || strings.Count(text, "another way") != n {
		t.Errorf("%d lines instead of %d:\n%s", lines, n, text)
	}
}

func newProxied(t *testing.T, apiURL string, addresses ...string) (*Client, *logged) {
	t.Helper()
	var list []Proxy
	for i, address := range addresses {
		p, err := ParseProxy(address)
		if err != nil {
			t.Fatalf("proxy %d: %v", i+1, err)
		}
		list = append(list, p)
	}
	log := &logged{}
	c, err := New(Options{Token: secret.New(testToken), APIURL: apiURL, Proxies: list, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	trust(t, c)
	return c, log
}

func say(ctx context.Context, c *Client, text string) error {
	_, err := c.Send(ctx, Message{To: Address{Chat: reader.ID}, HTML: text})
	return err
}

// heard are the texts that arrived, in order.
func heard(s *botapi.Server) string {
	var texts []string
	for _, m := range s.Transcript(reader.ID) {
		if m.Bot {
			texts = append(texts, m.Text)
		}
	}
	return strings.Join(texts, " ")
}

func expectHeard(t *testing.T, s *botapi.Server, want string) {
	t.Helper()
	if got := heard(s); got != want {
		t.Errorf("arrived: %q, want %q", got, want)
	}
}

// trust makes c believe the certificate of every httptest server.
func trust(t *testing.T, c *Client) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	client, ok := s.Client().Transport.(*http.Transport)
	ways, isProxied := c.http.Transport.(*proxies)
	if !ok || !isProxied {
		t.Fatal("no transports")
	}
	for _, w := range ways.ways {
		w.transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: client.TLSClientConfig.RootCAs}
		t.Cleanup(w.transport.CloseIdleConnections)
	}
}
