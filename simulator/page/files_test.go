package page_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"greenwatch/simulator/page"
)

// files are what the page is made of, by their names.
func files(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	folder := os.DirFS("files")
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(folder, name)
		out[name] = string(text)
		return err
	})
	if err != nil || len(out) < 10 {
		t.Fatalf("%d files: %v", len(out), err)
	}
	return out
}

// TestFiles: everything is served under a policy that lets nothing in from elsewhere, and nothing asks for it.
func TestFiles(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	kinds := map[string]string{"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "json": "application/json"}
	inline := regexp.MustCompile(`(?i)<script>|<style|\sstyle=|\son[a-z]+=|innerHTML|insertAdjacentHTML|document\.write|eval\(|@import`)
	outside := regexp.MustCompile(`(?i)(https?:)?//[a-z0-9.-]+\.[a-z]{2,}|url\(["']?[^)"']*//`)
	for name, text := range files(t) {
		_, end, _ := strings.Cut(name, ".")
		rec := b.do(http.MethodGet, "/"+strings.TrimSuffix(name, "index.html"), "")
		if rec.Code != http.StatusOK || !strings.HasPrefix(rec.Header().Get("Content-Type"), kinds[end]) || rec.Body.String() != text {
			t.Errorf("%s: %d %s", name, rec.Code, rec.Header().Get("Content-Type"))
		}
		policy := rec.Header().Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", name, policy)
		}
		if found := inline.FindString(text); found != "" {
			t.Errorf("%s holds %q", name, found)
		}
		// The namespace of SVG is a name; nothing is fetched from it.
		text = regexp.MustCompile(`xmlns="[^"]*"|"http:" \+ "//www\.w3\.org/2000/svg"`).ReplaceAllString(text, "")
		if found := outside.FindString(text); found != "" {
			t.Errorf("%s leads outside: %q", name, found)
		}
		if n := strings.Count(text, "\n"); n > 400 {
			t.Errorf("%s has %d lines", name, n)
		}
	}
}

// TestTexts: each text that the page names is there in both languages with all plurals, and none is left over.
func TestTexts(t *testing.T) {
	t.Parallel()
	all := files(t)
	var texts map[string]map[string]any
	if err := json.Unmarshal([]byte(all["texts.json"]), &texts); err != nil {
		t.Fatal(err)
	}
	plurals := map[string][]string{"en": {"one", "other"}, "ru": {"few", "many", "one", "other"}}
	holes := regexp.MustCompile(`\{\w+\}`)
	for key, text := range texts {
		for language, forms := range plurals {
			one, isText := text[language].(string)
			many, isPlural := text[language].(map[string]any)
			switch {
			case isText && one != "":
				if got, want := holes.FindAllString(one, -1), holes.FindAllString(text["en"].(string), -1); len(got) != len(want) {
					t.Errorf("%s in %s has %v, not %v", key, language, got, want)
				}
			case isPlural:
				for _, form := range forms {
					if s, _ := many[form].(string); !strings.Contains(s, "{n}") {
						t.Errorf("%s in %s: %s is %q", key, language, form, s)
					}
				}
			default:
				t.Errorf("%s in %s is %v", key, language, text[language])
			}
		}
	}
	named := regexp.MustCompile(`data-t(?:-label|-placeholder)?="([^"]+)"|\bt\("([^"]+)"|"((?:live|theme)\.\w+)"|\? "((?:chat|heard|story)\.\w+)" : "((?:chat|heard|story)\.\w+)"`)
	used := []string{"theme.system", "theme.light", "theme.dark"} // made of two parts
	for name, text := range all {
		if name == "texts.json" {
			continue
		}
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			used = append(used, slices.DeleteFunc(m[1:], func(s string) bool { return s == "" })...)
		}
	}
	for _, key := range used {
		if texts[key] == nil {
			t.Errorf("there is no text %q", key)
		}
	}
	for key := range texts {
		if !slices.Contains(used, key) {
			t.Errorf("nobody says %q", key)
		}
	}
}

// TestLabels: what the server names is named in both languages.
func TestLabels(t *testing.T) {
	t.Parallel()
	p := newBench(t).state().Panel
	for _, list := range [][]option{p.Choices, p.Green, p.Telegram} {
		for _, o := range list {
			if o.Label == (page.Text{}) || o.Label.EN == "" || o.Label.RU == "" {
				t.Errorf("%s is called %+v", o.Key, o.Label)
			}
		}
	}
}
