package telegram

import (
	"context"
	"errors"
	"log/slog"
	"strconv"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// Message is what Send sends.
type Message struct {
	To       Address
	HTML     string // Telegram's HTML; at most 4096 UTF-16 units as it reads, 1024 with a document
	Silent   bool   // makes no sound
	ReplyTo  int    // a message of the same chat; 0 for none
	Keyboard [][]Button
	Document *Document // nil for none
}

// Document is a file, whose caption is the message's text.
type Document struct {
	Name  string
	Bytes []byte
}

// Edit says how a message of ours shall read from now on. Its document, if it has one, is not touched; a message with a
// document cannot be edited.
type Edit struct {
	Chat      int64
	MessageID int
	HTML      string
	Keyboard  [][]Button // the whole keyboard: none takes away what there is
}

var errNoID = errors.New("the answer has no message id")

// Send sends m and gives its message id. It does not wait: call Turn before.
//
// A message goes out even where a part of it is refused: without its formatting, without its buttons, or not as a reply;
// where it is refused in words that are not known, bare of all of them; where it is too long, cut short. Other refusals
// are returned as *Error (see ClassOf: TopicGone, Migrated, KindRefused and more are for the caller).
// Telegram knows no repeated message: see MaybeSent before sending again.
func (c *Client) Send(ctx context.Context, m Message) (messageID int, err error) {
	d := &draft{method: "sendMessage", address: m.To, html: m.HTML, keyboard: newKeyboard(m.Keyboard), replyTo: m.ReplyTo}
	d.more = tgbotapi.Params{}
	d.more.AddNonZero("message_thread_id", newAddress(m.To.Chat, m.To.Topic).Topic)
	d.more.AddBool("disable_notification", m.Silent)
	if m.Document != nil {
		d.method = "sendDocument"
		d.files = []tgbotapi.RequestFile{{Name: "document", Data: tgbotapi.FileBytes{Name: m.Document.Name, Bytes: m.Document.Bytes}}}
	}
	var sent struct {
		ID int `json:"message_id"`
	}
	if err := c.write(ctx, d, &sent); err != nil {
		return 0, err
	}
	if sent.ID <= 0 {
		return 0, c.lost(d.method, errNoID, true)
	}
	return sent.ID, nil
}

// Edit makes one of our messages read as e says; it makes no sound. That it reads so already is a success. It does not
// wait: call Turn before.
func (c *Client) Edit(ctx context.Context, e Edit) error {
	d := &draft{method: "editMessageText", address: Address{Chat: e.Chat}, html: e.HTML, keyboard: newKeyboard(e.Keyboard)}
	d.more = tgbotapi.Params{"message_id": strconv.Itoa(e.MessageID)}
	err := c.write(ctx, d, nil)
	if ClassOf(err) == NotModified {
		return nil
	}
	return err
}

// Delete takes a message away; that it is gone already is a success. Telegram deletes none older than 48 hours.
func (c *Client) Delete(ctx context.Context, chat int64, messageID int) error {
	err := c.inLane(ctx, chat, request{method: "deleteMessage", params: tgbotapi.Params{
		"chat_id":    strconv.FormatInt(chat, 10),
		"message_id": strconv.Itoa(messageID),
	}}, nil)
	if refusal, ok := errors.AsType[*Error](err); ok && refusal.says("message to delete not found") {
		return nil
	}
	return err
}

// inLane is call for what counts in a chat's lane: the lane pauses as long as Telegram asks, for messages too where one was
// refused.
func (c *Client) inLane(ctx context.Context, chat int64, r request, out any) error {
	err := c.call(ctx, r, out)
	if ClassOf(err) == RetryAfter {
		c.lanes.pause(chat, retryAfter(err), r.method != "sendMessage")
	}
	return err
}

// write sends d, and sends it again without the part that Telegram refuses; each part goes at most once.
func (c *Client) write(ctx context.Context, d *draft, out any) error {
	for {
		err := c.inLane(ctx, d.address.Chat, d.request(), out)
		class := ClassOf(err)
		if !d.without(class) {
			return err
		}
		c.log.WarnContext(ctx, "telegram refused a part of a message, which goes out without it",
			slog.String("method", d.method), slog.Int64("chat", d.address.Chat),
			slog.String("class", string(class)), slog.Any("error", err))
	}
}
