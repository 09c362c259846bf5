package telegram

import (
	"net/url"
	"strings"

	"greenwatch/secret"
)

// redact gives text without the token. The part behind the colon is what is secret; the number before it is the bot's id.
func (c *Client) redact(text string) string {
	token := c.token.Reveal()
	if _, key, ok := strings.Cut(token, ":"); ok && len(key) >= 16 {
		return strings.ReplaceAll(text, key, secret.Mask)
	}
	text = strings.ReplaceAll(text, token, secret.Mask)
	return strings.ReplaceAll(text, url.QueryEscape(token), secret.Mask)
}
