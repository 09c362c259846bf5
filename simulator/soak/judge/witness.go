// Package judge decides from the records of the simulated services whether a program has told what it had to tell: what
// it was answered about the instances, while it lived, against what it wrote into the chats.
//
// It knows nothing of the program's database and nothing of its rules but these: two equal answers make a state, the
// second some time after the first; everything that was a state is told in every chat, or outside while a chat cannot be
// written to; told is what a chat was shown, where somebody looks; twice only where nobody could know better, marked as a
// possible repeat; and in the end no chat shows what is not so.
package judge

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// Witness stands before the watched API and notes what the program is answered about each instance.
type Witness struct {
	// Patience is how long the program waits for an answer, at least. One that takes longer is not counted as given.
	Patience time.Duration

	api http.Handler

	mu     sync.Mutex
	lives  []life
	voices map[string][]voice
	spoilt int
}

// life is the time from a start of the program to its end.
type life struct{ from, to time.Time }

// voice is one call of getStateInstance.
type voice struct {
	asked time.Time
	life  int
	word  string // what the program was answered; empty: no state
}

// NewWitness stands before api, for a program that waits 900 ms at least.
func NewWitness(api http.Handler) *Witness {
	return &Witness{Patience: 900 * time.Millisecond, api: api, voices: make(map[string][]voice)}
}

// Born says that the program starts now.
func (w *Witness) Born() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lives = append(w.lives, life{from: time.Now()})
}

// Died says that the program has ended, or is being killed.
func (w *Witness) Died() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.lives); n > 0 && w.lives[n-1].to.IsZero() {
		w.lives[n-1].to = time.Now()
	}
}

// Answered is when the last call was asked that was answered with a state; zero: none was.
func (w *Witness) Answered(id string) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	var last time.Time
	for _, v := range w.voices[id] {
		if v.word != "" && v.asked.After(last) {
			last = v.asked
		}
	}
	return last
}

// Spoilt counts the calls whose answer was none, or not the API's proper one.
func (w *Witness) Spoilt() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.spoilt
}

var statePath = regexp.MustCompile(`/waInstance([0-9]+)/getStateInstance/`)

// ServeHTTP implements http.Handler.
func (w *Witness) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	asked := time.Now()
	heard := &recorder{ResponseWriter: out, status: http.StatusOK}
	whole := false
	defer func() {
		heard.whole = whole && r.Context().Err() == nil && time.Since(asked) < w.Patience
		w.note(r.URL.Path, asked, heard)
	}()
	w.api.ServeHTTP(heard, r)
	whole = true
}

func (w *Witness) note(path string, asked time.Time, heard *recorder) {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := statePath.FindStringSubmatch(path)
	word := ""
	if heard.proper() {
		word = heard.word()
	}
	if !heard.proper() || found != nil && word == "" {
		w.spoilt++
	}
	if found != nil {
		w.voices[found[1]] = append(w.voices[found[1]], voice{asked: asked, life: len(w.lives) - 1, word: word})
	}
}

// recorder keeps the beginning of an answer that passes through.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
	sent   int
	whole  bool // it reached the program
}

const kept = 4 << 10

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	r.sent += len(p)
	r.body.Write(p[:min(len(p), kept-min(kept, r.body.Len()))])
	return r.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach what the recorder does not have.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// proper reports whether the answer was a whole one, and an object in JSON.
func (r *recorder) proper() bool {
	length, err := strconv.Atoi(r.Header().Get("Content-Length"))
	cut := err == nil && length != r.sent
	return r.whole && !cut && r.status == http.StatusOK && json.Valid(r.body.Bytes()) && bytes.HasPrefix(r.body.Bytes(), []byte("{"))
}

// word is the state that the answer gives; empty: it gives none.
func (r *recorder) word() string {
	var answer struct {
		State string `json:"stateInstance"`
	}
	if json.Unmarshal(r.body.Bytes(), &answer) != nil {
		return ""
	}
	return answer.State // empty for the body null
}
