package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"greenwatch/simulator/soak/judge"
)

// sample is the program at one moment.
type sample struct {
	at                        time.Time
	life                      int
	memory, goroutines, files float64 // memory in MiB
}

type series []sample

// steady is the longest life's samples without its first fifth: it grows while it starts.
func (s series) steady() series {
	lives := make(map[int]series)
	var longest series
	for _, one := range s {
		lives[one.life] = append(lives[one.life], one)
		if len(lives[one.life]) > len(longest) {
			longest = lives[one.life]
		}
	}
	return longest[len(longest)/5:]
}

// line is one column of a series.
type line struct {
	name  string
	unit  string
	slack float64 // growth that says nothing
	of    func(sample) float64
}

// shortest is how long a life must be to say whether something grows.
const shortest = 5 * time.Minute

// report prints a line and says whether it is flat: the last third is not above the first by more than a fifth and
// the slack.
func (l line) report(out io.Writer, s series) bool {
	values := make([]float64, 0, len(s))
	for _, one := range s {
		values = append(values, l.of(one))
	}
	if len(values) < 3 {
		_, _ = fmt.Fprintf(out, "  %-12s too few samples\n", l.name)
		return true
	}
	third := len(values) / 3
	before, after := median(values[:third]), median(values[len(values)-third:])
	_, _ = fmt.Fprintf(out, "  %-12s first %.0f, median %.0f, max %.0f, last %.0f %s; slope %+.1f an hour\n",
		l.name, values[0], median(values), slices.Max(values), values[len(values)-1], l.unit, slope(s, l.of))
	return after <= before*1.2+l.slack || s[len(s)-1].at.Sub(s[0].at) < shortest
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// slope is the least-squares one, per hour.
func slope(s series, of func(sample) float64) float64 {
	var x, y, xy, xx float64
	for _, one := range s {
		t, v := one.at.Sub(s[0].at).Hours(), of(one)
		x, y, xy, xx = x+t, y+v, xy+t*v, xx+t*t
	}
	n := float64(len(s))
	if d := n*xx - x*x; d > 0 {
		return (n*xy - x*y) / d
	}
	return 0
}

// verdict prints the summary and says whether all is well.
func verdict(out io.Writer, w *world, t judge.Tally, all series, endErr error) bool {
	tell := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	tell("\nalerts: %d due, %d told, %d told twice and marked, %d lost, %d shown and not so, %d repeated without a mark; %d came only after a rest",
		t.Due, t.Told, t.Twice, len(t.Lost), len(t.Stale), len(t.Unmarked), w.count.late)
	wrong := slices.Concat(t.Lost, t.Stale, t.Unmarked)
	for _, what := range wrong[:min(20, len(wrong))] {
		tell("  %s", what)
	}
	for _, line := range w.rings() {
		tell("%s", line)
	}
	tell("faults: %d kinds of trouble, %d spoilt answers of GREEN-API, %d of Telegram's own 429, %d kills, %d messages deleted, rights taken %d times",
		w.count.faults, w.judge.Witness.Spoilt(), w.telegram.Limited(), w.count.kills, w.count.removed, w.count.rights)
	flat := true
	if len(all) > 0 {
		steady := all.steady()
		tell("the longest life, %s of it:", steady[len(steady)-1].at.Sub(steady[0].at).Round(time.Second))
		for _, l := range []line{
			{"memory", "MiB", 24, func(s sample) float64 { return s.memory }},
			{"goroutines", "", 60, func(s sample) float64 { return s.goroutines }},
			{"files", "", 40, func(s sample) float64 { return s.files }},
		} {
			flat = l.report(out, steady) && flat
		}
	}
	rebootErr, growth := w.rebooted(), "nothing grew"
	if steady := all.steady(); len(steady) < 3 || steady[len(steady)-1].at.Sub(steady[0].at) < shortest {
		growth = "the longest life was too short to say whether anything grows"
	}
	good := t.Due > 0 && len(wrong) == 0 && flat && len(all) > 0 && endErr == nil && rebootErr == nil
	switch {
	case good:
		tell("verdict: good: everything was told; %s", growth)
	default:
		tell("verdict: BAD: lost %d, not so %d, unmarked %d, flat %t, end: %v, reboots: %v", len(t.Lost), len(t.Stale), len(t.Unmarked), flat, endErr, rebootErr)
	}
	return good
}
