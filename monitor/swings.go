package monitor

import "time"

// Swings is how a subject has gone to and fro lately: within its incident, and in those just before it. It bounds what is
// told of one subject: at most four rings and twelve messages in any six hours, whatever it does. What makes no message
// is shown by an edit of the card all the same.
type Swings struct {
	Times    int           `json:",omitempty"` // how often it was out, as people were told or shown
	Changes  int           `json:",omitempty"` // how often it became another trouble meanwhile
	Since    time.Time     `json:",omitzero"`  // when the first of these was
	Left     time.Time     `json:",omitzero"`  // when it left good last
	Out      time.Duration `json:",omitempty"` // for how long it was out since the first, without the time since Left
	Turned   time.Time     `json:",omitzero"`  // the last change
	Unstable time.Time     `json:",omitzero"`  // since when it is unstable; zero: it is not
	Until    time.Time     `json:",omitzero"`  // good, and told as over then if it stays so; zero: nobody waits for that
	Quiet    bool          `json:",omitempty"` // that it is out is shown by its card alone
	Rang     []time.Time   `json:",omitzero"`  // the last rings, oldest first
	Said     []time.Time   `json:",omitzero"`  // the last messages, oldest first
}

const (
	chain      = 2 * time.Hour // out again within this is the same going to and fro
	unstableAt = 4             // out, or another trouble, for the fourth time: it has come back for the third

	firstHold   = 5 * time.Minute // out again for the first time, it must be good for this before that is told; then twice that
	longestHold = time.Hour

	loudAgain = 5 * time.Minute // what is out again rings if it lasts this long
	dimAgain  = 8 * time.Minute // and this long, where it is only our view

	bounded   = 6*time.Hour + time.Minute // the time over which rings and messages are counted, and what telling may take
	mostRings = 4
	mostSaid  = 8 // after so many messages, what only changes is shown by the card; rings, and what must come, have room yet
)

// ringGaps are how long it must not have rung, by how often it did within the time over which that is counted.
var ringGaps = [mostRings]time.Duration{0, 0, time.Hour, 2 * time.Hour}

// nextRing is the earliest time from now on at which it may ring.
func (w Swings) nextRing(now time.Time) time.Time { return NextRing(w.Rang, now) }

