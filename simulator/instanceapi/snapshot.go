package instanceapi

import (
	"strconv"
	"time"
)

// Snapshot is an instance at one moment, for a page: no token is in it.
type Snapshot struct {
	ID, Name, Pool string
	Line           Line
	State          State     // of the instance itself
	Since          time.Time // when that began
	ChangesAt      time.Time // when it will change by itself; zero: not planned
	Answer         string    // what getStateInstance would answer now: a state word, or how it fails
	Account        Account
	Faults         []ActiveFault // all that concern it, widest scope first
	Reboots        int
	Queue          int // messages that wait
	Held           bool
	Sent, Expired  int // messages that have left and that were dropped after 24 h
	Allowance      int // messages that leave before a restriction that was lifted is back; 0: none is
	Notices        int // notifications that wait
}

// Snapshots returns every instance as it is now, in the order of Add.
func (s *Server) Snapshots() []Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	out := make([]Snapshot, 0, len(s.order))
	for _, id := range s.order {
		s.instances[id].catchUp(now)
		out = append(out, s.snapshot(s.instances[id]))
	}
	return out
}

// Snapshot returns one instance as it is now, or [ErrUnknownInstance].
func (s *Server) Snapshot(id string) (Snapshot, error) {
	var out Snapshot
	err := s.with(id, func(in *instance, _ time.Time) { out = s.snapshot(in) })
	return out, err
}

func (s *Server) snapshot(in *instance) Snapshot {
	v := Snapshot{
		ID: in.ID, Name: in.Name, Pool: in.pool(), Line: in.Line,
		State: in.current.state, Since: in.current.at, Answer: s.wouldAnswer(in), Account: in.account,
		Reboots: len(in.seen.reboots), Queue: len(in.queue), Held: in.held, Sent: in.sent, Expired: in.expired,
		Notices: len(in.notices), Allowance: in.current.left,
	}
	if len(in.plan) > 0 {
		v.ChangesAt = in.plan[0].at
	}
	for _, scope := range scopesOf(in.ID) {
		for _, f := range s.faults {
			if f.Scope == scope {
				v.Faults = append(v.Faults, f)
			}
		}
	}
	return v
}

func (s *Server) wouldAnswer(in *instance) string {
	proper := string(in.current.state)
	if in.account != Active {
		proper = "400 " + in.account.refusal()
	}
	i := s.findFault(in.ID, "getStateInstance")
	if i < 0 {
		return proper
	}
	switch f := s.faults[i]; f.Kind {
	case Slow, Drip:
		return string(f.Kind) + ": " + proper
	case Custom:
		return strconv.Itoa(s.canned(&f.Fault).status) + " " + f.Body
	default:
		return string(f.Kind)
	}
}
