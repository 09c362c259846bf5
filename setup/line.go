package setup

import (
	"net/url"
	"strings"
	"unicode"
)

// line is one instance as a person types it.
type line struct {
	id, token, url, name string
}

// entry is the line as GREEN_API_INSTANCES holds it.
func (l line) entry() string {
	text := l.id + ":" + l.token
	if l.url != "" {
		text += "@" + l.url
	}
	if l.name != "" {
		text += "=" + l.name
	}
	return text
}

// labels are what the console writes before its values.
var labels = map[string]bool{"idinstance": true, "apitokeninstance": true, "apiurl": true, "mediaurl": true, "name": true}

// readLine finds what is what in a pasted line: labels are passed over, an address is known by its scheme, the first
// number is the idInstance, the first of the rest the token, and what is left the name.
func readLine(text string) line {
	var l line
	var name []string
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' || r == '\t' })
	for len(words) > 0 {
		word := unwrapped(words[0])
		words = words[1:]
		head, tail, split := strings.Cut(word, ":")
		switch {
		case labels[strings.ToLower(strings.TrimRight(word, ":="))], word == "":
		case split && labels[strings.ToLower(head)], split && l.id == "" && isNumber(head):
			words = append([]string{tail}, words...)
			if isNumber(head) {
				l.id = head
			}
		case strings.HasPrefix(word, "https://") || strings.HasPrefix(word, "http://"):
			if u, err := url.Parse(word); err == nil && l.url == "" && !strings.Contains(u.Host, "media") {
				l.url = strings.TrimRight(word, "/")
			}
		case l.id == "" && isNumber(word):
			l.id = word
		case l.token == "" && l.id != "":
			l.token = word
		default:
			name = append(name, word)
		}
	}
	l.name = strings.Join(name, "_") // a name has no white space in GREEN_API_INSTANCES
	return l
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
