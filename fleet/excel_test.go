package fleet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"greenwatch/monitor"
)

func read(content string) (*list, Problems) {
	return parse(Sources{URL: defaultURL, File: "instances.csv"}, contentOf(content))
}

func contentOf(s string) content { return content{data: []byte(s)} }

// What spreadsheets save, in the ways in which they save it.
func TestSpreadsheetsAreRead(t *testing.T) {
	t.Parallel()
	kazan := monitor.Instance{ID: "410022705196", Name: "Казань, 07", Tags: []string{"retail", "kazan"}, Pool: "4100"}
	for name, file := range map[string]string{
		"commas":            "id,token,name,tags\n410022705196,token-0001,\"Казань, 07\",retail kazan\n",
		"semicolons":        "id;token;name;tags\r\n410022705196;token-0001;Казань, 07;retail, kazan\r\n",
		"quoted semicolons": "\"id\";\"token\";\"name\";\"tags\"\r\n\"410022705196\";\"token-0001\";\"Казань, 07\";\"retail;kazan\"\r\n",
		"tabs":              "id\ttoken\turl\tname\ttags\n410022705196\ttoken-0001\t\tКазань, 07\tretail kazan\n",
		"a mark of UTF-8":   "\ufeffid;token;name;tags\n410022705196;token-0001;Казань, 07;retail kazan\n",
		"lines of a Mac":    "id;token;name;tags\r410022705196;token-0001;Казань, 07;retail kazan\r",
		"empty cells":       "id;token;name;tags;;\n;;;;;\n410022705196;token-0001;Казань, 07;retail kazan;;;;\n;;;\n",
		"blank lines":       "\r\n\r\nid;token;name;tags\n\n410022705196;token-0001;Казань, 07;retail kazan",
		"commas in a name":  "id;token;\"name\";tags\n410022705196;token-0001;\"Казань, 07\";retail kazan\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, problems := read(file)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if diff := cmp.Diff([]monitor.Instance{kazan}, l.instances); diff != "" {
				t.Error(diff)
			}
			if l.credentials[0].Token.Reveal() != "token-0001" {
				t.Error("another token")
			}
		})
	}
}

func TestPriorityAndContact(t *testing.T) {
	t.Parallel()
	l, problems := read("id,token,priority,contact\n1,token-0001,,\n2,token-0002,Night,front desk\n3,token-0003, DAY ,\"+7 843 200-00-17, Ann\"\n")
	want := []monitor.Instance{
		{ID: "1", Pool: "1"},
		{ID: "2", Pool: "2", Contact: "front desk"},
		{ID: "3", Pool: "3", Priority: monitor.PriorityDay, Contact: "+7 843 200-00-17, Ann"},
	}
	if diff := cmp.Diff(want, l.instances); diff != "" || len(problems) > 0 {
		t.Error(problems, diff)
	}
}

func utf16le(s string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return string(out)
}

// What is wrong is named by its line, all of it at once, and nothing that stands there is shown.
func TestMistakes(t *testing.T) {
	t.Parallel()
	row := "7105000001;" + token
	good := "id;token;name;priority;contact\n"
	for name, tt := range map[string]struct {
		file string
		want []monitor.ListProblem
		says string
	}{
		"rounded":           {good + "4.1E+11;" + token + "\n4,10023E+11;" + token + "\n4e11;" + token, at(monitor.ListRounded, 2, 3, 4), "Excel has rounded this id"},
		"rounded in quotes": {"id,token\n\"4,10023E+11\"," + token, at(monitor.ListRounded, 2), "formatted as text"},
		"UTF-16":            {utf16le(good + row), at(monitor.ListEncoding, 0), `"CSV UTF-8"`},
		"UTF-16, no mark":   {utf16le(good + row)[2:], at(monitor.ListEncoding, 0), `"CSV UTF-8"`},
		"Windows-1251":      {good + row + "\n7105000002;" + token + ";\xca\xe0\xe7\xe0\xed\xfc", at(monitor.ListEncoding, 3), `"CSV UTF-8"`},
		"unknown columns":   {"id;" + token + ";token;Phone\n" + row, []monitor.ListProblem{{Line: 1, What: monitor.ListColumn, Column: 2}}, "not known: 2, 4"},
		"a column twice":    {"\nid;token;ID\n" + row, []monitor.ListProblem{{Line: 2, What: monitor.ListColumn, Column: 3}}, "names the column id twice"},
		"no column":         {"name;tags\n", at(monitor.ListNoColumn, 1, 1), "has no column"},
		"nothing":           {"", at(monitor.ListNoHeader, 1), "has no header"},
		"a nameless column": {"id;token;\n" + row + ";x", at(monitor.ListFields, 2), "in column 3, which the header does not name"},
		"fields":            {"id;token\n" + row + ";x", at(monitor.ListFields, 2), "3 fields"},
		"quotes":            {good + row + ";=\"x\"\n" + row, at(monitor.ListQuotes, 2), "out of place"},
		"dots":              {good + "7105000001;..........", at(monitor.ListToken, 2), "is no token"},
		"all at once": {
			good + "x;\n" + row + ";;never\n" + row + ";" + strings.Repeat("n", 65) + ";;" + strings.Repeat("c", 65) + "\n7105000003;" + token + ";" + token,
			[]monitor.ListProblem{
				{Line: 2, What: monitor.ListID},
				{Line: 2, What: monitor.ListToken},
				{Line: 3, What: monitor.ListPriority},
				{Line: 4, What: monitor.ListTwice},
				{Line: 4, What: monitor.ListLabel},
				{Line: 4, What: monitor.ListLabel},
				{Line: 5, What: monitor.ListLabel},
			},
			"night, which holds where there is none, or day",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, problems := read(tt.file)
			got := make([]monitor.ListProblem, 0, len(problems))
			for _, p := range problems {
				got = append(got, p.ListProblem)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || l != nil {
				t.Errorf("%s\n%v", diff, problems)
			}
			if text := problems.Error(); !strings.Contains(text, tt.says) || strings.Contains(text, token[:8]) {
				t.Errorf("says %s", text)
			}
		})
	}
}

