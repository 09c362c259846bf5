package telegram

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"greenwatch/simulator/botapi"
)

func TestEveryKindOfProxy(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"http", "https", "socks5", "socks5h"} {
		for _, api := range []string{"http", "https"} {
			t.Run(scheme+" to "+api, func(t *testing.T) {
				t.Parallel()
				p := newTestProxy(t, scheme)
				server, url := theBotAPI(t, api)
				c, log := newProxied(t, url, p.url())
				if err := say(t.Context(), c, "one"); err != nil {
					t.Fatal(err)
				}
				if err := say(t.Context(), c, "two"); err != nil {
					t.Error(err)
				}
				expectHeard(t, server, "one two")
				if p.used.Load() == 0 {
					t.Error("it went past the proxy")
				}
				log.switches(t, 0)

				stranger, _ := newProxied(t, url, strings.Replace(p.url(), "w0rd", "wrong", 1))
				err := say(t.Context(), stranger, "three")
				if MaybeSent(err) || !strings.Contains(err.Error(), "proxy 1: ") || !strings.Contains(err.Error(), "password") {
					t.Errorf("a wrong password: %v", err)
				}
				expectHeard(t, server, "one two")
				walk(t, err, append(proxySecrets, p.addr)...)
			})
		}
	}
}

// badProxies do not connect, each in its way.
func badProxies(t *testing.T) map[string]string {
	t.Helper()
	echo := userInfo + " " + proxyUser + " " + proxyPassword + "\r\n\r\n"
	rude := func(scheme, words string) string {
		address, _ := rudeProxy(t, scheme, words)
		return address
	}
	return map[string]string{
		"dead http":        deadProxy("http"),
		"dead https":       deadProxy("https"),
		"dead socks5":      deadProxy("socks5"),
		"hanging http":     rude("http", ""),
		"hanging socks5h":  rude("socks5h", ""),
		"407":              rude("http", "HTTP/1.1 407 "+echo),
		"502":              rude("http", "HTTP/1.1 502 "+echo),
		"garbage":          rude("http", echo),
		"no TLS":           rude("https", "HTTP/1.1 400 "+echo),
		"no SOCKS":         rude("socks5", "HTTP/1.1 400 "+echo),
		"hangs up":         rude("socks5", "\x05"),
		"SOCKS host down":  rude("socks5", "\x05\x00\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00"),
		"SOCKS wants more": rude("socks5", "\x05\xff"),
		"no such name":     "http://" + userInfo + "no-such-name.invalid:3128",
	}
}

func TestNextProxyWhereOneDoesNotConnect(t *testing.T) {
	t.Parallel()
	for name, bad := range badProxies(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			good := newTestProxy(t, "socks5")
			server, url := theBotAPI(t, "https")
			c, log := newProxied(t, url, bad, good.url())
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // of which the bad one gets at most half
			defer cancel()
			if err := say(ctx, c, "one"); err != nil {
				t.Fatal(err)
			}
			if err := say(t.Context(), c, "two"); err != nil {
				t.Error(err)
			}
			expectHeard(t, server, "one two")
			log.switches(t, 1)
			if text := log.String(); !strings.Contains(text, `from="proxy 1" to="proxy 2" reason="proxy 1: `) {
				t.Errorf("logged: %s", text)
			}
		})
	}
}

func TestNoProxyConnects(t *testing.T) {
	t.Parallel()
	for name, bad := range badProxies(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, url := theBotAPI(t, "https")
			c, log := newProxied(t, url, bad, deadProxy("socks5"), bad)
			ctx, cancel := context.WithTimeout(t.Context(), 900*time.Millisecond)
			defer cancel()
			err := say(ctx, c, "x")
			walk(t, err, proxySecrets...)
			if MaybeSent(err) || ClassOf(err) != Retry {
				t.Errorf("got %v: it may have been sent", err)
			}
			for _, part := range []string{"no connection: proxy 1: ", "; proxy 2: connection refused; ", "; proxy 3: "} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q is not in: %v", part, err)
				}
			}
			expectHeard(t, server, "")
			log.switches(t, 0)
		})
	}
}

