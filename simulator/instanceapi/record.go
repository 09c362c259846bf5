package instanceapi

import (
	"maps"
	"slices"
	"time"
)

// unknownMethod stands in every record for a name that the API does not have: a client that mixes up the parts of the
// path would otherwise have its token kept.
const unknownMethod = "unknown"

// Call is one request for an instance.
type Call struct {
	At     time.Time
	Method string        // as the vendor spells it, or "unknown"
	Status int           // HTTP status sent; 499 when the client hung up before, 0 when none was sent, or not yet
	Took   time.Duration // 0 while it runs
}

// Counters is what was asked of one instance, by anybody who named its id, whatever token came with it.
type Counters struct {
	Calls         map[string]int // by method, as in Call
	Log           []Call         // the last Options.KeepCalls in order of arrival
	Reboots       []time.Time    // those carried out
	Logouts       []time.Time    // those carried out
	Posts         []Post         // the last Options.KeepCalls notifications that were posted, in the order of their ends
	MaxConcurrent int            // most calls that were under way at once
	SmallestGap   time.Duration  // between the arrivals of two calls in a row, of any methods; -1 before the second
}

// Post is one try to post a notification to the webhookUrl.
type Post struct {
	At     time.Time // when it began
	Took   time.Duration
	Status int // the endpoint's; 0: there was no answer within 3 minutes
}

// Counters returns what was asked of an instance, or [ErrUnknownInstance].
func (s *Server) Counters(id string) (Counters, error) {
	var out Counters
	err := s.with(id, func(in *instance, _ time.Time) {
		r := &in.seen
		out = Counters{
			Calls: maps.Clone(r.calls), Reboots: slices.Clone(r.reboots), Logouts: slices.Clone(r.logouts), Posts: slices.Clone(r.posts),
			MaxConcurrent: r.most, SmallestGap: r.gap,
		}
		for _, c := range r.log[max(0, len(r.log)-s.opts.KeepCalls):] {
			out.Log = append(out.Log, *c)
		}
	})
	return out, err
}

type record struct {
	calls            map[string]int
	log              []*Call
	reboots, logouts []time.Time
	posts            []Post
	running, most    int
	last             time.Time // arrival of the latest call
	gap              time.Duration
}

func newRecord() record { return record{calls: map[string]int{}, gap: -1} }

func (r *record) begin(name string, at time.Time, keep int) *Call {
	if name == "" {
		name = unknownMethod
	}
	if !r.last.IsZero() {
		if gap := max(0, at.Sub(r.last)); r.gap < 0 || gap < r.gap {
			r.gap = gap
		}
	}
	r.last = at
	r.calls[name]++
	r.running++
	r.most = max(r.most, r.running)
	c := &Call{At: at, Method: name}
	if len(r.log) >= 2*keep {
		r.log = append([]*Call(nil), r.log[len(r.log)-keep:]...)
	}
	r.log = append(r.log, c)
	return c
}

func (r *record) end(c *Call, status int) {
	r.running--
	c.Status, c.Took = status, time.Since(c.At)
}
