package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"time"

	"greenwatch/monitor"
	"greenwatch/secret"
)

// Webhook is what POST /webhook/green-api is made of. GREEN-API takes 200 alone for an answer: anything else it repeats
// every 60 s for 24 h, and keeps all later notifications of the instance waiting behind it
// (https://green-api.com/en/docs/api/recommendations/working-with-incomming-webhooks/). So only what a repetition can
// put right is refused: 401 for another token, 408 and 400 for a body that did not come in full, and 503 with
// Retry-After where a claim is not settled within 10 s or 256 requests are under way already.
type Webhook struct {
	Token   secret.Text // empty: there is no webhook
	Parse   func(body []byte) (Notification, error)
	Claims  Claims
	Counted func(Reason)    // called once for every request; may be nil
	Refused func(bare bool) // called for each that does not bear the token; bare: it bears none; may be nil
	Log     *slog.Logger    // nil: nothing is logged
}

// Notification is what the body of a webhook says.
type Notification struct {
	StateChanged bool // it is a stateInstanceChanged; of others nothing else is set
	Instance     monitor.InstanceID
	State        monitor.State
	At           time.Time // the vendor's timestamp; zero where there is none
}

// Claims settles what notifications claim.
type Claims interface {
	// Claim returns once GREEN-API itself has been asked and what follows is committed, at the latest when ctx ends,
	// after 10 s, or those end who ask and store. An error means that the claim is to be sent again. No two calls about
	// one instance run at once.
	Claim(ctx context.Context, c Claim) (Outcome, error)
}

// Claim is a change of state that somebody with the token tells of. It is one voice, and proves nothing.
type Claim struct {
	Instance monitor.InstanceID
	State    monitor.State
	At       time.Time // when it changed, by the vendor's timestamp; zero where there is none
	Heard    time.Time // when it came in
}

// Outcome is what came of a claim.
type Outcome string

// The outcomes.
const (
	OutcomeCommitted Outcome = "committed"        // something new is believed, and stored
	OutcomeNoNews    Outcome = "no_news"          // GREEN-API's own answer changes nothing that is stored
	OutcomeUnknown   Outcome = "unknown_instance" // not one of those that are watched
)

// Reason is how a request to the webhook ended.
type Reason string

// The reasons, and the status that each is answered with.
const (
	Committed       = Reason(OutcomeCommitted) // 200
	NoNews          = Reason(OutcomeNoNews)    // 200
	UnknownInstance = Reason(OutcomeUnknown)   // 200

	OtherType Reason = "other_type" // 200: a notification of something else
	Garbage   Reason = "garbage"    // 200: not a notification
	Oversize  Reason = "oversize"   // 200: over 1 MiB

	Unauthorized Reason = "unauthorized" // 401
	Slow         Reason = "slow"         // 408: the body did not come within 10 s
	Gone         Reason = "gone"         // 400: the caller left before the end
	Late         Reason = "late"         // 503: not settled within 10 s
	Crowded      Reason = "crowded"      // 503: too many requests at once
	Failed       Reason = "failed"       // 503: settling it failed
)

var statuses = map[Reason]int{
	Committed: http.StatusOK, NoNews: http.StatusOK, UnknownInstance: http.StatusOK,
	OtherType: http.StatusOK, Garbage: http.StatusOK, Oversize: http.StatusOK,
	Unauthorized: http.StatusUnauthorized, Slow: http.StatusRequestTimeout, Gone: http.StatusBadRequest,
	Late: http.StatusServiceUnavailable, Crowded: http.StatusServiceUnavailable, Failed: http.StatusServiceUnavailable,
}

// Reasons lists them all, sorted.
func Reasons() []Reason {
	all := make([]Reason, 0, len(statuses))
	for reason := range statuses {
		all = append(all, reason)
	}
	slices.Sort(all)
	return all
}

const (
	patience   = 10 * time.Second // for the whole of a request; GREEN-API itself waits 180 s
	maxWaiters = 256              // requests that are read or wait for their outcome
	maxReaders = 32               // of these, bodies in memory
	maxBody    = 1 << 20
	maxDrained = 16 << 20 // of a larger body; a proxy that cannot send it to the end makes a 502 of our 200
	retryAfter = "10"     // seconds
)

type webhook struct {
	Webhook
	lock    lock
	flights flights
	waiters chan struct{}
	readers chan struct{}
}

func newWebhook(o Webhook) *webhook {
	if o.Counted == nil {
		o.Counted = func(Reason) {}
	}
	if o.Refused == nil {
		o.Refused = func(bool) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &webhook{
		Webhook: o, lock: newLock(o.Token),
		flights: flights{claims: o.Claims, log: o.Log, routes: map[monitor.InstanceID]*route{}},
		waiters: make(chan struct{}, maxWaiters), readers: make(chan struct{}, maxReaders),
	}
}

func (h *webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reason := h.handle(w, r)
	h.Counted(reason)
	status := statuses[reason]
	switch status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", retryAfter)
	}
	if status != http.StatusOK {
		w.Header().Set("Connection", "close") // else net/http first reads what is left of the body
	}
	writeJSON(w, status, map[string]Reason{"result": reason})
}

func (h *webhook) handle(w http.ResponseWriter, r *http.Request) Reason {
	if !h.lock.opens(r) {
		h.Refused(r.Header.Get("Authorization") == "")
		return Unauthorized
	}
	select {
	case h.waiters <- struct{}{}:
		defer func() { <-h.waiters }()
	default:
		return Crowded
	}
	heard := time.Now()
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	n, reason := h.receive(ctx, w, r)
	if reason != "" {
		return reason
	}
	outcome, err := h.flights.claim(ctx, Claim{Instance: n.Instance, State: n.State, At: n.At, Heard: heard})
	switch {
	case err == nil:
		return Reason(outcome)
	case ctx.Err() != nil:
		return ended(ctx)
	case errors.Is(err, context.DeadlineExceeded):
		return Late
	default:
		return Failed
	}
}

// ended says why the context of a request has ended.
func ended(ctx context.Context) Reason {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return Late
	}
	return Gone
}

// receive reads the body and gives the change of state that it tells of, or the reason why there is none.
func (h *webhook) receive(ctx context.Context, w http.ResponseWriter, r *http.Request) (Notification, Reason) {
	select {
	case h.readers <- struct{}{}:
		defer func() { <-h.readers }()
	case <-ctx.Done():
		return Notification{}, ended(ctx)
	}
	deadline, _ := ctx.Deadline()
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(deadline) // in process there is none
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return Notification{}, Slow
	case err != nil:
		return Notification{}, Gone
	case len(body) > maxBody:
		_, _ = io.CopyN(io.Discard, r.Body, maxDrained-maxBody) // the deadline stays, also for what net/http drains after it
		return Notification{}, Oversize
	}
	_ = connection.SetReadDeadline(time.Time{}) // else the caller seems to have gone when it passes
	return h.parse(ctx, body)
}

// parse takes a body that makes Parse panic for garbage: repeated, it would do so again for 24 h.
func (h *webhook) parse(ctx context.Context, body []byte) (n Notification, reason Reason) {
	defer func() {
		if p := recover(); p != nil {
			h.Log.ErrorContext(ctx, "parsing a notification panicked", "panic", p, "bytes", len(body))
			reason = Garbage
		}
	}()
	n, err := h.Parse(body)
	switch {
	case err != nil:
		return n, Garbage
	case !n.StateChanged:
		return n, OtherType
	}
	return n, ""
}
