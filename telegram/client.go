// Package telegram is the Telegram Bot API, as much of it as greenwatch uses: sending, editing and receiving, with time
// limits, typed errors, a lane per chat that keeps to Telegram's rates, and the token in no error and no log line.
//
// It is the one place that knows the library telegram-bot-api/v5, which is of the year 2021: requests are built by hand,
// so that newer fields (topics, link previews, button styles) are there, and updates are decoded here, one by one.
package telegram

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"greenwatch/secret"
)

// Options says how to reach the Bot API.
type Options struct {
	Token  secret.Text       // required; from @BotFather
	APIURL string            // default https://api.telegram.org
	HTTP   http.RoundTripper // default: an own transport that notices dead connections
	Log    *slog.Logger      // default: nowhere

	// Proxies are the ways to the Bot API, if HTTP is nil; the environment's HTTP_PROXY is never one. A request that does
	// not connect goes to the next; the one that worked is the first from then on. None: the direct way.
	Proxies []Proxy

	// OnTrouble is told when polling begins to fail, when it fails for another reason (see ClassOf: Conflict is a second
	// poller or a webhook, BotDead a refused token), and, with nil, when it works again. It must not block.
	OnTrouble func(error)
}

// Client speaks for one bot. It is safe for concurrent use.
type Client struct {
	token     secret.Text
	known     *secret.Known // what is masked in errors
	endpoint  string        // with two %s: token and method
	http      *http.Client
	log       *slog.Logger
	onTrouble func(error)
	lanes     *lanes
	me        atomic.Pointer[Me]
	skipped   atomic.Uint64
	throttled atomic.Uint64
	clock     clock
}

const officialURL = "https://api.telegram.org"

// New checks o and makes no call, so that a service starts while Telegram is down.
func New(o Options) (*Client, error) {
	if err := checkToken(o.Token.Reveal()); err != nil {
		return nil, err
	}
	base, err := baseURL(o.APIURL)
	if err != nil {
		return nil, err
	}
	c := &Client{
		token: o.Token,
		known: secret.NewKnown(secrets(o.Token)...),
		// The library fills this pattern with Sprintf.
		endpoint:  strings.ReplaceAll(base, "%", "%%") + "/bot%s/%s",
		http:      &http.Client{Transport: o.HTTP, CheckRedirect: dontFollow},
		log:       o.Log,
		onTrouble: o.OnTrouble,
		lanes:     newLanes(),
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	switch {
	case o.HTTP != nil:
	case len(o.Proxies) > 0:
		c.http.Transport = newProxies(o.Proxies, c.log)
	default:
		c.http.Transport = newTransport(Proxy{}, c.log)
	}
	if c.onTrouble == nil {
		c.onTrouble = func(error) {}
	}
	return c, nil
}

// dontFollow keeps the token, which is in the path, from being carried to another host.
func dontFollow(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func checkToken(token string) error {
	id, key, _ := strings.Cut(token, ":")
	const digits = "0123456789"
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"
	switch {
	case token == "":
		return errors.New("telegram: the token is missing")
	case id == "" || key == "" || strings.Trim(id, digits) != "" || strings.Trim(key, digits+letters) != "":
		return errors.New("telegram: the token does not look like 123456789:ABC-def, as @BotFather gives it")
	}
	return nil
}

func baseURL(s string) (string, error) {
	if s == "" {
		s = officialURL
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "", errors.New("telegram: the API address cannot be read as a URL") // url.Parse quotes what may hold a password
	case u.Scheme != "https" && u.Scheme != "http":
		return "", fmt.Errorf("telegram: the API address must begin with https:// or http://, not %q", u.Scheme)
	case u.Host == "":
		return "", errors.New("telegram: the API address has no host")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("telegram: the API address must have no password, query or fragment")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// Skipped counts the updates that were passed over since the start: those that could not be decoded, and those whose
// handling panicked.
func (c *Client) Skipped() uint64 { return c.skipped.Load() }

// Throttled counts the calls since the start that Telegram refused with 429, too many requests.
func (c *Client) Throttled() uint64 { return c.throttled.Load() }
