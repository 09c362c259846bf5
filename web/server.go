package web

import (
	"context"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	headerTime  = 5 * time.Second  // for the header of a request
	idleTime    = time.Minute      // of a connection between two requests
	requestTime = 90 * time.Second // for all else: longer than a gate is held, and than the webhook's own limit
	maxHeader   = 16 << 10
	busyRetry   = "5" // seconds
)

// ServerOptions are what a Server is made of.
type ServerOptions struct {
	Pages       http.Handler // as New makes them
	Connections int          // as many at once, of which an eighth is kept for questions about health
	ErrorLog    *log.Logger  // nil: the standard one
}

// NewServer makes a server of bounded time and number. If there are too many connections, the one that has been silent for
// the longest time is closed, also before its first request has come in full. If all are at work, what is not about health
// (/healthz, /readyz, /metrics) is answered 503 with Retry-After.
func NewServer(o ServerOptions) *http.Server {
	c := &crowd{most: o.Connections, pages: o.Pages, open: make(map[net.Conn]*visit)}
	return &http.Server{
		Handler: c, ErrorLog: o.ErrorLog, ConnContext: c.arrive, ConnState: c.changed, MaxHeaderBytes: maxHeader,
		ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, WriteTimeout: requestTime, IdleTimeout: idleTime,
	}
}

// crowd are the connections of a server.
type crowd struct {
	most  int
	pages http.Handler

	mu   sync.Mutex
	open map[net.Conn]*visit
	busy int // with what is not about health
}

// visit is one connection.
type visit struct {
	silent time.Time // since when it waits for a request
	busy   bool      // a request of it is being answered
}

type visitKey struct{}

// arrive counts a new connection in. A connection that is closed to make room is counted out when net/http notices.
func (c *crowd) arrive(ctx context.Context, conn net.Conn) context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := &visit{silent: time.Now()}
	c.open[conn] = v
	if len(c.open) > c.most {
		c.closeOne()
	}
	return context.WithValue(ctx, visitKey{}, v)
}

func (c *crowd) closeOne() {
	var longest net.Conn
	for conn, v := range c.open {
		if !v.busy && (longest == nil || v.silent.Before(c.open[longest].silent)) {
			longest = conn
		}
	}
	_ = longest.Close() // there is one: the newest itself is not at work
	delete(c.open, longest)
}

func (c *crowd) changed(conn net.Conn, state http.ConnState) {
	if state == http.StateClosed || state == http.StateHijacked {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.open, conn)
	}
}

// ServeHTTP answers, or refuses what there is no room for.
func (c *crowd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v, counted := r.Context().Value(visitKey{}).(*visit)
	if !counted { // no server of ours
		c.pages.ServeHTTP(w, r)
		return
	}
	urgent := r.URL.Path == "/healthz" || r.URL.Path == "/readyz" || r.URL.Path == "/metrics"
	if !c.begin(v, urgent) {
		w.Header().Set("Retry-After", busyRetry)
		w.Header().Set("Connection", "close")
		writeError(w, http.StatusServiceUnavailable, "too many connections; ask again later")
		return
	}
	defer c.end(v, urgent)
	c.pages.ServeHTTP(w, r)
}

func (c *crowd) begin(v *visit, urgent bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case urgent:
	case c.busy >= c.most-c.most/8:
		return false
	default:
		c.busy++
	}
	v.busy = true
	return true
}

func (c *crowd) end(v *visit, urgent bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !urgent {
		c.busy--
	}
	v.busy, v.silent = false, time.Now()
}
