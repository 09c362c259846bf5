package greenapi

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"greenwatch/dial"
)

// answer is what one call brought: a status, and the body as far as it arrived.
type answer struct {
	status int // 0: there was no answer
	body   []byte
	err    error // why there is no answer, or no whole body; never shown, for it may hold the URL
	took   time.Duration
}

const maxBody = 64 << 10

// tooLarge is an answer of more than so many bytes.
type tooLarge int

func (n tooLarge) Error() string { return fmt.Sprintf("greenapi: answer over %d KiB", int(n)>>10) }

// reading takes in the body of a 200. What it returns is kept.
type reading func(body io.Reader) ([]byte, error)

// get is exchange for an answer that is small.
func (c *Client) get(ctx context.Context, via http.RoundTripper, req *http.Request) answer {
	return c.exchange(ctx, via, req, whole)
}

// exchange makes a call through the transport itself: unlike http.Client it follows no redirects and makes no errors
// that quote the URL.
func (c *Client) exchange(ctx context.Context, via http.RoundTripper, req *http.Request, read reading) answer {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header["User-Agent"] = []string{c.agent}
	asked := time.Now()
	a := exchange(via, req.WithContext(ctx), read)
	a.took = time.Since(asked)
	if a.err != nil && ctx.Err() != nil {
		a.err = ctx.Err()
	}
	return a
}

func exchange(via http.RoundTripper, req *http.Request, read reading) answer {
	resp, err := via.RoundTrip(req)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode}
	if a.status < http.StatusOK {
		return a // a switch of protocols: its body ends with the connection, and heeds no context
	}
	if a.status != http.StatusOK {
		read = whole
	}
	a.body, a.err = read(resp.Body)
	return a
}

func whole(body io.Reader) ([]byte, error) { return within(maxBody, body) }

// within reads a body of up to so many bytes.
func within(limit int, body io.Reader) ([]byte, error) {
	read, err := io.ReadAll(io.LimitReader(body, int64(limit)+1))
	if len(read) > limit {
		err = tooLarge(limit)
	}
	return read, err
}

const (
	dialTimeout = 10 * time.Second // and of the TLS handshake
	idleTimeout = 70 * time.Second // more than the minute between two checks, less than nginx's 75 s
	idlePerHost = 64
	maxHeaders  = 64 << 10
)

// newTransports makes the two that a client has of its own. HTTP/1.1 only: many instances share a host, and a single
// connection of HTTP/2 that went dead would take the answers of all of them with it.
//
// The one for acts keeps no connections. On one that was kept, net/http repeats a GET by itself if the connection turns
// out to be dead, and here a GET may have a side effect; a new connection is also the likelier to carry it.
func newTransports(timeout time.Duration, log *slog.Logger) (reads, acts *dial.Transport) {
	http1 := new(http.Protocols)
	http1.SetHTTP1(true)
	forReads := &http.Transport{
		ResponseHeaderTimeout:  timeout,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConnsPerHost:    idlePerHost,
		MaxResponseHeaderBytes: maxHeaders,
		DisableCompression:     true,
		Protocols:              http1,
	}
	forActs := forReads.Clone()
	forActs.DisableKeepAlives = true
	dialer := dial.New(dial.Options{Timeout: dialTimeout, Log: log})
	return dialer.Over(forReads), dialer.Over(forActs)
}

// unrepeatable is an empty body that cannot be had a second time, so that no transport of net/http repeats the request.
type unrepeatable struct{}

func (unrepeatable) Read([]byte) (int, error) { return 0, io.EOF }
func (unrepeatable) Close() error             { return nil }
