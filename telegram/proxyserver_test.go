package telegram

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

const (
	proxyUser     = "proxyuser7"
	proxyPassword = "p@ss:w0rd/9"
	userInfo      = "proxyuser7:p%40ss%3Aw0rd%2F9@"
)

// proxySecrets are the forms in which a user and a password could be seen.
var proxySecrets = []string{
	proxyUser, proxyPassword, "p%40ss%3Aw0rd%2F9",
	base64.StdEncoding.EncodeToString([]byte(proxyUser + ":" + proxyPassword)),
}

// testProxy is a real proxy on loopback that wants proxyUser and proxyPassword.
type testProxy struct {
	scheme string
	addr   string
	conns  atomic.Int64 // connections that were accepted
	used   atomic.Int64 // tunnels and requests that went through
	silent atomic.Bool  // from now on it cuts a connection when an answer comes back through it
	wedged atomic.Bool  // from now on it passes nothing on
}

// url is the proxy's with its user and password.
func (p *testProxy) url() string { return p.scheme + "://" + userInfo + p.addr }

// newTestProxy starts a proxy of one of the four schemes.
func newTestProxy(t *testing.T, scheme string) *testProxy {
	t.Helper()
	p := &testProxy{scheme: scheme}
	if strings.HasPrefix(scheme, "socks5") {
		p.addr = listen(t, func(c net.Conn) {
			p.conns.Add(1)
			p.socks(c)
		})
		return p
	}
	s := httptest.NewUnstartedServer(p)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Listener = &countingListener{s.Listener, &p.conns}
	if scheme == "https" {
		s.EnableHTTP2 = true // as many do, though net/http cannot use it
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	p.addr = s.Listener.Addr().String()
	return p
}

type countingListener struct {
	net.Listener
	conns *atomic.Int64
}

func (l *countingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.conns.Add(1)
	}
	return c, err
}

// listen serves connections until the test ends, and then cuts them.
func listen(t *testing.T, serve func(net.Conn)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			all.Go(func() {
				defer c.Close()
				serve(c)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return l.Addr().String()
}

// ServeHTTP makes a tunnel, or carries a plain request.
func (p *testProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(proxyUser+":"+proxyPassword))
	if r.Header.Get("Proxy-Authorization") != want {
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	if r.Method == http.MethodConnect {
		p.connect(w, r)
		return
	}
	r.RequestURI = ""
	r.Header.Del("Proxy-Authorization")
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	if p.silent.Load() {
		panic(http.ErrAbortHandler)
	}
	p.used.Add(1)
	w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

func (p *testProxy) connect(w http.ResponseWriter, r *http.Request) {
	target, err := net.Dial("tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = target.Close()
		return
	}
	_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	p.tunnel(client, target)
}

// tunnel copies both ways until one side ends.
func (p *testProxy) tunnel(client, target net.Conn) {
	p.used.Add(1)
	var both sync.WaitGroup
	both.Go(func() {
		_, _ = io.Copy(&gate{Writer: target, cut: &p.wedged, wedge: true}, client)
		_ = target.Close()
	})
	_, _ = io.Copy(&gate{Writer: client, cut: &p.silent}, target)
	_, _ = client.Close(), target.Close()
	both.Wait()
}

// gate is a writer that, once cut, fails or swallows everything.
type gate struct {
	io.Writer
	cut   *atomic.Bool
	wedge bool
}

func (g *gate) Write(b []byte) (int, error) {
	switch {
	case !g.cut.Load():
		return g.Writer.Write(b)
	case g.wedge:
		return len(b), nil
	}
	return 0, errors.New("cut")
}

// socks speaks SOCKS5 (RFC 1928) with a user and a password (RFC 1929).
func (p *testProxy) socks(c net.Conn) {
	b := make([]byte, 512)
	read := func(n byte) []byte { // zeros where the client has gone
		if _, err := io.ReadFull(c, b[:n]); err != nil {
			clear(b)
		}
		return b[:n]
	}
	methods := string(read(read(2)[1]))
	if !strings.Contains(methods, "\x02") {
		_, _ = c.Write([]byte{5, 0xff})
		return
	}
	_, _ = c.Write([]byte{5, 2})
	user := string(read(read(2)[1]))
	password := string(read(read(1)[0]))
	if user != proxyUser || password != proxyPassword {
		_, _ = c.Write([]byte{1, 1})
		return
	}
	_, _ = c.Write([]byte{1, 0})
	var host string
	switch read(4)[3] {
	case 1:
		host = net.IP(read(4)).String()
	case 3:
		host = string(read(read(1)[0]))
	}
	port := strconv.Itoa(int(binary.BigEndian.Uint16(read(2))))
	target, err := net.Dial("tcp", net.JoinHostPort(host, port))
	if err != nil {
		_, _ = c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
		return
	}
	_, _ = c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	p.tunnel(c, target)
}

// deadProxy is an address at which nobody listens.
func deadProxy(scheme string) string { return scheme + "://" + userInfo + deadAddr }

const deadAddr = "127.0.0.1:1"

// rudeProxy answers the first bytes with words of its own and hangs up, or, without words, says nothing; gone is closed
// when its first client has hung up.
func rudeProxy(t *testing.T, scheme, words string) (address string, gone <-chan struct{}) {
	t.Helper()
	left := make(chan struct{})
	var once sync.Once
	addr := listen(t, func(c net.Conn) {
		if words == "" {
			_, _ = io.Copy(io.Discard, c)
			once.Do(func() { close(left) })
			return
		}
		_, _ = c.Read(make([]byte, 4096))
		_, _ = io.WriteString(c, words)
	})
	return scheme + "://" + userInfo + addr, left
}
