package monitor

import "time"

// Belief is a finding that two voices agreed on.
type Belief struct {
	Finding
	Since  time.Time // when its first voice was asked
	After  time.Time // the last reading that still spoke for what was believed before; zero: there was none
	At     time.Time // when its last voice was asked
	Detail string

	Claimed bool  `json:",omitempty"` // a notification was its first voice
	Phone   Phone `json:",omitzero"`  // which phone is linked, as it was asked for when good was believed again
}

// Next is what follows from a reading.
type Next struct {
	Believe *Belief   // nil: nothing new is believed
	AskAt   time.Time // zero: at the next slot; one that has passed: as soon as the API may be asked

	Refuted bool // the API's answer speaks against the claim that waited for it
	Late    bool // the claim says what is believed already: the API had been asked before it came; said once per belief
}

// Watch turns the readings of one instance into beliefs. It is a value: a reading that changes nothing costs nothing.
//
// Two agreeing voices make a belief. For state words the second is asked for [Policy.ConfirmAfter] later; leaving good
// (or nothing) they may differ as long as neither is good. Failures are asked again at the next slot, and are believed
// after [Policy.UnreachableAfter] in a row; refusals after two. A belief has an age: if nothing is said of the number
// for as many checks and 5 minutes at least, whatever comes instead, that is believed.
type Watch struct {
	belief   Belief
	previous Finding // believed before
	agreed   time.Time
	heard    time.Time // when the latest reading was asked
	answered time.Time // when the latest was that said something of the number: [Watch.Answered]
	resumed  bool      // and that was before a restart

	doubt    row // answers that speak against the belief
	refusals row
	failures row
	silence  row // readings of any kind that say nothing of the number, since the last one that did

	flapped [2]time.Time // the last two flaps, older first

	claim pending
	late  bool // a claim of what is believed came after it was
}

// row counts the voices for one finding.
type row struct {
	Finding
	voices int
	since  time.Time // when the first was asked
	ripe   time.Time // a voice asked before this does not count
}

// add counts one more voice; voices that come closer together than a confirmation are one.
func (r row) add(at time.Time, p Policy) row {
	if !at.Before(r.ripe) {
		r.voices, r.ripe = r.voices+1, at.Add(p.ConfirmAfter)
	}
	return r
}

// Resume is a watch that goes on from what was believed before a restart; agreed is when that was last seen, and answered
// when the API is known to have spoken last.
func Resume(b Belief, agreed, answered time.Time) Watch {
	return Watch{belief: b, agreed: agreed, answered: answered, resumed: !answered.IsZero()}
}

// Believed is what the watch believes now; the zero Belief before the first.
func (w Watch) Believed() Belief { return w.belief }

// Agreed is when a reading last spoke for the belief.
func (w Watch) Agreed() time.Time { return w.agreed }

// Answered is when the question was asked that last brought word of the number: a state, or the refusal that is believed
// of it. Zero: none is known.
func (w Watch) Answered() time.Time { return w.answered }

// See hears one reading. One that was not asked after the readings before it says nothing: it is the same voice again,
// or was overtaken.
func (w Watch) See(r Reading, p Policy) (Watch, Next) {
	if !r.At.After(w.heard) {
		return w, w.ask(w.wait(r.At))
	}
	w.heard = r.At
	w, settled, done := w.answer(r)
	if done {
		return w.live(r), settled
	}
	w, next := w.see(r, p)
	if r.Answer != Answered && !w.belief.Same(r.Finding) {
		w, next = w.age(r, next, p)
	}
	w, next = w.live(r), w.ask(next)
	next.Refuted = settled.Refuted
	return w, next
}

func (w Watch) see(r Reading, p Policy) (Watch, Next) {
	switch r.Answer {
	case Answered:
		return w.hear(r, p)
	case Refused:
		return w.seeRefused(r, p)
	case NoAnswer:
		return w.seeFailure(r, p)
	case Throttled:
		if w.belief.Same(r.Finding) {
			return w.agree(r.At), Next{}
		}
	}
	return w, w.wait(r.At)
}

// live takes that a reading said something of the number.
func (w Watch) live(r Reading) Watch {
	if r.Answer == Answered || r.Answer == Refused && w.belief.Same(r.Finding) {
		w.answered, w.resumed, w.silence = r.At, false, row{}
	}
	return w
}

