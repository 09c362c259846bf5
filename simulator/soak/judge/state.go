package judge

import (
	"slices"
	"strings"
	"time"
)

// state is a word that an instance kept for so long that the program had to take it for true.
type state struct {
	word  string
	began time.Time // when it was first answered
	ended time.Time // when another word was first answered; zero: it lasts
}

var troubles = []string{"notauthorized", "blocked", "suspended", "yellowcard", "sleepmode"}

func (s state) trouble() bool { return slices.Contains(troubles, strings.ToLower(s.word)) }
func (s state) good() bool    { return strings.EqualFold(s.word, "authorized") }

// Rules say what makes a state.
type Rules struct {
	Confirm time.Duration // the second equal answer counts this long after the first; required
	Slow    time.Duration // and this long where the instance has changed often within one life; default 30 s
	Margin  time.Duration // how long the program must have lived on to write it down; default 1 s

	Late      time.Duration // in which a chat that can be written to must be told; 0: in the end
	Return    time.Duration // and this long after it can be written to again, of what happened meanwhile; 0: in the end
	Elsewhere time.Duration // in which those outside must learn what a chat cannot be told
	Passing   bool          // what was another state by the time it had to be told need not be: swings are shown by edits, and many are one
}

// often is from how many changes within one life on an instance may count as flapping. To fall silent is one too.
const often = 3

// states are those of an instance, in order: trouble, and works. What was not a state by these rules is left out, and what
// stands on both sides of it is one state where it is the same word: the program may have seen it so.
func (w *Witness) states(id string, r Rules) []state {
	var out []state
	changes := w.changes(id)
	for _, run := range w.runs(id, false) {
		if n := len(out); n > 0 && out[n-1].ended.IsZero() {
			out[n-1].ended = run[0].asked
		}
		held := w.holds(run, r, changes)
		if last := (state{word: run[0].word}); !held || !last.trouble() && !last.good() {
			continue
		}
		if n := len(out); n > 0 && out[n-1].word == run[0].word {
			out[n-1].ended = time.Time{}
			continue
		}
		out = append(out, state{word: run[0].word, began: run[0].asked})
	}
	return out
}

// changes are the first voices of each run within a life, by life.
func (w *Witness) changes(id string) map[int][]time.Time {
	changes := make(map[int][]time.Time)
	for _, run := range w.runs(id, true) {
		for n, v := range run {
			if n == 0 || v.life != run[n-1].life {
				changes[v.life] = append(changes[v.life], v.asked)
			}
		}
	}
	return changes
}

// silences are when the program had been left without a state twice in a row: it may have told of that, and tells of
// the state again.
func (w *Witness) silences(id string) []time.Time {
	var out []time.Time
	for _, run := range w.runs(id, true) {
		if run[0].word == "" && len(run) > 1 {
			out = append(out, run[1].asked)
		}
	}
	return out
}

// drops are when answers began to say that the instance is in trouble, for however short a time: the program may have
// believed it.
func (w *Witness) drops(id string) []time.Time {
	var out []time.Time
	for _, run := range w.runs(id, false) {
		if (state{word: run[0].word}).trouble() {
			out = append(out, run[0].asked)
		}
	}
	return out
}

// runs are the answers about an instance, those of one word in a row together; with silence, also those that gave none.
func (w *Witness) runs(id string, silence bool) [][]voice {
	w.mu.Lock()
	defer w.mu.Unlock()
	voices := slices.DeleteFunc(slices.Clone(w.voices[id]), func(v voice) bool { return v.word == "" && !silence })
	slices.SortFunc(voices, func(a, b voice) int { return a.asked.Compare(b.asked) })
	var out [][]voice
	for _, v := range voices {
		if n := len(out); n > 0 && out[n-1][0].word == v.word {
			out[n-1] = append(out[n-1], v)
			continue
		}
		out = append(out, []voice{v})
	}
	return out
}

// holds reports whether one life heard the word for long enough.
func (w *Witness) holds(run []voice, r Rules, changes map[int][]time.Time) bool {
	first := make(map[int]time.Time)
	for _, v := range run {
		if _, known := first[v.life]; !known {
			first[v.life] = v.asked
		}
		need := r.Confirm
		if countBefore(changes[v.life], run[0].asked) >= often {
			need = max(need, r.Slow)
		}
		if v.asked.Sub(first[v.life]) >= need && w.livedUntil(v.life).Sub(v.asked) >= r.Margin {
			return true
		}
	}
	return false
}

func countBefore(times []time.Time, limit time.Time) int {
	n := 0
	for _, at := range times {
		if at.Before(limit) {
			n++
		}
	}
	return n
}

func (w *Witness) livedUntil(n int) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n < 0 || n >= len(w.lives) || w.lives[n].to.IsZero() {
		return time.Now()
	}
	return w.lives[n].to
}
