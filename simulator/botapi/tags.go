package botapi

import (
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// tag is an open element of a text.
type tag struct {
	name     string // as written, in lower case
	attrs    map[string]string
	from     int // in UTF-16 code units of the text
	language string
	within   bool // a code inside a pre: no entity of its own
}

// kind is the entity's type, shared by the tags that mean the same; blockquotes count as one.
func (t tag) kind() string {
	return map[string]string{
		"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
		"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
		"tg-spoiler": "spoiler", "span": "spoiler", "a": "text_link", "tg-emoji": "custom_emoji",
		"tg-time": "date_time", "code": "code", "pre": "pre", "blockquote": "blockquote",
	}[t.name]
}

// readTag reads what stands between < and >.
func readTag(inner string, start int) (tag, error) {
	name, rest, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(inner), "\n", " "), " ")
	t := tag{name: strings.ToLower(name), attrs: map[string]string{}}
	if t.kind() == "" {
		return t, unparsable("Unsupported start tag %q at byte offset %d", name, start)
	}
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		var ok bool
		if rest, ok = t.attribute(rest); !ok {
			return t, unparsable("Expected equal sign in declaration of an attribute of the tag %q at byte offset %d", name, start)
		}
	}
	return t, t.check(start)
}

// attribute takes one attribute off the front of s.
func (t *tag) attribute(s string) (rest string, ok bool) {
	end := strings.IndexAny(s, "= ")
	if end < 0 || s[end] == ' ' {
		name, rest, _ := strings.Cut(s, " ")
		t.attrs[strings.ToLower(name)] = ""
		return rest, t.name == "blockquote" && strings.EqualFold(name, "expandable")
	}
	name, value := strings.ToLower(s[:end]), s[end+1:]
	if value == "" || end == 0 {
		return "", false
	}
	if quote := value[0]; quote == '"' || quote == '\'' {
		stop := strings.IndexByte(value[1:], quote)
		if stop < 0 {
			return "", false
		}
		t.attrs[name] = unescaped(value[1 : stop+1])
		return value[stop+2:], true
	}
	value, rest, _ = strings.Cut(value, " ")
	t.attrs[name] = unescaped(value)
	return rest, true
}

// check looks at what a tag must say about itself.
func (t *tag) check(start int) error {
	switch t.name {
	case "span":
		if t.attrs["class"] != "tg-spoiler" {
			return unparsable("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", start)
		}
	case "tg-emoji":
		if _, err := strconv.ParseInt(t.attrs["emoji-id"], 10, 64); err != nil {
			return unparsable("Tag \"tg-emoji\" must have attribute \"emoji-id\" at byte offset %d", start)
		}
	case "tg-time":
		_, err := strconv.ParseInt(t.attrs["unix"], 10, 64)
		if err != nil || !regexp.MustCompile(`^(r|w?[dD]?[tT]?)$`).MatchString(t.attrs["format"]) {
			return unparsable("Tag \"tg-time\" must have valid attributes \"unix\" and \"format\" at byte offset %d", start)
		}
	case "code":
		t.language, _ = strings.CutPrefix(t.attrs["class"], "language-")
	}
	return nil
}

// entity is what the tag becomes, or nil: a link that leads nowhere is dropped without a word.
func (t tag) entity(length int) *entity {
	e := entity{Type: t.kind(), Offset: t.from, Length: length}
	switch t.name {
	case "a":
		if e.URL = t.attrs["href"]; !linkable(e.URL) {
			return nil
		}
	case "pre":
		e.Language = t.language
	case "code":
		if t.within {
			return nil
		}
	case "tg-emoji":
		e.CustomEmoji = t.attrs["emoji-id"]
	case "tg-time":
		e.UnixTime, _ = strconv.ParseInt(t.attrs["unix"], 10, 64)
		e.TimeFormat = t.attrs["format"]
	case "blockquote":
		if _, ok := t.attrs["expandable"]; ok {
			e.Type = "expandable_blockquote"
		}
	}
	return &e
}

// opening writes the tag again, with known attributes only.
func (t tag) opening() string {
	switch t.name {
	case "a":
		if !linkable(t.attrs["href"]) {
			return ""
		}
		return `<a href="` + html.EscapeString(t.attrs["href"]) + `">`
	case "span":
		return "<tg-spoiler>"
	case "tg-emoji":
		return `<tg-emoji emoji-id="` + t.attrs["emoji-id"] + `">`
	case "tg-time":
		return `<tg-time unix="` + t.attrs["unix"] + `" format="` + t.attrs["format"] + `">`
	case "code":
		if t.within && t.language != "" {
			return `<code class="language-` + html.EscapeString(t.language) + `">`
		}
	case "blockquote":
		if _, ok := t.attrs["expandable"]; ok {
			return "<blockquote expandable>"
		}
	}
	return "<" + t.name + ">"
}

func (t tag) closing() string {
	switch {
	case t.name == "a" && !linkable(t.attrs["href"]):
		return ""
	case t.name == "span":
		return "</tg-spoiler>"
	}
	return "</" + t.name + ">"
}

// linkable says whether Telegram takes an address for a link: it wants http(s) with a public-looking host, or tg:.
func linkable(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "http", "https":
		return strings.Contains(strings.Trim(u.Hostname(), "."), ".")
	case "tg", "mailto", "tel":
		return true
	}
	return false
}
