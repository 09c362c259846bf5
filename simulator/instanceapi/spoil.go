package instanceapi

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const hugeSize = 100_000_000

// spoil answers as the call's fault wants.
func (s *Server) spoil(w http.ResponseWriter, r *http.Request, c *call) {
	f := c.fault
	var proper answer
	if f.Executed {
		proper = s.answer(c)
	}
	if f.Kind != Drip && !wait(r.Context(), f.delay()) {
		page(clientClosed).send(w, c) // into the record: nobody reads it
		return
	}
	if f.Kind.proper() && !f.Executed {
		proper = s.answer(c)
	}
	switch f.Kind {
	case Hang:
		<-r.Context().Done()
		page(clientClosed).send(w, c)
	case Reset:
		panic(http.ErrAbortHandler)
	case Slow:
		proper.send(w, c)
	case Drip:
		proper.drip(r.Context(), w, c)
	case Truncated:
		proper.body = proper.body[:len(proper.body)/2]
		proper.send(w, c)
	case Cut:
		proper.head(w, c)
		_, _ = w.Write(proper.body[:len(proper.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case Huge:
		flood(r.Context(), w, c)
	case Redirect:
		to := cmp.Or(f.Location, "https://elsewhere.example") + r.URL.RequestURI()
		answer{status: http.StatusFound, header: map[string]string{"Location": to}}.send(w, c)
	case Echo:
		echo(r, cmp.Or(f.Status, http.StatusBadGateway)).send(w, c)
	case Unsolicited:
		unsolicited(w, r, c)
	default:
		s.canned(f).send(w, c)
	}
}

// echo quotes what was asked, the token with it, as careless servers do: as it is, and escaped in all ways.
func echo(r *http.Request, status int) answer {
	asked := r.URL.RequestURI()
	var escaped strings.Builder
	for i := range len(asked) {
		_, _ = fmt.Fprintf(&escaped, "%%%02x", asked[i])
	}
	token := asked[strings.LastIndexByte(asked, '/')+1:]
	a := raw(status, typeText+"; path="+strconv.Quote(asked), fmt.Sprintf("Cannot %s %s or %s (%s, %s)", r.Method, asked, escaped.String(),
		token, strings.ReplaceAll(escaped.String(), "%2f", " ")))
	a.header = map[string]string{"Location": asked, "Server": asked, "X-Request-Path": asked, "Via": asked}
	return a
}

func unsolicited(w http.ResponseWriter, r *http.Request, c *call) {
	c.status = http.StatusOK
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	asked := "Cannot " + r.Method + " " + r.URL.RequestURI()
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 %[1]s\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n%[1]s", asked)
	wait(r.Context(), time.Second) // or the client may find the end first
	_ = conn.Close()
}

// canned is the answer of a fault that needs nothing of the call.
func (s *Server) canned(f *Fault) answer {
	switch f.Kind {
	case ServerErrorJSON:
		return raw(http.StatusInternalServerError, typeJSON, `{"statusCode":500,"message":"Internal Server Error"}`)
	case ServerErrorText:
		return raw(http.StatusInternalServerError, typeText, "Internal Server Error")
	case ClientClosed:
		return page(clientClosed)
	case BadGateway:
		return page(http.StatusBadGateway)
	case GatewayTimeout:
		return page(http.StatusGatewayTimeout)
	case Unauthorized:
		return s.problem(http.StatusUnauthorized, "Unauthorized")
	case Forbidden:
		return s.problem(http.StatusForbidden, "Forbidden")
	case NotFound:
		return page(http.StatusNotFound)
	case Throttled:
		return throttled(f.RetryAfter)
	case Custom:
		return raw(cmp.Or(f.Status, http.StatusOK), cmp.Or(f.ContentType, typeJSON), f.Body)
	}
	return raw(http.StatusOK, typeJSON, strange(f.Kind))
}

// strange is a body that comes with 200 and carries nothing of use.
func strange(k Kind) string {
	switch k {
	case Garbage:
		return "\x1f\x8b\xff\x00\xfe{\"\x80\xbf\x00\xc3\x28\xa0"
	case Null:
		return "null"
	case StatusFalse:
		return `{"status":false,"reason":"instance is starting or not authorized"}`
	case Array:
		return `["authorized"]`
	case Number:
		return "42"
	case UnknownObject:
		return `{"result":{"healthy":true},"version":7}`
	}
	return ""
}

func (f *Fault) delay() time.Duration {
	if f.Kind == Slow {
		return cmp.Or(f.Delay, time.Minute)
	}
	return f.Delay
}

func (a answer) drip(ctx context.Context, w http.ResponseWriter, c *call) {
	out := http.NewResponseController(w)
	a.head(w, c)
	_ = out.Flush()
	for i := range a.body {
		if !wait(ctx, cmp.Or(c.fault.Delay, time.Second)) {
			return // short of Content-Length, which breaks the connection
		}
		if _, err := w.Write(a.body[i : i+1]); err != nil {
			return
		}
		_ = out.Flush()
	}
}

// flood sends hugeSize bytes out of one small buffer.
func flood(ctx context.Context, w http.ResponseWriter, c *call) {
	w.Header().Set("Content-Type", typeJSON)
	c.status = http.StatusOK
	w.WriteHeader(http.StatusOK)
	if _, err := w.Write([]byte(`{"stateInstance":"`)); err != nil {
		return
	}
	block := bytes.Repeat([]byte("authorized"), 3200)
	for sent := 0; sent < hugeSize; sent += len(block) {
		if _, err := w.Write(block); err != nil || ctx.Err() != nil {
			return
		}
	}
	_, _ = w.Write([]byte(`"}`))
}

// wait tells whether d passed before the client left.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
