package instanceapi

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Add makes an instance. It fails for an id that is no number or is taken, and without a token.
func (s *Server) Add(i Instance) error {
	if i.ID == "" || len(i.ID) > 18 || strings.Trim(i.ID, "0123456789") != "" || i.ID[0] == '0' {
		return errors.New("instanceapi: adding an instance: the id is not a number of 1 to 18 digits")
	}
	if err := checkToken(i.ID, i.Token); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.instances[i.ID] != nil {
		return fmt.Errorf("instanceapi: adding %s: there is one already", i.ID)
	}
	i.Line = cmp.Or(i.Line, WhatsApp)
	i.State = cmp.Or(i.State, Authorized)
	now := time.Now()
	in := &instance{
		Instance: i, added: now, rebootTime: s.opts.RebootTime, refresh: s.opts.CountRefresh,
		settings: settable(), full: map[string]time.Time{}, seen: newRecord(),
	}
	in.settled = Authorized
	in.countedAt = now
	in.place(now, i.State)
	if i.State == Creating {
		in.settled = NotAuthorized
		in.plan = []step{{at: now.Add(s.opts.CreateTime), state: NotAuthorized}}
	}
	s.instances[i.ID] = in
	s.order = append(s.order, i.ID)
	s.changed()
	return nil
}

func checkToken(id string, token Secret) error {
	if token == "" || strings.Contains(string(token), "/") {
		return fmt.Errorf("instanceapi: %s: the token is empty or has a slash in it", id)
	}
	return nil
}

// Set makes state the one that the instance answers from now on, whichever word it is, and forgets all that was
// planned for it. A reboot will lead back to it, with two exceptions: from Starting it leads to the last other state,
// and from YellowCard or Suspended to Authorized, until one message has left.
func (s *Server) Set(id string, state State) error {
	return s.alter(id, func(in *instance, now time.Time) { in.place(now, state) })
}

// Step is a state and when it begins, counted from the call of Plan.
type Step struct {
	After time.Duration
	State State
}

// Plan sets several states in a row; the steps must be in order of time. It forgets as Set does.
func (s *Server) Plan(id string, steps ...Step) error {
	for i, st := range steps {
		if st.After < 0 || i > 0 && st.After < steps[i-1].After {
			return fmt.Errorf("instanceapi: planning %s: step %d goes back in time", id, i+1)
		}
	}
	return s.alter(id, func(in *instance, now time.Time) {
		in.forget()
		for _, st := range steps {
			in.plan = append(in.plan, step{at: now.Add(st.After), state: st.State})
		}
	})
}

// Restrict is Set for YellowCard or Suspended with the number of messages that may leave after a reboot before the
// restriction is back; 0 means that a reboot lifts it for good.
func (s *Server) Restrict(id string, state State, messages int) error {
	if !state.restricted() || messages < 0 {
		return fmt.Errorf("instanceapi: restricting %s: no restriction %q with %d messages", id, state, messages)
	}
	return s.alter(id, func(in *instance, now time.Time) {
		in.place(now, state)
		in.allowance = messages
	})
}

// AfterReboot orders where each later reboot and setSettings leads, until the next Set, Plan, Restrict, Link or
// logout. Starting means that it never ends.
func (s *Server) AfterReboot(id string, state State) error {
	return s.alter(id, func(in *instance, _ time.Time) { in.afterReboot = state })
}

// StickStarting is Starting now, and no reboot ends it; logout and Set do.
func (s *Server) StickStarting(id string) error {
	return s.alter(id, func(in *instance, now time.Time) {
		in.place(now, Starting)
		in.afterReboot = Starting
	})
}

// FalseLogout is NotAuthorized now, though the account is linked: a reboot puts it right.
func (s *Server) FalseLogout(id string) error {
	return s.alter(id, func(in *instance, now time.Time) {
		in.place(now, NotAuthorized)
		in.afterReboot = Authorized
	})
}

// Link is a person who scans the code or types it in: Starting, then Authorized.
func (s *Server) Link(id string) error {
	return s.alter(id, func(in *instance, now time.Time) {
		in.place(now, Starting)
		in.plan = []step{{at: now.Add(in.rebootTime), state: Authorized}}
	})
}

// LinkPhone makes another phone the one that is linked, in digits.
func (s *Server) LinkPhone(id, phone string) error {
	return s.alter(id, func(in *instance, _ time.Time) { in.other = phone })
}

// SetRebootTime replaces Options.RebootTime for one instance; 0 skips Starting.
func (s *Server) SetRebootTime(id string, d time.Duration) error {
	return s.alter(id, func(in *instance, _ time.Time) { in.rebootTime = max(0, d) })
}

// SetAccount makes the instance expired, deleted or active again.
func (s *Server) SetAccount(id string, a Account) error {
	if a < Active || a > Deleted {
		return fmt.Errorf("instanceapi: account of %s: no kind %d", id, int(a))
	}
	return s.alter(id, func(in *instance, now time.Time) {
		in.account, in.deleted = a, time.Time{}
		if a == Deleted {
			in.deleted = now
		}
	})
}

// Enqueue puts n messages, made age ago, into the queue, as if the owner's software had sent them.
func (s *Server) Enqueue(id string, n int, age time.Duration) error {
	if n < 0 || age < 0 {
		return errors.New("instanceapi: enqueueing: neither number nor age may be negative")
	}
	return s.alter(id, func(in *instance, now time.Time) {
		for i := range n {
			in.put(now.Add(-age), "79000000000@c.us", fmt.Sprintf("Message %d", i+1))
		}
	})
}

// HoldQueue makes the queue stay as it is even while the instance is Authorized, or lets it go again.
func (s *Server) HoldQueue(id string, held bool) error {
	return s.alter(id, func(in *instance, now time.Time) {
		in.held = held
		in.free = now.Add(in.pause())
	})
}

// Changed returns a channel that is closed at the next change that somebody makes: the operator, or a call that does
// something. What changes by itself in the course of time closes nothing; Snapshot.ChangesAt tells when a state will.
func (s *Server) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.change == nil {
		s.change = make(chan struct{})
	}
	return s.change
}

func (s *Server) changed() {
	if s.change != nil {
		close(s.change)
		s.change = nil
	}
}

// with runs fn on an instance that is brought to the present.
func (s *Server) with(id string, fn func(in *instance, now time.Time)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.instances[id]
	if in == nil {
		return fmt.Errorf("instanceapi: instance %q: %w", id, ErrUnknownInstance)
	}
	now := time.Now()
	in.catchUp(now)
	fn(in, now)
	return nil
}

// alter is with for a change, which it makes known.
func (s *Server) alter(id string, fn func(in *instance, now time.Time)) error {
	return s.with(id, func(in *instance, now time.Time) {
		fn(in, now)
		in.catchUp(now)
		s.changed()
	})
}