func at(what monitor.ListMistake, lines ...int) []monitor.ListProblem {
	problems := make([]monitor.ListProblem, 0, len(lines))
	for _, n := range lines {
		problems = append(problems, monitor.ListProblem{Line: n, What: what})
	}
	return problems
}

func TestTooLongAFile(t *testing.T) {
	t.Parallel()
	path := writeFile(t, "id,token\n"+strings.Repeat("\n", maxFile))
	if _, _, err := Load(Sources{URL: defaultURL, File: path}); err == nil || !strings.Contains(err.Error(), "longer than 16 MiB") {
		t.Errorf("got %v", err)
	}
}

// Whatever a spreadsheet could write of valid rows is read as it was written.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	label := rapid.StringOfN(rapid.Rune(), 0, 40, -1).Filter(func(s string) bool {
		return checkLabel(s) == "" && strings.TrimSpace(s) == s
	})
	tag := rapid.StringMatching(`[a-zа-я0-9_.-]{1,12}`)
	credential := rapid.StringMatching(`[A-Za-z0-9_~-]{8,60}`)
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.Permutation(columnNames).Draw(t, "columns")
		n := rapid.IntRange(0, 12).Draw(t, "rows")
		want := make([]monitor.Instance, 0, n)
		tokens := make([]string, 0, n)
		rows := [][]string{columns}
		for i := range n {
			id := monitor.InstanceID(fmt.Sprintf("%d%d", rapid.IntRange(1, 9).Draw(t, "head"), 1000+i))
			in := monitor.Instance{
				ID: id, Name: label.Draw(t, "name"), Tags: rapid.SliceOfN(tag, 1, 3).Draw(t, "tags"), Pool: id.Pool(),
				Priority: rapid.SampledFrom([]monitor.Priority{monitor.PriorityNight, monitor.PriorityDay}).Draw(t, "priority"),
				Contact:  label.Draw(t, "contact"),
			}
			token := credential.Draw(t, "token")
			cells := map[string]string{
				"id": string(id), "token": token, "name": in.Name, "tags": strings.Join(in.Tags, rapid.SampledFrom([]string{" ", ";", ", "}).Draw(t, "between")),
				"priority": string(in.Priority), "contact": in.Contact,
			}
			row := make([]string, 0, len(columns))
			for _, c := range columns {
				row = append(row, cells[c])
			}
			want, tokens, rows = append(want, in), append(tokens, token), append(rows, row)
		}
		var file bytes.Buffer
		file.WriteString(rapid.SampledFrom([]string{"", "\ufeff"}).Draw(t, "mark"))
		w := csv.NewWriter(&file)
		w.Comma = rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(t, "separator")
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		l, problems := read(file.String())
		if len(problems) > 0 {
			t.Fatalf("%v\n%q", problems, file.String())
		}
		sortInstances(want)
		if !cmp.Equal(want, l.instances) && len(want)+len(l.instances) > 0 {
			t.Fatalf("%s\n%q", cmp.Diff(want, l.instances), file.String())
		}
		for i, c := range l.credentials {
			if c.Token.Reveal() != tokens[i] {
				t.Fatalf("the token of row %d is another one", i)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("id,token\n1,token-0001\n")
	f.Add("\ufeffid;token;name\r\n4.1E+11;x;\"\n")
	f.Fuzz(func(t *testing.T, file string) {
		l, problems := read(file)
		if (l == nil) == (len(problems) == 0) {
			t.Fatalf("%v and %v", l, problems)
		}
		if len(problems) > 0 {
			if problems.Error() == "" {
				t.Error("nothing said")
			}
			return
		}
		for _, i := range l.instances {
			if strings.ContainsFunc(i.Name+i.Contact, unicode.IsControl) {
				t.Errorf("a name or contact %q", i.Name+i.Contact)
			}
		}
		if !slices.IsSortedFunc(l.instances, func(a, b monitor.Instance) int { return compareIDs(a.ID, b.ID) }) {
			t.Error("not sorted")
		}
	})
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	gone := readFile("/nowhere/instances.csv")
	_, problems := parse(Sources{URL: defaultURL, File: "x"}, gone)
	if len(problems) != 1 || problems[0].What != monitor.ListUnread || gone.version() == contentOf("").version() {
		t.Errorf("got %v", problems)
	}
	if _, ok := errors.AsType[Problems](error(problems)); !ok {
		t.Error("no error of its type")
	}
}
