package telegram

import (
	"context"
	"strconv"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// EditDocument puts another file into the place of a document that was sent as message, with html as its caption. It
// makes no sound. It does not wait: call Turn before.
func (c *Client) EditDocument(ctx context.Context, chat int64, message int, d Document, html string) error {
	media := struct {
		Type      string `json:"type"`
		Media     string `json:"media"`
		Caption   string `json:"caption"`
		ParseMode string `json:"parse_mode"`
	}{"document", "attach://document", html, tgbotapi.ModeHTML}
	err := c.inLane(ctx, chat, request{
		method: "editMessageMedia",
		params: tgbotapi.Params{"chat_id": strconv.FormatInt(chat, 10), "message_id": strconv.Itoa(message), "media": encode(media)},
		files:  []tgbotapi.RequestFile{{Name: "document", Data: tgbotapi.FileBytes{Name: d.Name, Bytes: d.Bytes}}},
	}, nil)
	if ClassOf(err) == NotModified {
		return nil
	}
	return err
}
