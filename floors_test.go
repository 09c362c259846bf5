package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// These tests hold the floors of docs/architecture.md. Test files are free: they put several rooms together.

const (
	module   = "greenwatch"
	maxDepth = 3 // imports from package main down to the ground
	maxLines = 400
)

var ground = []string{"monitor", "words", "telegram", "secret", "dial"}

// mayImport says which folders of ours each folder may import. Package main, which knows everybody, is ".".
var mayImport = map[string][]string{
	"monitor":  {},
	"secret":   {},
	"words":    {"monitor"},
	"telegram": {"secret", "dial"},
	"dial":     {},

	"fleet":    ground,
	"watcher":  ground,
	"acts":     ground,
	"storage":  ground,
	"greenapi": ground,
	"notify":   ground,
	"outside":  ground,
	"report":   ground,
	"bot":      ground,
	"web":      ground,
	"setup":    ground,

	"simulator": {"simulator"},

	".": append([]string{
		"fleet", "watcher", "acts", "storage", "greenapi", "notify", "outside", "report", "bot", "web", "setup", "simulator",
	}, ground...),
}

// doors says which files may import a library.
var doors = map[string][]string{
	"github.com/go-telegram-bot-api/": {"telegram/*"},
	"github.com/robfig/cron/":         {"watcher/*", "config*"},
	"github.com/caarlos0/env/":        {"config*"},
	"github.com/joho/godotenv":        {"dotenv*"},
	"github.com/nicholas-fedor/":      {"outside/*"},
	"github.com/coreos/go-systemd/":   {"notify_systemd*"},
	"modernc.org/sqlite":              {"storage/*"},
	"github.com/jackc/pgx/":           {"storage/*", "storage/storagetest/*"},
}

// sourceFile is a file of the program that is no test.
type sourceFile struct {
	path  string // with slashes, from the module's root
	lines int
	tree  *ast.File
}

func (f sourceFile) pkg() string { return path.Dir(f.path) }

// room is the folder at the top.
func (f sourceFile) room() string {
	room, _, _ := strings.Cut(f.pkg(), "/")
	return room
}

func (f sourceFile) imports() []string {
	var out []string
	for _, spec := range f.tree.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err) // the parser has read it
		}
		out = append(out, name)
	}
	return out
}

func sourceFiles(t *testing.T) []sourceFile {
	t.Helper()
	var files []sourceFile
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (entry.Name()[0] == '.' || entry.Name() == "testdata"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		files = append(files, sourceFile{path: name, lines: bytes.Count(text, []byte("\n")), tree: tree})
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("reading %d files: %v", len(files), err)
	}
	return files
}

func TestFloors(t *testing.T) {
	t.Parallel()
	for _, f := range sourceFiles(t) {
		allowed, known := mayImport[f.room()]
		if !known {
			t.Errorf("%s: %s has no floor yet: say in mayImport and in .golangci.yml where it stands", f.path, f.room())
		}
		for _, imported := range f.imports() {
			ours, isOurs := strings.CutPrefix(imported, module+"/")
			room, _, _ := strings.Cut(ours, "/")
			if isOurs && !slices.Contains(allowed, room) {
				t.Errorf("%s imports %s; %s may import %v of ours", f.path, imported, f.room(), allowed)
			}
			if ours == "simulator/simtest" || ours == "dial/dialtest" || ours == "storage/storagetest" {
				t.Errorf("%s imports %s; only tests may", f.path, imported)
			}
			if first, _, _ := strings.Cut(imported, "/"); f.room() == "monitor" && strings.Contains(first, ".") {
				t.Errorf("%s imports %s; monitor has the standard library alone", f.path, imported)
			}
			for library, rooms := range doors {
				if strings.HasPrefix(imported, library) && !slices.ContainsFunc(rooms, f.matches) {
					t.Errorf("%s imports %s; only %v may", f.path, imported, rooms)
				}
			}
		}
	}
}

func (f sourceFile) matches(pattern string) bool {
	ok, err := path.Match(pattern, f.path)
	return ok && err == nil
}

func TestImportDepth(t *testing.T) {
	t.Parallel()
	below := map[string][]string{}
	for _, f := range sourceFiles(t) {
		for _, imported := range f.imports() {
			if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
				below[f.pkg()] = append(below[f.pkg()], ours)
			}
		}
	}
	var walk func(chain []string)
	walk = func(chain []string) {
		if len(chain)-1 > maxDepth {
			t.Errorf("deeper than %d: %s", maxDepth, strings.Join(chain, " > "))
			return
		}
		for _, next := range below[chain[len(chain)-1]] {
			walk(append(slices.Clone(chain), next))
		}
	}
	walk([]string{"."})
}

// TestRulesHaveNoClock: time enters monitor only as an argument.
func TestRulesHaveNoClock(t *testing.T) {
	t.Parallel()
	clock := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}
	for _, f := range sourceFiles(t) {
		if f.room() != "monitor" {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := selector.X.(*ast.Ident); ok && pkg.Name == "time" && slices.Contains(clock, selector.Sel.Name) {
				t.Errorf("%s uses time.%s", f.path, selector.Sel.Name)
			}
			return true
		})
	}
}

func TestFileLengths(t *testing.T) {
	t.Parallel()
	for _, f := range sourceFiles(t) {
		if f.lines > maxLines {
			t.Errorf("%s has %d lines, more than %d", f.path, f.lines, maxLines)
		}
	}
}
