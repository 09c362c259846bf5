package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/soak/judge"
)

var writeReliability = flag.Bool("write-reliability", false, "write the table of TestFault to "+reliabilityPage)

// tally is one line of the table.
type tally struct{ injected, due, told, twice, lost int }

func (y tally) plus(injected int, j judge.Tally) tally {
	return tally{y.injected + injected, y.due + j.Due, y.told + j.Told, y.twice + j.Twice, y.lost + len(j.Lost)}
}

// fault is something that goes wrong, and a story in which it does. The story fails the test where anything was lost.
type fault struct {
	name string
	run  func(t *testing.T) tally
}

// faults are the lines of the table, in order.
func faults() []fault {
	return slices.Concat(killFaults(), telegramFaults(), greenFaults())
}

func killFaults() []fault {
	return []fault{
		{"killed before a call, at each", func(t *testing.T) tally { return everyStep(t, false) }},
		{"killed after a call, before its answer, at each", func(t *testing.T) tally { return everyStep(t, true) }},
	}
}

func telegramFaults() []fault {
	const tenMinutes, dayAndMore = 10 * time.Minute, 26 * time.Hour
	away := func(name string, d time.Duration, effect botapi.Effect) fault {
		return fault{"Telegram: " + name, func(t *testing.T) tally { return telegramAway(t, d, botapi.Fault{Effect: effect}) }}
	}
	some := func(name string, f botapi.Fault) fault {
		f.Times = 8
		return fault{"Telegram: " + name, func(t *testing.T) tally { return telegramAway(t, tenMinutes, f) }}
	}
	return []fault{
		away("HTTP 500 for 10 minutes", tenMinutes, botapi.Refuse(500, "Internal Server Error: restart")),
		away("HTTP 502 with a page of HTML for 10 minutes", tenMinutes, botapi.Gateway(502)),
		away("HTTP 504 with a page of HTML for 10 minutes", tenMinutes, botapi.Gateway(504)),
		away("429 for 10 minutes", tenMinutes, botapi.FloodWait(30)),
		away("connections reset for 10 minutes", tenMinutes, botapi.Reset()),
		away("no answer at all for 10 minutes", tenMinutes, botapi.BlackHole()),
		away("no answer at all for 26 hours", dayAndMore, botapi.BlackHole()),
		some("8 messages stored, answers lost", botapi.Fault{Method: "sendMessage", Stored: true, Effect: botapi.Reset()}),
		some("8 messages stored, answered with HTTP 502", botapi.Fault{Method: "sendMessage", Stored: true, Effect: botapi.Gateway(502)}),
		some("8 answers to messages truncated", botapi.Fault{Method: "sendMessage", Effect: botapi.Truncate()}),
		some("8 answers to messages dripping for 5 minutes", botapi.Fault{Method: "sendMessage", Effect: botapi.Drip(5 * time.Minute)}),
		some("8 edits lost", botapi.Fault{Method: "editMessageText", Effect: botapi.Reset()}),
		some("8 polls truncated", botapi.Fault{Method: "getUpdates", Effect: botapi.Truncate()}),
	}
}

// telegramAway breaks Telegram for a while, in which numbers drop out and come back.
func telegramAway(t *testing.T, d time.Duration, f botapi.Fault) tally {
	hits := 0
	got := inTrial(t, 4, nil, func(_ *testing.T, tr *trial) {
		tr.pass(2 * time.Minute)
		broken := tr.telegram.Inject(f)
		tr.comeAndGo(d)
		broken.Off()
		tr.pass(5 * time.Minute)
		tr.set(first, instanceapi.Authorized)
		tr.pass(5 * time.Minute)
		hits = broken.Hits()
	})
	return tally{}.plus(hits, got)
}

const third = "7105000003"

// comeAndGo has one number drop out and stay out, one drop out and come back, and one drop out late, all within d.
func (tr *trial) comeAndGo(d time.Duration) {
	tr.set(first, instanceapi.NotAuthorized)
	tr.set(second, instanceapi.Suspended)
	tr.pass(d / 2)
	tr.set(second, instanceapi.Authorized)
	tr.pass(d / 4)
	tr.set(third, instanceapi.Blocked)
	tr.pass(d / 4)
}

func greenFaults() []fault {
	var all []fault
	for _, kind := range instanceapi.Kinds() {
		all = append(all, fault{"GREEN-API: " + string(kind) + " for 10 minutes", func(t *testing.T) tally { return greenBroken(t, kind) }})
	}
	return all
}

