package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"greenwatch/simulator/botapi"
)

// Judge compares what had to be told with what was. All but Rules' defaults, Was, Away and Outside is required.
type Judge struct {
	Witness   *Witness
	Telegram  *botapi.Server
	Chats     []int64
	Instances []Instance
	Rules     Rules

	Was     map[int64]int64 // the id that a chat had before it became a supergroup
	Away    []Away          // when chats could not be written to
	Outside []Mail          // what was told to those outside of Telegram
}

// Tally is the judgement. An alert is one state of one instance for one chat; the last good one after trouble is one too.
type Tally struct {
	Due, Told int
	Elsewhere int      // of Due, those told outside in time, while the chat could not be
	Twice     int      // messages that told again what was told, marked as a possible repeat
	Lost      []string // what was due and not told, in words
	Unmarked  []string // what was told again without a mark
	Late      []string // what was told, and later than Rules.Late allows
	Stale     []string // what a chat shows of an instance at the end, and is not so
}

// Tally judges the time until now by the requests that the program made of Telegram.
func (j *Judge) Tally(requests []botapi.Request) Tally {
	rules := j.Rules
	if rules.Slow == 0 {
		rules.Slow = 30 * time.Second
	}
	if rules.Margin == 0 {
		rules.Margin = time.Second
	}
	known := make(map[Instance][]state, len(j.Instances))
	for _, i := range j.Instances {
		known[i] = j.Witness.states(i.ID, rules)
	}
	var tally Tally
	for _, chat := range j.Chats {
		texts := j.texts(chat, requests)
		for _, i := range j.Instances {
			j.count(&tally, due{chat, i, known[i], texts})
		}
		tally.Stale = append(tally.Stale, j.stale(chat, known, texts)...)
		j.repeats(&tally, j.matters(texts, known))
	}
	return tally
}

// due is what one chat was to be told of one instance, and what it was shown.
type due struct {
	chat int64
	Instance
	states []state
	texts  []text
}

// count looks for each state of an instance in what a chat was shown.
func (j *Judge) count(y *Tally, d due) {
	for n, s := range d.states {
		last := n == len(d.states)-1
		if !s.trouble() && (!s.good() || !last || n == 0 || !d.states[n-1].trouble()) {
			continue
		}
		if j.passed(d.chat, s) {
			continue
		}
		y.Due++
		what := fmt.Sprintf("%s (%s) %s from %s", d.ID, d.Name, s.word, s.began.UTC().Format(time.TimeOnly))
		at := slices.IndexFunc(d.texts, func(t text) bool { return t.tells(d.Instance, s) && seen(t, d) })
		switch {
		case at >= 0:
			y.Told++
			if limit, told := j.deadline(d.chat, s), d.texts[at].at; !limit.IsZero() && told.After(limit) {
				y.Late = append(y.Late, fmt.Sprintf("%s: told in %d at %s, %s late", what, d.chat, told.UTC().Format(time.TimeOnly), told.Sub(limit).Round(time.Second)))
			}
		case j.excused(d.chat, s) && j.toldOutside(d.Instance, s):
			y.Elsewhere++
		default:
			y.Lost = append(y.Lost, fmt.Sprintf("%s: not told in %d", what, d.chat))
		}
	}
}

// passed reports whether a state was over before a chat had to be told of it.
func (j *Judge) passed(chat int64, s state) bool {
	limit := j.deadline(chat, s)
	return j.Rules.Passing && !s.ended.IsZero() && (limit.IsZero() || s.ended.Before(limit))
}

// looked is how long people look at a message that may still grow.
const looked = 6 * time.Minute

// seen reports whether anybody notices the text: not if it is an edit of an old message that never named the instance.
func seen(t text, d due) bool {
	if !t.edit || t.file {
		return true
	}
	for _, older := range d.texts {
		if older.id == t.id && older.at.Before(t.at) &&
			(t.at.Sub(older.at) <= looked && !older.edit || older.names(d.Instance, func(string, string) bool { return true })) {
			return true
		}
	}
	return false
}

// tells reports whether the text tells the state: with its word, or by the recovery from it.
func (t text) tells(i Instance, s state) bool {
	switch {
	case t.at.Before(s.began):
		return false
	case s.good():
		return t.back(i)
	default:
		return t.says(i, s.word) || !s.ended.IsZero() && !t.at.Before(s.ended) && t.back(i)
	}
}

// repeats counts the new messages that tell nothing that was not told.
func (j *Judge) repeats(y *Tally, told []matter) {
	whole := make(map[string]time.Time) // messages, and when they were last told
	parts := make(map[string]bool)      // what each of them told, one by one
	for _, m := range told {
		before, again := whole[m.whole]
		switch part := func(p string) bool { return parts[p] }; {
		case m.marked && (again || slices.ContainsFunc(m.parts, part)):
			y.Twice++
		case again && !j.returned(m.chat, before, m.at):
			y.Unmarked = append(y.Unmarked, fmt.Sprintf("%d at %s: %s", m.chat, m.at.UTC().Format(time.TimeOnly), strings.Join(m.lines, " / ")))
		}
		whole[m.whole] = m.at
		for _, p := range m.parts {
			parts[p] = true
		}
	}
}

// matter is what a new message is about: its title with the instances that it names, each with how often it had been in
// trouble by then; and for each of them how it is said to be.
type matter struct {
	text
	whole string
	parts []string
}

func (j *Judge) matters(texts []text, known map[Instance][]state) []matter {
	breaks := make(map[Instance][]time.Time, len(j.Instances))
	for _, i := range j.Instances {
		breaks[i] = append(j.Witness.silences(i.ID), j.Witness.drops(i.ID)...)
	}
	var out []matter
	for _, t := range texts {
		if t.edit {
			continue
		}
		m := matter{text: t, whole: t.lines[0]}
		for _, i := range j.Instances {
			if t.names(i, func(string, string) bool { return true }) {
				m.add(i, known[i], breaks[i])
			}
		}
		if m.whole != t.lines[0] { // else it is of the program's own, or of a chat: that may well happen again
			out = append(out, m)
		}
	}
	return out
}

func (m *matter) add(i Instance, states []state, breaks []time.Time) {
	episode := countBefore(breaks, m.at)
	name := fmt.Sprintf("%s/%d", i.ID, episode)
	m.whole += "|" + name
	for _, s := range states {
		if s.trouble() && m.says(i, s.word) {
			m.parts = append(m.parts, name+"/"+s.word)
		}
	}
	if m.back(i) {
		m.parts = append(m.parts, name+"/back")
	}
}
