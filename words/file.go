package words

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"
	"unicode"
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
			rows = append(rows, append(v.row(e), plain(g.title, false), v.course(wayOf(e.Incident))))
		}
	}
	for _, row := range rows {
		for n, text := range row {
			row[n] = harmless(text)
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

// Pages name incidents of a digest in messages, for a chat that takes no files.
func (v Voice) Pages(entries []Entry) []Message {
	type item struct{ title, line html }
	var left []item
	for _, g := range v.groups(entries) {
		for _, e := range g.entries {
			left = append(left, item{g.title, v.listedEntry(e)})
		}
	}
	var pages []Message
	for len(left) > 0 {
		page := "" // the first needs no number
		if len(pages) > 0 {
			page = strconv.Itoa(len(pages) + 1)
		}
		head := v.say("digest.page", vars{"Count": len(entries), "Page": page})
		l, heading := newList(v, MaxMessage-reserve-visible(head)-2), html("")
		for _, it := range left {
			title := it.title
			if title == heading {
				title = ""
			}
			heading = it.title
			l.add(title, it.line)
		}
		pages = append(pages, Message{HTML: string(blocks(head, lines(l.lines...)))})
		left = left[max(l.named, 1):] // one always fits
	}
	return pages
}

func (v Voice) row(e Entry) []string {
	i, inc := e.Instance, e.Incident
	if e.Outage != "" {
		i.Name, i.Pool = v.outageName(e.Outage), outagePool(e.Outage)
	}
	state := storyOf(inc).shown(inc.Told)
	return []string{
		string(i.ID), i.Name, strings.Join(i.Tags, " "), i.Pool,
		v.word(state.Finding), v.stamp(inc.Opened), v.stamp(inc.Closed),
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

const (
	separators = ",;|\t" // of which a spreadsheet chooses one, by its country or by what it finds
	formulas   = "=+-@＝＋－＠﹦﹢﹣﹫"
)

// harmless keeps a spreadsheet from taking a text, or what a separator makes of a part of it, for a formula.
func harmless(text string) string {
	var safe strings.Builder
	begins := true // a cell, here
	for _, r := range clean(text) {
		if begins && strings.ContainsRune(formulas, r) {
			safe.WriteByte('\'')
		}
		safe.WriteRune(r)
		unseen := r == '"' || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)
		begins = strings.ContainsRune(separators, r) || begins && unseen
	}
	return safe.String()
}
