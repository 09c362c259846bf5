package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"greenwatch/simulator/botapi"
)

// Judge compares what had to be told with what was. All but Rules' defaults is required.
type Judge struct {
	Witness   *Witness
	Telegram  *botapi.Server
	Chats     []int64
	Instances []Instance
	Rules     Rules
}

// Tally is the judgement. An alert is one state of one instance for one chat; the last good one after trouble is one too.
type Tally struct {
	Due, Told int
	Twice     int      // messages that told again what was told, marked as a possible repeat
	Lost      []string // what was due and not told, in words
	Unmarked  []string // what was told again without a mark
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
			tally.count(chat, i, known[i], texts)
		}
		tally.repeats(j.matters(texts, known))
	}
	return tally
}

// count looks for each state of an instance in what a chat was shown.
func (y *Tally) count(chat int64, i Instance, states []state, texts []text) {
	for n, s := range states {
		last := n == len(states)-1
		if !s.trouble() && (!s.good() || !last || n == 0 || !states[n-1].trouble()) {
			continue
		}
		y.Due++
		if slices.ContainsFunc(texts, func(t text) bool { return t.tells(i, s) }) {
			y.Told++
			continue
		}
		y.Lost = append(y.Lost, fmt.Sprintf("%s (%s) %s from %s: not told in %d", i.ID, i.Name, s.word, s.began.UTC().Format(time.TimeOnly), chat))
	}
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
func (y *Tally) repeats(told []matter) {
	whole := make(map[string]bool) // messages
	parts := make(map[string]bool) // what each of them told, one by one
	for _, m := range told {
		switch part := func(p string) bool { return parts[p] }; {
		case m.marked && (whole[m.whole] || slices.ContainsFunc(m.parts, part)):
			y.Twice++
		case whole[m.whole]:
			y.Unmarked = append(y.Unmarked, fmt.Sprintf("%d at %s: %s", m.chat, m.at.UTC().Format(time.TimeOnly), strings.Join(m.lines, " / ")))
		}
		whole[m.whole] = true
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
	silences := make(map[Instance][]time.Time, len(j.Instances))
	for _, i := range j.Instances {
		silences[i] = j.Witness.silences(i.ID)
	}
	var out []matter
	for _, t := range texts {
		if t.edit {
			continue
		}
		m := matter{text: t, whole: t.lines[0]}
		for _, i := range j.Instances {
			if t.names(i, func(string, string) bool { return true }) {
				m.add(i, known[i], silences[i])
			}
		}
		out = append(out, m)
	}
	return out
}

func (m *matter) add(i Instance, states []state, silences []time.Time) {
	episode := 0
	for _, s := range states {
		if s.trouble() && s.began.Before(m.at) {
			episode++
		}
	}
	for _, at := range silences {
		if at.Before(m.at) {
			episode++
		}
	}
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