// greenBroken breaks GREEN-API for a while, in which numbers drop out and come back.
func greenBroken(t *testing.T, kind instanceapi.Kind) tally {
	spoilt := 0
	got := inTrial(t, 4, nil, func(t *testing.T, tr *trial) {
		tr.pass(2 * time.Minute)
		tr.set("7105000004", instanceapi.NotAuthorized)
		tr.pass(2 * time.Minute)
		f := instanceapi.Fault{Kind: kind, Status: 466, Body: `{"invokeStatus":"quota"}`}
		if err := tr.green.Break(instanceapi.WholeAPI, f); err != nil {
			t.Fatal(err)
		}
		tr.comeAndGo(10 * time.Minute)
		tr.green.Mend(instanceapi.WholeAPI)
		tr.pass(4 * time.Minute)
		tr.set(first, instanceapi.Authorized)
		tr.pass(4 * time.Minute)
		spoilt = tr.witness.Spoilt()
	})
	return tally{}.plus(spoilt, got)
}

// TestFault runs a story for each fault and prints what was told of it. -write-reliability keeps the table.
func TestFault(t *testing.T) {
	all := faults()
	tallies := make([]tally, len(all))
	var mu sync.Mutex
	ran := 0
	t.Run("of", func(t *testing.T) {
		for n, f := range all {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				got := f.run(t)
				mu.Lock()
				defer mu.Unlock()
				tallies[n], ran = got, ran+1
			})
		}
	})
	for n, y := range tallies {
		if ran == len(all) && (y.injected == 0 || y.due == 0 || y.lost != 0 || y.told != y.due) {
			t.Errorf("%s: %+v", all[n].name, y)
		}
	}
	table := faultTable(all, tallies)
	fmt.Print(table)
	switch {
	case ran < len(all): // -run chose some of them
	case *writeReliability:
		keepTable(t, table)
	default:
		compareTable(t, table)
	}
}

func faultTable(all []fault, tallies []tally) string {
	var table strings.Builder
	table.WriteString("| fault | times injected | alerts due | told | told twice | lost |\n|---|---:|---:|---:|---:|---:|\n")
	for n, y := range tallies {
		fmt.Fprintf(&table, "| %s | %d | %d | %d | %d | %d |\n", all[n].name, y.injected, y.due, y.told, y.twice, y.lost)
	}
	return table.String()
}

const (
	reliabilityPage = "docs/reliability.md"
	tableBegins     = "<!-- the table begins: go test -run TestFault -write-reliability . -->\n"
	tableEnds       = "<!-- the table ends -->\n"
)

const reliabilityText = `# Reliability

Each line is a story in virtual time: the whole program between a simulated Telegram and a simulated GREEN-API, one fault,
and numbers that drop out and come back meanwhile. An alert is due where the program was answered twice that a number is
in trouble, or at the end that it works again, for each chat; it was told where the chat was shown that number with that state.

%s
*Told twice* are messages that say again what was said: the program died, or Telegram's answer was lost, between the
message and the note that it was sent. Each of them says of itself that it may be a repeat; the test fails at one that does not.
`

func keepTable(t *testing.T, table string) {
	t.Helper()
	page := fmt.Sprintf(reliabilityText, tableBegins+table+tableEnds)
	if err := os.WriteFile(reliabilityPage, []byte(page), 0o644); err != nil { //nolint:gosec // a page for everybody
		t.Fatal(err)
	}
}

// compareTable holds the page to what the test finds: the same faults, and nothing lost. The counts may move.
func compareTable(t *testing.T, table string) {
	t.Helper()
	page, err := os.ReadFile(reliabilityPage)
	if err != nil {
		t.Errorf("%v: write it with -write-reliability", err)
		return
	}
	_, kept, _ := strings.Cut(string(page), tableBegins)
	kept, _, _ = strings.Cut(kept, tableEnds)
	if want, have := faultsAndLosses(table), faultsAndLosses(kept); !slices.Equal(want, have) {
		t.Errorf("%s has other faults than the test, or losses: write it with -write-reliability\npage: %v\ntest: %v", reliabilityPage, have, want)
	}
}

// faultsAndLosses are the first and the last column.
func faultsAndLosses(table string) []string {
	var rows []string
	for line := range strings.Lines(table) {
		if cells := strings.Split(strings.TrimSpace(line), "|"); len(cells) > 2 {
			rows = append(rows, cells[1]+cells[len(cells)-2])
		}
	}
	return rows
}
