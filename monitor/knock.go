package monitor

import (
	"fmt"
	"time"
)

// Knocks are requests to the webhook that bore another token than ours, or none. Times are zero if there was none since
// the start.
type Knocks struct {
	Count  int
	Bare   int       // those of them that bore none
	First  time.Time // when the first of them came
	Last   time.Time // and the last, also before they were counted anew
	Taken  time.Time // when one was let in last
	Worked time.Time // and when that was last among none that were refused
}

const (
	knocksTold   = 3                // so many refused
	knocksWithin = 10 * time.Minute // within this are told
	knockAgain   = 24 * time.Hour   // and not again within this,
	knockSoonest = time.Hour        // or this, if it worked meanwhile
)

// Another notes one more that was refused: those count that came within 10 minutes.
func (k Knocks) Another(bare bool, at time.Time) Knocks {
	if k.Count == 0 || at.Sub(k.First).Abs() > knocksWithin {
		k.Count, k.Bare, k.First = 0, 0, at
	}
	k.Count++
	k.Last = at
	if bare {
		k.Bare++
	}
	return k
}

// LetIn notes one that bore our token. Where none was refused lately, the webhook works.
func (k Knocks) LetIn(at time.Time) Knocks {
	k.Taken = at
	if at.Sub(k.Last).Abs() > knocksWithin {
		k.Worked = at
	}
	return k
}

// Enough reports whether they are to be told of.
func (k Knocks) Enough() bool { return k.Count >= knocksTold }

// Knock tells of requests that were refused (subject [Self]). Anybody on the internet can make them: it never rings, and
// comes once a day, unless the webhook worked in between.
func (c Case) Knock(k Knocks, s Scene) (Case, Effects) {
	worked := k.Worked.After(c.Knocked) && !recent(c.Knocked, knockSoonest, s)
	if !k.Enough() || recent(c.Knocked, knockAgain, s) && !worked {
		return c, Effects{}
	}
	c.Knocked = s.Now
	return c, Effects{Alerts: []Alert{{
		Key: fmt.Sprintf("%s/%s/%d", Self, HookRefused, s.Now.UnixMilli()), Kind: HookRefused, Subject: Self, At: s.Now,
		Silent: true, Notice: &Notice{Knocks: &k},
	}}}
}
