package telegram

import (
	"strings"
	"unicode/utf8"

	"greenwatch/secret"
)

// secrets are the token, and the part behind its colon, without which the rest, the bot's id, is worth nothing.
func secrets(token secret.Text) []secret.Text {
	all := []secret.Text{token}
	if _, key, ok := strings.Cut(token.Reveal(), ":"); ok && len(key) >= 16 {
		all = append(all, secret.New(key))
	}
	return all
}

// longest is how many bytes are shown of what somebody else says. Telegram's own descriptions are shorter.
const longest = 300

// redact gives a text of somebody else without the token, however it is escaped, and bounded: it is stored and shown.
func (c *Client) redact(text string) string {
	text = strings.ToValidUTF8(c.known.Masked(text), "�") // before the cut: half a token would not be found
	if len(text) <= longest {
		return text
	}
	cut := longest
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
