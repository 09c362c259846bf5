package monitor_test

import (
	"slices"
	"time"

	"greenwatch/monitor"
)

// silent reports whether a belief is that nothing was said of the number, in whatever mixture: since its first voice
// nothing was answered, and nothing spoke for what was believed; and for five minutes, of which some may be before a start.
func (l *laws) silent(was, b monitor.Belief) bool {
	first := slices.IndexFunc(l.log, func(v monitor.Reading) bool { return v.At.Equal(b.Since) })
	if first < 0 || b.At.Sub(b.Since) < 5*time.Minute && b.At.Sub(l.spoke) < 5*time.Minute || len(l.log)-first < max(2, l.policy.UnreachableAfter) {
		return false
	}
	want := monitor.NoAnswer
	for _, v := range l.log[first:] {
		if v.Answer == monitor.Answered || v.Same(was.Finding) {
			return false
		}
		if v.Answer == monitor.Throttled {
			want = monitor.Throttled
		}
	}
	return b.Answer == want
}

// hear keeps when the API last said how the number is: in a word, or by the refusal that is believed of it.
func (l *laws) hear(r monitor.Reading, w monitor.Watch) {
	if r.Answer == monitor.Answered || r.Answer == monitor.Refused && r.Same(w.Believed().Finding) {
		l.spoke = r.At
	}
	if !w.Answered().Equal(l.spoke) {
		l.t.Fatalf("heard at %s, and it is taken for %s", l.spoke, w.Answered())
	}
}

// outlived: no belief outlives enough readings in a row that neither answer nor speak for it.
func (l *laws) outlived(w monitor.Watch) {
	b, last := w.Believed(), l.log[len(l.log)-1]
	first, counted, voices := last, last.At.Add(time.Hour), 0
	for _, v := range slices.Backward(l.log) {
		if v.Answer == monitor.Answered || v.Same(b.Finding) || !v.At.After(b.At) {
			break
		}
		first = v
		if counted.Sub(v.At) >= 2*l.policy.ConfirmAfter {
			counted = v.At
			voices++
		}
	}
	if lasts := last.At.Sub(first.At); voices > max(3, l.policy.UnreachableAfter) && lasts >= 5*time.Minute+2*l.policy.ConfirmAfter {
		l.t.Fatalf("%s is believed, and for %s nothing spoke for it", b.Word(), lasts)
	}
}

// age: a gate is sure only as long as the number was heard of lately.
func (l *laws) age(c monitor.Case, s monitor.Scene, w monitor.Watch) {
	every := l.policy.Interval
	if every == 0 {
		every = time.Minute
	}
	bound := max(5*time.Minute, every*time.Duration(max(2, l.policy.UnreachableAfter)))
	s.Answered = w.Answered()
	timeless := s
	timeless.Answered = time.Time{}
	g, old := c.Gate(s), c.Gate(timeless)
	recent := l.spoke.IsZero() || s.Now.Sub(l.spoke) < bound
	if g.Sure != (old.Sure && recent) || g.Open != old.Open || g.State != old.State || !g.Sure && g.Reason == "" {
		l.t.Fatalf("%s, heard of at %s, now %s: gate %+v", c.Belief.Word(), l.spoke, s.Now, g)
	}
}
