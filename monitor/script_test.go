package monitor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
)

// The scripts in testdata, and some in the tests, are lines of the form
//
//	when  what happens > what must follow
//
// with times counted from the epoch below and findings written as one word. In a file each script begins with its name
// as "# name"; lines above the first name come before each of them. What can happen is said at watchScript and stage.

const instance monitor.InstanceID = "7105000017"

func epoch() time.Time { return time.Date(2026, time.March, 1, 3, 0, 0, 0, time.UTC) }

// finding reads a word: the API's own, a refusal, "mute" (no answer) or "429".
func finding(word string) monitor.Finding {
	switch word {
	case "mute":
		return monitor.Finding{Answer: monitor.NoAnswer}
	case "429":
		return monitor.Finding{Answer: monitor.Throttled}
	case "401", "403", "404", "expired", "deleted":
		return monitor.Finding{Answer: monitor.Refused, Refusal: monitor.Refusal(word)}
	default:
		return monitor.Finding{Answer: monitor.Answered, State: monitor.State(word)}
	}
}

func wordOf(f monitor.Finding) string {
	switch f.Answer {
	case "":
		return "nothing"
	case monitor.NoAnswer:
		return "mute"
	case monitor.Throttled:
		return "429"
	default:
		return f.Word()
	}
}

func reading(word string, asked time.Time) monitor.Reading {
	return monitor.Reading{Instance: instance, At: asked, Via: monitor.ViaPoll, Finding: finding(word)}
}

func instant(t testing.TB, offset string) time.Time {
	t.Helper()
	d, err := time.ParseDuration(offset)
	if err != nil {
		t.Fatalf("script: %v", err)
	}
	return epoch().Add(d)
}

// offset is the reverse of instant, without the zero units.
func offset(at time.Time) string {
	s := at.Sub(epoch()).String()
	s = strings.Replace(s, "m0s", "m", 1)
	return strings.Replace(s, "h0m", "h", 1)
}

// line is one line of a script, taken apart.
type line struct {
	text  string
	at    time.Time
	words []string
	want  string
}

// eachScript plays the scripts of the files one by one.
func eachScript(t *testing.T, glob string, play func(t *testing.T, script string)) {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", glob, len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		scripts := strings.Split("\n"+string(text), "\n# ")
		for _, script := range scripts[1:] {
			name, script, _ := strings.Cut(script, "\n")
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+name, func(t *testing.T) {
				t.Parallel()
				play(t, scripts[0]+"\n"+script)
			})
		}
	}
}

func lines(t testing.TB, script string) []line {
	t.Helper()
	var all []line
	for text := range strings.Lines(script) {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		happens, want, told := strings.Cut(text, ">")
		words := strings.Fields(happens)
		if !told || len(words) < 2 {
			t.Fatalf("script: %q: want \"when what > what follows\"", text)
		}
		all = append(all, line{text: text, at: instant(t, words[0]), words: words[1:], want: strings.TrimSpace(want)})
	}
	return all
}
