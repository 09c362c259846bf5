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
	CardText bool     // it does not name all of them, and the chat takes no file
	Repeat   bool     // an earlier try may have arrived
	Tries    int      // earlier tries

	Refusals  int       // of them, those that were refused in words that nobody knows
	RefusedAt time.Time // when the first of these was; zero: none
	Again     time.Time // after such a refusal: when the next try is
	GivenUp   bool      // there is none

	Version int64 // of the incident as it stands here
	Joined  int64 // the id of the card whose edit is to tell it; 0: a message of its own is
}

// What is refused in words that nobody knows is tried again after 5 s, then after twice as long each time, up to 5 min;
// after an hour once an hour, and after a day no more.
const (
	refusedFirst = 5 * time.Second
	refusedMost  = 5 * time.Minute
	refusedSlow  = time.Hour
	refusedEnds  = 24 * time.Hour
)

// Refuse is the note after such a refusal.
func (n Note) Refuse(at time.Time) Note {
	if n.RefusedAt.IsZero() {
		n.RefusedAt = at
	}
	wait := min(refusedFirst<<min(n.Refusals, 10), refusedMost)
	if at.Sub(n.RefusedAt) >= time.Hour {
		wait = refusedSlow
	}
	n.Refusals++
	n.Again, n.GivenUp = at.Add(wait), at.Sub(n.RefusedAt) >= refusedEnds
	return n
}

// Settlement is what became of notes that were tried.
type Settlement struct {
	To        Address
	Notes     []Note
	At        time.Time
	End       SettlementEnd
	MessageID int       // told: the message that carries them
	Until     time.Time // again, held: not before
	Rang      bool      // told: the message rang
	MaybeSent bool      // again: the try may have arrived
	Reason    string    // again, held, failed: why; never a secret
}

// SettlementEnd is how a try ended.
type SettlementEnd string

// The ends of a try.
const (
	SettledTold   SettlementEnd = "told"
	SettledAgain  SettlementEnd = "again"  // tried again later
	SettledFailed SettlementEnd = "failed" // can never be delivered

	// SettledRefused is a refusal in words that nobody knows: each note is tried again by itself, as [Note.Refuse] says.
	SettledRefused SettlementEnd = "refused"

	// SettledHeld is no try: the chat was rung often enough lately. The channels outside, told instead of a chat, wait too.
	SettledHeld SettlementEnd = "held"
)

// Card is a message in a chat that must show how its incidents stand now.
type Card struct {
	ID        int64
	To        Address
	MessageID int
	List      int // the message with the file that names all; 0: there is none; or ListedInText
	Listed    int // how many of the entries the file, or the text, names
	Entries   []CardEntry
	Notes     []Note // that are told when the message shows the entries
}

// Told settles the card's notes: its message was shown.
func (c Card) Told(at time.Time) Settlement {
	return Settlement{To: c.To, Notes: c.Notes, At: at, End: SettledTold, MessageID: c.MessageID}
}

// ListedInText stands for the file's message if the chat takes no files.
const ListedInText = -1

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
