package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"greenwatch/monitor"
	"greenwatch/secret"
)

// GateOptions are what GET /gate/{idInstance} is made of: 200 where the number may send, 503 with Retry-After where it
// must not, both with the [Gate] as JSON. 404 is an instance that is not watched, 401 another token, 400 a mistake in the
// question, 429 with Retry-After a question that would wait while 1,024 others do; these answers have the key "error" and no key "open", so that nobody takes them for a closed gate.
//
// With wait=30s (at most a minute) the answer is held until the gate changes. With seen=open or seen=closed beside it a
// gate that is otherwise by now is answered at once.
type GateOptions struct {
	Gates Gates       // nil: there is no gate
	Token secret.Text // empty: everybody may ask
}

// Gates knows every instance's gate, from memory: neither method waits for a database or an API.
type Gates interface {
	// Gate gives the gate as it is now; false: the instance is not watched.
	Gate(id monitor.InstanceID) (Gate, bool)
	// Wait returns as soon as the gate's version is another than seen, or ctx ends, with the gate as it is then.
	Wait(ctx context.Context, id monitor.InstanceID, seen uint64) (Gate, bool)
}

// Gate is whether a number may send, and why. Times are answered in UTC, to the second; what is zero is left out.
type Gate struct {
	Open      bool      `json:"open"`
	Sure      bool      `json:"sure"`                // false: before anything is believed, and while the API does not tell us
	Delayed   bool      `json:"delayed,omitempty"`   // open, but the instance is starting
	Probation bool      `json:"probation,omitempty"` // open, but a restriction or a reboot was lately
	State     string    `json:"state,omitempty"`     // the vendor's word
	Since     time.Time `json:"since,omitzero"`
	Reason    string    `json:"reason,omitempty"` // why it is closed, or not sure, for people
	Queued    *int      `json:"queued,omitempty"` // messages that wait at GREEN-API; nil: not known
	FirstLoss time.Time `json:"first_loss,omitzero"`

	// Version is another one after each change that those who wait should hear of. A count of what is queued is none.
	Version uint64 `json:"-"`
}

const (
	maxHold   = time.Minute
	maxHeld   = 1024 // requests that wait at once
	gateRetry = "30" // seconds
	wrongID   = "idInstance: want 1 to 18 digits, as in /gate/7105000017"
	wrongWait = "wait: want a duration up to 60s, as in wait=30s"
	wrongSeen = "seen: want open or closed, with wait"
)

type gate struct {
	gates  Gates
	locked bool
	lock   lock
	held   chan struct{}
}

func newGate(o GateOptions) *gate {
	return &gate{
		gates: o.Gates, locked: o.Token.Reveal() != "", lock: newLock(o.Token),
		held: make(chan struct{}, maxHeld),
	}
}

func (h *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.locked && !h.lock.opens(r) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		writeError(w, http.StatusUnauthorized, "the header Authorization must have the value of GATE_TOKEN, after Bearer")
		return
	}
	id, err := monitor.ParseInstanceID(r.PathValue("idInstance"))
	if err != nil {
		writeError(w, http.StatusBadRequest, wrongID)
		return
	}
	p, wrong := parsePatience(r)
	if wrong != "" {
		writeError(w, http.StatusBadRequest, wrong)
		return
	}
	g, known := h.gates.Gate(id)
	if known && p.holds(g) {
		select {
		case h.held <- struct{}{}:
			defer func() { <-h.held }()
		default: // answered as it is, the caller would ask again at once
			w.Header().Set("Retry-After", busyRetry)
			writeError(w, http.StatusTooManyRequests, "too many wait already; ask without wait, or again later")
			return
		}
		g, known = h.hold(r.Context(), p.wait, id, g)
	}
	if !known {
		writeError(w, http.StatusNotFound, fmt.Sprintf("instance %s is not watched here", id))
		return
	}
	answer(w, g)
}

func answer(w http.ResponseWriter, g Gate) {
	g.Since, g.FirstLoss = seconds(g.Since), seconds(g.FirstLoss)
	status := http.StatusOK
	if !g.Open {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", gateRetry)
	}
	writeJSON(w, status, g)
}

func seconds(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Second)
}

// hold waits for the gate to change.
func (h *gate) hold(ctx context.Context, wait time.Duration, id monitor.InstanceID, g Gate) (Gate, bool) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	return h.gates.Wait(ctx, id, g.Version)
}

// gatePatience is how long the caller would wait for news, and what would be none.
type gatePatience struct {
	wait time.Duration
	seen string // open, closed, or empty: whatever it is
}

func (p gatePatience) holds(g Gate) bool {
	return p.wait > 0 && (p.seen == "" || g.Open == (p.seen == "open"))
}

// parsePatience gives in words what is wrong with the question.
func parsePatience(r *http.Request) (p gatePatience, wrong string) {
	if r.URL.RawQuery == "" {
		return p, ""
	}
	query := r.URL.Query()
	p.seen = query.Get("seen")
	if p.seen != "" && p.seen != "open" && p.seen != "closed" {
		return p, wrongSeen
	}
	if !query.Has("wait") {
		return p, ""
	}
	wait, err := time.ParseDuration(query.Get("wait"))
	if err != nil || wait < 0 {
		return p, wrongWait
	}
	p.wait = min(wait, maxHold)
	return p, ""
}

func writeError(w http.ResponseWriter, status int, words string) {
	writeJSON(w, status, map[string]string{"error": words})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // a type that JSON cannot hold, which would be a bug
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // it fails where the caller has gone
}
