package monitor_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The rules know no clock and no world: a few packages of the standard library, and of time only how it is counted.
func TestPure(t *testing.T) {
	t.Parallel()
	entries, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil || len(entries) == 0 {
		t.Fatalf("own files: %d, %v", len(entries), err)
	}
	for _, name := range entries {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, finding := range impurities(t, name, string(source)) {
			t.Error(finding)
		}
	}
}

// The test above must be able to fail.
func TestImpurityIsSeen(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`import "os"`, `import "math/rand/v2"`, `import "log/slog"`, `import "context"`, `import "example.org/x"`, `import . "time"`, `import _ "embed"`,
		`import "time"; var x = time.Now()`, `import "time"; var x = time.Now`, `import "time"; func f() { time.Sleep(1) }`,
		`import clock "time"; var x = clock.Now()`, `import "time"; var x = time.NewTimer`, `import "time"; var x = time.Local`,
		`import "time"; var x = time.Since`, `import "time"; var x = time.Until`, `import "time"; var x = time.Tick`,
		`import "time"; var x = time.AfterFunc`, `func f() { go f() }`, `var c chan int`, `func init() {}`,
	} {
		if len(impurities(t, "x.go", "package x\n"+source)) == 0 {
			t.Errorf("%s: nothing found", source)
		}
	}
	pure := "package x\nimport \"time\"\nfunc f(at time.Time) bool { return at.After(time.Time{}) && at.Sub(at) < time.Hour }"
	if found := impurities(t, "x.go", pure); len(found) > 0 {
		t.Errorf("a comparison of times: %s", found)
	}
}

// impurities are the things in a file that the rules must do without. Of package time only what cannot read the clock,
// wait or know the machine's zone is allowed, so that what is new there is forbidden too.
func impurities(t *testing.T, name, source string) []string {
	t.Helper()
	packages := []string{"cmp", "errors", "fmt", "maps", "math", "slices", "sort", "strconv", "strings", "time", "unicode", "unicode/utf8"}
	ofTime := []string{"Time", "Duration", "Nanosecond", "Microsecond", "Millisecond", "Second", "Minute", "Hour", "Unix", "UnixMilli", "UTC"}

	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	report := func(n ast.Node, format string, args ...any) {
		found = append(found, fmt.Sprintf("%s: %s", files.Position(n.Pos()), fmt.Sprintf(format, args...)))
	}
	clock := "time"
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		if !slices.Contains(packages, path) {
			report(spec, "imports %s", path)
		}
		if spec.Name != nil && path == "time" {
			clock = spec.Name.Name
			if clock == "." {
				report(spec, "imports all of time")
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == clock && !slices.Contains(ofTime, n.Sel.Name) {
				report(n, "uses time.%s", n.Sel.Name)
			}
		case *ast.GoStmt, *ast.ChanType:
			report(n, "does not work alone")
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				report(n, "has an init")
			}
		}
		return true
	})
	return found
}
