package web

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"greenwatch/monitor"
)

// lobby tells when somebody begins to wait.
type lobby struct {
	*board
	came chan struct{}
}

func (l lobby) Wait(ctx context.Context, id monitor.InstanceID, seen uint64) (Gate, bool) {
	select {
	case l.came <- struct{}{}:
	default:
	}
	return l.board.Wait(ctx, id, seen)
}

// Real connections, of three kinds, more than there is room for: questions about health get in, and who waits at the gate
// is not cut off.
func TestAFullServerAnswersAboutHealth(t *testing.T) {
	t.Parallel()
	const most = 32
	b := newBoard()
	b.set(instance, open)
	l := lobby{b, make(chan struct{}, 1)}
	s := NewServer(ServerOptions{Pages: New(Options{Gate: GateOptions{Gates: l}}), Connections: most})
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(func() { _ = s.Close() })
	var dialer net.Dialer
	send := func(text string) net.Conn {
		conn, err := dialer.DialContext(t.Context(), "tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		_, _ = fmt.Fprint(conn, text)
		return conn
	}
	status := func(conn net.Conn, patience time.Duration) int {
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			return 0
		}
		_ = answer.Body.Close()
		if answer.StatusCode == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") == "" {
			t.Error("no word about when to ask again")
		}
		return answer.StatusCode
	}
	get := func(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n" }

	waiting := send(get("/gate/" + instance + "?wait=60s"))
	<-l.came
	for range 3 * most {
		send("GET / HTTP/1.1\r\nHo")
		if got := status(send(get("/healthz")), 5*time.Second); got != http.StatusOK {
			t.Fatalf("among silent ones: %d", got)
		}
	}
	refused := 0
	for range 3 * most {
		if status(send(get("/gate/"+instance+"?wait=60s")), 5*time.Millisecond) == http.StatusServiceUnavailable {
			refused++
		}
	}
	if got := status(send(get("/healthz")), 5*time.Second); got != http.StatusOK || refused == 0 {
		t.Errorf("among waiting ones: %d; %d were refused", got, refused)
	}
	b.set(instance, closed)
	if got := status(waiting, 5*time.Second); got != http.StatusServiceUnavailable {
		t.Errorf("who waited from the beginning got %d", got)
	}
}
