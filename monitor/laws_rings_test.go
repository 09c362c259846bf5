package monitor_test

import (
	"time"

	"greenwatch/monitor"
)

// bounded: of one number nobody is rung for more than four times in six hours, nor told more than twelve times.
func (l *laws) bounded(s step, a monitor.Alert) {
	l.messages = append(l.messages, s.now)
	if !a.Silent {
		l.rings = append(l.rings, s.now)
	}
	if n := within(6*time.Hour, l.messages, s.now); n > 12 {
		l.t.Fatalf("%d messages within six hours, the last is %s", n, a.Kind)
	}
	if n := within(6*time.Hour, l.rings, s.now); n > 4 {
		l.t.Fatalf("%d rings within six hours, the last is %s", n, a.Kind)
	}
}

func within(span time.Duration, times []time.Time, now time.Time) int {
	n := 0
	for _, at := range times {
		if now.Sub(at) < span {
			n++
		}
	}
	return n
}

// staysOut: what stays out, and for which nobody was woken since it became so, rings: within ten minutes where it was out
// before, else within fifteen; but the third ring in six hours comes an hour after the second, the fourth two hours after
// the third, and the fifth when the first is six hours old.
func (l *laws) staysOut(c monitor.Case, now time.Time) {
	i := c.Incident
	told := i.WasTold() && i.Told.Verdict() != monitor.Good
	n := len(l.rings)
	woken := n > 0 && !l.rings[n-1].Before(l.openAt)
	limit := 15 * time.Minute
	if i.Swings.Quiet {
		limit = 10 * time.Minute
	}
	if !told || woken || now.Sub(l.swung) < limit || now.Sub(l.toldAt) < limit {
		return
	}
	switch within(6*time.Hour+2*time.Minute, l.rings, now) {
	case 0, 1:
	case 2:
		if now.Sub(l.rings[n-1]) < time.Hour+time.Minute {
			return
		}
	case 3:
		if now.Sub(l.rings[n-1]) < 2*time.Hour+time.Minute {
			return
		}
	default:
		return
	}
	if n > 3 && now.Sub(l.rings[n-4]) < 6*time.Hour+2*time.Minute {
		return
	}
	l.t.Fatalf("%s stays out since %s, swung at %s, and nobody was woken: rang %v, rings at %s", c.Belief.Word(), l.openAt, l.swung, l.rings, i.RingBy)
}