func TestHangingProxyIsLeft(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"http", "https", "socks5"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			_, url := theBotAPI(t, "https")
			address, gone := rudeProxy(t, scheme, "")
			c, _ := newProxied(t, url, address)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			if err := say(ctx, c, "x"); err == nil || MaybeSent(err) {
				t.Errorf("got %v", err)
			}
			select {
			case <-gone:
			case <-time.After(5 * time.Second):
				t.Error("the attempt to connect goes on")
			}
		})
	}
}

// A message that arrived, and whose answer was cut off, is not sent again by the change to the next proxy.
func TestProxyDiesUnderARequest(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"http", "https", "socks5"} {
		for _, api := range []string{"http", "https"} {
			t.Run(scheme+" to "+api, func(t *testing.T) {
				t.Parallel()
				dying, good := newTestProxy(t, scheme), newTestProxy(t, "http")
				server, url := theBotAPI(t, api)
				c, log := newProxied(t, url, dying.url(), good.url())
				if err := say(t.Context(), c, "one"); err != nil {
					t.Fatal(err)
				}
				dying.silent.Store(true)
				err := say(t.Context(), c, "two")
				walk(t, err, proxySecrets...)
				if !MaybeSent(err) || ClassOf(err) != Retry || !strings.Contains(err.Error(), "proxy 1 broke: ") {
					t.Errorf("got %v", err)
				}
				before := dying.conns.Load()
				if err := say(t.Context(), c, "three"); err != nil {
					t.Error(err)
				}
				expectHeard(t, server, "one two three")
				if dying.conns.Load() != before || good.used.Load() == 0 {
					t.Error("the next request did not go through the next proxy")
				}
				log.switches(t, 1)
			})
		}
	}
}

// A plain request is in the hands of a proxy that answers it with garbage, in which its own password stands.
func TestGarbageUnderARequest(t *testing.T) {
	t.Parallel()
	echo := userInfo + proxyUser + proxyPassword
	for name, words := range map[string]string{
		"status line": echo + "\r\n\r\n",
		"header":      "HTTP/1.1 200 OK\r\n" + strings.ReplaceAll(echo, ":", " ") + "\r\n\r\n",
		"half a body": "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n" + `{"ok":true,"result":{`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, url := theBotAPI(t, "http")
			address, _ := rudeProxy(t, "http", words)
			c, log := newProxied(t, url, address, "direct")
			err := say(t.Context(), c, "one")
			walk(t, err, proxySecrets...)
			if !MaybeSent(err) {
				t.Errorf("got %v", err)
			}
			if err := say(t.Context(), c, "two"); err != nil {
				t.Error(err)
			}
			expectHeard(t, server, "two")
			log.switches(t, 1)
		})
	}
}

// The proxy is there and connects, but its way out is gone.
func TestProxyWithoutAWayOut(t *testing.T) {
	t.Parallel()
	_, url := theBotAPI(t, "http")
	for _, scheme := range []string{"http", "socks5"} {
		p := newTestProxy(t, scheme)
		c, log := newProxied(t, "http://"+deadAddr, p.url(), "direct")
		err := say(t.Context(), c, "x")
		if want := scheme == "http"; MaybeSent(err) != want { // who answers 502 may have sent it
			t.Errorf("%s: %v", scheme, err)
		}
		log.switches(t, map[string]int{"http": 1, "socks5": 0}[scheme])
	}
	p := newTestProxy(t, "socks5")
	c, log := newProxied(t, url, p.url(), "direct")
	p.wedged.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := say(ctx, c, "x"); !MaybeSent(err) {
		t.Errorf("a proxy that swallows: %v", err)
	}
	if err := say(t.Context(), c, "x"); err != nil {
		t.Error(err)
	}
	log.switches(t, 1)
}

func TestUploadThroughTheNextProxy(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("line;of;a;report\n"), 20_000)
	send := func(c *Client) (int, error) {
		return c.Send(t.Context(), Message{To: Address{Chat: reader.ID}, Document: &Document{Name: "r.csv", Bytes: content}})
	}
	arrived := func(s *botapi.Server, id int) bool {
		got, ok := s.Media(reader.ID, id)
		return ok && bytes.Equal(got.Bytes, content)
	}
	for _, api := range []string{"http", "https"} {
		server, url := theBotAPI(t, api)
		refusing, good := newTestProxy(t, "http"), newTestProxy(t, "http")
		c, log := newProxied(t, url, deadProxy("http"), good.url())
		if id, err := send(c); err != nil || !arrived(server, id) {
			t.Errorf("past a dead proxy to %s: %v", api, err)
		}
		log.switches(t, 1)

		// Where the body was given to the proxy that refuses, only the caller can give it again.
		c, _ = newProxied(t, url, "http://"+proxyUser+"@"+refusing.addr, good.url())
		id, err := send(c)
		if err != nil {
			if walk(t, err, proxySecrets...); MaybeSent(err) || api == "https" {
				t.Errorf("refused, to %s: %v", api, err)
			}
			id, err = send(c)
		}
		if err != nil || !arrived(server, id) {
			t.Errorf("past a proxy that refuses, to %s: %v", api, err)
		}
	}
}

