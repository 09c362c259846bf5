// Package greenapi is the client of the watched API, and the only owner of the instances' tokens.
//
// It asks for an instance's state, history, settings and queues, reboots it and changes its settings, and reads the
// notifications that the API sends. The token is a part of every URL (https://green-api.com/en/docs/request-format), so
// no error of the transport is ever passed on: whatever happens becomes a word of package monitor, or a [Fault], with a
// detail that was written here, or said by the API and cleaned.
//
// Each method may be called once a second for each instance, those of the queue of notifications 100 times, by all who
// hold its token together (https://green-api.com/en/docs/api/ratelimiter/). The pace is the caller's; what comes too early
// is told as throttled.
package greenapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"greenwatch/monitor"
	"greenwatch/secret"
)

// Credential is how one instance is reached.
type Credential struct {
	ID    monitor.InstanceID
	Token secret.Text // apiTokenInstance
	URL   string      // apiUrl as the vendor's console shows it; with /v3 for MAX
}

// Options are what a Client is made of. Everything but Credentials may be left out.
type Options struct {
	Credentials []Credential
	Timeout     time.Duration     // of one call, from the dial to the last byte; 30 s
	HTTP        http.RoundTripper // nil: its own, which takes no proxy from the environment
	UserAgent   string            // "greenwatch"
	Log         *slog.Logger      // of address families that fail; nil: nothing is logged
}

// Client asks the API. Its methods may be called from any number of goroutines.
type Client struct {
	instances atomic.Pointer[map[monitor.InstanceID]instance]
	timeout   time.Duration
	agent     string
	reads     http.RoundTripper
	acts      http.RoundTripper // for calls that must not be sent twice
}

const defaultTimeout = 30 * time.Second

// New makes a client, and no call. Its error says which credential is wrong, and shows no part of one but a valid id.
func New(o Options) (*Client, error) {
	if o.Timeout < 0 {
		return nil, errors.New("greenapi: the time-out is negative")
	}
	c := &Client{
		timeout: o.Timeout, agent: o.UserAgent, reads: o.HTTP, acts: o.HTTP,
	}
	if c.timeout == 0 {
		c.timeout = defaultTimeout
	}
	if c.agent == "" {
		c.agent = "greenwatch"
	}
	if o.HTTP == nil {
		c.reads, c.acts = newTransports(c.timeout, o.Log)
	}
	if err := c.Replace(o.Credentials); err != nil {
		return nil, err
	}
	return c, nil
}

// Replace makes these the credentials of every call that begins from now on. On an error, which is like one of [New],
// the old ones stay.
func (c *Client) Replace(credentials []Credential) error {
	instances := make(map[monitor.InstanceID]instance, len(credentials))
	for i, cred := range credentials {
		// The parser's error quotes its input, which is a token where two columns were swapped.
		if _, err := monitor.ParseInstanceID(string(cred.ID)); err != nil {
			return fmt.Errorf("greenapi: credential %d: idInstance is not 1 to 18 digits without a leading zero", i+1)
		}
		if _, twice := instances[cred.ID]; twice {
			return fmt.Errorf("greenapi: instance %s: given twice", cred.ID)
		}
		in, err := newInstance(cred)
		if err != nil {
			return fmt.Errorf("greenapi: instance %s: %w", cred.ID, err)
		}
		instances[cred.ID] = in
	}
	c.instances.Store(&instances)
	return nil
}

// State asks for the state of an instance: https://green-api.com/en/docs/api/account/GetStateInstance/. Whatever comes
// back is a reading; Via is left to the caller, who knows why it was asked. If the caller's context is cancelled
// meanwhile the reading's finding is the zero one: nothing was learned.
func (c *Client) State(ctx context.Context, id monitor.InstanceID) monitor.Reading {
	r := monitor.Reading{Instance: id, At: time.Now()}
	in, known := c.find(id)
	if !known {
		r.Answer, r.Detail = monitor.NoAnswer, unknownInstance
		return r
	}
	r.Finding, r.Detail = c.get(ctx, c.reads, in.request("getStateInstance")).finding(in)
	return r
}

// Reboot restarts an instance: https://green-api.com/en/docs/api/account/Reboot/. The request is sent once, whatever
// happens to it. Refused means that the API said no or that nothing was sent, unknown that it may have been executed.
func (c *Client) Reboot(ctx context.Context, id monitor.InstanceID) monitor.Outcome {
	in, known := c.find(id)
	if !known {
		return unsent(unknownInstance)
	}
	if ctx.Err() != nil {
		return unsent("there was no time left for it")
	}
	req := in.request("reboot")
	req.Body = unrepeatable{}
	return c.get(ctx, c.acts, req).outcome(in, isReboot)
}

// CloseIdleConnections closes the connections that wait for the next call.
func (c *Client) CloseIdleConnections() {
	for _, t := range []http.RoundTripper{c.reads, c.acts} {
		if t, ok := t.(interface{ CloseIdleConnections() }); ok {
			t.CloseIdleConnections()
		}
	}
}

const unknownInstance = "no credential for this instance"
