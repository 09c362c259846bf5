package greenapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"greenwatch/secret"
)

// In characters.
const (
	maxWord  = 64
	maxWords = 120
)

// word is a state word as it may be shown: trimmed, printable, bounded, without the token.
func (in instance) word(s string) string {
	return bounded(in.hide(printable(strings.TrimSpace(s)), in.token.Reveal()), maxWord)
}

// line is the status and what the API said with it.
func (a answer) line(in instance, secrets ...string) string {
	if words := in.words(a.body, secrets...); words != "" {
		return fmt.Sprintf("HTTP %d: %s", a.status, words)
	}
	return fmt.Sprintf("HTTP %d", a.status)
}

// words is what a body says for people: a plain text, or the reason that an object gives. A word with a slash, the host
// or a secret in it is left out, because some servers quote what they were asked for. All this comes before the cut: half
// a secret would not be found.
func (in instance) words(body []byte, secrets ...string) string {
	hidden := []string{in.token.Reveal(), in.base.Hostname()}
	for _, s := range secrets {
		hidden = append(hidden, strings.Fields(printable(s))...)
	}
	fields := strings.Fields(reason(body))
	for i, f := range fields {
		f = printable(f)
		quotes := func(secret string) bool { return in.hide(f, secret) != f }
		if strings.Contains(secret.Decoded(f), "/") || slices.ContainsFunc(hidden, quotes) {
			f = "…"
		}
		fields[i] = f
	}
	return bounded(strings.Join(fields, " "), maxWords)
}

// reason finds the text in an error's body. No envelope is documented; these are the ones that were seen.
func reason(body []byte) string {
	var said struct{ Reason, Message, Description, Error any }
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0 || body[0] == '<' || body[0] == '[':
		return ""
	case body[0] != '{' && body[0] != '"':
		return string(body)
	case body[0] == '"':
		var text string
		_ = json.Unmarshal(body, &text) // what is no string has no text
		return text
	}
	if json.Unmarshal(body, &said) != nil {
		return ""
	}
	for _, v := range []any{said.Reason, said.Message, said.Description, said.Error} {
		if text, ok := v.(string); ok && text != "" {
			return text
		}
	}
	return ""
}

// shape says what a body is that is not JSON.
func shape(body []byte) string {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return "empty answer"
	case body[0] == '<':
		return "HTML, not JSON"
	default:
		return "not JSON"
	}
}

// hide gives "***" instead of a text that contains the secret one in any case, however it is escaped.
func (in instance) hide(s, hidden string) string {
	contains := func(s string) bool { return strings.Contains(strings.ToLower(s), strings.ToLower(hidden)) }
	if contains(s) || contains(secret.Decoded(s)) {
		return secret.Mask
	}
	return s
}

// printable puts U+FFFD where a character cannot be shown: left out, it might turn one word into another.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// bounded cuts a text to so many characters, the last of which is then an ellipsis.
func bounded(s string, limit int) string {
	n := 0
	for i := range s {
		if n++; n > limit {
			runes := []rune(s[:i])
			return string(runes[:limit-1]) + "…"
		}
	}
	return s
}
