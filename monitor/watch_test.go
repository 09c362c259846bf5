package monitor_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
)

func TestWatch(t *testing.T) {
	t.Parallel()
	eachScript(t, "testdata/watch/*.txt", func(t *testing.T, script string) {
		watchScript(t, monitor.DefaultPolicy(), script)
	})
}

func TestWatchPolicy(t *testing.T) {
	t.Parallel()
	watchScript(t, monitor.Policy{ConfirmAfter: time.Minute, UnreachableAfter: 1}, `
		0s   authorized > ask 1m
		59s  authorized > ask 1m
		1m   authorized > believe authorized since 0s
		2m   mute       >
		3m   mute       > believe mute since 2m after 1m`)
	watchScript(t, monitor.Policy{UnreachableAfter: 2}, `
		0s   authorized > ask 0s
		0s   authorized >
		1s   authorized > believe authorized since 0s`)
}

func TestBeliefKeepsTheDetail(t *testing.T) {
	t.Parallel()
	var w monitor.Watch
	var next monitor.Next
	for n := range 3 {
		r := reading("mute", epoch().Add(time.Duration(n)*time.Minute))
		r.Detail = fmt.Sprintf("timed out %d", n)
		w, next = w.See(r, monitor.DefaultPolicy())
	}
	if next.Believe == nil || next.Believe.Detail != "timed out 2" {
		t.Errorf("believed %+v, want the last reading's detail", next.Believe)
	}
}

// A poller of thousands sees the same word all day long.
func TestSeeingNothingNewDoesNotAllocate(t *testing.T) {
	p := monitor.DefaultPolicy()
	for _, test := range []struct{ believed, seen string }{
		{"authorized", "authorized"},
		{"authorized", "AUTHORIZED"},
		{"notAuthorized", "notAuthorized"},
		{"suspended", "yellowCard"},
		{"Frozen", "Frozen"},
		{"mute", "mute"},
		{"401", "401"},
		{"authorized", "429"},
		{"authorized", "mute"},
	} {
		w := monitor.Resume(monitor.Belief{Finding: finding(test.believed)}, epoch(), epoch())
		r := reading(test.seen, epoch().Add(time.Minute))
		if n := testing.AllocsPerRun(100, func() { _, _ = w.See(r, p) }); n != 0 {
			t.Errorf("seeing %s while %s is believed: %v allocations", test.seen, test.believed, n)
		}
	}
}

// watchScript plays readings ("1m blocked"), claims ("claim WORD [at T|unsaid]"), "resume WORD" and "restart", and
// compares what is believed and asked for. A reading may have been asked before: "blocked asked T".
func watchScript(t *testing.T, p monitor.Policy, script string) {
	t.Helper()
	var w monitor.Watch
	for _, l := range lines(t, script) {
		var next monitor.Next
		switch l.words[0] {
		case "resume":
			w = monitor.Resume(monitor.Belief{Finding: finding(l.words[1]), Since: l.at, At: l.at}, l.at, l.at)
		case "restart":
			w = monitor.Resume(w.Believed(), w.Agreed(), w.Answered())
		case "claim":
			before := w.Believed()
			w, next = w.Claim(claim(t, l), p)
			if next.Believe != nil || w.Believed() != before {
				t.Fatalf("%s: believed without an answer", l.text)
			}
		default:
			asked := l.at
			if len(l.words) > 1 {
				asked = instant(t, l.words[2])
			}
			w, next = w.See(reading(l.words[0], asked), p)
			checkBelieved(t, w, next, asked)
		}
		if got := nextText(next); got != l.want {
			t.Fatalf("%s\n got %q", l.text, got)
		}
	}
}

func claim(t *testing.T, l line) monitor.Claim {
	t.Helper()
	c := monitor.Claim{Instance: instance, State: monitor.State(l.words[1]), At: l.at, Heard: l.at}
	if len(l.words) > 2 {
		c.At = time.Time{}
		if l.words[2] == "at" {
			c.At = instant(t, l.words[3])
		}
	}
	return c
}

func nextText(n monitor.Next) string {
	var s string
	if n.Refuted {
		s += "refuted "
	}
	if n.Late {
		s += "late "
	}
	if b := n.Believe; b != nil {
		if b.Claimed {
			s += "claimed "
		}
		s += fmt.Sprintf("believe %s since %s", wordOf(b.Finding), offset(b.Since))
		if !b.After.IsZero() {
			s += " after " + offset(b.After)
		}
	}
	if !n.AskAt.IsZero() {
		if n.Believe != nil {
			s += " "
		}
		s += "ask " + offset(n.AskAt)
	}
	return strings.TrimSpace(s)
}

func checkBelieved(t *testing.T, w monitor.Watch, next monitor.Next, at time.Time) {
	t.Helper()
	if next.Believe == nil {
		return
	}
	if *next.Believe != w.Believed() || !w.Agreed().Equal(at) || !next.Believe.At.Equal(at) {
		t.Fatalf("belief %+v, the watch believes %+v, agreed at %s", *next.Believe, w.Believed(), offset(w.Agreed()))
	}
}
