package monitor

import "time"

// Claim is what a notification says about an instance's state, by whoever knows the webhook's token. It is one voice at
// most, however many copies come: only an answer of the API can be the second.
// https://green-api.com/en/docs/api/receiving/notifications-format/StateInstanceChanged/.
type Claim struct {
	Instance InstanceID
	State    State
	At       time.Time // when it changed, by the vendor's clock; zero: it does not say
	Heard    time.Time // when it came in
}

const (
	claimKept  = 24 * time.Hour  // the vendor sends an old notification again for so long
	claimWaits = 5 * time.Minute // a claim is a voice for no longer
	claimSkew  = time.Minute     // the vendor's clock may be ahead by this
)

func (c Claim) finding() Finding { return Finding{Answer: Answered, State: c.State} }

// pending is a claim that waits for the API's answer; one without a Heard is none.
type pending struct {
	Claim
	asked bool // an answer was asked for since, and none came
}

// Claim hears a claim. One that speaks against what is believed has the API asked at once: an answer with the same word
// is believed then, another drops the claim. One that is older than the last reading that agreed with the belief changes
// nothing, and neither does one that says what is believed.
func (w Watch) Claim(c Claim, _ Policy) (Watch, Next) {
	if c.At.IsZero() || c.At.After(c.Heard) {
		c.At = c.Heard
	}
	switch {
	case w.belief.Same(c.finding()):
		return w.confirm(c)
	case c.At.Add(time.Second).Before(w.agreed): // the vendor's times are whole seconds
		return w, w.ask(w.wait(c.Heard))
	case !w.claim.Heard.IsZero() && (c.At.Before(w.claim.At) || w.claim.finding().Same(c.finding())):
		return w, w.ask(w.wait(c.Heard))
	}
	w.claim = pending{Claim: c}
	return w, w.ask(w.wait(c.Heard))
}

// confirm hears a claim of what is believed. It is late where the belief had no claim; what was claimed before it and
// has not been answered yet is over.
func (w Watch) confirm(c Claim) (Watch, Next) {
	late := w.belief.ToldBy(c) && !w.belief.Claimed && !w.late
	w.late = w.late || late
	if !c.At.Before(w.claim.At) {
		w.claim = pending{}
	}
	next := w.ask(w.wait(c.Heard))
	next.Late = late
	return w, next
}

// ToldBy reports whether a claim tells of the change to this belief, whenever it came.
func (b Belief) ToldBy(c Claim) bool {
	at := c.At
	if at.IsZero() || at.After(c.Heard) {
		at = c.Heard
	}
	return b.Same(c.finding()) && !at.Add(time.Second).Before(b.After) && !at.After(b.At.Add(claimSkew))
}

// ask adds the question for a claim's second voice to what follows: it is asked at once, and where that brought no
// answer, with the slots.
func (w Watch) ask(next Next) Next {
	if w.claim.Heard.IsZero() || w.claim.asked {
		return next
	}
	if next.AskAt.IsZero() || w.claim.Heard.Before(next.AskAt) {
		next.AskAt = w.claim.Heard
	}
	return next
}

// answer holds a reading against the claim that waits: done says that it settled what is believed.
func (w Watch) answer(r Reading) (_ Watch, next Next, done bool) {
	switch {
	case w.claim.Heard.IsZero() || r.At.Before(w.claim.Heard):
		return w, Next{}, false
	case r.Answer != Answered:
		w.claim.asked = true
		return w, Next{}, false
	case r.At.Sub(w.claim.Heard) > claimWaits:
		w.claim = pending{}
		return w, Next{}, false
	}
	c := w.claim.Claim
	w.claim = pending{}
	if !r.Same(c.finding()) {
		return w, Next{Refuted: true}, false
	}
	since := later(c.At, c.Heard.Add(-claimKept))
	w, next = w.believe(r, later(since, w.agreed))
	w.belief.Claimed, next.Believe.Claimed = true, true
	return w, next, true
}
