package fleet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
)

const wantHeader = "want id and token, and url, name and tags if needed, separated by commas, as in id,token,url,name,tags"

// readCSV reads the file's content. Tags are separated by white space or ';'.
func (l *loader) readCSV(data []byte) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true

	header, err := r.Read()
	if err != nil {
		l.report(inFile+", line 1", "has no header; "+wantHeader)
		return
	}
	columns, wrong := readHeader(header)
	if wrong != "" {
		l.report(inFile+", line 1", wrong+"; "+wantHeader)
		return
	}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if parseErr, ok := errors.AsType[*csv.ParseError](err); ok {
			l.report(fmt.Sprintf("%s, line %d", inFile, parseErr.StartLine),
				`has a quotation mark out of place; want quotation marks around a whole field, and doubled within it, as in "Shop ""North"""`)
			continue
		}
		line, _ := r.FieldPos(0)
		place := fmt.Sprintf("%s, line %d", inFile, line)
		if len(fields) > len(columns) {
			l.report(place, fmt.Sprintf("has %d fields; want at most %d, as in the header", len(fields), len(columns)))
			continue
		}
		l.add(place, recordOf(columns, fields))
	}
}

// readHeader gives the names of the columns, or what is wrong. A name that is not known is not shown: where there is no
// header, it is a token.
func readHeader(fields []string) (columns []string, wrong string) {
	for i, field := range fields {
		name := strings.ToLower(strings.TrimSpace(field))
		switch {
		case !slices.Contains([]string{"id", "token", "url", "name", "tags"}, name):
			return nil, fmt.Sprintf("is no header, or its column %d is not known", i+1)
		case slices.Contains(columns, name):
			return nil, fmt.Sprintf("names the column %s twice", name)
		}
		columns = append(columns, name)
	}
	for _, name := range []string{"id", "token"} {
		if !slices.Contains(columns, name) {
			return nil, "has no column " + name
		}
	}
	return columns, ""
}

func recordOf(columns, fields []string) record {
	var r record
	for i, field := range fields {
		field = strings.TrimSpace(field)
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
			r.tags = strings.FieldsFunc(field, func(r rune) bool { return r == ';' || unicode.IsSpace(r) })
		}
	}
	return r
}
