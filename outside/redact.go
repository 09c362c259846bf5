package outside

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"greenwatch/secret"
)

const (
	shortestKey = 8 // of an address that is masked wherever it appears; it has a digit
)

// Secrets are what must not be seen of an address anywhere: the whole of it, its password, and whatever in it may be a
// key. They are for a writer that masks; this package's own errors are masked more strictly.
func Secrets(address secret.Text) []secret.Text {
	all := []secret.Text{address}
	u, err := url.Parse(address.Reveal())
	if err != nil {
		return all
	}
	if password, ok := u.User.Password(); ok {
		all = append(all, secret.New(password))
	}
	for _, part := range pieces(u) {
		if len(part) >= shortestKey && strings.ContainsAny(part, "0123456789") {
			all = append(all, secret.New(part))
		}
	}
	return all
}

// pieces are what an address consists of: any service may have its key in any piece.
func pieces(u *url.URL) []string {
	password, _ := u.User.Password()
	all := []string{u.User.Username(), password, u.Host, u.Hostname(), u.Path, u.EscapedPath(), u.RawQuery, u.Fragment}
	all = append(all, strings.Split(u.Path, "/")...)
	for _, values := range u.Query() {
		for _, value := range values {
			all = append(append(all, value), strings.Split(value, ",")...)
		}
	}
	return all
}

// anyAddress is whatever looks like an address in a text.
var anyAddress = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"]+`)

// redactor masks every address in a text, and every piece and word of its own wherever it stands.
type redactor struct{ own *secret.Known }

func newRedactor(address string) redactor {
	words := []string{address}
	if u, err := url.Parse(address); err == nil {
		words = append(words, pieces(u)...)
	}
	for _, piece := range slices.Clone(words) {
		words = append(words, strings.FieldsFunc(piece, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_'
		})...)
	}
	known := secret.NewKnown()
	for _, word := range words {
		known.Hide(secret.New(word))
	}
	return redactor{known}
}

const longest = 300 // characters that are shown of an error

func (r redactor) text(s string) string {
	s = r.own.Masked(anyAddress.ReplaceAllString(s, secret.Mask))
	if runes := []rune(s); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return s
}
