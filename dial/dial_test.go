package dial

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"greenwatch/dial/dialtest"
)

func TestMain(m *testing.M) {
	dialtest.Install()
	goleak.VerifyTestMain(m)
}

var (
	six, six2   = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
	four, four2 = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
)

// A verdict about a family ends by itself after 10 minutes, and as soon as it works.
func TestAFamilyIsRememberedForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := New(Options{Timeout: time.Second})
		expect := func(want ...netip.Addr) {
			t.Helper()
			for i, a := range d.memory.order("x", []netip.Addr{six, six2, four, four2}) {
				if a != want[i] {
					t.Errorf("%d is %s, want %s", i, a, want[i])
				}
			}
		}
		expect(six, four, six2, four2)
		if !d.memory.blame("x", IPv6, "why") || d.memory.blame("x", IPv6, "why") {
			t.Error("it is news once")
		}
		expect(four, six, four2, six2)
		time.Sleep(remember - time.Second)
		expect(four, six, four2, six2)
		time.Sleep(time.Second)
		expect(six, four, six2, four2)
		d.memory.blame("x", IPv6, "why")
		time.Sleep(time.Second)
		d.memory.blame("x", IPv4, "why")
		expect(six, four, six2, four2) // the one that failed longer ago
		d.memory.hear("x", IPv4)
		expect(four, six, four2, six2)
		d.memory.hear("x", IPv6)
		expect(six, four, six2, four2)
		if d.memory.blame("y", IPv6, "why") {
			t.Error("a name with one family has no other")
		}
	})
}

// Only addresses that had more time than the one that worked are blamed; if none worked, nobody is.
func TestWhoIsBlamed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		tried     []result
		connected bool
		want      bool
	}{
		"failed before":  {[]result{{address: six, err: io.EOF}, {address: four}}, true, true},
		"slower":         {[]result{{address: four}, {address: six, err: errSlow}}, true, true},
		"its own family": {[]result{{address: four2, err: io.EOF}, {address: four}}, true, false},
		"nothing worked": {[]result{{address: six, err: io.EOF}, {address: four, err: io.EOF}}, false, false},
	} {
		d := New(Options{Timeout: time.Second})
		d.memory.order("x", []netip.Addr{six, four})
		d.memory.learn("x", test.tried, test.connected)
		if got := d.memory.order("x", []netip.Addr{six, four})[0] == four; got != test.want {
			t.Errorf("%s: IPv6 is blamed: %t", name, got)
		}
	}
}

func TestEveryReasonIsNamed(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	dialtest.Beside(t, server.Listener.Addr(), dialtest.Resets)
	url := "https://" + strings.Replace(server.Listener.Addr().String(), "127.0.0.1", dialtest.Name, 1)
	transport := New(Options{Timeout: time.Second}).Over(&http.Transport{})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	_, err = transport.RoundTrip(r)
	if err == nil || !strings.Contains(err.Error(), "IPv6: TLS handshake: ") || !strings.Contains(err.Error(), "IPv4: ") {
		t.Errorf("got %v", err)
	}
	if op, ok := errors.AsType[*net.OpError](err); !ok || op.Op != "dial" {
		t.Errorf("it looks as if something had been sent: %#v", err)
	}
	r.URL.Host = "no-such-name.test"
	if _, err = transport.RoundTrip(r); err == nil {
		t.Error("a name without an address")
	}
	if _, ok := errors.AsType[*net.DNSError](err); !ok {
		t.Errorf("got %v", err)
	}
}

// A request without an answer says nothing of the way while others are answered there.
func TestOneSlowAnswerIsNoVerdict(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-held
		}
	}))
	defer server.Close()
	defer close(held)
	var log bytes.Buffer
	d := New(Options{Timeout: time.Second, Log: slog.New(slog.NewTextHandler(&log, nil))})
	transport := d.Over(&http.Transport{})
	defer transport.CloseIdleConnections()
	blamed := func() bool { return strings.Contains(log.String(), "family=IPv4") }
	address := strings.Replace(server.URL, "127.0.0.1", dialtest.Name, 1)
	ask := func(ctx context.Context, path string) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+path, http.NoBody)
		if err != nil {
			return err
		}
		resp, err := transport.RoundTrip(r)
		if err == nil {
			err = resp.Body.Close()
		}
		return err
	}
	slow := make(chan error)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	go func() { slow <- ask(ctx, "/slow") }()
	for range 10 {
		if err := ask(t.Context(), "/"); err != nil {
			t.Error(err)
		}
		select {
		case err := <-slow:
			t.Fatal("too early", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	if err := <-slow; err == nil || blamed() {
		t.Errorf("%v; logged %s", err, &log)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := ask(gone, "/slow"); err == nil || blamed() {
		t.Errorf("who leaves: %v; logged %s", err, &log)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := ask(ctx, "/slow"); err == nil || !blamed() {
		t.Errorf("nothing else is answered: %v; logged %s", err, &log)
	}
}

func TestHTTP2IsSpoken(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	trusting, ok := server.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatal("no transport")
	}
	transport := New(Options{Timeout: time.Second}).Over(&http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: trusting.TLSClientConfig.Clone()})
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _ = resp.Body.Close(); resp.ProtoMajor != 2 {
		t.Errorf("it speaks %s", resp.Proto)
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	dialtest.Beside(t, server.Listener.Addr(), dialtest.Resets)
	found, err := Probe(t.Context(), strings.Replace(server.URL, "127.0.0.1", dialtest.Name, 1)+"/secret-path")
	if err != nil || len(found) != 2 || found[0].Family == found[1].Family {
		t.Fatalf("%v, %v", found, err)
	}
	for _, f := range found {
		if (f.Err == nil) != (f.Family == IPv4) {
			t.Errorf("%s: %v", f.Family, f.Err)
		}
	}
}
