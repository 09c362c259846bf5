package secret

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// shortest is the length from which a value is worth masking: shorter ones would mask ordinary words.
const shortest = 6

// Known is a set of secrets, which it masks in texts: as they are, and however they are escaped, as a server may quote a
// path in any way. It is safe for concurrent use. The zero Known knows none.
type Known struct {
	mu     sync.RWMutex
	values map[[shortest]byte][]string // by their beginning, the longest first
}

// NewKnown makes a set. Values of less than 6 bytes are left out.
func NewKnown(secrets ...Text) *Known {
	k := &Known{}
	k.Hide(secrets...)
	return k
}

// Hide masks further secrets from now on.
func (k *Known) Hide(secrets ...Text) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.values == nil {
		k.values = make(map[[shortest]byte][]string)
	}
	for _, s := range secrets {
		for _, form := range []string{s.Reveal(), Decoded(s.Reveal())} { // what looks escaped may be so by itself
			k.add(form)
			k.add(strings.ReplaceAll(form, " ", "+")) // as in a query
		}
	}
}

func (k *Known) add(value string) {
	if len(value) < shortest {
		return
	}
	beginning := [shortest]byte([]byte(value))
	alike := k.values[beginning]
	if slices.Contains(alike, value) {
		return
	}
	alike = append(slices.Clone(alike), value)
	slices.SortFunc(alike, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	k.values[beginning] = alike
}

// Masked gives text with "***" in the place of every secret.
func (k *Known) Masked(text string) string {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if len(k.values) == 0 {
		return text
	}
	var found []span
	for level := plain(text); ; {
		found = k.find(level, found)
		next, changed := level.unescape()
		if !changed {
			break
		}
		level = next
	}
	return blot(text, found)
}

// span is a part of a text, from one byte up to another.
type span struct{ from, to int }

func (k *Known) find(l level, found []span) []span {
	for i := 0; i+shortest <= len(l.text); i++ {
		for _, value := range k.values[[shortest]byte([]byte(l.text[i:i+shortest]))] {
			if strings.HasPrefix(l.text[i:], value) {
				found = append(found, span{l.at(i), l.at(i + len(value))})
				i += len(value) - 1
				break
			}
		}
	}
	return found
}

// blot replaces spans, some of which may overlap, by the mask.
func blot(text string, spans []span) string {
	if len(spans) == 0 {
		return text
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
	var out strings.Builder
	end := 0
	for _, s := range spans {
		if s.from >= end {
			out.WriteString(text[end:s.from])
			out.WriteString(Mask)
		}
		end = max(end, s.to)
	}
	out.WriteString(text[end:])
	return out.String()
}

// Decoded is text without escapes, those of URLs and of strings in JSON and Go, whatever was escaped however often.
func Decoded(text string) string {
	for l := plain(text); ; {
		next, changed := l.unescape()
		if !changed {
			return l.text
		}
		l = next
	}
}

// level is a text after some rounds of unescaping.
type level struct {
	text   string
	origin []int // of each byte in the first text, and of the end; nil: it is the first text
	rounds int
}

func plain(text string) level { return level{text: text} }

func (l level) at(i int) int {
	if l.origin == nil {
		return i
	}
	return l.origin[i]
}

const maxRounds = 4 // who escapes more often hides it from people, too

// unescape undoes one round of escapes; false: there is none.
func (l level) unescape() (next level, changed bool) {
	if l.rounds == maxRounds || !strings.ContainsAny(l.text, `%\`) {
		return l, false
	}
	text := make([]byte, 0, len(l.text))
	next = level{origin: make([]int, 0, len(l.text)+1), rounds: l.rounds + 1}
	for i := 0; i < len(l.text); {
		b, length := unescaped(l.text[i:])
		changed = changed || length > 1
		text, next.origin = append(text, b), append(next.origin, l.at(i))
		i += length
	}
	next.text, next.origin = string(text), append(next.origin, l.at(len(l.text)))
	return next, changed
}

// unescaped is the first byte of s, and how many bytes stand for it: %3A, \u003a, \x3a, \" are one.
func unescaped(s string) (b byte, length int) {
	hex := func(at, digits int) bool {
		if len(s) < at+digits {
			return false
		}
		n, err := strconv.ParseUint(s[at:at+digits], 16, 8)
		b, length = byte(n), at+digits
		return err == nil
	}
	switch {
	case s[0] == '%' && hex(1, 2):
	case s[0] == '\\' && len(s) > 1 && (s[1] == 'u' && hex(2, 4) || s[1] == 'x' && hex(2, 2)):
	case s[0] == '\\' && len(s) > 1 && strings.IndexByte(`"\/'`, s[1]) >= 0:
		return s[1], 2
	default:
		return s[0], 1
	}
	return b, length
}
