package monitor

import (
	"fmt"
	"time"
)

// Chat is a place that is told, and whether it can be.
type Chat struct {
	Address
	Dead    time.Time // since when it cannot be written to; zero: it can
	DeadWhy string    // Telegram's words
}

// Notice is what is told of greenwatch's own links: a chat that cannot be written to, a bot that is not
// heard, or a webhook that lets nothing in.
type Notice struct {
	Chat Address
	Why  string // Telegram's words, bounded; never a secret

	Knocks *Knocks `json:",omitempty"` // requests to the webhook that were refused
}

// Lost tells that a chat cannot be written to any more.
func Lost(chat int64, why string, at time.Time) Alert {
	return Alert{
		Key: fmt.Sprintf("%s/lost/%d/%d", Self, chat, at.UnixMilli()), Kind: ChatLost, Subject: Self, At: at,
		Notice: &Notice{Chat: Address{Chat: chat}, Why: why},
	}
}

// Deafness tells that presses and commands do not reach us.
func (c Case) Deafness(why string, s Scene) (Case, Effects) {
	c.Arrivals++
	return c, Effects{Alerts: []Alert{{
		Key: fmt.Sprintf("%s/%s/%d", Self, Deaf, c.Arrivals), Kind: Deaf, Subject: Self, At: s.Now, Notice: &Notice{Why: why},
	}}}
}

// Again tells places of the open incident as if it began now; false where there is none that people know of.
func (c Case) Again(places []Address, now time.Time) (Alert, bool) {
	if !c.Incident.Open() || !c.Incident.knownOut() {
		return Alert{}, false
	}
	again := Alert{
		Key:  fmt.Sprintf("%s/%d/%s/at%d", c.Subject, c.Incident.Number, Opened, now.UnixMilli()),
		Kind: Opened, Subject: c.Subject, Incident: c.Incident.Number, At: now,
		Silent: !c.Belief.Rings(), Belief: c.Belief, Only: places,
	}
	if _, one := c.Subject.Instance(); !one {
		again.Kind, again.Silent, again.Roll = PoolDown, false, c.Incident.Outage.roll(c.Incident.Opened)
	}
	return again, true
}
