package words

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

type reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// checkMessage checks what Telegram and a lock screen ask of every message.
func checkMessage(t reporter, m Message) {
	t.Helper()
	if err := checkHTML(m.HTML); err != nil {
		t.Errorf("not Telegram's HTML: %v\n%s", err, m.HTML)
	}
	visible := plain(html(m.HTML), false)
	if n := len16(visible); n == 0 || n > MaxMessage-reserve {
		t.Errorf("%d units of text, want 1 to %d", n, MaxMessage-reserve)
	}
	first, _, _ := strings.Cut(visible, "\n")
	if n := len16(first); n > maxTitle {
		t.Errorf("first line has %d units, want at most %d: %s", n, maxTitle, first)
	}
	for _, r := range visible {
		if r != '\n' && r != zeroWidthJoiner && r != zeroWidthNonJoiner && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) {
			t.Errorf("unprintable %U in %q", r, visible)
		}
	}
	for _, row := range m.Buttons {
		for _, b := range row {
			if b.Label == "" || b.Do == "" {
				t.Errorf("empty button %+v", b)
			}
		}
	}
}

var (
	opening = regexp.MustCompile(`^<(b|i|code|blockquote|a)( expandable| href="https://[^"<>\s]+")?>`)
	closing = regexp.MustCompile(`^</(b|i|code|blockquote|a)>`)
	entity  = regexp.MustCompile(`^&(lt|gt|amp|quot);`)
)

// checkHTML is stricter than Telegram: only the tags that words uses, closed in order, and nothing unescaped.
func checkHTML(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("broken UTF-8")
	}
	var open []string
	for {
		next := strings.IndexAny(s, "<>&")
		if next < 0 {
			break
		}
		s = s[next:]
		if m := opening.FindStringSubmatch(s); m != nil {
			attribute := map[string]bool{"a": true, "blockquote": true}[m[1]]
			if attribute != (m[2] != "") {
				return fmt.Errorf("tag %s", m[0])
			}
			open = append(open, m[1])
			s = s[len(m[0]):]
			continue
		}
		if m := closing.FindStringSubmatch(s); m != nil {
			if len(open) == 0 || open[len(open)-1] != m[1] {
				return fmt.Errorf("closing %s within %v", m[0], open)
			}
			open = open[:len(open)-1]
			s = s[len(m[0]):]
			continue
		}
		if m := entity.FindString(s); m != "" {
			s = s[len(m):]
			continue
		}
		return fmt.Errorf("unescaped %q at %.20q", s[0], s)
	}
	if len(open) > 0 {
		return fmt.Errorf("never closed: %v", open)
	}
	return nil
}

func TestCheckHTMLFinds(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"<b>x", "x</b>", "<b><i>x</b></i>", "a & b", "<u>x</u>", "1 < 2", `<a href="javascript:x">x</a>`, "<b expandable>x</b>", "\xff"} {
		if checkHTML(bad) == nil {
			t.Errorf("%q passed", bad)
		}
	}
}
