package telegram

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"greenwatch/secret"
)

// Proxy is one way to the Bot API: through a proxy or, as the zero Proxy, without one. Printing and encoding it show
// nothing of its address, in which a user and a password may stand.
type Proxy struct {
	address secret.Text
}

// Secrets are what must not be seen of its address anywhere: the whole of it, the password, and user and password as
// they are sent to an HTTP proxy.
func (p Proxy) Secrets() []secret.Text {
	u := p.url()
	if u == nil || u.User == nil {
		return nil
	}
	password, _ := u.User.Password()
	pair := base64.StdEncoding.EncodeToString([]byte(u.User.Username() + ":" + password))
	return []secret.Text{p.address, secret.New(password), secret.New(pair)}
}

// ErrMTProto is what ParseProxy says of an MTProto proxy: it serves Telegram's apps, and the Bot API speaks HTTPS.
var ErrMTProto = errors.New("telegram: an MTProto proxy serves Telegram's apps; the Bot API speaks HTTPS")

var errProxy = errors.New("telegram: a proxy is socks5, socks5h, http or https, ://, perhaps user:password@, and host:port; or the word direct")

// mtproto matches the ways in which MTProto proxies are handed around. See https://core.telegram.org/api/links#mtproxy-links.
var mtproto = regexp.MustCompile(`(?i)^(?:mtpro(?:to|xy):|tg:(?://)?proxy\b|(?:https?://)?(?:www\.)?(?:t\.me|telegram\.(?:me|dog))/proxy\b)`)

// ParseProxy reads the URL of a proxy, or the word direct for the way without one. Schemes are socks5 and socks5h, which
// both leave it to the proxy to resolve names, http and https. Its errors show nothing of s.
func ParseProxy(s string) (Proxy, error) {
	if strings.EqualFold(s, "direct") {
		return Proxy{}, nil
	}
	if mtproto.MatchString(s) {
		return Proxy{}, ErrMTProto
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return Proxy{}, errProxy
	}
	if u.Port() != "" {
		if _, err := strconv.ParseUint(u.Port(), 10, 16); err != nil {
			return Proxy{}, errProxy
		}
	}
	switch u.Scheme {
	case "http", "https":
	case "socks5", "socks5h":
		password, _ := u.User.Password()
		if u.User != nil && (u.User.Username() == "" || max(len(u.User.Username()), len(password)) > 255) { // RFC 1929
			return Proxy{}, errProxy
		}
	default:
		return Proxy{}, errProxy
	}
	return Proxy{secret.New(s)}, nil
}

// url is nil for the way without a proxy.
func (p Proxy) url() *url.URL {
	if p.address.Reveal() == "" {
		return nil
	}
	u, _ := url.Parse(p.address.Reveal()) // ParseProxy has read it
	return u
}

// useProxy makes t go through the proxy at u alone.
func useProxy(t *http.Transport, u *url.URL, dialer *net.Dialer) {
	t.Proxy = http.ProxyURL(u)
	t.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
		if resp.StatusCode != http.StatusOK {
			return refusal(resp.StatusCode)
		}
		return nil
	}
	if u.Scheme == "https" {
		// net/http would offer HTTP/2 to the proxy and then speak HTTP/1.1: https://go.dev/issue/26479.
		t.DialTLSContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			config := t.TLSClientConfig.Clone()
			config.NextProtos = nil
			return (&tls.Dialer{NetDialer: dialer, Config: config}).DialContext(ctx, network, addr)
		}
	}
}

// refusal is the HTTP status with which a proxy refuses to connect.
type refusal int

func (r refusal) Error() string {
	if r == http.StatusProxyAuthRequired {
		return "it wants another user or password (HTTP status 407)"
	}
	return fmt.Sprintf("it refuses with HTTP status %d", int(r))
}

// reason says what is wrong with a connection, in words that are ours or the standard library's: what a proxy answers,
// and the addresses in errors, may hold its user and password.
func reason(err error) string {
	if r, ok := errors.AsType[refusal](err); ok {
		return r.Error()
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return "no answer in time"
	}
	if code, ok := errors.AsType[syscall.Errno](err); ok {
		return code.Error()
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "a name cannot be resolved"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "a certificate is not trusted"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "it does not speak TLS"
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the connection was closed"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && strings.HasPrefix(op.Op, "socks") && errors.Unwrap(op.Err) == nil {
		return strings.TrimPrefix(op.Err.Error(), "unknown error ") // made from the one byte of a SOCKS reply
	}
	return "the connection failed"
}
