package monitor

import (
	"strings"
	"time"
)

// Reading is what one call about one instance brought.
type Reading struct {
	Instance InstanceID
	At       time.Time // when it was asked
	Via      Via
	Finding
	Detail string // for people: "timed out after 30s", "HTTP 502"; never a secret
}

// Via is what made us ask.
type Via string

// The reasons for a call.
const (
	ViaPoll  Via = "poll"  // its slot, a confirmation or a deadline
	ViaPress Via = "press" // a person wanted to know

	ViaWebhook Via = "webhook" // a notification claimed a change; the reading is the API's own answer
)

// Tells reports whether the finding says anything at all, be it only that there was no answer.
func (f Finding) Tells() bool {
	return f.Answer == Answered || f.Answer == Refused || f.Answer == NoAnswer
}

// Finding is what a reading says, without when and how it was asked.
type Finding struct {
	Answer  Answer  `json:",omitempty"`
	State   State   `json:",omitempty"` // set when answered
	Refusal Refusal `json:",omitempty"` // set when refused
}

// Answer is the kind of an answer.
type Answer string

// The kinds of an answer. The zero value is nothing: not asked yet.
const (
	Answered  Answer = "answered"  // a state word
	NoAnswer  Answer = "no answer" // time-out, 5xx, garbage, HTML, connection: says nothing about the number
	Refused   Answer = "refused"   // the API will not speak about this instance with us
	Throttled Answer = "throttled" // 429: no information at all; believed if nothing else comes for long
	Unasked   Answer = "unasked"   // we could not ask, through our own fault: none either
)

// State is a state word as the API gave it; https://green-api.com/en/docs/api/account/GetStateInstance/.
// Words are matched without regard to case; unknown ones are kept and shown.
type State string

// The words known by the vendor's pages. Null is the body `null`: the instance is still being created.
const (
	Authorized      State = "authorized"
	NotAuthorized   State = "notAuthorized"
	Blocked         State = "blocked"
	Starting        State = "starting"
	YellowCard      State = "yellowCard"
	Suspended       State = "suspended" // the name of yellowCard since 2026-07-30
	SleepMode       State = "sleepMode"
	Null            State = "null"
	PendingCode     State = "pendingCode"
	PendingPassword State = "pendingPassword"
)

// Canonical is the word to compare by: one case, and one name for the restriction that has two.
func (s State) Canonical() State {
	if _, known := states[s]; known {
		return s
	}
	if s.spells(YellowCard) {
		return Suspended
	}
	for known := range states {
		if s.spells(known) {
			return known
		}
	}
	return State(strings.Map(lowerASCII, string(s)))
}

// spells reports whether two words are the same but for the case of ASCII letters.
func (s State) spells(known State) bool {
	if len(s) != len(known) {
		return false
	}
	for i := range len(s) {
		if lowerASCII(rune(s[i])) != lowerASCII(rune(known[i])) {
			return false
		}
	}
	return true
}

// lowerASCII leaves other letters alone: some of them, as the Kelvin sign, lower or fold to ASCII, and would make a known
// word of an unknown one.
func lowerASCII(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

// Refusal is why the API will not speak about an instance; https://green-api.com/en/docs/api/common-errors/.
type Refusal string

// The refusals, by HTTP status or by the error's words.
const (
	WrongToken   Refusal = "401"     // token renewed, or instance deleted long ago
	WrongAddress Refusal = "403"     // id unknown at this host
	NotFound     Refusal = "404"     // also a reported fault of single instances
	Expired      Refusal = "expired" // unpaid
	Deleted      Refusal = "deleted"
)

// Same reports whether two findings say the same.
func (f Finding) Same(g Finding) bool {
	return f.Answer == g.Answer && f.Refusal == g.Refusal && (f.State == g.State || f.State.Canonical() == g.State.Canonical())
}

// Word is the finding in the API's own word, or ours where the API said none.
func (f Finding) Word() string {
	switch f.Answer {
	case Answered:
		return string(f.State)
	case Refused:
		return string(f.Refusal)
	default:
		return string(f.Answer)
	}
}
