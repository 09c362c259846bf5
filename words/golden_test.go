package words

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a message with its golden file, and checks what holds for every message.
func golden(t *testing.T, name string, m Message) {
	t.Helper()
	checkMessage(t, m)
	var got strings.Builder
	got.WriteString(m.HTML + "\n")
	for _, row := range m.Buttons {
		for _, b := range row {
			fmt.Fprintf(&got, "[%s: %s %s]", b.Label, b.Do, b.Instance)
		}
		got.WriteString("\n")
	}
	compareGolden(t, name, got.String())
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("no golden file; run with -update: %v", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func TestNoGoldenShowsAHole(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, hole := range []string{"%!", "<no value>", "0001-", "Jan 1 ", "null", "unknown.", "  ", " .", " ,", "..", "()", "{{", "!", "please", "successfully"} {
			if hole == "null" && strings.Contains(file, "creating") {
				continue // there it is the API's own word
			}
			if strings.Contains(string(text), hole) {
				t.Errorf("%s contains %q", file, hole)
			}
		}
	}
}

// texts are the keys of the English texts, and whether they have plurals.
func texts(t *testing.T) map[string]bool {
	t.Helper()
	text, err := files.ReadFile("active.en.json")
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	var walk func(string, map[string]any)
	walk = func(prefix string, tree map[string]any) {
		for k, v := range tree {
			inner, deeper := v.(map[string]any)
			plural := deeper && inner["other"] != nil
			if deeper && !plural {
				walk(prefix+k+".", inner)
			} else {
				all[prefix+k] = plural
			}
		}
	}
	walk("", tree)
	return all
}

// A text that is missing shows its key.
func TestNoGoldenShowsAKey(t *testing.T) {
	t.Parallel()
	if got := string(Voice{}.say("no.such.text", nil)); got != "no.such.text" {
		t.Errorf("got %q", got)
	}
	missing := regexp.MustCompile(`\b[a-z_]+\.[a-z_]+\b`)
	goldens, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range goldens {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range missing.FindAllString(plain(html(text), false), -1) {
			if found != "t.me" {
				t.Errorf("%s shows %s", file, found)
			}
		}
	}
}

// Every text is a template with its plurals and valid HTML. A language that has no texts yet is spoken to in English.
func TestTextsAreWhole(t *testing.T) {
	t.Parallel()
	for key, plural := range texts(t) {
		values := []vars{{"Name": "<&>"}}
		if plural {
			values = []vars{{"Count": 1}, {"Count": 2}, {"Count": 1904}}
		}
		for _, x := range values {
			text, ok := Voice{}.look(key, x)
			if err := checkHTML(strings.ReplaceAll(string(text), "<no value>", "")); !ok || err != nil {
				t.Errorf("%s %v: found %v, %v", key, x, ok, err)
			}
			for _, language := range []string{"en", "de", "not a language"} {
				if other, _ := (Voice{Language: language}).look(key, x); plain(other, false) == "" {
					t.Errorf("%s in %s: nothing", key, language)
				}
			}
		}
	}
}
