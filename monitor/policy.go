package monitor

import "time"

// Policy is what the operator may choose about the rules.
type Policy struct {
	ConfirmAfter     time.Duration // from the first voice of a change to the question for the second
	UnreachableAfter int           // unanswered calls in a row before an instance is believed blind; at least 2
	RelapseWindow    time.Duration // how long "authorized" after a restriction or a reboot is on probation
}

// DefaultPolicy is what holds where nothing is said.
func DefaultPolicy() Policy {
	return Policy{ConfirmAfter: 10 * time.Second, UnreachableAfter: 3, RelapseWindow: time.Hour}
}

// What nobody needs to choose.
const (
	refusedAfter = 2 // refused calls in a row before it is believed
	leastVoices  = 2 // no belief rests on fewer, whatever is chosen

	flapWithin       = time.Minute      // a change that reverts within this has flapped
	flapMemory       = time.Hour        // two flaps within this make the watch slower to believe
	flapConfirmAfter = 30 * time.Second // and this slow

	settleAfter = 5 * time.Minute  // what settles by itself before this is not told
	reopenAfter = 15 * time.Minute // bad again within this is the same incident
	ringAfter   = 15 * time.Minute // what was told silently rings if it lasts this long

	actionExpires = time.Minute      // an action nobody took up by then is not run any more
	proofEvery    = 10 * time.Second // how often the instance is asked after a reboot
	proofAfter    = 15 * time.Second // good counts as proof from then on, or once starting was seen
	rebootWait    = 2 * time.Minute  // not good by then: no change
	rebootLimit   = 5 * time.Minute  // still starting by then: no change either
	rebootAgain   = 10 * time.Minute // the next reboot of the same instance is possible after this

	firstSightAlone = 5 // more bad ones than this at first sight are told in one message
)
