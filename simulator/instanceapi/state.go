package instanceapi

import (
	"maps"
	"time"
)

// State is a word of getStateInstance. Any other word may be used too, and is answered as it is.
type State string

// The words of https://green-api.com/en/docs/api/account/GetStateInstance/, of its Telegram and MAX pages and of
// https://green-api.com/en/docs/release/5.44.37.12/, which renamed YellowCard to Suspended.
const (
	Authorized      State = "authorized"
	NotAuthorized   State = "notAuthorized"
	Starting        State = "starting"
	Blocked         State = "blocked"
	YellowCard      State = "yellowCard"
	Suspended       State = "suspended"
	PendingPassword State = "pendingPassword"
	PendingCode     State = "pendingCode"
	SleepMode       State = "sleepMode"

	// Creating is an instance that is not ready yet: the whole body is null.
	Creating State = "null"
)

func (st State) restricted() bool { return st == YellowCard || st == Suspended }

// step is a state and the moment from which it holds.
type step struct {
	at    time.Time
	state State
	left  int // a lifted restriction is back when so many messages have left; 0: never
}

// life is the state machine of an instance: where it is, what will come of itself, and what a reboot will do.
type life struct {
	current step
	settled State  // the last one that was not starting or creating
	plan    []step // not reached yet, in order of time
	past    []step // those entered that the history keeps, oldest first

	afterReboot State // where a restart leads; empty: back to where it was
	restriction State // the last one entered
	allowance   int   // the left of a step that lifts it
}

const keptHistory = 1000

// enter makes st the state of this moment, and tells of it by the settings that are then in force.
func (in *instance) enter(st step) {
	before := in.current.state
	in.current = st
	in.settle(st)
	if st.state != before {
		in.announce(st)
	}
}

// settle keeps what a state leaves behind.
func (in *instance) settle(st step) {
	switch st.state {
	case Starting, Creating:
		return
	case YellowCard, Suspended:
		in.restriction = st.state
	case Authorized, NotAuthorized, Blocked:
		in.past = append(in.past, st)
		in.past = in.past[max(0, len(in.past)-keptHistory):]
	}
	in.settled = st.state
	maps.Copy(in.settings, in.pending)
	in.pending = nil
}

// forget drops what was planned and what a reboot would have done.
func (in *instance) forget() {
	in.plan, in.afterReboot, in.allowance, in.current.left = nil, "", 1, 0
}

// place makes st the state from now on, and nothing more.
func (in *instance) place(now time.Time, st State) {
	in.forget()
	in.enter(step{at: now, state: st})
}

// restart is what reboot and setSettings do: starting for a while, then the state before, or the one that was ordered.
func (in *instance) restart(now time.Time) {
	next := in.afterRestart()
	in.plan = nil
	in.enter(step{at: now, state: Starting})
	if next.state == Starting {
		return
	}
	next.at = now.Add(in.rebootTime)
	in.plan = []step{next}
	in.catchUp(now)
}

func (in *instance) afterRestart() step {
	next := in.current
	switch {
	case in.afterReboot != "":
		return step{state: in.afterReboot}
	case next.state != Starting:
	case len(in.plan) > 0:
		next = in.plan[len(in.plan)-1]
	default:
		next = step{state: in.settled}
	}
	if next.state.restricted() {
		return step{state: Authorized, left: in.allowance}
	}
	return next
}

// catchUp brings the instance to the present: states that were planned, messages that have left or were dropped, and
// the count as it stood at the last refresh.
func (in *instance) catchUp(now time.Time) {
	if in.account == Active && !in.Expires.IsZero() && !now.Before(in.Expires) {
		in.account = Expired
	}
	at := in.added.Add(now.Sub(in.added).Truncate(in.refresh))
	if at.After(in.countedAt) {
		in.advance(at)
		in.counted, in.countedAt = len(in.queue), at
	}
	in.advance(now)
}

func (in *instance) advance(now time.Time) {
	for {
		end, last := now, true
		if len(in.plan) > 0 && !in.plan[0].at.After(now) {
			end, last = in.plan[0].at, false
		}
		if at, relapsed := in.drain(end, last); relapsed {
			in.enter(step{at: at, state: in.restriction})
			continue
		}
		if last {
			break
		}
		in.enter(in.plan[0])
		in.plan = in.plan[1:]
	}
	in.expire(now)
	in.forgetNotices(now)
}
