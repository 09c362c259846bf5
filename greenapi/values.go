package greenapi

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

const (
	maxDigits = 18 // what an int64 holds
	maxMoment = 11 // digits of a time in seconds: up to the year 5138
)

// digits is a member that must be a whole number from 0, bare or as a text, and the same one however often it stands
// there.
type digits struct {
	text   string
	seen   bool
	broken bool
}

// UnmarshalJSON is called once for every time that the member occurs.
func (d *digits) UnmarshalJSON(value []byte) error {
	text := string(value)
	if value[0] == '"' {
		_ = json.Unmarshal(value, &text) // a valid string, or this would not be called
	}
	if text == "" || len(text) > maxDigits || strings.Trim(text, "0123456789") != "" || d.seen && text != d.text {
		d.broken = true
	}
	d.text, d.seen = text, true
	return nil
}

func (d *digits) number() (int, bool) {
	if !d.seen || d.broken {
		return 0, false
	}
	n, err := strconv.Atoi(d.text)
	return n, err == nil
}

// moment takes the number for Unix time in seconds.
func (d *digits) moment() (time.Time, bool) {
	n, ok := d.number()
	if !ok || n == 0 || len(d.text) > maxMoment {
		return time.Time{}, false
	}
	return time.Unix(int64(n), 0), true
}

// flag is a setting that the vendor says "yes" or "no" to. Whatever is neither counts as on, so that nothing is taken
// for off that may be on.
type flag bool

// UnmarshalJSON never fails.
func (f *flag) UnmarshalJSON(value []byte) error {
	switch strings.ToLower(string(value)) {
	case `"no"`, `""`, "false", "null":
		*f = false
	default:
		*f = true
	}
	return nil
}

// shown is a text of the API's as it may be shown to people.
func shown(s string) string { return bounded(printable(strings.TrimSpace(s)), maxWord) }
