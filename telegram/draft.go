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
	more     tgbotapi.Params
	files    []tgbotapi.RequestFile
}

// without takes away what class blames, or for want of a culprit the next suspect, and reports whether it was there.
func (d *draft) without(class Class) bool {
	switch {
	case (class == Unparsable || class == Malformed) && !d.isPlain:
		d.isPlain = true
	case (class == BadKeyboard || class == Malformed) && d.keyboard != nil:
		d.keyboard = nil
	case class == ReplyGone && d.replyTo != 0:
		d.replyTo = 0
	default:
		return false
	}
	return true
}

type replyParameters struct {
	MessageID    int  `json:"message_id"`
	AllowWithout bool `json:"allow_sending_without_reply"`
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
