package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"greenwatch/secret"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	webhookToken = "hook-token-0123456789"
	gateToken    = "gate-token-0123456789"
	instance     = "7105000017"
)

// pipes is a listener without a socket, so that a real server and real clients run in virtual time.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

// serve runs a server until the test ends, and gives its listener and a client of it.
func serve(t *testing.T, o Options) (*pipes, *http.Client) {
	t.Helper()
	p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	s := NewServer(ServerOptions{Pages: New(o), Connections: 4096})
	go func() { _ = s.Serve(p) }()
	transport := &http.Transport{
		DialContext:         func(context.Context, string, string) (net.Conn, error) { return p.dial(), nil },
		MaxIdleConnsPerHost: 1000,
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = s.Close()
		time.Sleep(time.Second) // net/http lingers on a connection for half a second
	})
	return p, &http.Client{Transport: transport}
}

type reply struct {
	status int
	header http.Header
	body   string
}

// call makes a request; authorization may be empty.
func call(t *testing.T, c *http.Client, request, authorization, body string) reply {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	r, err := http.NewRequestWithContext(t.Context(), method, "http://greenwatch"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	resp, err := c.Do(r)
	if err != nil {
		t.Errorf("%s: %v", request, err)
		return reply{}
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Errorf("%s: %v", request, err)
	}
	return reply{resp.StatusCode, resp.Header, string(said)}
}

func token(s string) secret.Text { return secret.New(s) }
