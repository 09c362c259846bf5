package monitor

import (
	"fmt"
	"time"
)

// Chat is a place that is told, and whether it can be.
type Chat struct {
	Address
	Dead    time.Time // since when it cannot be written to; zero: as far as is known, it can
	DeadWhy string    // Telegram's words
	Age     time.Time // of its refusals: when they began; zero: a message has been sent since
	Probes  int       // tries that were refused in that time
	ProbeAt time.Time // of a dead one: when it is tried again

	Refused RefusedNotes // messages that it does not take
}

// LateAfter is how long after its alert a note that was tried in vain counts as one that the chat does not take.
const LateAfter = 2 * time.Minute

// RefusedNotes is what is known of messages that a chat does not take: that it refuses one by one, while others may be sent,
// or that wait too long though they were tried.
type RefusedNotes struct {
	Waiting int       // that are tried again
	Since   time.Time // when the first of those was refused, or its alert made
	Again   time.Time // when the next of them is tried; zero: as soon as the chat takes anything
	GivenUp int       // that were given up in the last 24 hours
	Why     string    // Telegram's words to the last one
}

// Refuses reports whether something that the chat should be told cannot be told there now.
func (c Chat) Refuses() bool { return !c.Dead.IsZero() || c.Refused.Waiting > 0 }

// probeAfter are the pauses between tries to write to a chat that refuses; the last one goes on.
var probeAfter = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// ageEnds is how long a chat must have counted as one that can be written to until a refusal is another matter, though no
// message was sent meanwhile.
const ageEnds = 24 * time.Hour

// Awaited is for how long what comes waits for a chat that refuses everything. It misses nothing then; one that is back
// later is told of what lasts.
const Awaited = 24 * time.Hour

// lostOnce is how long others are not told again that a chat is lost.
const lostOnce = time.Hour

// Refuse is the chat after a refusal, and whether that is news to others. Only a message that was sent makes the next one
// news again, and the pauses short: what a probe finds may not hold for messages. While it is dead, a refusal before its
// time changes nothing.
func (c Chat) Refuse(why string, now time.Time) (after Chat, news bool) {
	if !c.Dead.IsZero() && now.Before(c.ProbeAt) {
		return c, false
	}
	news = c.Age.IsZero() || c.Dead.IsZero() && now.Sub(c.ProbeAt) > ageEnds
	if news {
		c.Age, c.Probes = now, 0
	}
	c.Dead, c.DeadWhy = c.Age, why
	c.ProbeAt = now.Add(probeAfter[min(c.Probes, len(probeAfter)-1)])
	c.Probes++
	return c, news
}

// Revive is the chat after it was found that it can be written to; whether that holds shows the next message.
func (c Chat) Revive(now time.Time) Chat {
	c.Dead, c.DeadWhy, c.ProbeAt = time.Time{}, "", now
	return c
}

// With adds what is known of more messages, the later ones.
func (r RefusedNotes) With(more RefusedNotes) RefusedNotes {
	r.Waiting, r.GivenUp, r.Why = r.Waiting+more.Waiting, r.GivenUp+more.GivenUp, more.Why
	r.Since, r.Again = earlier(r.Since, more.Since), earlier(r.Again, more.Again)
	return r
}

// earlier is the earlier of two times; a zero one does not count.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Untellable are the chats that refuse something, and whether nobody can be told: every chat refuses everything, or has not
// taken a message for so long that it is no accident.
func Untellable(chats []Chat, now time.Time) (some []Chat, nobody bool) {
	nobody = len(chats) > 0
	for _, c := range chats {
		if c.Refuses() {
			some = append(some, c)
		}
		lasts := c.Refused.Waiting > 0 && now.Sub(c.Refused.Since) >= LateAfter
		nobody = nobody && (!c.Dead.IsZero() || lasts)
	}
	return some, nobody
}

// LostChat says that a chat refuses every message, or one place in it does.
type LostChat struct {
	Address
	Alone bool   // other topics of the chat are not concerned
	Why   string // Telegram's words; never a secret
}

// Notice is what is told of greenwatch's own links: a chat that cannot be written to, a bot that is not
// heard, or a webhook that lets nothing in.
type Notice struct {
	Chat Address
	Why  string // Telegram's words, bounded; never a secret

	Knocks *Knocks `json:",omitempty"` // requests to the webhook that were refused
}

// Lost tells that a chat, or one place in it, cannot be written to any more: of one that refuses now and then, once an hour.
func Lost(r LostChat, at time.Time) Alert {
	place := Address{Chat: r.Chat}
	key := fmt.Sprint(r.Chat)
	if r.Alone {
		place, key = r.Address, fmt.Sprintf("%d:%d", r.Chat, r.Topic)
	}
	return Alert{
		Key: fmt.Sprintf("%s/lost/%s/%d", Self, key, at.Truncate(lostOnce).UnixMilli()), Kind: ChatLost, Subject: Self, At: at,
		Notice: &Notice{Chat: place, Why: r.Why},
	}
}

// Deafness tells that presses and commands do not reach us, less and less often while that goes on.
func (c Case) Deafness(why string, s Scene) (Case, Effects) {
	if NextRing(notAhead(c.Deafened, s), s.Now).After(s.Now) {
		return c, Effects{}
	}
	c.Deafened = lately(notAhead(c.Deafened, s), s.Now, mostRings)
	c.Arrivals++
	return c, Effects{Alerts: []Alert{{
		Key: fmt.Sprintf("%s/%s/%d", Self, Deaf, c.Arrivals), Kind: Deaf, Subject: Self, At: s.Now, Notice: &Notice{Why: why},
	}}}
}

// Again tells places of the incident that lasts, or wavers, as if it began now; false if people know of none.
func (c Case) Again(places []Address, now time.Time) (Alert, bool) {
	if lasts := c.Incident.Open() && c.Incident.knownOut(); !lasts && !c.Incident.Wavers() {
		return Alert{}, false
	}
	again := Alert{
		Key:  fmt.Sprintf("%s/%d/%s/at%d", c.Subject, c.Incident.Number, Opened, now.UnixMilli()),
		Kind: Opened, Subject: c.Subject, Incident: c.Incident.Number, At: now,
		Silent: !c.Belief.Rings(), Belief: c.Belief, Only: places,
	}
	if _, one := c.Subject.Instance(); !one {
		again.Kind, again.Silent, again.Roll = PoolDown, !c.Incident.Open(), c.Incident.Outage.roll(c.Incident.Opened)
	}
	return again, true
}
