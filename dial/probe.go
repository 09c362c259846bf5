package dial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
)

// Finding is how an address of one family answers.
type Finding struct {
	Family Family
	Err    error // nil: it works
}

// Probe asks the server of a URL for its first page, without anything else of the URL, over an address of each family that its
// name and this machine have, all at once.
func Probe(ctx context.Context, server string) ([]Finding, error) {
	u, err := url.Parse(server)
	if err != nil || u.Hostname() == "" {
		return nil, errors.New("dial: the URL is not usable") // it may hold a secret
	}
	addresses, err := lookup(ctx, u.Hostname())
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	var found []Finding
	var asking sync.WaitGroup
	for _, a := range firstOfEach(addresses) {
		found = append(found, Finding{Family: familyOf(a)})
	}
	for i, a := range firstOfEach(addresses) {
		asking.Go(func() { found[i].Err = ask(ctx, u, a) })
	}
	asking.Wait()
	var ours []Finding
	for _, f := range found {
		if !missing(f.Err) {
			ours = append(ours, f)
		}
	}
	return ours, nil
}

func firstOfEach(addresses []netip.Addr) []netip.Addr {
	var first []netip.Addr
	for _, a := range addresses {
		if len(first) == 0 || len(first) == 1 && familyOf(first[0]) != familyOf(a) {
			first = append(first, a)
		}
	}
	return first
}

// ask returns nil if an answer begins.
func ask(ctx context.Context, u *url.URL, a netip.Addr) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}).String(), http.NoBody)
	if err != nil {
		return err
	}
	var dialer net.Dialer
	t := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return dialer.DialContext(ctx, network, net.JoinHostPort(a.String(), port))
	}}
	resp, err := t.RoundTrip(r)
	if err != nil {
		return plain(err)
	}
	return resp.Body.Close()
}

// missing reports whether this machine has no addresses of the family, which is no fault.
func missing(err error) bool {
	return errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT)
}
