package botapi

import (
	"encoding/json"
	"slices"
	"strings"
)

// keyboard is the inline keyboard under a message.
type keyboard struct {
	Rows [][]button `json:"inline_keyboard"`
}

type button struct {
	Text     string    `json:"text"`
	Style    string    `json:"style,omitempty"`
	URL      string    `json:"url,omitempty"`
	Data     string    `json:"callback_data,omitempty"`
	Copy     *copyText `json:"copy_text,omitempty"`
	Disabled *struct{} `json:"disabled,omitempty"`
}

type copyText struct {
	Text string `json:"text"`
}

// What a keyboard may hold; a longer one is refused.
const (
	maxButtons  = 100
	maxInRow    = 8
	maxData     = 64  // bytes
	maxCopyText = 256 // UTF-16 code units
)

// markup reads reply_markup. Other keyboards than inline ones are taken (when sending) and not kept.
func (c *call) markup(inlineOnly bool) (*keyboard, error) {
	var raw json.RawMessage
	if ok, err := c.object("reply_markup", &raw); !ok || err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return nil, bad("object expected as reply markup")
	}
	rows, ok := fields["inline_keyboard"]
	if !ok {
		for _, other := range []string{"keyboard", "remove_keyboard", "force_reply"} {
			if _, found := fields[other]; found && inlineOnly {
				return nil, bad("inline keyboard expected")
			}
		}
		return nil, nil // no keyboard is a keyboard too
	}
	return readKeyboard(rows)
}

func readKeyboard(raw json.RawMessage) (*keyboard, error) {
	var rows []json.RawMessage
	if json.Unmarshal(raw, &rows) != nil || rows == nil {
		return nil, bad("field \"inline_keyboard\" must be of type Array")
	}
	k, total := &keyboard{}, 0
	for _, rawRow := range rows {
		var buttons []json.RawMessage
		if json.Unmarshal(rawRow, &buttons) != nil || buttons == nil {
			return nil, bad("field \"inline_keyboard\" must be an Array of Arrays")
		}
		row := make([]button, 0, len(buttons))
		for _, rawButton := range buttons {
			b, err := readButton(rawButton)
			if err != nil {
				return nil, err
			}
			row = append(row, b)
		}
		if total += len(row); len(row) > maxInRow || total > maxButtons {
			return nil, bad("reply markup is too long")
		}
		if len(row) > 0 {
			k.Rows = append(k.Rows, row)
		}
	}
	if len(k.Rows) == 0 {
		return nil, nil // an empty keyboard is none
	}
	return k, nil
}

func readButton(raw json.RawMessage) (button, error) {
	var b button
	var has map[string]json.RawMessage
	if json.Unmarshal(raw, &has) != nil || json.Unmarshal(raw, &b) != nil {
		return b, bad("can't parse inline keyboard button: wrong type of a field")
	}
	_, isData := has["callback_data"]
	switch {
	case strings.TrimSpace(b.Text) == "":
		return b, bad("inline keyboard button text must be non-empty")
	case isData && (b.Data == "" || len(b.Data) > maxData):
		return b, bad("BUTTON_DATA_INVALID")
	case b.Copy != nil && (b.Copy.Text == "" || units(b.Copy.Text) > maxCopyText):
		return b, bad("BUTTON_COPY_TEXT_INVALID")
	case b.URL != "" && !linkable(b.URL):
		return b, bad("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", b.URL)
	case !slices.Contains([]string{"", "danger", "success", "primary"}, b.Style):
		return b, bad("invalid button style specified")
	case !isData && b.URL == "" && b.Copy == nil && b.Disabled == nil:
		return b, bad("text buttons are unallowed in the inline keyboard")
	}
	return b, nil
}
