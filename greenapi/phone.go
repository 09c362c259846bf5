package greenapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"greenwatch/monitor"
	"greenwatch/secret"
)

// Phone asks which phone number is linked to an instance, in digits; it reveals "" if none is, or if GREEN-API does not say:
// https://green-api.com/en/docs/api/account/GetWaSettings/, and for Telegram and MAX getAccountSettings. It is a person's,
// and must not be shown. The error is a [*Fault].
func (c *Client) Phone(ctx context.Context, id monitor.InstanceID) (secret.Text, error) {
	r, err := c.ask(ctx, id, question{method: "getWaSettings"})
	if r.status == http.StatusNotFound || r.status == http.StatusForbidden {
		r, err = c.ask(ctx, id, question{method: "getAccountSettings"})
	}
	if err != nil {
		return secret.Text{}, err
	}
	var said struct {
		Phone any `json:"phone"`
	}
	d := json.NewDecoder(strings.NewReader(string(r.body)))
	d.UseNumber()
	if d.Decode(&said) != nil {
		return secret.Text{}, r.lacks("phone")
	}
	var text string
	switch phone := said.Phone.(type) {
	case string:
		text = phone
	case json.Number:
		text = phone.String()
	}
	text, _, _ = strings.Cut(text, "@") // as a chat's id has it
	digits := strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, text)
	if len(digits) < minPhone || len(digits) > maxDigits {
		digits = ""
	}
	return secret.New(digits), nil
}

const minPhone = 7 // digits; fewer are no number that could be masked
