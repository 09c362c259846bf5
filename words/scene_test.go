package words

import (
	"time"

	"greenwatch/monitor"
)

// The example of every text: a Sunday night, in a chat that has named its zone.
var (
	moscow = time.FixedZone("MSK", 3*60*60)
	kazan  = monitor.Instance{ID: "7105000017", Name: "Kazan 07", Tags: []string{"retail", "kazan"}, Pool: "7105"}
	promo  = monitor.Instance{ID: "7107000203", Name: "Promo 3", Tags: []string{"marketing"}, Pool: "7107"}
	opsA   = monitor.Person{ID: 1001, Name: "@ops_a"}
	opsB   = monitor.Person{ID: 1002, Name: "@ops_b"}
	chat   = monitor.Address{Chat: -1001234567890}
)

// at is a time of the example's day, in its zone.
func at(hour, minute int) time.Time { return time.Date(2026, 11, 22, hour, minute, 12, 0, moscow) }

func speak(now time.Time) Voice { return Voice{Zone: moscow, Now: now} }

// spoken is a message in every language.
type spoken map[string]Message

func said(now time.Time, say func(Voice) Message) spoken {
	all := make(spoken)
	for _, tag := range Languages() {
		v := speak(now)
		v.Language = tag
		all[tag] = say(v)
	}
	return all
}

func state(s monitor.State) monitor.Finding {
	return monitor.Finding{Answer: monitor.Answered, State: s}
}

func refusal(r monitor.Refusal) monitor.Finding {
	return monitor.Finding{Answer: monitor.Refused, Refusal: r}
}

var (
	authorized = state(monitor.Authorized)
	silence    = monitor.Finding{Answer: monitor.NoAnswer}
)

// life drives a case through the real rules and keeps what they say.
type life struct {
	c      monitor.Case
	last   time.Time // the last reading that spoke for the belief
	alerts []monitor.Alert
}

// wellFor is a number that has been authorized for so long at the time.
func wellFor(i monitor.Instance, d time.Duration, until time.Time) *life {
	since := until.Add(-d)
	l := &life{c: monitor.Case{Subject: i.ID.Subject()}}
	l.c.Belief = monitor.Belief{Finding: authorized, Since: since, After: since.Add(-time.Minute), At: since}
	l.last = until
	return l
}

func (l *life) take(c monitor.Case, e monitor.Effects) {
	l.c = c
	l.alerts = append(l.alerts, e.Alerts...)
}

// becomes lets a finding be believed that was first heard at the time; the reading before it came a minute earlier.
func (l *life) becomes(f monitor.Finding, since time.Time) *life {
	return l.becomesAfter(f, since.Add(-time.Minute), since, "")
}

func (l *life) becomesAfter(f monitor.Finding, after, since time.Time, detail string) *life {
	b := monitor.Belief{Finding: f, Since: since, After: after, At: since.Add(10 * time.Second), Detail: detail}
	if l.c.Belief.Answer == "" {
		b.After = time.Time{}
	}
	l.take(l.c.Believe(b, scene(b.At)))
	return l
}

func scene(now time.Time) monitor.Scene {
	return monitor.Scene{Now: now, Policy: monitor.DefaultPolicy()}
}

// passes lets the deadlines until then come, each with a reading that says what is believed.
func (l *life) passes(now time.Time) *life {
	for n := 0; n < 100; n++ {
		due := l.c.LookAt()
		if due.IsZero() || due.After(now) {
			return l
		}
		l.take(l.c.Elapse(monitor.Reading{At: due, Finding: l.c.Belief.Finding}, scene(due)))
	}
	panic("deadlines without end")
}

// rebooted presses Reboot at the time and gives what the API says to it.
func (l *life) rebooted(by monitor.Person, when time.Time, o monitor.Outcome) *life {
	l.pressed(by, when)
	c, e := l.c.Start(l.c.Action.Key, scene(when))
	l.take(c, e)
	l.take(l.c.Done(l.c.Action, o, scene(when.Add(2*time.Second))))
	return l
}

func (l *life) pressed(by monitor.Person, when time.Time) {
	c, e, err := l.c.Press(monitor.Press{Key: when.String(), Verb: monitor.Reboot, By: by, To: chat}, scene(when))
	if err != nil {
		panic(err)
	}
	l.take(c, e)
}

func (l *life) card(i monitor.Instance, now time.Time) spoken {
	return said(now, func(v Voice) Message { return v.Card(i, l.c.Incident) })
}

// reply is the message for the last alert.
func (l *life) reply(i monitor.Instance, now time.Time) spoken {
	n := monitor.Note{To: chat, Alert: l.alerts[len(l.alerts)-1], Incident: l.c.Incident, Card: 7}
	return said(now, func(v Voice) Message { return v.Reply(i, n) })
}

var accepted = monitor.Outcome{Kind: monitor.OutcomeAccepted}

const days = 24 * time.Hour
