package monitor

import "time"

// Note is an alert that one chat must be told, once.
type Note struct {
	ID       int64
	To       Address
	Alert    Alert
	Incident Incident // as it stands now; number 0 where the alert concerns none
	Card     int      // the message id of the incident's card in this chat; 0: there is none
	CardSize int      // how many incidents that card shows
	CardOpen int      // and how many of them are open
	Repeat   bool     // an earlier try may have arrived
	Tries    int      // earlier tries
	Version  int64    // of the incident as it stands here
	Joined   int64    // the id of the card whose edit is to tell it; 0: a message of its own is
}

// Settlement is what became of notes that were tried.
type Settlement struct {
	To        Address
	Notes     []Note
	At        time.Time
	End       SettlementEnd
	MessageID int       // told: the message that carries them
	Until     time.Time // again: not before
	MaybeSent bool      // again: the try may have arrived
	Reason    string    // again, failed: why; never a secret
}

// SettlementEnd is how a try ended.
type SettlementEnd string

// The ends of a try.
const (
	SettledTold   SettlementEnd = "told"
	SettledAgain  SettlementEnd = "again"  // tried again later
	SettledFailed SettlementEnd = "failed" // can never be delivered
)

// Card is a message in a chat that must show how its incidents stand now.
type Card struct {
	ID        int64
	To        Address
	MessageID int
	List      int // the message with the file that names all; 0: there is none
	Entries   []CardEntry
	Notes     []Note // that are told when the message shows the entries
}

// Told settles the card's notes: its message was shown.
func (c Card) Told(at time.Time) Settlement {
	return Settlement{To: c.To, Notes: c.Notes, At: at, End: SettledTold, MessageID: c.MessageID}
}

// MaxNamed is how many incidents a card names; a file names more.
const MaxNamed = 60

// CardEntry is one incident shown on a card.
type CardEntry struct {
	Subject  Subject
	Incident Incident
	Version  int64
}

// Transition is one change of belief, as kept for people to look back at.
type Transition struct {
	At   time.Time // when it was believed
	From Finding
	To   Belief
}

// Sweep is one round of looking at every instance.
type Sweep struct {
	Started  time.Time
	Ended    time.Time
	Asked    int // calls made
	Answered int // calls that brought a state word
}

// AuditEntry is a line of the audit log: who did what to whom, before it is done.
type AuditEntry struct {
	At      time.Time
	By      Person
	What    string
	Subject Subject
	Where   Address
}
