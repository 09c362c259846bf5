package fleet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"greenwatch/monitor"
)

const wantHeader = "want id and token, and url, name, tags, priority, contact and notifications if needed, separated by commas or " +
	"semicolons, as in id,token,url,name,tags"

var columnNames = []string{"id", "token", "url", "name", "tags", "priority", "contact", "notifications"}

// readCSV reads the file's content. Tags are separated by white space, ';' or ','.
func (l *loader) readCSV(data []byte) {
	text, wrong, at := asText(data)
	if wrong != "" {
		l.report(line(at), monitor.ListEncoding, wrong)
		return
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = separator(text)
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = r.Comma != '\t'

	header, err := r.Read()
	if err != nil {
		l.report(line(1), monitor.ListNoHeader, "has no header; "+wantHeader)
		return
	}
	n, _ := r.FieldPos(0)
	columns, ok := l.readHeader(line(n), header)
	for ok {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if parseErr, ok := errors.AsType[*csv.ParseError](err); ok {
			l.report(line(parseErr.StartLine), monitor.ListQuotes,
				`has a quotation mark out of place; want quotation marks around a whole field, and doubled within it, as in "Shop ""North"""`)
			continue
		}
		n, _ := r.FieldPos(0)
		l.readRow(line(n), columns, fields)
	}
}

// readHeader gives the names of the columns; false: it is wrong. A name that is not known is not shown: where there is no
// header, it is a token. A spreadsheet may leave columns without a name.
func (l *loader) readHeader(at place, fields []string) (columns []string, ok bool) {
	before := len(l.problems)
	wrong := func(what monitor.ListMistake, column int, text string) {
		l.report(at, what, text+"; "+wantHeader)
		l.problems[len(l.problems)-1].Column = column
	}
	var unknown []string
	for i, field := range fields {
		name := strings.ToLower(strings.TrimSpace(field))
		switch {
		case name != "" && !slices.Contains(columnNames, name):
			unknown = append(unknown, strconv.Itoa(i+1))
		case name != "" && slices.Contains(columns, name):
			wrong(monitor.ListColumn, i+1, fmt.Sprintf("names the column %s twice", name))
		}
		columns = append(columns, name)
	}
	if unknown != nil {
		first, _ := strconv.Atoi(unknown[0])
		wrong(monitor.ListColumn, first, "is no header, or it has columns that are not known: "+strings.Join(unknown, ", "))
	}
	for _, name := range columnNames[:2] {
		if unknown == nil && !slices.Contains(columns, name) {
			wrong(monitor.ListNoColumn, 0, "has no column "+name)
		}
	}
	return columns, len(l.problems) == before
}

// readRow takes a line in; one without any text is none.
func (l *loader) readRow(at place, columns, fields []string) {
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	for len(fields) > 0 && fields[len(fields)-1] == "" {
		fields = fields[:len(fields)-1]
	}
	switch {
	case len(fields) == 0:
		return
	case len(fields) > len(columns):
		l.report(at, monitor.ListFields, fmt.Sprintf("has %d fields; want at most %d, as in the header", len(fields), len(columns)))
		return
	}
	for i, name := range columns[:len(fields)] {
		if name == "" && fields[i] != "" {
			l.report(at, monitor.ListFields, nameless(i+1))
			return
		}
	}
	l.add(at, recordOf(columns, fields))
}

func recordOf(columns, fields []string) record {
	var r record
	for i, field := range fields {
		switch columns[i] {
		case "id":
			r.id = field
		case "token":
			r.token = field
		case "url":
			r.url = field
		case "name":
			r.name = field
		case "tags":
			r.tags = strings.FieldsFunc(field, func(r rune) bool { return r == ';' || r == ',' || unicode.IsSpace(r) })
		case "priority":
			r.priority = field
		case "contact":
			r.contact = field
		case "notifications":
			r.notifications = field
		}
	}
	return r
}
