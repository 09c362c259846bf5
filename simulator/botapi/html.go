package botapi

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// formatted is a text with its entities.
type formatted struct {
	text     string
	entities []entity
	html     string // the same, written out again with nothing but known tags and escaped text
}

// units counts UTF-16 code units, as Telegram does.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

func plain(text string) formatted { return formatted{text: text, html: html.EscapeString(text)} }

// trimmed cuts the white space at the end, as the server does.
func (f formatted) trimmed() formatted {
	text := strings.TrimRight(f.text, " \t\r\n")
	if text == f.text {
		return f
	}
	length := units(text)
	var kept []entity
	for _, e := range f.entities {
		if e.Length = min(e.Length, length-e.Offset); e.Length > 0 {
			kept = append(kept, e)
		}
	}
	return formatted{text: text, entities: kept, html: strings.TrimRight(f.html, " \t\r\n")}
}

// parser reads the HTML style of https://core.telegram.org/bots/api#html-style.
type parser struct {
	src  string
	pos  int
	text strings.Builder
	html strings.Builder
	at   int // in UTF-16 code units of the text
	open []tag
	out  []entity
}

// parseHTML turns marked-up text into plain text and entities.
func parseHTML(src string) (formatted, error) {
	p := parser{src: src}
	for p.pos < len(src) {
		var err error
		switch src[p.pos] {
		case '<':
			err = p.tag()
		case '&':
			r, size := reference(src[p.pos:])
			p.pos += size
			p.say(r)
		default:
			r, size := utf8.DecodeRuneInString(src[p.pos:])
			p.pos += size
			p.say(r)
		}
		if err != nil {
			return formatted{}, err
		}
	}
	if len(p.open) > 0 {
		return formatted{}, unparsable("Can't find end tag corresponding to start tag %q", p.open[len(p.open)-1].name)
	}
	slices.SortStableFunc(p.out, func(a, b entity) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return b.Length - a.Length
	})
	return formatted{text: p.text.String(), entities: p.out, html: p.html.String()}, nil
}

func unparsable(format string, a ...any) error {
	return bad("can't parse entities: %s", fmt.Sprintf(format, a...))
}

func (p *parser) say(r rune) {
	p.text.WriteRune(r)
	p.html.WriteString(html.EscapeString(string(r)))
	p.at += utf16.RuneLen(r)
}

// reference reads one of &lt; &gt; &amp; &quot; and the numbers at the start of s; anything else is an ampersand. The
// size is in bytes of s.
func reference(s string) (r rune, size int) {
	name, _, ok := strings.Cut(s[1:], ";")
	named := map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"'}
	r, known := named[name]
	if number, isNumber := strings.CutPrefix(name, "#"); isNumber {
		base := 10
		if hex, isHex := strings.CutPrefix(number, "x"); isHex {
			number, base = hex, 16
		}
		code, err := strconv.ParseUint(number, base, 21)
		r, known = rune(code), err == nil && code > 0 && utf8.ValidRune(rune(code)) // 21 bits
	}
	if !ok || !known {
		return '&', 1
	}
	return r, len(name) + 2
}

// unescaped reads an attribute's value.
func unescaped(s string) string {
	var out strings.Builder
	for at := 0; at < len(s); {
		r, size := utf8.DecodeRuneInString(s[at:])
		if r == '&' {
			r, size = reference(s[at:])
		}
		out.WriteRune(r)
		at += size
	}
	return out.String()
}

// tagEnd finds the > that ends the tag at the start of s, past those in quotes; -1 if there is none.
func tagEnd(s string) int {
	var quote rune
	for i, r := range s {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '>':
			return i
		case r == '"' || r == '\'':
			quote = r
		}
	}
	return -1
}

// tag reads a start or an end tag.
func (p *parser) tag() error {
	start := p.pos
	end := tagEnd(p.src[start:])
	if end < 0 {
		return unparsable("Unclosed start tag at byte offset %d", start)
	}
	inner := p.src[start+1 : start+end]
	p.pos = start + end + 1
	if name, isEnd := strings.CutPrefix(inner, "/"); isEnd {
		return p.end(strings.ToLower(strings.TrimSpace(name)), start)
	}
	t, err := readTag(inner, start)
	if err != nil {
		return err
	}
	return p.begin(t, start)
}

func (p *parser) begin(t tag, start int) error {
	for _, o := range p.open {
		switch {
		case o.kind() == "code", o.kind() == "pre" && t.kind() != "code":
			return unparsable("Tag %q can't be inside of tag %q at byte offset %d", t.name, o.name, start)
		case o.kind() == "blockquote" && t.kind() == "blockquote":
			return unparsable("Tag \"blockquote\" can't be nested at byte offset %d", start)
		}
	}
	if t.kind() == "code" && len(p.open) > 0 && p.open[len(p.open)-1].kind() == "pre" {
		p.open[len(p.open)-1].language = t.language
		t.within = true
	}
	t.from = p.at
	p.open = append(p.open, t)
	p.html.WriteString(t.opening())
	return nil
}

func (p *parser) end(name string, start int) error {
	if len(p.open) == 0 {
		return unparsable("Unexpected end tag at byte offset %d", start)
	}
	t := p.open[len(p.open)-1]
	if name != "" && name != t.name {
		return unparsable("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", start, t.name, name)
	}
	p.open = p.open[:len(p.open)-1]
	p.html.WriteString(t.closing())
	if e := t.entity(p.at - t.from); e != nil && p.at > t.from {
		p.out = append(p.out, *e)
	}
	return nil
}
