package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// statements are the texts that told something of the instance which their message had not shown before: an edit for
// another's sake tells nothing of it.
func (d due) statements() []text {
	var out []text
	shown := make(map[int][]mention)
	for _, t := range d.texts {
		m := t.mentions(d.Instance)
		for n := range m {
			m[n].text = m[n].now()
		}
		if len(m) > 0 && !slices.Equal(shown[t.id], m) {
			out = append(out, t)
		}
		if !t.file {
			shown[t.id] = m
		}
	}
	return out
}

// shown is all of that in words, for whoever looks into a failure.
func (d due) shown() string {
	var out strings.Builder
	for _, t := range d.statements() {
		for _, m := range t.mentions(d.Instance) {
			fmt.Fprintf(&out, "\n    %s message %d, edit %t: %s %s", t.at.UTC().Format(time.TimeOnly), t.id, t.edit,
				strings.ReplaceAll(m.text, "\n", " / "), m.heading)
		}
	}
	return out.String()
}
