package telegram

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"greenwatch/dial"
)

const (
	callTimeout = 20 * time.Second
	maxAnswer   = 1 << 20  // bytes
	maxUpdates  = 16 << 20 // bytes; a hundred long updates are a few megabytes
	maxHeaders  = 64 << 10
	maxDrain    = 64 << 10 // bytes read from what is left of an answer, so that its connection can be used again
)

// newTransport is the standard one, less patient, with pings that find a dead HTTP/2 connection, and with no proxy but p.
// It unpacks nothing: a small answer may become a very large one.
func newTransport(p Proxy, log *slog.Logger) *dial.Transport {
	const keepAlive = 15 * time.Second
	dialer := &net.Dialer{Timeout: connectTimeout, KeepAlive: keepAlive}
	t := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    connectTimeout,
		ExpectContinueTimeout:  time.Second,
		MaxIdleConnsPerHost:    8,
		MaxResponseHeaderBytes: maxHeaders,
		IdleConnTimeout:        90 * time.Second,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
	}
	if u := p.url(); u != nil {
		useProxy(t, u, dialer)
	}
	return dial.New(dial.Options{Timeout: connectTimeout, KeepAlive: keepAlive, Log: log}).Over(t)
}

// request is one call of a Bot API method. Its params are built by hand: the library's helpers know no newer fields, and
// send null for what is not set.
type request struct {
	method string
	params tgbotapi.Params
	files  []tgbotapi.RequestFile
}

// call carries r out once, within callTimeout, and decodes the result into out unless that is nil.
func (c *Client) call(ctx context.Context, r request, out any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return c.exchange(ctx, r, out)
}

// exchange is call with the caller's time limit.
func (c *Client) exchange(ctx context.Context, r request, out any) error {
	x := &exchanger{ctx: ctx, client: c.http, clock: &c.clock, method: r.method, redact: c.redact}
	bot := &tgbotapi.BotAPI{Token: c.token.Reveal(), Client: x}
	bot.SetAPIEndpoint(c.endpoint)

	var answer *tgbotapi.APIResponse
	var err error
	if len(r.files) > 0 {
		answer, err = bot.UploadFiles(r.method, r.params, r.files)
	} else {
		answer, err = bot.MakeRequest(r.method, r.params)
	}
	if err != nil {
		return c.failure(x, answer, err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer.Result, out); err != nil {
		return c.lost(r.method, err, true)
	}
	return nil
}

func (c *Client) failure(x *exchanger, answer *tgbotapi.APIResponse, err error) error {
	if refusal, ok := errors.AsType[*tgbotapi.Error](err); ok {
		if answer.ErrorCode == http.StatusTooManyRequests {
			c.throttled.Add(1)
		}
		return &Error{
			Method:      x.method,
			Code:        answer.ErrorCode, // the library's own error has none after an upload
			Description: c.redact(refusal.Message),
			RetryAfter:  pause(refusal.RetryAfter),
			MigrateTo:   refusal.MigrateToChatID,
		}
	}
	if foreign, ok := errors.AsType[*HTTPError](err); ok {
		return foreign
	}
	return c.lost(x.method, err, x.sent)
}

// encode gives v as JSON. What this package sends is made of strings, numbers and bools, which cannot fail.
func encode(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// exchanger is the library's HTTP client for one call. It gives the call its context, which the library does not know,
// and finds out whether the request left this machine.
type exchanger struct {
	ctx    context.Context // of the one call that it lives for
	client *http.Client
	clock  *clock
	method string
	redact func(string) string
	sent   bool
}

// Do carries out the library's request.
func (x *exchanger) Do(r *http.Request) (*http.Response, error) {
	if err := x.ctx.Err(); err != nil {
		_ = r.Body.Close() // frees the library's goroutine that feeds an upload
		return nil, err
	}
	var traced, wrote atomic.Bool
	ctx := httptrace.WithClientTrace(x.ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { traced.Store(true) },
		WroteHeaders: func() { wrote.Store(true) },
	})
	resp, err := x.client.Do(r.WithContext(ctx))
	if err != nil {
		_ = r.Body.Close()
		x.sent = !neverConnected(err) && (wrote.Load() || !traced.Load())
		return nil, err
	}
	x.sent = true
	limit := int64(maxAnswer)
	if x.method == "getUpdates" {
		limit = maxUpdates
	}
	resp.Body = &boundedBody{Reader: io.LimitReader(resp.Body, limit), body: resp.Body}
	if media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); media != "application/json" {
		_ = resp.Body.Close()
		return nil, &HTTPError{Method: x.method, Status: resp.StatusCode, ContentType: x.redact(media)}
	}
	x.clock.hear(resp.Header)
	return resp, nil
}

// boundedBody is an answer of limited length whose rest is read when it is closed.
type boundedBody struct {
	io.Reader
	body io.ReadCloser
}

// Close reads a little of what is left and closes the answer.
func (b *boundedBody) Close() error {
	_, _ = io.CopyN(io.Discard, b.body, maxDrain)
	return b.body.Close()
}
