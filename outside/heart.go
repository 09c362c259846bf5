package outside

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"greenwatch/dial"
	"greenwatch/secret"
)

const (
	beatTimeout = 10 * time.Second // of one try
	maxAnswer   = 4 << 10          // bytes read of an answer, so that its connection can be used again
)

// HeartOptions are what a Heart needs. All but HTTP are required.
type HeartOptions struct {
	URL  secret.Text       // of a check at healthchecks.io, or of a service like it
	HTTP http.RoundTripper // default: an own transport without proxy
	Log  *slog.Logger
}

// Heart beats at a service that notices when it stops; https://healthchecks.io/docs/http_api/.
//
// It gives no sign at the start of a sweep: what is to be proved is that sweeps end, the silence of one that hangs is
// noticed anyway, a start would move the deadline on at each tick, and other services than healthchecks.io know none.
type Heart struct {
	url    *url.URL
	redact redactor
	http   *http.Client
	log    *slog.Logger
	beats  chan beat
}

// beat is one sign of life; trouble, if any, is what it complains of.
type beat struct{ trouble string }

// NewHeart makes a heart. It makes no call.
func NewHeart(o HeartOptions) (*Heart, error) {
	u, err := url.Parse(o.URL.Reveal())
	if err != nil || u.Host == "" || o.Log == nil {
		return nil, errors.New("outside: a heart needs a URL and a log")
	}
	if o.HTTP == nil {
		o.HTTP = dial.New(dial.Options{Timeout: 5 * time.Second, Log: o.Log}).Over(&http.Transport{
			TLSClientConfig:    &tls.Config{MinVersion: tls.VersionTLS12},
			IdleConnTimeout:    90 * time.Second,
			DisableCompression: true,
			ForceAttemptHTTP2:  true,
		})
	}
	return &Heart{
		url: u, redact: newRedactor(u.String()), log: o.Log, beats: make(chan beat, 1),
		http: &http.Client{Transport: o.HTTP, Timeout: beatTimeout, CheckRedirect: dontFollow},
	}, nil
}

// dontFollow keeps the URL, which is the secret, with the host that it was made for.
func dontFollow(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Beat gives a sign of life, or complains of trouble of our own, in words that hold no secret. It never blocks; where
// signs come faster than they can be sent, the last one is.
func (h *Heart) Beat(trouble string) {
	for {
		select {
		case h.beats <- beat{trouble}:
			return
		default:
		}
		select {
		case <-h.beats:
		default:
		}
	}
}

// Run sends the signs until ctx ends.
func (h *Heart) Run(ctx context.Context) error {
	defer h.http.CloseIdleConnections()
	for failing := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case b := <-h.beats:
			err := h.send(ctx, b)
			switch {
			case ctx.Err() != nil:
				return nil
			case err != nil && !failing:
				h.log.WarnContext(ctx, "heartbeat not taken", "error", err)
			case err == nil && failing:
				h.log.InfoContext(ctx, "heartbeat taken again")
			}
			failing = err != nil
		}
	}
}

// send tries again what the service did not get, or could not take.
func (h *Heart) send(ctx context.Context, b beat) error {
	for try := 1; ; try++ {
		again, err := h.try(ctx, b)
		if err == nil || !again || try == tries || !rest(ctx, tryAgain<<(try-1)) {
			return err
		}
	}
}

func (h *Heart) try(ctx context.Context, b beat) (again bool, err error) {
	r, err := h.request(ctx, b)
	if err != nil {
		return false, errors.New("outside: the heartbeat's URL cannot be used")
	}
	resp, err := h.http.Do(r)
	if err != nil {
		return true, errors.New("outside: sending a heartbeat: " + h.redact.text(err.Error()))
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer)
	if resp.StatusCode/100 == 2 {
		return false, nil
	}
	again = resp.StatusCode >= http.StatusInternalServerError || resp.StatusCode == http.StatusTooManyRequests
	return again, fmt.Errorf("outside: the heartbeat was answered with status %d", resp.StatusCode)
}

// request is GET for a sign of life, which every such service takes, and POST to /fail with what is wrong.
func (h *Heart) request(ctx context.Context, b beat) (*http.Request, error) {
	if b.trouble == "" {
		return http.NewRequestWithContext(ctx, http.MethodGet, h.url.String(), nil)
	}
	fail := h.url.JoinPath("fail")
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, fail.String(), strings.NewReader(b.trouble))
	if err == nil {
		r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	}
	return r, err
}
