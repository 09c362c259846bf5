package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// served is a greenwatch of its own with a listener, and so many files; it gives the address once it answers.
func served(t *testing.T, files int, settings ...string) (addr string) {
	t.Helper()
	var config net.ListenConfig
	free, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr = free.Addr().String()
	_ = free.Close()
	p := program(t, append(settings, "HTTP_ADDR="+addr)...)
	p.Args = []string{"sh", "-c", fmt.Sprintf("ulimit -n %d; exec %s", files, p.Path)}
	p.Path = "/bin/sh"
	var said strings.Builder
	p.Stdout, p.Stderr = &said, &said
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Process.Signal(os.Interrupt)
		_ = p.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	for range 100 {
		if err := askHealth(t.Context(), addr); err == nil {
			return addr
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("it does not answer")
	return ""
}

// ask sends a request on a connection, and gives the status, or 0 after a second without an answer.
func ask(t *testing.T, conn net.Conn, path, host string) (status int, header http.Header) {
	t.Helper()
	_, _ = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, host) // it may be closed by now
	_ = conn.SetReadDeadline(time.Now().Add(time.Second))
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, nil
	}
	_ = answer.Body.Close()
	return answer.StatusCode, answer.Header
}

func dialed(t *testing.T, addr string) net.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// More connections than there are files, all idle or waiting at the gate: a question about health gets in all the same,
// and a gate that has no place says when to ask again.
func TestConnectionsLeaveRoom(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"idle": "/healthz", "waiting": "/gate/7105000001?wait=60s", "slow": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const files = 256
			addr := served(t, files)
			refused, spun := 0, 0
			for range 2 * files {
				conn := dialed(t, addr)
				switch name {
				case "idle":
					ask(t, conn, path, addr)
				case "slow":
					_, _ = fmt.Fprint(conn, "GET / HTTP/1.1\r\nHo")
				case "waiting":
					_, _ = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, addr)
					_ = conn.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
					answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
					if err != nil {
						continue // held
					}
					_ = answer.Body.Close()
					if refused++; answer.Header.Get("Retry-After") == "" {
						spun++
					}
				}
			}
			for _, page := range []string{"/healthz", "/readyz", "/metrics"} {
				if status, _ := ask(t, dialed(t, addr), page, addr); status == 0 {
					t.Errorf("%s does not answer", page)
				}
			}
			if name == "waiting" && (refused == 0 || spun > 0) {
				t.Errorf("%d were refused, %d of them without Retry-After", refused, spun)
			}
		})
	}
}

// A page of another site that has its name point here is told nothing; who is asked for by the names that are ours is.
func TestForeignHosts(t *testing.T) {
	t.Parallel()
	addr := served(t, 1024, "PUBLIC_URL=https://watch.example.com", "WEBHOOK_TOKEN="+hookToken)
	_, port, _ := net.SplitHostPort(addr)
	for host, want := range map[string]int{
		addr: http.StatusOK, "localhost:" + port: http.StatusOK, "[::1]:" + port: http.StatusOK, "watch.example.com": http.StatusOK,
		"evil.example": http.StatusForbidden, "localhost.evil.example:" + port: http.StatusForbidden, "127.0.0.1.evil.example": http.StatusForbidden,
	} {
		for _, path := range []string{"/metrics", "/gate/7105000001"} {
			if status, _ := ask(t, dialed(t, addr), path, host); status != want {
				t.Errorf("%s as %q: %d, want %d", path, host, status, want)
			}
		}
		if status, _ := ask(t, dialed(t, addr), "/healthz", host); status != http.StatusOK {
			t.Errorf("/healthz as %q: %d", host, status)
		}
	}
}
