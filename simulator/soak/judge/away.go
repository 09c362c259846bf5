package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Away is a time in which a chat could not be told.
type Away struct {
	Chat     int64
	From, To time.Time // To is zero while it lasts
}

// Mail is what those outside of Telegram were told, as plain text.
type Mail struct {
	At   time.Time
	Text string
}

// meets reports whether the state falls into the time, or into so much after it.
func (a Away) meets(s state, after time.Duration) bool {
	return (a.To.IsZero() || s.began.Before(a.To.Add(after))) && (s.ended.IsZero() || s.ended.After(a.From))
}

// deadline is until when a chat must have been told of the state; zero: as long as it takes.
func (j *Judge) deadline(chat int64, s state) time.Time {
	if j.Rules.Late == 0 {
		return time.Time{}
	}
	limit := s.began.Add(j.Rules.Late)
	for _, a := range j.Away {
		switch {
		case a.Chat != chat || !a.meets(s, j.Rules.Return):
		case a.To.IsZero():
			return time.Time{}
		case a.To.Add(j.Rules.Return).After(limit):
			limit = a.To.Add(j.Rules.Return)
		}
	}
	return limit
}

// returned reports whether a chat was lost and found between two times: it is told anew of all that lasts.
func (j *Judge) returned(chat int64, from, to time.Time) bool {
	return slices.ContainsFunc(j.Away, func(a Away) bool {
		return a.Chat == chat && !a.From.After(to) && (a.To.IsZero() || a.To.After(from))
	})
}

// excused reports whether a chat need not have been told: it could not be, for as long as the state lasted.
func (j *Judge) excused(chat int64, s state) bool {
	return slices.ContainsFunc(j.Away, func(a Away) bool {
		return a.Chat == chat && a.meets(s, j.Rules.Return) && (a.To.IsZero() || !s.ended.IsZero() && s.ended.Before(a.To.Add(j.Rules.Return)))
	})
}

// toldOutside reports whether those outside learned of a state in time: while it was so, or that it is over.
func (j *Judge) toldOutside(i Instance, s state) bool {
	for _, m := range j.Outside {
		t := text{at: m.At, lines: strings.Split(m.Text, "\n")}
		since := s.began
		if !s.ended.IsZero() && t.back(i) {
			since = s.ended
		}
		if t.tells(i, s) && m.At.Sub(since) <= j.Rules.Confirm+j.Rules.Elsewhere {
			return true
		}
	}
	return false
}

// settled is how long a state must have lasted before every message shows it.
const settled = 2 * time.Minute

// stale lists what a chat that can be written to was shown last of an instance, and is not so at the end.
func (j *Judge) stale(chat int64, known map[Instance][]state, texts []text) []string {
	if slices.ContainsFunc(j.Away, func(a Away) bool { return a.Chat == chat && (a.To.IsZero() || time.Since(a.To) < j.Rules.Return) }) {
		return nil
	}
	var out []string
	for _, i := range j.Instances {
		states := known[i]
		if len(states) == 0 || time.Since(states[len(states)-1].began) < settled || !states[len(states)-1].ended.IsZero() {
			continue
		}
		now := states[len(states)-1]
		for _, t := range slices.Backward(texts) {
			word := t.word(i)
			if word == "" {
				continue
			}
			if !t.shows(i, now) {
				out = append(out, fmt.Sprintf("%s (%s) is %s since %s, and message %d in %d shows %s", i.ID, i.Name, now.word, now.began.UTC().Format(time.TimeOnly), t.id, chat, word))
			}
			break
		}
	}
	return out
}

// shows reports whether a text gives an instance the state; it may name the one before as well.
func (t text) shows(i Instance, s state) bool {
	if s.good() {
		return t.back(i)
	}
	return t.says(i, s.word) && !t.back(i)
}

// word is the state that a text gives an instance; empty: it gives none.
func (t text) word(i Instance) string {
	for _, w := range []string{"notAuthorized", "blocked", "suspended", "yellowCard", "sleepMode"} {
		if t.says(i, w) && !t.back(i) {
			return w
		}
	}
	if t.back(i) {
		return "authorized"
	}
	return ""
}
