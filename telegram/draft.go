package telegram

import (
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// draft is a message on its way, which may lose parts.
type draft struct {
	method   string
	address  Address
	html     string
	isPlain  bool
	replyTo  int
	keyboard *wireKeyboard
	isShort  bool
	more     tgbotapi.Params
	files    []tgbotapi.RequestFile
}

// without takes away what class blames, or for want of a culprit all suspects at once, and reports whether there was any.
func (d *draft) without(class Class) bool {
	switch {
	case class == Unparsable && !d.isPlain:
		d.isPlain = true
	case class == BadKeyboard && d.keyboard != nil:
		d.keyboard = nil
	case class == ReplyGone && d.replyTo != 0:
		d.replyTo = 0
	case class == Unknown && (!d.isPlain || d.keyboard != nil || d.replyTo != 0):
		d.isPlain, d.keyboard, d.replyTo = true, nil, 0
	case class == TooLong && !d.isShort:
		d.isPlain, d.isShort = true, true
	default:
		return false
	}
	return true
}

type replyParameters struct {
	MessageID    int  `json:"message_id"`
	AllowWithout bool `json:"allow_sending_without_reply"`
}

// shortTo is how many characters are left of a text that is too long: even of four bytes each they fit into a caption.
const shortTo = 500

func shortened(text string) string {
	if runes := []rune(text); len(runes) > shortTo {
		return string(runes[:shortTo]) + " …"
	}
	return text
}

func (d *draft) request() request {
	p := tgbotapi.Params{"chat_id": strconv.FormatInt(d.address.Chat, 10)}
	for name, value := range d.more {
		p[name] = value
	}
	field := "text"
	if len(d.files) > 0 {
		field = "caption"
	} else {
		p["link_preview_options"] = `{"is_disabled":true}`
	}
	text := strings.ToValidUTF8(d.html, "\uFFFD")
	if d.isPlain {
		text = plain(text)
		if d.isShort {
			text = shortened(text)
		}
	} else {
		p["parse_mode"] = tgbotapi.ModeHTML
	}
	p[field] = text
	if d.replyTo != 0 {
		p["reply_parameters"] = encode(replyParameters{d.replyTo, true})
	}
	if d.keyboard != nil {
		p["reply_markup"] = encode(d.keyboard)
	}
	return request{method: d.method, params: p, files: d.files}
}
