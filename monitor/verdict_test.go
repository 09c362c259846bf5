package monitor_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"greenwatch/monitor"
)

func TestStateTable(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		word      string
		verdict   monitor.Verdict
		canonical monitor.State // of answered ones
		rings     bool
	}{
		{"authorized", monitor.Good, monitor.Authorized, false},
		{"notAuthorized", monitor.Bad, monitor.NotAuthorized, true},
		{"blocked", monitor.Bad, monitor.Blocked, true},
		{"yellowCard", monitor.Bad, monitor.Suspended, true},
		{"suspended", monitor.Bad, monitor.Suspended, true},
		{"sleepMode", monitor.Bad, monitor.SleepMode, true},
		{"starting", monitor.Settling, monitor.Starting, false},
		{"null", monitor.Settling, monitor.Null, false},
		{"pendingCode", monitor.Settling, monitor.PendingCode, false},
		{"pendingPassword", monitor.Settling, monitor.PendingPassword, false},
		{"frozen", monitor.Odd, "frozen", false},
		{"Frozen", monitor.Odd, "frozen", false},
		{"authorized ", monitor.Odd, "authorized ", false},
		{"nonauthorized", monitor.Odd, "nonauthorized", false},
		{"", monitor.Odd, "", false},
		{"mute", monitor.Blind, "", false},
		{"401", monitor.Denied, "", false},
		{"403", monitor.Denied, "", false},
		{"404", monitor.Denied, "", false},
		{"expired", monitor.Denied, "", true},
		{"deleted", monitor.Denied, "", true},
		{"429", monitor.Blind, "", false},
	} {
		f := finding(row.word)
		for _, spelt := range []monitor.State{f.State, monitor.State(strings.ToUpper(string(f.State))), monitor.State(strings.ToLower(string(f.State)))} {
			f.State = spelt
			if got := f.Verdict(); got != row.verdict {
				t.Errorf("%q: verdict %s, want %s", wordOf(f), got, row.verdict)
			}
			if got := f.State.Canonical(); got != row.canonical {
				t.Errorf("%q: canonical %q, want %q", wordOf(f), got, row.canonical)
			}
			if got := f.Rings(); got != row.rings {
				t.Errorf("%q: rings %t, want %t", wordOf(f), got, row.rings)
			}
			if got, want := f.Restriction(), row.canonical == monitor.Suspended; got != want {
				t.Errorf("%q: restriction %t, want %t", wordOf(f), got, want)
			}
		}
	}
	if got := (monitor.Finding{}).Verdict(); got != monitor.Unseen {
		t.Errorf("the zero finding: verdict %s, want %s", got, monitor.Unseen)
	}
}

// Letters that only fold to ASCII make no known word of an unknown one: the Kelvin sign, the long s.
func TestOnlyASCIIHasTwoCases(t *testing.T) {
	t.Parallel()
	for _, s := range []monitor.State{"bloc\u212aed", "BLOC\u212aED", "\u017ftarting", "\u017fuspended", "\u017fleepMode"} {
		if f := (monitor.Finding{Answer: monitor.Answered, State: s}); f.Verdict() != monitor.Odd || f.Rings() || f.Restriction() {
			t.Errorf("%+q is taken for %s", string(s), f.State.Canonical())
		}
	}
}

func TestRestrictionIsAnAnswer(t *testing.T) {
	t.Parallel()
	f := monitor.Finding{Answer: monitor.NoAnswer, State: monitor.Suspended}
	if f.Restriction() {
		t.Error("a word that was not answered counts as a restriction")
	}
}

func TestSame(t *testing.T) {
	t.Parallel()
	words := []string{
		"authorized", "notAuthorized", "blocked", "suspended", "sleepMode", "starting", "null", "pendingCode",
		"pendingPassword", "frozen", "thawed", "mute", "429", "401", "403", "404", "expired", "deleted",
	}
	for _, a := range words {
		for _, b := range words {
			if got := finding(a).Same(finding(b)); got != (a == b) {
				t.Errorf("%s same as %s: %t", a, b, got)
			}
		}
		if finding(a).Same(monitor.Finding{}) {
			t.Errorf("%s is the same as nothing", a)
		}
	}
	for _, pair := range [][2]string{
		{"yellowCard", "suspended"}, {"YELLOWCARD", "Suspended"}, {"Authorized", "authorized"}, {"NULL", "null"}, {"Frozen", "frOZen"},
	} {
		if !finding(pair[0]).Same(finding(pair[1])) || !finding(pair[1]).Same(finding(pair[0])) {
			t.Errorf("%s and %s are not the same", pair[0], pair[1])
		}
	}
}

// Words nobody has seen yet: comparing them must be sound, and none of them may pass for a known one.
func TestUnknownWords(t *testing.T) {
	t.Parallel()
	known := []string{
		"authorized", "notAuthorized", "blocked", "yellowCard", "suspended", "sleepMode", "starting", "null", "pendingCode", "pendingPassword",
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.StringMatching(`[a-zA-Z]{1,12}`), rapid.SampledFrom(known)).Draw(t, "word")
		isKnown := false
		for _, k := range known {
			isKnown = isKnown || strings.EqualFold(k, word)
		}
		f := finding(word)
		if f.Answer != monitor.Answered {
			return
		}
		if got := f.Verdict() == monitor.Odd; got == isKnown {
			t.Fatalf("%q: odd is %t, known is %t", word, got, isKnown)
		}
		if once := f.State.Canonical(); once.Canonical() != once {
			t.Fatalf("%q: canonical %q, and of that %q", word, once, once.Canonical())
		}
		if f.Word() != word {
			t.Fatalf("%q is shown as %q", word, f.Word())
		}
	})
}

// What is believed holds for as many checks as make a number unreachable, and for 5 minutes at least.
func TestHowLongABeliefHolds(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		after int
		every time.Duration
		holds time.Duration
	}{
		{3, 0, 5 * time.Minute},
		{3, time.Minute, 5 * time.Minute},
		{3, 10 * time.Second, 5 * time.Minute},
		{1, 4 * time.Minute, 8 * time.Minute},
		{10, time.Minute, 10 * time.Minute},
		{3, time.Hour, 3 * time.Hour},
	} {
		s := monitor.Scene{Answered: epoch(), Policy: monitor.Policy{UnreachableAfter: row.after, Interval: row.every}}
		for at, want := range map[time.Duration]bool{-time.Hour: false, row.holds - 1: false, row.holds: true} {
			if s.Now = epoch().Add(at); s.Stale() != want {
				t.Errorf("%+v: stale %t after %s", row, !want, at)
			}
		}
	}
	if (monitor.Scene{Now: epoch()}).Stale() {
		t.Error("stale, though nothing is known of its age")
	}
}
