// Package simulator holds the services that greenwatch talks to, rebuilt so that they run inside the process: one
// package each, and the way to reach them without a socket.
package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
)

// Transport answers requests by calling h in the process, without a socket, so that it also works under virtual time.
//
// The response is handed over at its first byte and its body is streamed. The handler's context ends with the
// request's, and when the caller closes the body. A handler that panics with http.ErrAbortHandler is a broken
// connection: io.ErrUnexpectedEOF, from RoundTrip or from the body, whichever comes first. Any other panic becomes an
// error that names it. The handler's goroutine lives until the handler returns.
func Transport(h http.Handler) http.RoundTripper { return transport{h} }

type transport struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper; it always closes the request's body.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	body := req.Body
	if body == nil {
		body = http.NoBody
	}
	if err := ctx.Err(); err != nil {
		cancel()
		return nil, errors.Join(err, body.Close())
	}
	e := &exchange{req: req, ctx: ctx, cancel: cancel, header: http.Header{}, ready: make(chan struct{})}
	e.pr, e.pw = io.Pipe()
	stop := context.AfterFunc(ctx, func() {
		_ = body.Close() // wakes a handler that reads a body whose sender has stopped
		e.end(context.Cause(ctx))
	})
	go func() {
		err := e.serve(t.handler, serverRequest(req.Clone(ctx), body))
		stop()
		_ = body.Close()
		e.end(err)
		cancel()
	}()
	<-e.ready
	if e.resp == nil {
		return nil, e.err
	}
	return e.resp, nil
}

// serverRequest dresses a client's request as a handler expects it.
func serverRequest(r *http.Request, body io.ReadCloser) *http.Request {
	r.Body = body
	r.RequestURI = r.URL.RequestURI()
	r.RemoteAddr = "192.0.2.1:1234" // reserved for documentation: RFC 5737
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	return r
}

// exchange is one request's answer under way: the handler's http.ResponseWriter on one side, the response on the other.
type exchange struct {
	req    *http.Request
	ctx    context.Context // the handler's: ends with the request or when the caller hangs up
	cancel context.CancelFunc
	header http.Header
	pr     *io.PipeReader
	pw     *io.PipeWriter

	once  sync.Once
	ready chan struct{} // closed when resp or err is set
	resp  *http.Response
	err   error
}

func (e *exchange) serve(h http.Handler, r *http.Request) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
			e.Flush()
		case http.ErrAbortHandler:
			if err = context.Cause(e.ctx); err == nil {
				err = io.ErrUnexpectedEOF
			}
		default:
			err = fmt.Errorf("simulator: handler panicked: %v", p)
		}
	}()
	h.ServeHTTP(e, r)
	return context.Cause(e.ctx)
}

// end closes the answer: with nil it is complete, else it breaks off with err.
func (e *exchange) end(err error) {
	e.once.Do(func() {
		e.err = err
		close(e.ready)
	})
	_ = e.pw.CloseWithError(err)
}

// Header implements http.ResponseWriter.
func (e *exchange) Header() http.Header { return e.header }

// WriteHeader implements http.ResponseWriter: it hands the response to the caller.
func (e *exchange) WriteHeader(status int) {
	if e.ctx.Err() != nil {
		return // nobody waits any more
	}
	e.once.Do(func() {
		length := int64(-1)
		if n, err := strconv.ParseInt(e.header.Get("Content-Length"), 10, 64); err == nil {
			length = n
		}
		e.resp = &http.Response{
			Status:        fmt.Sprintf("%d %s", status, http.StatusText(status)),
			StatusCode:    status,
			Proto:         "HTTP/1.1",
			ProtoMajor:    1,
			ProtoMinor:    1,
			Header:        e.header.Clone(),
			Body:          &answerBody{PipeReader: e.pr, cancel: e.cancel},
			ContentLength: length,
			Request:       e.req,
		}
		close(e.ready)
	})
}

// Write implements http.ResponseWriter; it returns when the caller has read p.
func (e *exchange) Write(p []byte) (int, error) {
	e.Flush()
	if err := context.Cause(e.ctx); err != nil {
		return 0, err
	}
	return e.pw.Write(p)
}

// Flush implements http.Flusher.
func (e *exchange) Flush() { e.WriteHeader(http.StatusOK) }

type answerBody struct {
	*io.PipeReader
	cancel context.CancelFunc
}

// Close hangs up: the handler's context ends.
func (b *answerBody) Close() error {
	b.cancel()
	return b.PipeReader.Close()
}
