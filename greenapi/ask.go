package greenapi

import (
	"context"
	"errors"
	"net/http"

	"greenwatch/monitor"
)

// Fault is why a question brought nothing that can be used. Its text holds no URL, no token and nothing of a message.
// errors.Is finds [ErrNotOffered], [ErrWebhookSet] and, where the caller's context was cancelled, context.Canceled.
type Fault struct {
	asked   string // the method, as the vendor spells it
	finding monitor.Finding
	detail  string
	cause   error
}

var (
	// ErrNotOffered is a method that this instance does not have, or that knows nothing of it.
	ErrNotOffered = errors.New("greenapi: not offered for this instance")

	// ErrWebhookSet is a queue of notifications that cannot be read because they are sent to a webhookUrl.
	ErrWebhookSet = errors.New("greenapi: notifications are sent to a webhookUrl")
)

// Error is for people: which method was asked, and the detail.
func (f *Fault) Error() string { return "greenapi: " + f.asked + ": " + f.detail }

// Unwrap gives the one cause that errors.Is may look for.
func (f *Fault) Unwrap() error { return f.cause }

// Finding is what the fault says about the instance: no answer, refused, throttled or unasked. The zero one says
// nothing: the caller gave up.
func (f *Fault) Finding() monitor.Finding { return f.finding }

// Detail is the fault for people, as in [monitor.Reading]: "timed out after 30s", "HTTP 502".
func (f *Fault) Detail() string { return f.detail }

// question is a call that changes nothing of an instance.
type question struct {
	method string  // as in the vendor's samples
	verb   string  // "": GET
	tail   string  // what follows the token
	query  string  // encoded
	read   reading // nil: whole
}

// reply is the answer to a question.
type reply struct {
	answer
	in    instance
	asked string
}

// ask makes one call and gives what came with 200, or the fault.
func (c *Client) ask(ctx context.Context, id monitor.InstanceID, q question) (reply, error) {
	in, known := c.find(id)
	if !known {
		finding, detail := nothing(unknownInstance)
		return reply{}, &Fault{asked: q.method, finding: finding, detail: detail}
	}
	return c.askAt(ctx, in, q)
}

func (c *Client) find(id monitor.InstanceID) (in instance, known bool) {
	in, known = (*c.instances.Load())[id]
	return in, known
}

func (c *Client) askAt(ctx context.Context, in instance, q question) (reply, error) {
	req := in.request(q.method)
	if q.verb != "" {
		req.Method = q.verb
	}
	req.URL.Path += q.tail
	req.URL.RawQuery = q.query
	if q.read == nil {
		q.read = whole
	}
	r := reply{answer: c.exchange(ctx, c.reads, req, q.read), in: in, asked: q.method}
	if r.status != http.StatusOK || r.err != nil {
		return r, r.fault(r.finding(in))
	}
	return r, nil
}

// lacks is the fault of a 200 that does not hold what was asked for.
func (r reply) lacks(what string) *Fault { return r.fault(r.without(what, r.in)) }

func (r reply) fault(f monitor.Finding, detail string) *Fault {
	made := &Fault{asked: r.asked, finding: f, detail: detail}
	if errors.Is(r.err, context.Canceled) {
		made.cause = context.Canceled
	}
	return made
}
