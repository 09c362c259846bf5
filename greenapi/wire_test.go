package greenapi_test

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
)

// at is a credential for a server on this machine.
func at(url string) []greenapi.Credential {
	c := credential()
	c.URL = url
	return []greenapi.Credential{c}
}

// wire listens on a real socket and hands every request to answer, which writes raw bytes; false closes the connection.
func wire(t *testing.T, answer func(conn net.Conn, r *http.Request) bool) (url string, connections *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connections = new(atomic.Int32)
	var serving sync.WaitGroup
	serve := func(conn net.Conn) {
		defer conn.Close()
		requests := bufio.NewReader(conn)
		for {
			r, err := http.ReadRequest(requests)
			if err != nil || !answer(conn, r) {
				return
			}
		}
	}
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			serving.Go(func() { serve(conn) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		serving.Wait()
	})
	return "http://" + listener.Addr().String(), connections
}

func write(conn net.Conn, status, body string) bool {
	_, err := fmt.Fprintf(conn, "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
	return err == nil
}

// dying keeps connections alive, answers whatever is not a reboot, and dies of a reboot without an answer.
func dying(t *testing.T) (url string, reboots *atomic.Int32) {
	reboots = new(atomic.Int32)
	url, _ = wire(t, func(conn net.Conn, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/reboot/") {
			reboots.Add(1)
			return false
		}
		return write(conn, "200 OK", `{"stateInstance":"authorized"}`)
	})
	return url, reboots
}

// TestRebootIsSentOnce on a connection that worked before: the first test shows that net/http would send it twice.
func TestRebootIsSentOnce(t *testing.T) {
	t.Parallel()
	t.Run("a bare client repeats it", func(t *testing.T) {
		t.Parallel()
		url, reboots := dying(t)
		kept := &http.Transport{}
		t.Cleanup(kept.CloseIdleConnections)
		for _, path := range []string{"/state/", "/reboot/"} {
			resp, err := (&http.Client{Transport: kept}).Get(url + path)
			if err == nil {
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		}
		if got := reboots.Load(); got != 2 {
			t.Errorf("sent %d times: the trap is gone, or this test does not set it", got)
		}
	})
	for name, via := range map[string]http.RoundTripper{"own transport": nil, "kept connection": &http.Transport{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, reboots := dying(t)
			c := newClient(t, greenapi.Options{Credentials: at(url), HTTP: via})
			if r := c.State(t.Context(), id); r.State != monitor.Authorized {
				t.Fatalf("read as %+v", r)
			}
			if o := c.Reboot(t.Context(), id); o.Kind != monitor.OutcomeUnknown {
				t.Errorf("went as %+v", o)
			}
			if got := reboots.Load(); got != 1 {
				t.Errorf("sent %d times", got)
			}
		})
	}
}

func TestRebootTakesANewConnectionWithoutABody(t *testing.T) {
	t.Parallel()
	url, connections := wire(t, func(conn net.Conn, r *http.Request) bool {
		if len(r.TransferEncoding) > 0 || r.ContentLength != 0 || r.Method != http.MethodGet {
			t.Errorf("sent as %s with a body of %d, %v", r.Method, r.ContentLength, r.TransferEncoding)
		}
		return write(conn, "200 OK", `{"stateInstance":"authorized","isReboot":true}`)
	})
	c := newClient(t, greenapi.Options{Credentials: at(url)})
	c.State(t.Context(), id)
	if o := c.Reboot(t.Context(), id); o.Kind != monitor.OutcomeAccepted {
		t.Errorf("went as %+v", o)
	}
	if got := connections.Load(); got != 2 {
		t.Errorf("%d connections", got)
	}
}

