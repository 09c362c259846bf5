package words

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"unicode"

	"greenwatch/monitor"
	"pgregory.net/rapid"
)

// tableOf is the file of one number with a name and a tag.
func tableOf(t interface{ Fatal(args ...any) }, name, tag string) []byte {
	all := entries(state(monitor.NotAuthorized), at(3, 11), monitor.Instance{ID: "7105000001", Name: name, Tags: []string{tag, "shop"}, Pool: name})
	f, err := speak(at(3, 12)).Table(all)
	if err != nil {
		t.Fatal(err)
	}
	return f.Content
}

// wantNoFormula reads a file as spreadsheets may, whichever separator they choose, and looks at the first letter of each cell.
func wantNoFormula(t interface{ Errorf(string, ...any) }, content []byte) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	for _, separator := range ",;\t|" {
		r := csv.NewReader(bytes.NewReader(content))
		r.Comma, r.LazyQuotes, r.FieldsPerRecord = separator, true, -1
		rows, err := r.ReadAll()
		if err != nil {
			t.Errorf("with %q: %v", separator, err)
		}
		cells := strings.FieldsFunc(string(content), func(r rune) bool { return r == separator || r == '\n' || r == '\r' }) // without quoting
		for _, row := range rows {
			cells = append(cells, row...)
		}
		for _, c := range cells {
			bare := strings.TrimLeftFunc(c, func(r rune) bool { return r == '"' || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
			if strings.IndexAny(bare, "=+-@＝＋－＠﹦﹢﹣﹫") == 0 {
				t.Errorf("separated by %q, a cell begins a formula: %q", separator, c)
			}
		}
	}
}

// Whichever separator a spreadsheet chooses, no cell is a formula, and people can still read what is there.
func TestFileHasNoFormulas(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		`x;=HYPERLINK("http://evil";"click")`, "x\t=1+1", "x|@SUM(A1)", "x,+1", "=1", "-2+3", "  =1", "\ufeff=1", `"=1`, `x;"=1`, `x; ""=1`,
		"\u200d=1", "＝1", "x;＋1", "x\n=1", "x\r=1", ";;=1", "a;b;c|-1", "=cmd|'/c calc'!A0", "x;﹦1",
	} {
		wantNoFormula(t, tableOf(t, name, name))
	}
	for name, want := range map[string]string{
		"Kazan - 2 (north; east)": "Kazan - 2 (north; east)", "+7 900": "'+7 900", "x;=1": "x;'=1", "a=b": "a=b", `x; "=1"`: `x; "'=1"`,
	} {
		rows, err := csv.NewReader(bytes.NewReader(tableOf(t, name, "tag")[3:])).ReadAll()
		if err != nil || rows[1][1] != want {
			t.Errorf("%q is written as %q, want %q (%v)", name, rows[1][1], want, err)
		}
	}
}

func TestNoNameMakesAFormula(t *testing.T) {
	t.Parallel()
	text := rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune(";,|\t\n\r \"'=+-@＝\u200d\ufeffx1")), rapid.Rune()))
	rapid.Check(t, func(t *rapid.T) {
		wantNoFormula(t, tableOf(t, text.Draw(t, "name"), text.Draw(t, "tag")))
	})
}
