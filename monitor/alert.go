package monitor

import "time"

// Alert is one thing that people must be told. Each is told once to each chat that it concerns.
type Alert struct {
	Key      string // made from its event; unique
	Kind     AlertKind
	Subject  Subject
	Incident int // the number of the subject's incident; 0: none
	At       time.Time
	Silent   bool
	Belief   Belief    // as it was believed then
	Action   *Action   // what it is the outcome of
	Roll     *Roll     // what the fleet looked like
	Notice   *Notice   // what became of our own links
	Day      *Day      // what it reports on
	List     *ListNews `json:",omitempty"` // what the list of instances brings
	Queue    *Queue    `json:",omitempty"` // the messages that wait, where it is about them alone
	Relinked *Relinked `json:",omitempty"` // another phone, if it is about that alone
	Incoming *Incoming `json:",omitempty"` // the notifications that wait, if it is about them
	Expiry   *Expiry   `json:",omitempty"` // whose paid time ends soon
	Only     []Address // who is told; empty: every chat that is subscribed
}

// AlertKind is why people are told.
type AlertKind string

// The reasons to tell.
const (
	Opened      AlertKind = "opened"       // an incident began; its message is the incident's card
	Changed     AlertKind = "changed"      // within the incident it became something else that people must know
	Reopened    AlertKind = "reopened"     // bad again, so soon that it is the same incident
	StillOut    AlertKind = "still"        // told silently, and it has lasted
	Resolved    AlertKind = "resolved"     // good is believed
	Proved      AlertKind = "proved"       // good through probation
	Dropped     AlertKind = "dropped"      // the instance is watched no more
	ActedOn     AlertKind = "acted"        // how an action ended
	Arrived     AlertKind = "arrived"      // the first look at instances that were not known before
	Returned    AlertKind = "returned"     // we were away ourselves
	ChatLost    AlertKind = "lost"         // another chat cannot be written to any more
	Deaf        AlertKind = "deaf"         // presses and commands do not reach us
	HookRefused AlertKind = "hook_refused" // requests to the webhook bear a wrong token
	Reported    AlertKind = "report"       // how the last 24 hours went

	ListChanged AlertKind = "list"         // the file that lists the instances was read, and is watched
	ListRefused AlertKind = "list_refused" // it is wrong, and nothing of it counts
	ListAsked   AlertKind = "list_asked"   // too many are gone from it: a person decides
	Expiring    AlertKind = "expiring"     // the paid time of instances ends soon

	PoolDown AlertKind = "pool_down" // an outage of a pool or of everything began; its message is the incident's card
	PoolUp   AlertKind = "pool_up"   // it is over; its Roll names those that did not come back

	LossNear   AlertKind = "loss_near"   // messages that wait begin to be dropped soon
	NotSending AlertKind = "not_sending" // authorized, but the queue does not move
	SendsAgain AlertKind = "sends_again" // it moves
	OtherPhone AlertKind = "other_phone" // another phone number is linked than before
	NotRead    AlertKind = "not_read"    // nobody reads the notifications of what comes in
)

// Begins reports whether the alert opens the incident's card.
func (k AlertKind) Begins() bool { return k == Opened || k == PoolDown }

// CardOf reports whether the message that tells the note is the incident's card from then on: it opens it, or the chat has
// none and the message shows all of it.
func (n Note) CardOf() bool {
	switch k := n.Alert.Kind; {
	case n.Alert.Incident == 0:
		return false
	case k == Changed, k == Reopened, k == StillOut:
		return n.Card == 0
	default:
		return k.Begins()
	}
}

// Follows reports whether the alert concerns only those who were told that the incident began.
func (k AlertKind) Follows() bool {
	switch k {
	case Changed, Reopened, StillOut, Resolved, Proved, Dropped, PoolUp, LossNear:
		return true
	default:
		return false
	}
}

// Roll is the fleet at one look.
type Roll struct {
	Total  int
	Good   int
	Bad    []RollEntry // those that are not good
	Known  bool        // the bad ones are taken as known: not told until they have worked once
	Others int         // watched before these came; of a pool: on other pools
	From   time.Time   // of an absence: the last look before it; of an outage: its first sign
	Until  time.Time   // and the first after it; of an outage: its end

	OthersGood int `json:",omitempty"` // of a pool: how many on other pools are good
}

// RollEntry is one instance that is not good.
type RollEntry struct {
	Instance InstanceID
	Finding
}
