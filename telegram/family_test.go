package telegram

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"greenwatch/dial/dialtest"
	"greenwatch/secret"
	"greenwatch/simulator/botapi"
)

// twoAddresses is a client of a Bot API whose name has two addresses; treat is what the first one does with connections.
func twoAddresses(t *testing.T, tlsOn bool, treat func(net.Conn), proxies ...Proxy) (*Client, *botapi.Server, *logged) {
	t.Helper()
	scheme := "http"
	if tlsOn {
		scheme = "https"
	}
	server, url := theBotAPI(t, scheme)
	host := strings.TrimPrefix(url, scheme+"://")
	address, err := net.ResolveTCPAddr("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	dialtest.Beside(t, address, treat)
	log := &logged{}
	c, err := New(Options{
		Token: secret.New(testToken), APIURL: strings.Replace(url, "127.0.0.1", dialtest.Name, 1), Proxies: proxies,
		Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	roots := s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs // httptest's
	transport := directTransport(t, c)
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: "example.com"}
	t.Cleanup(transport.CloseIdleConnections)
	return c, server, log
}

// A name with two addresses, of which the first accepts and does not shake hands: the request goes by the other, at once
// where it is reset, and is sent once.
func TestAnAddressThatDoesNotShakeHands(t *testing.T) {
	t.Parallel()
	for name, treat := range map[string]func(net.Conn){"resets": dialtest.Resets, "hangs": dialtest.Hangs} {
		for way, proxies := range map[string][]Proxy{"": nil, "one of the ways": {{}}} {
			t.Run(name+" "+way, func(t *testing.T) {
				t.Parallel()
				var tries atomic.Int32
				c, server, log := twoAddresses(t, true, func(conn net.Conn) {
					tries.Add(1)
					treat(conn)
				}, proxies...)
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				for _, text := range []string{"one", "two"} {
					if err := say(ctx, c, text); err != nil {
						t.Fatal(err)
					}
				}
				directTransport(t, c).CloseIdleConnections()
				if err := say(ctx, c, "three"); err != nil {
					t.Fatal(err)
				}
				expectHeard(t, server, "one two three")
				if tries.Load() != 1 || strings.Count(log.String(), "an address family fails") > 1 {
					t.Errorf("the address that fails was tried %d times; logged:\n%s", tries.Load(), log)
				}
			})
		}
	}
}

// Where the request was sent and no answer begins, it may have arrived, and is not sent again; the next one goes the other way.
func TestAnAddressThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for name, treat := range map[string]func(net.Conn){"resets": dialtest.Resets, "hangs": dialtest.Hangs} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var tries atomic.Int32
			c, server, log := twoAddresses(t, false, func(conn net.Conn) {
				tries.Add(1)
				treat(conn)
			})
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := say(ctx, c, "one"); err == nil || !MaybeSent(err) {
				t.Errorf("the first: %v", err)
			}
			for _, text := range []string{"two", "three"} {
				if err := say(t.Context(), c, text); err != nil {
					t.Error(err)
				}
			}
			expectHeard(t, server, "two three")
			if text := log.String(); tries.Load() != 1 || !strings.Contains(text, "family=IPv6") {
				t.Errorf("the address that fails was tried %d times; logged:\n%s", tries.Load(), text)
			}
		})
	}
}
