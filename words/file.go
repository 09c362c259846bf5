package words

import (
	"bytes"
	"encoding/csv"
	"strings"
	"time"
)

// File is a table that goes with a message that cannot name all.
type File struct {
	Name    string
	Content []byte
	Caption string // HTML
}

// byteOrderMark lets spreadsheets see that the file is UTF-8.
const byteOrderMark = "\ufeff"

// Table names every incident of a digest, as a CSV file that spreadsheets open as it is meant.
func (v Voice) Table(entries []Entry) (File, error) {
	var content bytes.Buffer
	content.WriteString(byteOrderMark)
	w := csv.NewWriter(&content)
	rows := [][]string{strings.Split(v.toast("digest.columns", nil), ",")}
	for _, g := range v.groups(entries) {
		for _, e := range g.entries {
			rows = append(rows, append(v.row(e), plain(g.title, false), cell(v.course(wayOf(e.Incident)))))
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return File{}, err
	}
	return File{
		Name:    "numbers.csv",
		Content: content.Bytes(),
		Caption: string(v.say("digest.file", vars{"Count": len(entries)})),
	}, nil
}

func (v Voice) row(e Entry) []string {
	i, inc := e.Instance, e.Incident
	if e.Outage != "" {
		i.Name, i.Pool = v.outageName(e.Outage), outagePool(e.Outage)
	}
	state := storyOf(inc).shown(inc.Told)
	return []string{
		string(i.ID), cell(i.Name), cell(strings.Join(i.Tags, " ")), cell(i.Pool),
		cell(v.word(state.Finding)), v.stamp(inc.Opened), v.stamp(inc.Closed),
	}
}

// stamp is a time that sorts; empty where there is none.
func (v Voice) stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	zone := v.Zone
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2006-01-02 15:04:05 MST")
}

// cell keeps a spreadsheet from taking a text for a formula.
func cell(text string) string {
	text = clean(text)
	if strings.ContainsAny(text[:min(1, len(text))], "=+-@") {
		return "'" + text
	}
	return text
}
