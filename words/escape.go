package words

import (
	stdhtml "html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// html is text in which everything from outside has been escaped.
type html string

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func escape(s string) html { return html(escaper.Replace(s)) }

const (
	zeroWidthJoiner    = '\u200d' // holds emoji together
	zeroWidthNonJoiner = '\u200c'
)

// clean makes one harmless line: no control characters, line breaks, direction overrides or broken UTF-8.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == zeroWidthJoiner, r == zeroWidthNonJoiner:
			return r
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co):
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
	return strings.Join(strings.Fields(s), " ")
}

// len16 is the length in UTF-16 units, as Telegram counts.
func len16(s string) int {
	n := 0
	for _, r := range s {
		n += units(r)
	}
	return n
}

func units(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// cut shortens a text to at most limit units, with an ellipsis.
func cut(s string, limit int) string {
	if len16(s) <= limit {
		return s
	}
	n, end := 1, 0 // the ellipsis
	for at, r := range s {
		if n += units(r); n > limit {
			break
		}
		end = at + utf8.RuneLen(r)
	}
	return strings.TrimRight(s[:end], " \u200d\u200c") + "…"
}

var (
	anchor = regexp.MustCompile(`<a href="([^"]*)">([^<]*)</a>`)
	tag    = regexp.MustCompile(`<[^>]*>`)
)

// plain is the visible text, with the addresses of links behind them if wanted.
func plain(h html, addresses bool) string {
	s := string(h)
	if addresses {
		s = anchor.ReplaceAllString(s, "$2 ($1)")
	}
	return stdhtml.UnescapeString(tag.ReplaceAllString(s, ""))
}

// visible is the length of what is seen of a text.
func visible(h html) int { return len16(plain(h, false)) }

// lines puts what is not empty one below the other; blocks leaves a line between.
func lines(parts ...html) html  { return join("\n", parts) }
func blocks(parts ...html) html { return join("\n\n", parts) }

func join(between string, parts []html) html {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, string(p))
		}
	}
	return html(strings.Join(kept, between))
}

// sentences puts what is not empty one behind the other.
func sentences(parts ...html) html { return join(" ", parts) }

// firstLines keeps the first n lines; no tag of ours spans a line break.
func firstLines(s string, n int) string {
	all := strings.SplitN(s, "\n", n+1)
	return strings.Join(all[:min(n, len(all))], "\n")
}
