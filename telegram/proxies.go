package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"greenwatch/dial"
)

// connectTimeout is how long a connection may take, with the proxy's and Telegram's handshakes.
const connectTimeout = 10 * time.Second

// proxies carries requests through one of several proxies, and through the next one where there is no connection. It
// never sends a request twice: once there is a connection, what becomes of the request is for the caller.
type proxies struct {
	ways    []way
	current atomic.Int64 // index of the way that a request tries first
	log     *slog.Logger
}

// way has a transport of its own: net/http keeps HTTP/2 connections by the host alone, whatever proxy they go through.
type way struct {
	name      string // by the number in the operator's list
	transport *dial.Transport
	isHTTP    bool // an HTTP proxy, which is handed plain http requests whole
}

// unreachable is the failure of a request that was not sent, or that the proxy refused to carry.
type unreachable struct{ text string }

func (e *unreachable) Error() string { return "no connection: " + e.text }

// broken is the failure of a request that was perhaps sent. It hides the cause, which may quote what a proxy answered.
type broken struct{ text string }

func (e *broken) Error() string { return e.text }

func newProxies(list []Proxy, log *slog.Logger) *proxies {
	p := &proxies{log: log}
	for i, proxy := range list {
		w := way{name: fmt.Sprintf("proxy %d", i+1), transport: newTransport(proxy, log)}
		switch u := proxy.url(); {
		case u == nil:
			w.name += " (direct)"
		default:
			w.isHTTP = u.Scheme == "http" || u.Scheme == "https"
		}
		p.ways = append(p.ways, w)
	}
	return p
}

// RoundTrip implements http.RoundTripper.
func (p *proxies) RoundTrip(r *http.Request) (*http.Response, error) {
	s := &passage{proxies: p, request: r, first: int(p.current.Load())}
	resp, err := s.run()
	if r.Body != nil && (err != nil || r.GetBody != nil) {
		_ = r.Body.Close()
	}
	return resp, err
}

// passage is one request on its way.
type passage struct {
	*proxies
	request *http.Request
	first   int         // index of the way that is tried first
	failed  []string    // the ways that do not connect, and why
	begun   atomic.Bool // some connection was there: the body is perhaps read
}

func (s *passage) run() (*http.Response, error) {
	for i := range s.ways {
		n := (s.first + i) % len(s.ways)
		body, ok := s.body()
		if !ok {
			s.settle(n) // the caller has to try again
			break
		}
		resp, connected, err := s.try(n, len(s.ways)-i, body)
		switch ended := s.request.Context().Err(); {
		case err == nil:
			resp.Body = watchedBody{resp.Body, func(err error) error { return s.broke(n, err) }}
			return resp, nil
		case connected:
			return nil, s.broke(n, err)
		case errors.Is(ended, context.Canceled):
			return nil, ended
		}
		s.failed = append(s.failed, s.ways[n].name+": "+reason(err))
	}
	return nil, &unreachable{strings.Join(s.failed, "; ")}
}

// body gives the request's body as long as it is whole.
func (s *passage) body() (io.ReadCloser, bool) {
	switch {
	case s.request.GetBody != nil:
		body, err := s.request.GetBody()
		return body, err == nil
	case s.request.Body == nil:
		return nil, true
	}
	return heldBody{s.request.Body, &s.begun}, !s.begun.Load()
}

// heldBody is a body that cannot be had twice, such as an upload's. net/http closes it also where it has no connection
// to send it through; this one stays open for the next.
type heldBody struct {
	io.ReadCloser
	begun *atomic.Bool
}

// Close closes the body only if it may have been read.
func (b heldBody) Close() error {
	if !b.begun.Load() {
		return nil
	}
	return b.ReadCloser.Close()
}

// watchedBody is an answer that tells when it breaks off.
type watchedBody struct {
	io.ReadCloser
	broke func(error) error
}

// Read gives the error that broke makes of it.
func (b watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.broke(err)
	}
	return n, err
}

// try sends the request through way n, after which left-1 others may have to be tried in the same time. An error with
// connected false means that the request was not sent, or that the proxy refused to carry it.
func (s *passage) try(n, left int, body io.ReadCloser) (resp *http.Response, connected bool, err error) {
	w := s.ways[n]
	handedOver := w.isHTTP && s.request.URL.Scheme == "http"
	ctx, cancel := context.WithCancelCause(s.request.Context()) // ends with the request's own
	limit := connectTimeout
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(deadline)/time.Duration(left))
	}
	slow := time.AfterFunc(limit, func() { cancel(context.DeadlineExceeded) })
	var got atomic.Bool
	r := s.request.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { got.Store(false) }, // also where nothing could be written to a connection that was kept
		GotConn: func(httptrace.GotConnInfo) {
			slow.Stop()
			s.begun.Store(true)
			got.Store(true)
			if !handedOver {
				s.settle(n)
			}
		},
	}))
	r.Body = body
	resp, err = w.transport.RoundTrip(r)
	slow.Stop()
	switch {
	case err != nil && !got.Load():
		w.transport.CloseIdleConnections() // and the attempt to connect, which net/http would go on with
		return nil, false, err
	case err != nil || !handedOver:
		return resp, true, err
	}
	return s.answered(n, resp)
}

// answered judges an answer to a plain http request that was handed to an HTTP proxy: it may be the proxy's own.
func (s *passage) answered(n int, resp *http.Response) (*http.Response, bool, error) {
	switch resp.StatusCode {
	case http.StatusProxyAuthRequired:
		_ = resp.Body.Close()
		return nil, false, refusal(resp.StatusCode)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		s.move(n, (n+1)%len(s.ways), refusal(resp.StatusCode).Error())
	default:
		s.settle(n)
	}
	return resp, true, nil
}

// settle makes way n the first for the requests to come, if this request had to change to it.
func (s *passage) settle(n int) { s.move(s.first, n, strings.Join(s.failed, "; ")) }

// broke makes the next way the first, after a request that was under way got no answer.
func (s *passage) broke(n int, err error) error {
	ended := s.request.Context().Err()
	if errors.Is(ended, context.Canceled) {
		return ended
	}
	why := s.ways[n].name + " broke: " + reason(err)
	s.move(n, (n+1)%len(s.ways), why)
	if ended != nil {
		return ended
	}
	return &broken{why}
}

// move changes the way once, however many requests want it at a time.
func (s *passage) move(from, to int, why string) {
	if from == to || !s.current.CompareAndSwap(int64(from), int64(to)) {
		return
	}
	s.log.WarnContext(s.request.Context(), "telegram is reached another way from now on",
		slog.String("from", s.ways[from].name), slog.String("to", s.ways[to].name), slog.String("reason", why))
}
