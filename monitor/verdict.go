package monitor

// Verdict is what a finding means for the number.
type Verdict string

// The verdicts, in the order in which people need to see them.
const (
	Bad      Verdict = "bad"      // it does not send
	Odd      Verdict = "odd"      // a word we do not know
	Denied   Verdict = "refused"  // the API will not tell us
	Blind    Verdict = "blind"    // the API does not answer, or limits us
	Settling Verdict = "settling" // it may pass by itself
	Good     Verdict = "good"
	Unseen   Verdict = "unseen" // nothing believed yet
)

// states is the table of state words: the vendor's guide on tracking, https://green-api.com/en/docs/api/recommendations/instance-status-tracking/.
var states = map[State]Verdict{
	Authorized:      Good,
	NotAuthorized:   Bad,
	Blocked:         Bad,
	Suspended:       Bad,
	SleepMode:       Bad,
	Starting:        Settling,
	Null:            Settling,
	PendingCode:     Settling,
	PendingPassword: Settling,
}

// Verdict looks the finding up in the table of states.
func (f Finding) Verdict() Verdict {
	switch f.Answer {
	case Answered:
		if v, known := states[f.State.Canonical()]; known {
			return v
		}
		return Odd
	case NoAnswer, Throttled:
		return Blind
	case Refused:
		return Denied
	default:
		return Unseen
	}
}

// Restriction reports whether the finding is the messenger's spam restriction (suspended, formerly yellowCard).
func (f Finding) Restriction() bool {
	return f.Answer == Answered && f.State.Canonical() == Suspended
}

// Rings reports whether a person must be woken at once: the number does not send, or GREEN-API has stopped it. What is
// only our view of it stays silent at first.
func (f Finding) Rings() bool {
	return f.Verdict() == Bad || f.Refusal == Expired || f.Refusal == Deleted
}
