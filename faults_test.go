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
	"greenwatch/storage/storagetest"
)

var (
	writeReliability = flag.Bool("write-reliability", false, "write the tables of TestFault and TestRefusal to "+reliabilityPage)
	allFaults        = flag.Bool("all-faults", false, "have TestFault kill at every statement and let Telegram be away for 26 hours, TestRefusal play all of its matrix, and TestWalk walk many times: minutes")
)

// tally is one line of the table.
type tally struct{ injected, due, told, elsewhere, twice, lost int }

func (y tally) plus(injected int, j judge.Tally) tally {
	return tally{y.injected + injected, y.due + j.Due, y.told + j.Told, y.elsewhere + j.Elsewhere, y.twice + j.Twice, y.lost + len(j.Lost)}
}

// fault is something that goes wrong, and a story in which it does. The story fails the test where anything was lost.
type fault struct {
	name string
	run  func(t *testing.T) tally
}

// faults are the lines of the table, in order.
func faults() []fault {
	return slices.Concat(killFaults(), telegramFaults(), chatFaults(), greenFaults(), databaseFaults())
}

// stride is how many steps of the database the test goes on at once.
func stride() int {
	if everyFault() {
		return 1
	}
	return 9
}

func everyFault() bool { return *allFaults || *writeReliability }

func killFaults() []fault {
	kill := func(name string, how doom, stride int) fault {
		return fault{name, func(t *testing.T) tally { return everyStep(t, how, stride) }}
	}
	return []fault{
		kill("killed before a call of Telegram or GREEN-API, at each", doom{}, 1),
		kill("killed after a call, before its answer, at each", doom{after: true}, 1),
		kill("killed before a statement that changes the database", doom{statements: true}, stride()),
		kill("killed after a statement, before its answer", doom{statements: true, after: true}, stride()),
	}
}

func telegramFaults() []fault {
	const while = 10 * time.Minute
	away := func(name string, effect botapi.Effect) fault {
		return fault{"Telegram: " + name, func(t *testing.T) tally { return telegramAway(t, while, botapi.Fault{Effect: effect}) }}
	}
	some := func(name string, f botapi.Fault) fault {
		f.Times = 8
		return fault{"Telegram: " + name, func(t *testing.T) tally { return telegramAway(t, while, f) }}
	}
	return []fault{
		away("HTTP 500 for 10 minutes", botapi.Refuse(500, "Internal Server Error: restart")),
		away("HTTP 502 with a page of HTML for 10 minutes", botapi.Gateway(502)),
		away("HTTP 504 with a page of HTML for 10 minutes", botapi.Gateway(504)),
		away("429 for 10 minutes", botapi.FloodWait(30)),
		away("connections reset for 10 minutes", botapi.Reset()),
		away("no answer at all for 10 minutes", botapi.BlackHole()),
		{"Telegram: no answer at all for 26 hours", func(t *testing.T) tally {
			if !everyFault() {
				t.Skip("takes a minute: -all-faults")
			}
			return telegramAway(t, 26*time.Hour, botapi.Fault{Effect: botapi.BlackHole()})
		}},
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
		if kind == instanceapi.Drip {
			f.Delay = 5 * time.Second // a byte: whole answers come too late
		}
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

func databaseFaults() []fault {
	return []fault{
		{"database: fails at every call for 10 minutes", func(t *testing.T) tally { return databaseAway(t, (*storagetest.Outage).Begin) }},
		{"database: takes no writes for 10 minutes", func(t *testing.T) tally { return databaseAway(t, (*storagetest.Outage).BeginWrites) }},
	}
}

// databaseAway breaks the database for a while, in which numbers drop out and come back.
func databaseAway(t *testing.T, begin func(*storagetest.Outage, error)) tally {
	f := &fate{}
	got := inTrial(t, 4, f, func(_ *testing.T, tr *trial) {
		tr.pass(2 * time.Minute)
		begin(&tr.outage, errOutage)
		tr.comeAndGo(10 * time.Minute)
		tr.outage.End()
		tr.pass(5 * time.Minute)
		tr.set(first, instanceapi.Authorized)
		tr.pass(5 * time.Minute)
	})
	return tally{}.plus(f.failed, got)
}

// TestFault runs a story for each fault and prints what was told of it. -write-reliability keeps the table.
//
// Without the two flags it passes over what takes long, and looks whether the page has the others.
func TestFault(t *testing.T) {
	skipWhereSlow(t)
	all := faults()
	tallies := make([]tally, len(all))
	var mu sync.Mutex
	ran := make([]bool, len(all))
	t.Run("of", func(t *testing.T) {
		for n, f := range all {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				got := f.run(t)
				mu.Lock()
				defer mu.Unlock()
				tallies[n], ran[n] = got, true
			})
		}
	})
	for n, y := range tallies {
		if ran[n] && (y.injected == 0 || y.due == 0 || y.lost != 0 || y.told != y.due) {
			t.Errorf("%s: %+v", all[n].name, y)
		}
	}
	table := faultTable(all, tallies, ran)
	fmt.Print(table)
	if *writeReliability {
		keepTable(t, "TestFault", table)
	}
	names := make([]string, len(all))
	for n, f := range all {
		names[n] = f.name
	}
	compareTable(t, "TestFault", table, names)
}

func faultTable(all []fault, tallies []tally, ran []bool) string {
	var table strings.Builder
	table.WriteString("| fault | times injected | alerts due | told | told twice | lost |\n|---|---:|---:|---:|---:|---:|\n")
	for n, y := range tallies {
		if !ran[n] {
			continue
		}
		fmt.Fprintf(&table, "| %s | %d | %d | %d | %d | %d |\n", all[n].name, y.injected, y.due, y.told, y.twice, y.lost)
	}
	return table.String()
}

const reliabilityPage = "docs/reliability.md"

// tableOf is where the page has the table of a test.
func tableOf(test string) (begins, ends string) {
	return "<!-- the table begins: go test -run '" + test + "$' -write-reliability . -->\n", "<!-- the table of " + test + " ends -->\n"
}

// keepTable puts the table into the page, whose other words are written by hand.
func keepTable(t *testing.T, test, table string) {
	t.Helper()
	begins, ends := tableOf(test)
	page, err := os.ReadFile(reliabilityPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), begins)
	_, after, ended := strings.Cut(rest, ends)
	if !found || !ended {
		t.Fatalf("%s has no place for the table of %s", reliabilityPage, test)
	}
	if err := os.WriteFile(reliabilityPage, []byte(before+begins+table+ends+after), 0o644); err != nil { //nolint:gosec // a page for everybody
		t.Fatal(err)
	}
}

// compareTable holds the page to what the test found: it has each of these faults, and no losses. The counts may move.
func compareTable(t *testing.T, test, table string, names []string) {
	t.Helper()
	page, err := os.ReadFile(reliabilityPage)
	if err != nil {
		t.Errorf("%v: write it with -write-reliability", err)
		return
	}
	begins, ends := tableOf(test)
	_, kept, _ := strings.Cut(string(page), begins)
	kept, _, _ = strings.Cut(kept, ends)
	have := faultsAndLosses(kept)
	for _, row := range faultsAndLosses(table) {
		if !slices.Contains(have, row) {
			t.Errorf("%s has no line %q: write it with -write-reliability", reliabilityPage, row)
		}
	}
	for _, row := range have[min(2, len(have)):] {
		known := func(name string) bool { return strings.HasPrefix(row, " "+name+" ") && strings.HasSuffix(row, " 0 ") }
		if !slices.ContainsFunc(names, known) {
			t.Errorf("%s has the line %q: write it with -write-reliability", reliabilityPage, row)
		}
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