func TestNoConnection(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	listener.Close()
	foreign := httptest.NewUnstartedServer(http.NotFoundHandler())
	foreign.Config.ErrorLog = log.New(io.Discard, "", 0)
	foreign.StartTLS()
	t.Cleanup(foreign.Close)
	noName := inProcess(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
	})
	for want, o := range map[string]greenapi.Options{
		"connection refused":          {Credentials: at(closed)},
		"TLS certificate not trusted": {Credentials: at(foreign.URL)},
		"host name not resolved":      {HTTP: noName},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, o)
			if r := c.State(t.Context(), id); r.Answer != monitor.NoAnswer || r.Detail != want {
				t.Errorf("read as %+v", r)
			}
			if o := c.Reboot(t.Context(), id); o.Kind != monitor.OutcomeRefused || o.Detail != "not sent: "+want {
				t.Errorf("went as %+v", o)
			}
		})
	}
}

func TestHostileServers(t *testing.T) {
	t.Parallel()
	var flooded atomic.Int64
	for want, answer := range map[string]func(net.Conn) bool{
		"connection lost": func(conn net.Conn) bool {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"stateInstance\":")
			return false
		},
		"HTTP 101": func(conn net.Conn) bool {
			_, err := io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
			return err == nil // and silence
		},
		"answer over 64 KiB": func(conn net.Conn) bool {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")
			for block := []byte(strings.Repeat("[", 1<<16)); ; {
				n, err := conn.Write(block)
				flooded.Add(int64(n))
				if err != nil {
					return false
				}
			}
		},
		"connection failed": func(conn net.Conn) bool {
			_, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nA: "+strings.Repeat("a", 1<<20)+"\r\n\r\n")
			return err == nil
		},
		"HTTP 302": func(conn net.Conn) bool {
			_, err := fmt.Fprintf(conn, "HTTP/1.1 302 Found\r\nLocation: http://%s/elsewhere\r\nContent-Length: 0\r\n\r\n", conn.LocalAddr())
			return err == nil
		},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			url, _ := wire(t, func(conn net.Conn, r *http.Request) bool {
				if strings.Contains(r.URL.Path, "elsewhere") {
					t.Error("the redirect was followed")
				}
				return answer(conn)
			})
			c := newClient(t, greenapi.Options{Credentials: at(url), Timeout: 10 * time.Second})
			if r := c.State(t.Context(), id); r.Answer != monitor.NoAnswer || r.Detail != want {
				t.Errorf("read as %+v", r)
			}
		})
	}
	t.Cleanup(func() {
		if got := flooded.Load(); got > 32<<20 {
			t.Errorf("took %d bytes of a body without end", got)
		}
	})
}

func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	statuses := []string{"200 OK", "429 Too Many Requests", "404 Not Found", "502 Bad Gateway"}
	calls := 0
	url, connections := wire(t, func(conn net.Conn, r *http.Request) bool {
		calls++
		if r.Header.Get("Accept-Encoding") != "" {
			t.Error("compression was asked for")
		}
		return write(conn, statuses[calls%len(statuses)], "<html>"+strings.Repeat(" ", 1<<15))
	})
	c := newClient(t, greenapi.Options{Credentials: at(url)})
	for range 20 {
		c.State(t.Context(), id)
	}
	if got := connections.Load(); got != 1 {
		t.Errorf("%d connections for 20 calls", got)
	}
}

// TestAnswersAreNotMixedUp asks for many instances of one host at once.
func TestAnswersAreNotMixedUp(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"stateInstance":"%s"}`, strings.Split(r.URL.Path, "/")[1])
	}))
	t.Cleanup(server.Close)
	var creds []greenapi.Credential
	for i := range 32 {
		creds = append(creds, greenapi.Credential{ID: monitor.InstanceID(fmt.Sprint(7105000000 + i)), Token: secret.New(token), URL: server.URL})
	}
	c := newClient(t, greenapi.Options{Credentials: creds})
	var asking sync.WaitGroup
	for _, cred := range creds {
		asking.Go(func() {
			for range 20 {
				if r := c.State(t.Context(), cred.ID); r.State != monitor.State("waInstance"+cred.ID) {
					t.Errorf("%s: read as %+v", cred.ID, r)
				}
			}
		})
	}
	asking.Wait()
}
