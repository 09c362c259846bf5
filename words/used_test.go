package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"greenwatch/monitor"
)

// asked are the keys that stand in the code as they are: all of them, and those that must exist, as a text is shown for
// them in any case.
func asked(t *testing.T) (all, must map[string]bool) {
	t.Helper()
	all, must = map[string]bool{}, map[string]bool{}
	place := map[string]int{"say": 0, "toast": 0, "title": 1, "fit": 2} // of the key among the arguments
	sources, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				all[literal(n)] = true
			case *ast.CallExpr:
				if method, ok := n.Fun.(*ast.SelectorExpr); ok {
					if at, asks := place[method.Sel.Name]; asks && len(n.Args) > at {
						must[literal(n.Args[at])] = true
					}
				}
			}
			return true
		})
	}
	delete(must, "")
	return all, must
}

// literal is a string that stands in the code; "" for anything else.
func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	text, _ := strconv.Unquote(lit.Value)
	return text
}

// family are the keys that the code puts together: those that must exist, and those that may.
type family struct{ must, may []string }

func (f *family) needs(prefix string, names ...string) {
	for _, name := range names {
		f.must = append(f.must, prefix+name)
	}
}

func (f *family) takes(prefix string, names ...string) {
	for _, name := range names {
		f.may = append(f.may, prefix+name)
	}
}

// made are the keys that the code puts together, of what it puts them together.
func made() family {
	var f family
	f.ofTopics()
	f.ofActs()
	for n := range 12 {
		f.needs("date.", strconv.Itoa(n+1))
	}
	for n := range 7 {
		f.needs("weekday.", strconv.Itoa(n))
	}
	f.needs("time.", "seconds", "minutes", "hours", "days")
	for _, a := range []monitor.Answer{monitor.Answered, monitor.Refused, monitor.Throttled, monitor.Unasked, monitor.NoAnswer} {
		key := readingKey(monitor.Reading{Finding: monitor.Finding{Answer: a}})
		f.needs("reading.", key)
		f.takes("reading.", key+"_line")
	}
	for _, a := range everyAnswer() {
		f.needs("answer.", string(a))
	}
	for _, c := range (Voice{}).Menu() {
		f.needs("menu.", c.Name)
	}
	for _, fault := range []monitor.Fault{
		monitor.FaultFull, monitor.FaultReadOnly, monitor.FaultLocked, monitor.FaultDamaged, monitor.FaultAway,
		monitor.FaultGone, monitor.FaultGoneKept, monitor.FaultOther, monitor.Exhausted,
	} {
		f.needs("own."+ownKey(fault), ".title", ".do")
		f.needs("own.line", ownSort(fault))
		f.needs("own.over"+ownSort(fault), ".title", ".line")
	}
	for _, what := range everyMistake {
		f.needs("listing.mistake.", string(what))
	}
	for _, what := range []monitor.ListMistake{monitor.PartnerRefused, monitor.PartnerAway, monitor.ListEmpty} {
		f.needs("partner."+string(what), ".title", ".do")
	}
	for _, k := range []monitor.AlertKind{monitor.ChatLost, monitor.Deaf, monitor.HookRefused} {
		f.needs("notice."+string(k), ".title", ".line")
	}
	return f
}

func (f *family) ofTopics() {
	worded := append(slices.Collect(maps.Values(refusalTopics)), blindTopic, limitedTopic, deniedTopic, unseenTopic)
	for _, t := range worded {
		f.needs("word.", t.key)
	}
	for _, t := range append(slices.Collect(maps.Values(stateTopics)), append(worded, oddTopic)...) {
		f.needs("plain.", t.key)
		f.needs("confirm.", confirmKey(t))
		if t.key != goodTopic.key && t.key != unseenTopic.key {
			f.needs(t.key, ".title", ".still", ".cost", ".do")
			f.takes(t.key, ".state", ".dont", ".link")
			if t.kept {
				f.needs(t.key, ".waits")
			}
		}
	}
}

func (f *family) ofActs() {
	for _, do := range []Do{Check, Reboot, Confirm, Cancel, Adopt, Drop, Keep, HookAsk, HookReplace, HookSet, HookNo, Undo} {
		f.needs("button.", string(do))
	}
	for _, how := range []string{"wanted", "running", "accepted", "worked", "no_change", "refused", "unknown", "expired"} {
		f.needs("act.", how)
	}
	for _, how := range []string{"wanted", "running", "accepted", "worked", "no_change", "refused", "unknown", "expired", "held"} {
		f.needs("auto.", how)
	}
	for _, s := range []monitor.Subject{monitor.Self, "pool/7105"} {
		f.needs(outage{subject: s}.key(""), "title", "title_back", "meaning", "do", "over", "held", "short", "short_over", "limited_title", "limited_short")
	}
	for _, how := range []string{"worked", "unproved", "no_change", "refused", "unknown", "expired"} {
		f.needs("acted."+how, ".title", ".line")
		f.takes("acted."+how, ".next")
	}
}

// Every text that the code asks for is there, and the code asks for every text that is there.
func TestTextsAreUsed(t *testing.T) {
	t.Parallel()
	literal, must := asked(t)
	family := made()
	for _, key := range family.must {
		must[key] = true
	}
	there := texts(t, "en")
	for key := range must {
		if there[key] == nil {
			t.Errorf("%s is asked for and is not there", key)
		}
	}
	for key := range there {
		if !literal[key] && !must[key] && !slices.Contains(family.may, key) {
			t.Errorf("%s is there and nobody asks for it", key)
		}
	}
}
