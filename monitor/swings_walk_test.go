package monitor_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"greenwatch/monitor"
)

// Whatever a number does, nobody is rung for it more than four times in six hours, or told more than twelve times; and
// where in the end it stays out, it rings: within ten minutes, or when the rings before allow it, after four hours at most.
func TestAnySwings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := walker{t: t, policy: monitor.DefaultPolicy(), now: epoch(), asked: epoch(), c: monitor.Case{Subject: instance.Subject()}}
		w.laws = newLaws(t, w.policy)
		w.live("authorized", 5*time.Minute, 0)
		for range rapid.IntRange(1, 4).Draw(t, "tunes") {
			good := rapid.OneOf(rapid.IntRange(20, 400), rapid.IntRange(400, 8000)).Draw(t, "good")
			out := rapid.OneOf(rapid.IntRange(20, 400), rapid.IntRange(400, 2000)).Draw(t, "out")
			one, other := drawBad(t), drawBad(t)
			for range rapid.IntRange(1, 30).Draw(t, "times") {
				jitter := time.Duration(rapid.IntRange(0, 60).Draw(t, "jitter")) * time.Second
				w.live("authorized", time.Duration(good)*time.Second+jitter, 0)
				w.live(one, time.Duration(out)*time.Second, 0)
				if other != one {
					w.live(other, time.Duration(out)*time.Second, 0)
				}
			}
			if rapid.IntRange(0, 3).Draw(t, "restart") == 0 {
				w.restart(t)
			}
		}
		w.live("authorized", 3*time.Minute, 0)
		w.live("notAuthorized", 4*time.Hour+10*time.Minute, 0)
		if n := len(w.laws.rings); n == 0 || w.now.Sub(w.laws.rings[n-1]) > 4*time.Hour+10*time.Minute {
			t.Fatalf("it stays out, and the rings were at %v", w.laws.rings)
		}
	})
}

func drawBad(t *rapid.T) string {
	return rapid.SampledFrom([]string{
		"notAuthorized", "notAuthorized", "blocked", "suspended", "sleepMode", "starting", "mute", "401", "expired", "frozen",
	}).Draw(t, "word")
}
