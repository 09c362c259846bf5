package setup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/joho/godotenv"
	"pgregory.net/rapid"
)

func parse(text string) (map[string]string, error) { return godotenv.Unmarshal(text + "\n") }

func TestEnvFileSet(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, variable, value, after string }{
		"new file":        {"", "A", "1", "A=1\n"},
		"no line end":     {"B=2", "A", "1", "B=2\nA=1\n"},
		"in its place":    {"# x\nA=0 # old\nB=2\n", "A", "1", "# x\nA=1\nB=2\n"},
		"only in comment": {"# A=0\nB=2\n", "A", "1", "# A=0\nB=2\nA=1\n"},
		"the last counts": {"A=0\nB=2\nA=3\n", "A", "1", "A=0\nB=2\nA=1\n"},
		"of several lines": {
			"A=\"x\ny\"  # z\nB=2\n", "A", "1", "A=1  # z\nB=2\n",
		},
		"within another's value": {"B='x\nA=0\n'\n", "A", "1", "B='x\nA=0\n'\nA=1\n"},
		"behind it":              {"B='x\nA=0\n'\nA=4\nC=5", "A", "1", "B='x\nA=0\n'\nA=1\nC=5"},
		"exported":               {"  export A = 0\n", "A", "1", "A=1\n"},
		"longer name":            {"AA=0\n", "A", "1", "AA=0\nA=1\n"},
		"white space":            {"", "A", "1 2\n3", "A='1 2\n3'\n"},
		"dollar":                 {"B=2\n", "A", "$B #x", "B=2\nA='$B #x'\n"},
		"single quote":           {"", "A", `it's $B`, "A=\"it's \\$B\"\n"},
		"carriage returns":       {"A=0\r\nB=2\r\n", "A", "1", "A=1\r\nB=2\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := envFile{filepath.Join(t.TempDir(), ".env"), parse}
			if test.before != "" {
				write(t, f.path, test.before)
			}
			if err := f.set(test.variable, test.value); err != nil {
				t.Fatal(err)
			}
			if text, err := os.ReadFile(f.path); err != nil || string(text) != test.after {
				t.Errorf("it reads %q, %v; want %q", text, err, test.after)
			}
			if left, _ := filepath.Glob(f.path + "-*"); left != nil {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Whatever is set is read again, and nothing else changes; or it is refused, and nothing changes.
func TestEnvFileKeepsTheRest(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		f := envFile{filepath.Join(folder, ".env"), parse}
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{
			"A=1\n", "A='x\n", "'\n", "B=\"A=2\n", "\"\n", "# A=3\n", "C=x # y\n", "export A: 'z'\n", "\n", "B=$A\n",
		})).Draw(t, "lines"), "")
		if err := os.WriteFile(f.path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		value := rapid.StringOf(rapid.SampledFrom([]rune("ab$'\"\\\n #={}("))).Draw(t, "value")
		before, wrong := f.values()
		err := f.set("A", value)
		after, still := f.values()
		switch {
		case wrong != nil:
			if err == nil {
				t.Fatalf("a file that cannot be read was written: %q", text)
			}
		case err != nil:
			if still != nil || !same(before, after) {
				t.Fatalf("refused, and changed: %v", still)
			}
		default:
			before["A"] = value
			if !same(before, after) {
				t.Fatalf("%q now says %v, want %v", text, after, before)
			}
		}
	})
}