func TestPlainRequestThatAProxyRefuses(t *testing.T) {
	t.Parallel()
	server, url := theBotAPI(t, "http")
	refusing, good := newTestProxy(t, "http"), newTestProxy(t, "https")
	c, log := newProxied(t, url, "http://"+proxyUser+"@"+refusing.addr, good.url())
	for _, text := range []string{"one", "two"} {
		if err := say(t.Context(), c, text); err != nil {
			t.Error(err)
		}
	}
	expectHeard(t, server, "one two")
	log.switches(t, 1)
}

func TestProxiesGoRound(t *testing.T) {
	t.Parallel()
	server, url := theBotAPI(t, "https")
	first, second := newTestProxy(t, "socks5"), newTestProxy(t, "http")
	c, log := newProxied(t, url, first.url(), second.url())
	texts := []string{"a", "b", "c"}
	for i, p := range []*testProxy{first, second, first} {
		before := p.used.Load()
		if err := say(t.Context(), c, texts[i]); err != nil {
			t.Fatal(err)
		}
		if p.used.Load() == before {
			t.Errorf("%s did not go through proxy %d", texts[i], i+1)
		}
		if i == 2 {
			break
		}
		p.silent.Store(true)
		_ = say(t.Context(), c, "lost")
		p.silent.Store(false)
	}
	expectHeard(t, server, "a lost b lost c")
	log.switches(t, 2)
}

func TestDirectIsTheLastResort(t *testing.T) {
	t.Parallel()
	server, url := theBotAPI(t, "https")
	c, log := newProxied(t, url, deadProxy("socks5"), "direct")
	if err := say(t.Context(), c, "x"); err != nil {
		t.Fatal(err)
	}
	expectHeard(t, server, "x")
	if log.switches(t, 1); !strings.Contains(log.String(), `to="proxy 2 (direct)"`) {
		t.Error(log)
	}
}

// Many requests at once that run into a dead proxy, and then into a dying one: each message arrives once, and each
// change is logged once.
func TestManyRequestsSwitchOnce(t *testing.T) {
	t.Parallel()
	server, url := theBotAPI(t, "https")
	dying := newTestProxy(t, "socks5")
	c, log := newProxied(t, url, deadProxy("http"), dying.url(), newTestProxy(t, "http").url())
	many := func(round string) {
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				err := say(t.Context(), c, round+strconv.Itoa(i))
				if err != nil && !MaybeSent(err) && ClassOf(err) != RetryAfter {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	many("a")
	log.switches(t, 1)
	dying.silent.Store(true)
	many("b")
	dying.silent.Store(false)
	many("c")
	log.switches(t, 2)
	seen := map[string]bool{}
	for text := range strings.FieldsSeq(heard(server)) {
		if seen[text] {
			t.Errorf("%s arrived twice", text)
		}
		seen[text] = true
	}
}

func TestACancelledRequestBlamesNoProxy(t *testing.T) {
	t.Parallel()
	server, url := theBotAPI(t, "https")
	address, _ := rudeProxy(t, "socks5", "")
	working := newTestProxy(t, "http")
	connecting, connectingLog := newProxied(t, url, address, "direct")
	polling, pollingLog := newProxied(t, url, working.url(), "direct")
	var both sync.WaitGroup
	for _, c := range []*Client{connecting, polling} {
		ctx, cancel := context.WithCancel(t.Context())
		both.Go(func() {
			if err := c.exchange(ctx, request{method: "getUpdates", params: map[string]string{"timeout": "50"}}, nil); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
		time.AfterFunc(100*time.Millisecond, cancel)
	}
	both.Wait()
	connectingLog.switches(t, 0)
	pollingLog.switches(t, 0)
	expectHeard(t, server, "")
}
