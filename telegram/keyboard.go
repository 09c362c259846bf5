package telegram

// Button is one button under a message; it does the first of Data, URL and Copy that is set.
// See https://core.telegram.org/bots/api#inlinekeyboardbutton.
type Button struct {
	Text  string
	Data  string // comes back in a Press; 1 to 64 bytes
	URL   string // opens in the browser; http or https, not localhost
	Copy  string // goes to the clipboard; 1 to 256 characters
	Style Style
}

// Style colours a button in clients that know how; others show the usual colour.
type Style string

// The styles; the empty Style is the client's own.
const (
	StyleDanger  Style = "danger"
	StyleSuccess Style = "success"
	StylePrimary Style = "primary"
)

type wireButton struct {
	Text  string    `json:"text"`
	Data  string    `json:"callback_data,omitempty"`
	URL   string    `json:"url,omitempty"`
	Copy  *wireCopy `json:"copy_text,omitempty"`
	Style Style     `json:"style,omitempty"`
}

type wireCopy struct {
	Text string `json:"text"`
}

type wireKeyboard struct {
	Rows [][]wireButton `json:"inline_keyboard"`
}

// newKeyboard gives the keyboard as Telegram takes it, or nil where there is no button: an empty row or a null is refused.
func newKeyboard(rows [][]Button) *wireKeyboard {
	k := &wireKeyboard{}
	for _, row := range rows {
		var wire []wireButton
		for _, b := range row {
			wire = append(wire, b.wire())
		}
		if len(wire) > 0 {
			k.Rows = append(k.Rows, wire)
		}
	}
	if len(k.Rows) == 0 {
		return nil
	}
	return k
}

func (b Button) wire() wireButton {
	w := wireButton{Text: b.Text, Style: b.Style}
	switch {
	case b.Data != "":
		w.Data = b.Data
	case b.URL != "":
		w.URL = b.URL
	case b.Copy != "":
		w.Copy = &wireCopy{Text: b.Copy}
	}
	return w
}
