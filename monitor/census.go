package monitor

import (
	"cmp"
	"slices"
	"time"
)

// Census counts the last readings of all instances, pool by pool, to tell an outage of GREEN-API's from trouble of single
// numbers. The zero Census is empty and ready. It is not safe for use by several at once.
type Census struct {
	seats    map[InstanceID]seat
	answered time.Time // when the last question was asked that had any answer
	blind    time.Time // when everything was last found to be blind
}

type seat struct {
	pool string
	last Finding
	is   Verdict
	at   time.Time // when it was asked
	from time.Time // when the first of the failing ones in a row was asked; zero: the last one does not fail

	limited time.Time // when the first 429 since was asked; zero: none has come
}

// stands is the seat as it counts at a time: 429 alone for too long is a failure too.
func (s seat) stands(now time.Time, p Policy) seat {
	if s.limited.IsZero() || !s.from.IsZero() || now.Sub(s.limited) < p.limitedAfter() {
		return s
	}
	s.last, s.is, s.from = Finding{Answer: Throttled}, Blind, s.limited
	return s
}

// limitedAfter is so long that the first member of a pool to be believed limited finds the pool's outage known: it has been
// asked up to a minute before the others.
func (p Policy) limitedAfter() time.Duration {
	return max(staleAfter, time.Duration(p.unreachableAfter()-1)*p.interval()) - min(p.interval(), lookInterval)
}

// See counts a reading of an instance in a pool. What says nothing, or was overtaken, is not counted; a 429 is remembered,
// as it says something if nothing else comes.
func (c *Census) See(r Reading, pool string) {
	was := c.seats[r.Instance]
	if !r.Tells() && r.Answer != Throttled || !r.At.After(was.at) {
		return
	}
	if c.seats == nil {
		c.seats = make(map[InstanceID]seat)
	}
	if r.Answer == Throttled {
		if was.limited.IsZero() {
			was.limited = r.At
		}
		if was.at.IsZero() {
			was.last, was.is = r.Finding, Blind
		}
		was.pool, was.at = pool, r.At
		c.seats[r.Instance] = was
		return
	}
	is := seat{pool: pool, last: r.Finding, is: r.Verdict(), at: r.At}
	if r.failing() {
		is.from = was.from
		if is.from.IsZero() {
			is.from = r.At
		}
	}
	c.seats[r.Instance] = is
	if is.is != Blind {
		c.answered = later(c.answered, r.At)
	}
}

// Leave forgets an instance that is watched no more.
func (c *Census) Leave(id InstanceID) { delete(c.seats, id) }

// Survey is how a pool, or everything, stands by the last readings.
type Survey struct {
	Subject Subject
	Roll    Roll // all that are not good, by id; From is the first sign of what fails
	Down    bool // an outage: of a pool, where half or more fail, and three at least; of everything, where nothing is answered
	Shaky   bool // three or more of the pool fail: the runbook reboots none of it
	Unsure  bool // nothing can be concluded: nobody answers, or has only just begun to
}

// Failing are those that do not answer or are starting, by id.
func (v Survey) Failing() []RollEntry {
	return slices.DeleteFunc(slices.Clone(v.Roll.Bad), func(e RollEntry) bool { return !e.failing() })
}

// Judge surveys everything ([Self]) and then each pool, by name. An instance counts that was asked since a time: when the
// last round but one began. An outage has lasted nearly as long as an instance must fail before it is believed blind, so it
// is known before its members are judged, if this is asked a few times in a round, and before what is believed of a member
// that fails, or is due of it, is put into its case.
func (c *Census) Judge(now, since time.Time, p Policy) []Survey {
	interval := p.interval()
	pools := make(map[string]*tally)
	var all tally
	for id, s := range c.seats {
		s = s.stands(now, p)
		if pools[s.pool] == nil {
			pools[s.pool] = new(tally)
		}
		pools[s.pool].add(id, s, !s.at.Before(since))
		all.add(id, s, !s.at.Before(since))
	}
	lasts := time.Duration(min(max(p.UnreachableAfter, leastVoices), outageVoices)-1) * min(interval, longestVoice) * 9 / 10
	whole := Survey{Subject: Self, Roll: all.roll()}
	whole.Down = all.blind == all.counted && all.counted >= max(1, min(leastPool, len(c.seats))) && all.lasted() >= lasts
	whole.Unsure = !whole.Down && now.Sub(c.answered) >= interval
	if whole.Down {
		c.blind = now
	}
	surveys := []Survey{whole}
	unsure := now.Sub(c.answered) >= interval/2 || now.Sub(c.blind) < interval*3/2
	for pool, t := range pools {
		v := Survey{Subject: PoolSubject(pool), Roll: t.roll(), Shaky: t.failing >= leastPool, Unsure: unsure}
		v.Roll.Others, v.Roll.OthersGood = all.total-t.total, all.good-t.good
		v.Down = !unsure && v.Shaky && 2*t.failing >= t.counted && t.lasted() >= lasts
		surveys = append(surveys, v)
	}
	slices.SortFunc(surveys[1:], func(a, b Survey) int { return cmp.Compare(a.Subject, b.Subject) })
	return surveys
}

// tally adds up seats. Those that were not asked lately are in the total alone.
type tally struct {
	total, good             int
	counted, failing, blind int
	from, until             time.Time // the first sign of those that fail, and the last
	bad                     []RollEntry
}

func (t *tally) add(id InstanceID, s seat, counts bool) {
	t.total++
	if s.is == Good {
		t.good++
	} else {
		t.bad = append(t.bad, RollEntry{Instance: id, Finding: s.last})
	}
	if !counts {
		return
	}
	t.counted++
	if s.from.IsZero() {
		return
	}
	t.failing++
	if s.is == Blind {
		t.blind++
	}
	if t.from.IsZero() || s.from.Before(t.from) {
		t.from = s.from
	}
	t.until = later(t.until, s.at)
}

func (t *tally) lasted() time.Duration { return t.until.Sub(t.from) }

func (t *tally) roll() Roll {
	slices.SortFunc(t.bad, func(a, b RollEntry) int { return compareIDs(a.Instance, b.Instance) })
	return Roll{Total: t.total, Good: t.good, Bad: t.bad, From: t.from}
}

// compareIDs orders ids as numbers.
func compareIDs(a, b InstanceID) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }
