package instanceapi

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind is a way in which an answer goes wrong.
type Kind string

// The kinds of fault. Those marked (proper) make the true answer first and spoil its delivery; the others do not touch
// the instance, unless Fault.Executed says so.
const (
	ServerErrorJSON Kind = "http_500_json"
	ServerErrorText Kind = "http_500_text"
	ClientClosed    Kind = "http_499"       // HTML
	BadGateway      Kind = "http_502"       // HTML
	GatewayTimeout  Kind = "http_504"       // HTML
	Unauthorized    Kind = "http_401"       // worded by Options.ErrorBody
	Forbidden       Kind = "http_403"       // the same
	NotFound        Kind = "http_404"       // HTML
	Throttled       Kind = "http_429"       // no body; Retry-After from Fault.RetryAfter
	Redirect        Kind = "redirect"       // 302 to Fault.Location with the path kept
	Garbage         Kind = "garbage"        // 200, bytes that are no text
	Null            Kind = "null"           // 200, null
	EmptyBody       Kind = "empty"          // 200, nothing
	StatusFalse     Kind = "status_false"   // 200, {"status":false,"reason":…}
	Array           Kind = "array"          // 200, ["authorized"]
	Number          Kind = "number"         // 200, 42
	UnknownObject   Kind = "unknown_object" // 200, an object without any expected member
	Custom          Kind = "custom"         // Fault.Status, Fault.ContentType, Fault.Body
	Truncated       Kind = "truncated"      // (proper) first half of the body as if it were all
	Cut             Kind = "cut"            // (proper) first half of the body, then the connection breaks
	Drip            Kind = "drip"           // (proper) one byte per Fault.Delay, default 1 s
	Slow            Kind = "slow"           // (proper) after Fault.Delay, default 60 s
	Huge            Kind = "huge"           // 200, a state word of 100 MB, made while it is sent
	Hang            Kind = "hang"           // nothing until the client leaves
	Reset           Kind = "reset"          // the connection breaks before a byte came
	Echo            Kind = "echo"           // Fault.Status, default 502; what was asked is quoted in every part of the answer
	Unsolicited     Kind = "unsolicited"    // 200 and nothing, and then what was asked as if it were an answer; without a socket: Reset
)

// Kinds lists every kind, in the order of a menu.
func Kinds() []Kind {
	return []Kind{
		BadGateway, GatewayTimeout, ServerErrorJSON, ServerErrorText, ClientClosed, Hang, Slow, Drip, Reset, Cut,
		Throttled, Unauthorized, Forbidden, NotFound, Redirect, Null, EmptyBody, StatusFalse, Garbage, Truncated,
		Array, Number, UnknownObject, Huge, Custom, Echo, Unsolicited,
	}
}

func (k Kind) proper() bool { return k == Truncated || k == Cut || k == Drip || k == Slow }

// Fault says how answers go wrong, and which.
type Fault struct {
	Kind     Kind
	Methods  []string      // only these, in any case; none: all
	Calls    int           // this many calls, then it is over; 0: until Mend
	Delay    time.Duration // waited first, for every kind but Drip
	Executed bool          // the call does its work before it goes wrong, as a reboot whose answer is lost

	RetryAfter  time.Duration // Throttled; 0 sends no header
	Location    string        // Redirect: scheme and host; default https://elsewhere.example
	Status      int           // Custom, default 200; Echo, default 502
	ContentType string        // Custom; default JSON
	Body        string        // Custom
}

// Scope is whose answers a fault spoils: made by [InstanceScope] or [PoolScope], or [WholeAPI].
type Scope string

// WholeAPI is every call, also one that names no instance.
const WholeAPI Scope = "api"

// InstanceScope is one instance.
func InstanceScope(id string) Scope { return Scope("instance/" + id) }

// PoolScope is all instances whose ids begin with these four digits.
func PoolScope(pool string) Scope { return Scope("pool/" + pool) }

// ActiveFault is a fault in force; its Calls are those still to come.
type ActiveFault struct {
	Scope Scope
	Fault
}

// Break puts a fault in force. Of several that fit a call, one of the whole API goes before one of a pool, and that
// before one of the instance; within a scope the older goes first. It fails for an unknown kind, scope or instance.
func (s *Server) Break(scope Scope, f Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(Kinds(), f.Kind) {
		return fmt.Errorf("instanceapi: breaking %s: no fault is called %q", scope, f.Kind)
	}
	id, one := strings.CutPrefix(string(scope), "instance/")
	pool := strings.HasPrefix(string(scope), "pool/") && len(scope) == len("pool/0000")
	switch {
	case one && s.instances[id] == nil:
		return fmt.Errorf("instanceapi: breaking %s: %w", scope, ErrUnknownInstance)
	case !one && !pool && scope != WholeAPI:
		return fmt.Errorf("instanceapi: breaking %q: no such scope", scope)
	}
	f.Methods = slices.Clone(f.Methods)
	s.faults = append(s.faults, ActiveFault{scope, f})
	s.changed()
	return nil
}

// Mend ends the faults of exactly this scope.
func (s *Server) Mend(scope Scope) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = slices.DeleteFunc(s.faults, func(f ActiveFault) bool { return f.Scope == scope })
	s.changed()
}

// Faults lists what is in force, oldest first.
func (s *Server) Faults() []ActiveFault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.faults)
}

// takeFault returns the fault that meets the call and counts it.
func (s *Server) takeFault(c *call) *Fault {
	i := s.findFault(c.id, c.name)
	if i < 0 {
		return nil
	}
	f := s.faults[i].Fault
	if f.Calls > 0 {
		if s.faults[i].Calls--; s.faults[i].Calls == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		s.changed()
	}
	return &f
}

func (s *Server) findFault(id, name string) int {
	for _, scope := range scopesOf(id) {
		for i, f := range s.faults {
			if f.Scope == scope && f.meets(name) {
				return i
			}
		}
	}
	return -1
}

func scopesOf(id string) []Scope {
	return []Scope{WholeAPI, PoolScope(poolOf(id)), InstanceScope(id)}
}

func (f Fault) meets(name string) bool {
	return len(f.Methods) == 0 ||
		slices.ContainsFunc(f.Methods, func(m string) bool { return strings.EqualFold(m, name) })
}
