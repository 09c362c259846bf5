package main

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
	"sync"
	"testing"
)

// someCells is at which stride the matrix is walked without -all-faults: each class of refusal is met some time.
const someCells = 29

// TestRefusal plays the matrix of methods, refusals and what becomes of them.
//
// Without -all-faults it plays a few cells, and looks whether the page has a row for each refusal.
func TestRefusal(t *testing.T) {
	skipWhereSlow(t)
	stride := someCells
	if everyFault() {
		stride = 1
	}
	rows := make(map[string]*tally)
	names := make([]string, 0)
	for _, r := range refusals() {
		rows[r.name] = &tally{}
		names = append(names, r.name)
	}
	all := cells()
	unmet := 0
	var mu sync.Mutex
	t.Run("of", func(t *testing.T) {
		for n := 0; n < len(all); n += stride {
			t.Run(all[n].String(), func(t *testing.T) {
				t.Parallel()
				r := &scene{}
				defer func() { // a test that fails in its bubble ends here
					mu.Lock()
					defer mu.Unlock()
					met, y := r.outcome()
					if !met {
						unmet++
						t.Log("never refused: the method was not called")
					}
					rows[all[n].refusal.name].add(y)
				}()
				all[n].run(t, r)
			})
		}
	})
	fmt.Printf("%d of %d cells, %d of them with no call to refuse\n", (len(all)+stride-1)/stride, len(all), unmet)
	table := refusalTable(names, rows)
	if !everyFault() {
		compareTable(t, "TestRefusal", "", names)
		return
	}
	fmt.Print(table)
	if *writeReliability {
		keepTable(t, "TestRefusal", table)
	}
	compareTable(t, "TestRefusal", table, names)
}

func (y *tally) add(other tally) {
	y.injected += other.injected
	y.due += other.due
	y.told += other.told
	y.elsewhere += other.elsewhere
	y.twice += other.twice
	y.lost += other.lost
}

func refusalTable(names []string, rows map[string]*tally) string {
	var table strings.Builder
	table.WriteString("| refusal | refused | alerts due | told | elsewhere | told twice | lost |\n|---|---:|---:|---:|---:|---:|---:|\n")
	for _, name := range names {
		y := rows[name]
		fmt.Fprintf(&table, "| %s | %d | %d | %d | %d | %d | %d |\n", name, y.injected, y.due, y.told, y.elsewhere, y.twice, y.lost)
	}
	return table.String()
}

// TestMatrixKnowsEveryMethod holds the matrix to what package telegram calls.
func TestMatrixKnowsEveryMethod(t *testing.T) {
	t.Parallel()
	known := slices.Clone(outOfTheWay)
	for _, m := range methods() {
		known = append(known, m.name)
	}
	for _, called := range calledMethods(t) {
		if !slices.Contains(known, called) {
			t.Errorf("%s is called, and stands neither in methods nor in outOfTheWay", called)
		}
	}
}

// calledMethods are the string constants of package telegram that are given to something called method.
func calledMethods(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(os.DirFS("telegram"), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	var called []string
	take := func(e ast.Expr) {
		if text, ok := e.(*ast.BasicLit); ok && text.Kind == token.STRING {
			if name, err := strconv.Unquote(text.Value); err == nil && name != "" {
				called = append(called, name)
			}
		}
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), "telegram/"+name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "method" {
					take(n.Value)
				}
			case *ast.AssignStmt:
				if left, ok := n.Lhs[0].(*ast.SelectorExpr); ok && left.Sel.Name == "method" {
					take(n.Rhs[0])
				}
			}
			return true
		})
	}
	if len(called) < 10 {
		t.Fatalf("found only %v", called)
	}
	return called
}
