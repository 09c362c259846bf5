package monitor

import "time"

// Policy is what the operator may choose about the rules.
type Policy struct {
	ConfirmAfter     time.Duration // from the first voice of a change to the question for the second
	UnreachableAfter int           // unanswered calls in a row before an instance is believed blind; at least 2
	RelapseWindow    time.Duration // how long "authorized" after a restriction or a reboot is on probation

	AutoReboot    AutoReboot    // whether the runbook reboots what is stuck in starting; zero: off
	StartingGrace time.Duration // how long starting lasts before it does; 0: at once
	RebootWait    time.Duration // from a reboot to the judgement on it; 0: 2 minutes
	Interval      time.Duration // from one look at every instance to the next; 0: a minute
}

// DefaultPolicy is what holds where nothing is said.
func DefaultPolicy() Policy {
	return Policy{ConfirmAfter: 10 * time.Second, UnreachableAfter: 3, RelapseWindow: time.Hour}
}

func (p Policy) rebootWait() time.Duration {
	if p.RebootWait <= 0 {
		return rebootWait
	}
	return p.RebootWait
}

func (p Policy) unreachableAfter() int { return max(p.UnreachableAfter, leastVoices) }

// fresh is how long a belief holds while nothing is said of the number.
func (p Policy) fresh() time.Duration {
	return max(staleAfter, time.Duration(p.unreachableAfter())*p.interval())
}

func (p Policy) interval() time.Duration {
	if p.Interval <= 0 {
		return lookInterval
	}
	return p.Interval
}

// What nobody needs to choose.
const (
	lookInterval = time.Minute // where the policy says no other

	refusedAfter = 2 // refused calls in a row before it is believed
	leastVoices  = 2 // no belief rests on fewer, whatever is chosen

	staleAfter = 5 * time.Minute // without word of the number for less than this, what is believed is not stale

	flapWithin       = time.Minute      // a change that reverts within this has flapped
	flapMemory       = time.Hour        // two flaps within this make the watch slower to believe
	flapConfirmAfter = 30 * time.Second // and this slow

	settleAfter = 5 * time.Minute  // what settles by itself before this is not told
	reopenAfter = 15 * time.Minute // bad again within this is the same incident
	ringAfter   = 15 * time.Minute // what was told silently rings if it lasts this long

	actionExpires    = time.Minute      // an action nobody took up by then is not run any more
	readingFresh     = 30 * time.Second // an older answer says nothing about now
	automaticExpires = 10 * time.Second // nor one of the runbook's: by then the instance may be well
	proofEvery       = 10 * time.Second // how often the instance is asked after a reboot
	proofAfter       = 15 * time.Second // good counts as proof from then on, or once starting was seen
	rebootWait       = 2 * time.Minute  // not good by then: no change
	rebootLimit      = 5 * time.Minute  // still starting by then: no change either
	rebootAgain      = 10 * time.Minute // the next reboot of the same instance is possible after this

	restartSpan  = 5 * time.Minute  // starting this soon after a restart of ours is our own doing
	rebootsADay  = 3                // the runbook makes no further one of the same instance
	fleetReboots = 3                // nor of any, where so many were made by it
	fleetWithin  = 10 * time.Minute // within this

	newbornGrace = 10 * time.Minute // an instance that has just appeared may be unready for this long

	outageVoices = 3                // failures in a row that an outage waits for at most, whatever is chosen
	longestVoice = 2 * time.Minute  // and for no longer each: its members are told of starting after 5 minutes
	leastPool    = 3                // fewer that fail are no matter of their pool
	poolBackstop = 15 * time.Minute // a member of an outage is judged again after this, if nobody says that it is over

	keptFor    = 24 * time.Hour   // how long GREEN-API keeps what it cannot send
	lossSlack  = time.Hour        // and by how much before it was counted a message may have been put in
	showAgain  = 10 * time.Minute // counts on a card are brought up to date no more often
	queueFresh = 15 * time.Minute // an older count says nothing about now
	queueKept  = 5 * time.Minute  // a count that has not changed is kept again after this
	stuckLooks = 3                // the same head of the queue so often
	stuckAfter = 10 * time.Minute // and for so long: it does not move
	freshGood  = 5 * time.Minute  // good for less than this proves nothing about the queue

	firstSightAlone = 5 // more bad ones than this at first sight are told in one message
)
