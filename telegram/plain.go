package telegram

import (
	"html"
	"regexp"
	"strings"
)

// tags matches the tags that Telegram's HTML knows, and nothing else that looks like one: an unescaped name in angle
// brackets is a usual reason why a text is refused, and must stay readable.
// See https://core.telegram.org/bots/api#html-style.
var tags = regexp.MustCompile(`(?i)</?(?:b|strong|i|em|u|ins|s|strike|del|span|tg-spoiler|a|tg-emoji|tg-time|code|pre|blockquote)(?:\s[^<>]*)?>`)

// plain takes the formatting out of text.
func plain(text string) string {
	return strings.TrimSpace(html.UnescapeString(tags.ReplaceAllString(text, "")))
}
