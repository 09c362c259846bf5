package instanceapi

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Secret is a token. However it is printed, logged or encoded, it shows as [redacted].
type Secret string

// Format implements [fmt.Formatter].
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[redacted]")) }

// MarshalText implements [encoding.TextMarshaler].
func (Secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// LogValue implements [slog.LogValuer].
func (Secret) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// Line is a product line, as typeInstance spells it.
type Line string

// The product lines.
const (
	WhatsApp Line = "whatsapp"
	Telegram Line = "telegram"
	MAX      Line = "v3"
)

// Instance is what an operator says of an instance to add.
type Instance struct {
	ID    string // required: digits, 12 of them at most today; the first four are its pool
	Token Secret // required
	Name  string
	Line  Line   // default WhatsApp
	State State  // default Authorized; Creating becomes NotAuthorized after Options.CreateTime
	Host  string // the only host beside the universal ones that serves it, for Options.CheckHost; default any of its pool

	Expires time.Time // when the paid time ends and the account becomes Expired; zero: it is renewed for ever

	// CyrillicCount spells the key of getMessagesCount and getWebhooksCount with U+0441, as the vendor's WhatsApp pages do.
	CyrillicCount bool
}

// Account is whether the instance is paid for and still there.
type Account int

// The kinds of account.
const (
	Active Account = iota
	Expired
	Deleted
)

// String implements [fmt.Stringer].
func (a Account) String() string {
	return [...]string{"active", "expired", "deleted"}[a]
}

// refusal is what every method answers, with 400 (https://green-api.com/en/docs/api/common-errors/).
func (a Account) refusal() string {
	if a == Expired {
		return "Instance account is expired. Renew your instance from personal area"
	}
	return "Instance is deleted"
}

// ErrUnknownInstance is returned for an id that was not added.
var ErrUnknownInstance = errors.New("no such instance")

type instance struct {
	Instance
	life
	outbox
	inbox

	added      time.Time
	other      string // the phone that is linked, if it is not the one that goes with the id
	account    Account
	deleted    time.Time // when the account became Deleted
	unlisted   bool      // the partner's list leaves it out
	rebootTime time.Duration
	refresh    time.Duration // of the count
	settings   map[string]any
	pending    map[string]any       // saved, in force after the restart
	full       map[string]time.Time // when each method's bucket is full again
	seen       record
}

func (in *instance) pool() string { return poolOf(in.ID) }

func (in *instance) phone() string {
	if in.other != "" {
		return in.other
	}
	return "7900" + fmt.Sprintf("%07s", in.ID)[max(0, len(in.ID)-7):]
}

// chatID is the account's own address, empty while no account is linked.
func (in *instance) chatID() string {
	if !in.linked() {
		return ""
	}
	return in.phone() + "@c.us"
}

func (in *instance) linked() bool {
	switch in.current.state {
	case NotAuthorized, Blocked, Starting, Creating, PendingCode, PendingPassword:
		return false
	}
	return true
}
