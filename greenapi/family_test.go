package greenapi

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"greenwatch/dial"
	"greenwatch/dial/dialtest"
	"greenwatch/monitor"
	"greenwatch/secret"
)

// A name with two addresses, the first of which accepts and does not work. What was not sent goes by the other, once; what
// was sent and not answered is not sent again, and the next call goes by the other.
func TestAnAddressThatDoesNotWork(t *testing.T) {
	t.Parallel()
	for name, treat := range map[string]func(net.Conn){"resets": dialtest.Resets, "hangs": dialtest.Hangs} {
		for _, secure := range []bool{true, false} {
			t.Run(strings.Join([]string{name, map[bool]string{true: "https", false: "http"}[secure]}, ", "), func(t *testing.T) {
				t.Parallel()
				var reboots atomic.Int32
				server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if strings.Contains(r.URL.Path, "/reboot/") {
						reboots.Add(1)
					}
					_, _ = w.Write([]byte(`{"stateInstance":"authorized","isReboot":true}`))
				}))
				if server.Start(); secure {
					server.Close()
					server = httptest.NewTLSServer(server.Config.Handler)
				}
				t.Cleanup(server.Close)
				dialtest.Beside(t, server.Listener.Addr(), treat)
				const id = monitor.InstanceID("7105000017")
				client, err := New(Options{Timeout: 3 * time.Second, Credentials: []Credential{{
					ID: id, Token: secret.New("tokenTokenToken"), URL: strings.Replace(server.URL, "127.0.0.1", dialtest.Name, 1),
				}}})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(client.CloseIdleConnections)
				if secure {
					roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
					for _, own := range []http.RoundTripper{client.reads, client.acts} {
						own.(*dial.Transport).TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: "example.com"}
					}
				}
				o := client.Reboot(t.Context(), id)
				switch {
				case secure && (o.Kind != monitor.OutcomeAccepted || reboots.Load() != 1):
					t.Errorf("nothing had been sent: %+v, %d reboots", o, reboots.Load())
				case !secure && (o.Kind != monitor.OutcomeUnknown || reboots.Load() != 0):
					t.Errorf("it may have arrived: %+v, %d reboots", o, reboots.Load())
				}
				if r := client.State(t.Context(), id); r.Answer != monitor.Answered {
					t.Errorf("afterwards: %+v", r)
				}
			})
		}
	}
}
