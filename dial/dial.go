// Package dial connects to names some of whose addresses do not work: one may accept and then say nothing, as IPv6
// does on many machines, or be filtered on the way. It knows nothing of the rest of greenwatch.
//
// A connection counts as made when its TLS handshake has ended, and as working when an answer has begun. If an address fails
// before, the next is tried, of the other family first; nothing has been sent by then. If a request gets no answer, it may
// have arrived, and is never sent again here; but the next one goes over the other family. Which family failed is remembered
// for 10 minutes, or until it has worked.
package dial

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const (
	headStart = time.Second      // of an address before the next is tried beside it
	remember  = 10 * time.Minute // that a family failed
)

// Options are what a Dialer is made of.
type Options struct {
	Timeout   time.Duration // of the connection, and again of the handshake; required
	KeepAlive time.Duration // as in net.Dialer
	Log       *slog.Logger  // of families that fail; nil: nothing is logged
}

// Dialer makes connections, and remembers which families of addresses failed. It is safe for concurrent use.
type Dialer struct {
	net     net.Dialer
	timeout time.Duration
	memory  memory
}

// New makes a dialer, and no connection.
func New(o Options) *Dialer {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Dialer{net: net.Dialer{Timeout: o.Timeout, KeepAlive: o.KeepAlive}, timeout: o.Timeout, memory: memory{log: o.Log, hosts: map[string]*host{}}}
}

// Family is the kind of an address.
type Family string

// The families.
const (
	IPv4 Family = "IPv4"
	IPv6 Family = "IPv6"
)

func familyOf(a netip.Addr) Family {
	if a.Is4() || a.Is4In6() {
		return IPv4
	}
	return IPv6
}

// dial connects to one address of name:port after another until open has succeeded with one. It gives every address a head
// start, and the first that has succeeded is the connection; the others are closed.
func (d *Dialer) dial(ctx context.Context, network, address string, config *tls.Config) (net.Conn, error) {
	name, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	addresses, err := d.lookup(ctx, name)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err} // as net.Dialer says it
	}
	r := &race{dialer: d, network: network, port: port, config: config, results: make(chan result, len(addresses))}
	conn, err := r.run(ctx, d.memory.order(name, addresses))
	d.memory.learn(name, r.tried, conn != nil)
	return conn, err
}

// lookup is bounded too: net/http goes on with a connection for which nobody waits any more.
func (d *Dialer) lookup(ctx context.Context, name string) ([]netip.Addr, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	return lookup(ctx, name)
}

func lookup(ctx context.Context, name string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{a}, nil
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
	for i := range addresses {
		addresses[i] = addresses[i].Unmap()
	}
	if err == nil && len(addresses) == 0 {
		err = &net.DNSError{Err: "no address", Name: name, IsNotFound: true}
	}
	return addresses, err
}

// open connects, and shakes hands if there is a config.
func (d *Dialer) open(ctx context.Context, network, address string, config *tls.Config) (net.Conn, error) {
	conn, err := d.net.DialContext(ctx, network, address)
	if err != nil || config == nil {
		return conn, err
	}
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, &net.OpError{Op: "dial", Net: network, Addr: conn.RemoteAddr(), Err: handshakeError{err}}
	}
	return secure, nil
}

// handshakeError says where a connection failed.
type handshakeError struct{ error }

func (e handshakeError) Error() string { return "TLS handshake: " + e.error.Error() }
func (e handshakeError) Unwrap() error { return e.error }

// Timeout makes a handshake that took too long a time-out, as net.Error has it.
func (e handshakeError) Timeout() bool {
	var timeout interface{ Timeout() bool }
	return errors.As(e.error, &timeout) && timeout.Timeout()
}

// race is one call of dial.
type race struct {
	dialer  *Dialer
	network string
	port    string
	config  *tls.Config
	results chan result
	begun   []netip.Addr // in this order
	tried   []result     // in the order in which they ended; those that had more time than the winner are at the end, with errSlow
}

type result struct {
	address netip.Addr
	conn    net.Conn
	err     error
}

var errSlow = errors.New("it was slower than the other")

func (r *race) run(ctx context.Context, addresses []netip.Addr) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	next := time.NewTimer(0)
	defer next.Stop()
	for len(addresses) > 0 || len(r.tried) < len(r.begun) {
		select {
		case <-next.C:
			if len(addresses) == 0 {
				continue
			}
			r.begun = append(r.begun, addresses[0])
			go r.try(ctx, addresses[0])
			addresses = addresses[1:]
			next.Reset(headStart)
		case got := <-r.results:
			r.tried = append(r.tried, got)
			if got.err == nil {
				r.leave(got.address)
				return got.conn, nil
			}
			next.Reset(0)
		}
	}
	return nil, r.failure()
}

func (r *race) try(ctx context.Context, a netip.Addr) {
	conn, err := r.dialer.open(ctx, r.network, net.JoinHostPort(a.String(), r.port), r.config)
	r.results <- result{a, conn, err} // there is room for all
}

// leave closes what the others still bring; their context has ended by then.
func (r *race) leave(winner netip.Addr) {
	under := len(r.begun) - len(r.tried)
	for _, a := range r.begun[:slices.Index(r.begun, winner)] {
		if !slices.ContainsFunc(r.tried, func(t result) bool { return t.address == a }) {
			r.tried = append(r.tried, result{address: a, err: errSlow})
		}
	}
	go func() {
		for range under {
			if late := <-r.results; late.conn != nil {
				_ = late.conn.Close()
			}
		}
	}()
}

// failure is why there is no connection. Of several reasons it is like the first, and its text has them all.
func (r *race) failure() error {
	if len(r.tried) == 1 {
		return r.tried[0].err
	}
	f := failures{}
	for _, t := range r.tried {
		f = append(f, failed{familyOf(t.address), t.err})
	}
	return &net.OpError{Op: "dial", Net: r.network, Err: f}
}

type failed struct {
	family Family
	err    error
}

type failures []failed

// Error names the family of each.
func (f failures) Error() string {
	all := make([]string, 0, len(f))
	for _, one := range f {
		all = append(all, fmt.Sprintf("%s: %v", one.family, plain(one.err)))
	}
	return strings.Join(all, "; ")
}

// Unwrap gives all causes.
func (f failures) Unwrap() []error {
	all := make([]error, 0, len(f))
	for _, one := range f {
		all = append(all, one.err)
	}
	return all
}

// Timeout reports whether the last one was not answered in time.
func (f failures) Timeout() bool {
	var timeout interface{ Timeout() bool }
	return errors.As(f[len(f)-1].err, &timeout) && timeout.Timeout()
}

// plain is the cause of an error of a connection, without addresses.
func plain(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}
