package words

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// entryForms is a text of a message file: one form, or one for each plural.
type entryForms map[string]string

const only = "" // the form of a text without plurals

// texts are the texts of a language by their keys.
func texts(t *testing.T, tag string) map[string]entryForms {
	t.Helper()
	content, err := files.ReadFile("active." + tag + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(content, &tree); err != nil {
		t.Fatal(err)
	}
	all := map[string]entryForms{}
	var walk func(string, any)
	walk = func(key string, value any) {
		group, isGroup := value.(map[string]any)
		switch {
		case !isGroup:
			all[key] = entryForms{only: value.(string)}
		case group["other"] != nil:
			all[key] = entryForms{}
			for form, text := range group {
				all[key][form] = text.(string)
			}
		default:
			for name, inner := range group {
				walk(strings.TrimPrefix(key+"."+name, "."), inner)
			}
		}
	}
	walk("", tree)
	return all
}

// formsOf are the forms that CLDR has for the numbers of a language.
func formsOf(tag string) []string {
	names := map[plural.Form]string{
		plural.Other: "other", plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many",
	}
	found := map[string]bool{}
	for n := range 1000 {
		whole := plural.Cardinal.MatchPlural(language.Make(tag), n, 0, 0, 0, 0)
		broken := plural.Cardinal.MatchPlural(language.Make(tag), n, 1, 1, 5, 5)
		found[names[whole]], found[names[broken]] = true, true
	}
	return slices.Sorted(maps.Keys(found))
}

var placeholder = regexp.MustCompile(`\.[A-Z][A-Za-z]*`)

// placeholders are the values that a template asks for.
func placeholders(template string) []string {
	found := map[string]bool{}
	for _, action := range regexp.MustCompile(`{{.*?}}`).FindAllString(template, -1) {
		for _, name := range placeholder.FindAllString(action, -1) {
			found[name] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// Every language has every text, with the same values in it and the plural forms that the language has.
func TestLanguagesAreEqual(t *testing.T) {
	t.Parallel()
	found, err := files.ReadDir(".")
	if err != nil || len(found) != len(Languages()) {
		t.Errorf("%d message files for %v: %v", len(found), Languages(), err)
	}
	english := texts(t, "en")
	for _, tag := range Languages() {
		all := texts(t, tag)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(english)), slices.Sorted(maps.Keys(all))); diff != "" {
			t.Errorf("%s has other texts than English (-en +%s):\n%s", tag, tag, diff)
		}
		for key, forms := range all {
			checkForms(t, tag, key, forms)
			want, got := strings.Join(slices.Collect(maps.Values(english[key])), ""), strings.Join(slices.Collect(maps.Values(forms)), "")
			if diff := cmp.Diff(placeholders(want), placeholders(got)); diff != "" {
				t.Errorf("%s in %s has other values than in English:\n%s", key, tag, diff)
			}
		}
	}
}

func checkForms(t *testing.T, tag, key string, forms entryForms) {
	t.Helper()
	_, single := forms[only]
	if got := slices.Sorted(maps.Keys(forms)); !single && !slices.Equal(got, formsOf(tag)) {
		t.Errorf("%s in %s has the forms %v, want %v", key, tag, got, formsOf(tag))
	}
	one := plural.Cardinal.MatchPlural(language.Make(tag), 21, 0, 0, 0, 0) == plural.One // not of 1 alone
	if one && !single && strings.Contains(forms["other"], ".Count") && !strings.Contains(forms["one"], ".Count") {
		t.Errorf("%s in %s: of 21 it would not say the number", key, tag)
	}
}

func TestPlaceholdersAreFound(t *testing.T) {
	t.Parallel()
	got := placeholders(`.No {{if or .Busy (not .Tried)}}{{on .At}}{{else if .Again}}{{.By}}, {{end}}3.No`)
	if diff := cmp.Diff([]string{".Again", ".At", ".Busy", ".By", ".Tried"}, got); diff != "" {
		t.Error(diff)
	}
	if got := formsOf("ru"); !slices.Equal(got, []string{"few", "many", "one", "other"}) {
		t.Errorf("Russian has %v", got)
	}
}

// Every text is a template with its plurals and valid HTML, whether its values are there or not. Where a language has no
// texts, English is spoken.
func TestTextsAreWhole(t *testing.T) {
	t.Parallel()
	for key, forms := range texts(t, "en") {
		full := vars{}
		for _, name := range placeholders(strings.Join(slices.Collect(maps.Values(forms)), "")) {
			full[name[1:]] = "<&>"
		}
		counts := []any{nil}
		if _, single := forms[only]; !single {
			counts = []any{1, 2, 5, 21, 1904}
		}
		for _, count := range counts {
			for _, x := range []vars{{}, full} {
				if x = x.with("Count", count); count == nil {
					delete(x, "Count")
				}
				checkText(t, key, x)
			}
		}
	}
}

var holes = strings.NewReplacer("<no value>", "", "<nil>", "")

func checkText(t *testing.T, key string, x vars) {
	t.Helper()
	for _, tag := range append(Languages(), "", "de", "not a language") {
		text, ok := Voice{Language: tag}.look(key, x)
		if err := checkHTML(holes.Replace(string(text))); !ok || err != nil || plain(text, false) == "" {
			t.Errorf("%s in %q with %v: found %v, %v", key, tag, x, ok, err)
		}
	}
}