// NextRing is the earliest time from now on at which the same may ring again, of which the last rings are known, oldest
// first: twice at once, then after an hour, then after two, and never more than four times in six hours.
func NextRing(rang []time.Time, now time.Time) time.Time {
	rang = rang[max(0, len(rang)-mostRings):]
	n := len(rang)
	if n == 0 {
		return now
	}
	var first time.Time
	for k := range ringGaps[:min(n+1, mostRings)] { // when at most k of them count any more
		at := now
		if k < n {
			at = later(at, rang[n-1-k].Add(bounded))
		}
		if k > 0 {
			at = later(at, rang[n-1].Add(ringGaps[k]))
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

func (w Swings) mayRing(now time.Time) bool { return !w.nextRing(now).After(now) }

// mayWorsen reports whether it may ring at once for what is worse than all before: it need not wait for the third ring.
func (w Swings) mayWorsen(now time.Time) bool {
	n := len(w.Rang)
	return n < mostRings-1 || !now.Before(w.Rang[n-mostRings+1].Add(bounded)) || w.mayRing(now)
}

// reminds reports whether it has not rung for so long that going to and fro is reason enough.
func (w Swings) reminds(now time.Time) bool {
	n := len(w.Rang)
	return !w.Unstable.IsZero() && (n == 0 || !now.Before(w.Rang[n-1].Add(bounded)))
}

// full is when there is room for a message that only says that something is over; zero: there is.
func (w Swings) full() time.Time {
	if n := len(w.Said); n >= mostSaid {
		return w.Said[n-mostSaid].Add(bounded)
	}
	return time.Time{}
}

// crowded reports whether so much was told that a mere change is not.
func (w Swings) crowded(now time.Time) bool { return now.Before(w.full()) }

// Hold is how long it must be good before that is told; 0: at once.
func (w Swings) Hold() time.Duration {
	n := w.Times - 2
	if !w.Unstable.IsZero() {
		n += w.Changes
	}
	if n < 0 {
		return 0
	}
	return min(firstHold<<min(n, 4), longestHold)
}

// goesOn reports whether leaving good at a time goes on with what ended then, though that is some time ago: it is
// expected, or has happened twice at least.
func (w Swings) goesOn(at, closed time.Time) bool {
	return !w.Until.IsZero() || w.Times >= 2 && at.Sub(closed).Abs() <= chain
}

// carry is what a new incident keeps of the one before, which ended at a time.
func (w Swings) carry(at, closed time.Time) Swings {
	if w.Times == 0 || at.Sub(closed).Abs() > chain {
		return Swings{Rang: w.Rang, Said: w.Said}
	}
	w.Quiet = false
	return w
}

// leave counts that it is out, since a time, as people are told or shown.
func (w Swings) leave(since time.Time, s Scene) Swings {
	if w.Times == 0 {
		w.Since = since
	}
	w.Times, w.Left, w.Until = w.Times+1, since, time.Time{}
	return w.judge(s)
}

// turn counts that it became another trouble.
func (w Swings) turn(s Scene) Swings {
	if w.Unstable.IsZero() && s.Now.Sub(w.Turned).Abs() > chain {
		w.Changes = 0
	}
	w.Changes, w.Turned = w.Changes+1, s.Now
	return w.judge(s)
}

func (w Swings) judge(s Scene) Swings {
	if w.Unstable.IsZero() && (w.Times >= unstableAt || w.Changes >= unstableAt || w.crowded(s.Now)) {
		w.Unstable = s.Now
	}
	return w
}

// comeBack counts that it is good since a time.
func (w Swings) comeBack(at time.Time, s Scene) Swings {
	if w.Times == 0 { // it began before this was counted
		return w
	}
	w.Out += max(0, at.Sub(w.Left))
	w.Quiet = false
	if hold := w.Hold(); hold > 0 || w.crowded(s.Now) {
		w.Until = later(s.Now.Add(hold), w.full())
	}
	return w
}

// said notes a message.
func (w Swings) said(silent bool, now time.Time) Swings {
	w.Said, w.Quiet = lately(w.Said, now, mostSaid), false
	if !silent {
		w.Rang = lately(w.Rang, now, mostRings)
	}
	return w
}

// lately adds a time to the last ones.
func lately(times []time.Time, now time.Time, most int) []time.Time {
	times = append(append([]time.Time(nil), times...), now)
	return times[max(0, len(times)-most):]
}

// steady puts right what the clock has done by being set back.
func (w Swings) steady(s Scene) Swings {
	w.Until = within(w.Until, later(s.Now.Add(max(longestHold, s.Policy.RelapseWindow)), w.full()).Sub(s.Now), s)
	w.Left, w.Since, w.Turned = within(w.Left, 0, s), within(w.Since, 0, s), within(w.Turned, 0, s)
	w.Rang, w.Said = notAhead(w.Rang, s), notAhead(w.Said, s)
	return w
}

func notAhead(times []time.Time, s Scene) []time.Time {
	for n := range times {
		if times[n].After(s.Now) {
			times = append([]time.Time(nil), times...)
			break
		}
	}
	for n := range times {
		if times[n].After(s.Now) {
			times[n] = s.Now
		}
	}
	return times
}

// Unstable reports whether the incident goes to and fro so often that its swings are shown by its card alone.
func (i Incident) Unstable() bool { return !i.Swings.Unstable.IsZero() }

// Wavers reports whether it is good, but was out so often that this must last before the incident is told as over.
func (i Incident) Wavers() bool { return !i.Open() && !i.Swings.Until.IsZero() }

// RingsAgain reports whether the alert rings, or would, for what goes to and fro: it rang for that before.
func (n Note) RingsAgain() bool {
	return !n.Alert.Silent && (n.Alert.Kind == Reopened || n.Alert.Kind == StillOut && n.Incident.Unstable())
}

// Ended is when the incident ended; zero while it lasts, or wavers.
func (i Incident) Ended() time.Time {
	if i.Wavers() {
		return time.Time{}
	}
	return i.Closed
}

// OutFor is for how long it was out since [Swings.Since], and of how long.
func (i Incident) OutFor(now time.Time) (out, of time.Duration) {
	w, end := i.Swings, i.Closed
	out = w.Out
	if i.Open() {
		end = now
		out += max(0, now.Sub(w.Left))
	}
	if i.Wavers() {
		end = now
	}
	of = max(0, end.Sub(w.Since))
	return min(out, of), of
}
