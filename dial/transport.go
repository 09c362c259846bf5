package dial

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// Transport is an http.Transport whose connections a Dialer makes, and which tells it of requests without an answer.
type Transport struct {
	*http.Transport
	dialer *Dialer // nil: it goes through a proxy, which dials
}

// Over makes t dial by d. A transport with a proxy stays as it is.
func (d *Dialer) Over(t *http.Transport) *Transport {
	if t.Proxy != nil {
		return &Transport{Transport: t}
	}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		return d.dial(ctx, network, address, nil)
	}
	t.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		return d.dial(ctx, network, address, configOf(t, address))
	}
	return &Transport{Transport: t, dialer: d}
}

// configOf is what net/http would shake hands with.
func configOf(t *http.Transport, address string) *tls.Config {
	config := t.TLSClientConfig.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(address)
	}
	return config
}

// RoundTrip implements http.RoundTripper. A request that got no first byte is evidence against the family of its address,
// unless others got theirs over it meanwhile, or somebody has stopped waiting.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.dialer == nil {
		return t.Transport.RoundTrip(r)
	}
	name := r.URL.Hostname()
	var under atomic.Pointer[attempt]
	resp, err := t.Transport.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { under.Store(nil) },
		GotConn: func(i httptrace.GotConnInfo) {
			if family, ok := familyOfConn(i.Conn.RemoteAddr()); ok {
				under.Store(&attempt{family: family, began: time.Now(), reused: i.Reused})
			}
		},
		GotFirstResponseByte: func() {
			if a := under.Load(); a != nil {
				a.answered.Store(true)
				t.dialer.memory.hear(name, a.family)
			}
		},
	})))
	if a := under.Load(); err != nil && a != nil && a.proves(r.Context(), err) && t.dialer.memory.silentSince(name, a.family, a.began) {
		if t.dialer.memory.blame(name, a.family, "a request got no answer") {
			t.CloseIdleConnections() // which are over this family
		}
	}
	return resp, err
}

// attempt is a request that has a connection.
type attempt struct {
	family   Family
	began    time.Time
	reused   bool
	answered atomic.Bool
}

// proves reports whether a failure says something about the way. A connection that was kept may end at any time.
func (a *attempt) proves(ctx context.Context, err error) bool {
	var timeout interface{ Timeout() bool }
	timedOut := errors.As(err, &timeout) && timeout.Timeout()
	return !a.answered.Load() && !errors.Is(ctx.Err(), context.Canceled) && (timedOut || !a.reused)
}