// age counts a reading that says nothing of the number and does not speak for what is believed. Whatever they were, enough
// of them make a belief: that we are limited, if one of them was a 429, or else that there is no answer.
func (w Watch) age(r Reading, next Next, p Policy) (Watch, Next) {
	if r.Answer != Throttled && !r.Tells() {
		return w, next
	}
	if w.silence.voices == 0 {
		w.silence = row{Finding: Finding{Answer: NoAnswer}, since: r.At}
	}
	if r.Answer == Throttled {
		w.silence.Answer = Throttled
	}
	w.silence = w.silence.add(r.At, p)
	s, since := w.silence, w.silence.since
	if w.resumed {
		since = w.answered.Add(p.interval()) // that we ended and started again makes nothing younger
	}
	if next.Believe != nil || s.voices < p.unreachableAfter() || r.At.Sub(since) < staleAfter || w.belief.Same(s.Finding) {
		return w, next
	}
	r.Finding = s.Finding
	return w.believe(r, s.since)
}

// wait leaves the question for the second voice where it was: what comes before its time does not move it.
func (w Watch) wait(now time.Time) Next {
	if w.doubt.voices == 0 || !now.Before(w.doubt.ripe) {
		return Next{}
	}
	return Next{AskAt: w.doubt.ripe}
}

func (w Watch) hear(r Reading, p Policy) (Watch, Next) {
	w.refusals, w.failures = row{}, row{}
	if w.belief.Same(r.Finding) {
		return w.agree(r.At), Next{}
	}
	if !w.backs(w.doubt, r.Finding) {
		w.doubt = row{Finding: r.Finding, voices: 1, since: r.At, ripe: r.At.Add(w.confirmAfter(p))}
		return w, Next{AskAt: w.doubt.ripe}
	}
	if r.At.Before(w.doubt.ripe) {
		return w, Next{AskAt: w.doubt.ripe}
	}
	return w.believe(r, w.doubt.since)
}

func (w Watch) seeRefused(r Reading, p Policy) (Watch, Next) {
	w.failures = row{}
	if w.belief.Same(r.Finding) {
		return w.agree(r.At), Next{}
	}
	if !w.backs(w.refusals, r.Finding) {
		w.refusals = row{Finding: r.Finding, since: r.At}
	}
	if w.refusals = w.refusals.add(r.At, p); w.refusals.voices < refusedAfter {
		return w, w.wait(r.At)
	}
	return w.believe(r, w.refusals.since)
}

func (w Watch) seeFailure(r Reading, p Policy) (Watch, Next) {
	if w.belief.Same(r.Finding) {
		return w.agree(r.At), Next{}
	}
	if w.failures.voices == 0 {
		w.failures = row{Finding: r.Finding, since: r.At}
	}
	if w.failures = w.failures.add(r.At, p); w.failures.voices < p.unreachableAfter() {
		return w, w.wait(r.At)
	}
	return w.believe(r, w.failures.since)
}

// backs reports whether a finding speaks for the same change as the row. Leaving good, or nothing, any two that are
// not good do; within trouble a change needs two equal words.
func (w Watch) backs(r row, f Finding) bool {
	if r.voices == 0 {
		return false
	}
	if r.Same(f) {
		return true
	}
	v := w.belief.Verdict()
	return (v == Good || v == Unseen) && r.Verdict() != Good && f.Verdict() != Good
}

func (w Watch) believe(r Reading, since time.Time) (Watch, Next) {
	if r.Same(w.previous) && r.At.Sub(w.belief.Since) <= flapWithin {
		w = w.flap(r.At)
	}
	b := Belief{Finding: r.Finding, Since: since, After: w.agreed, At: r.At, Detail: r.Detail}
	w.previous, w.belief, w.agreed = w.belief.Finding, b, r.At
	w.doubt, w.refusals, w.failures, w.silence, w.late = row{}, row{}, row{}, row{}, false
	return w, Next{Believe: &b}
}

// agree takes a reading that speaks for the belief: whatever spoke against it is over.
func (w Watch) agree(at time.Time) Watch {
	if w.doubt.voices > 0 && at.Sub(w.doubt.since) <= flapWithin {
		w = w.flap(at)
	}
	w.doubt, w.refusals, w.failures, w.silence, w.agreed = row{}, row{}, row{}, row{}, at
	return w
}

func (w Watch) flap(at time.Time) Watch {
	w.flapped = [2]time.Time{w.flapped[1], at}
	return w
}

// confirmAfter is longer for an instance that flapped twice within an hour: from then on, until a flap comes alone.
func (w Watch) confirmAfter(p Policy) time.Duration {
	first, second := w.flapped[0], w.flapped[1]
	if !first.IsZero() && second.Sub(first) <= flapMemory {
		return max(p.ConfirmAfter, flapConfirmAfter)
	}
	return p.ConfirmAfter
}
