package telegram

import (
	"context"
	"strconv"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// Chat asks for a chat that the bot can see; the private chat of a person has the person's id. One who has not started
// the bot is ChatDead. See https://core.telegram.org/bots/api#getchat.
func (c *Client) Chat(ctx context.Context, id int64) (Chat, error) {
	var wire wireChat
	p := tgbotapi.Params{"chat_id": strconv.FormatInt(id, 10)}
	if err := c.call(ctx, request{method: "getChat", params: p}, &wire); err != nil {
		return Chat{}, err
	}
	return wire.chat(), nil
}

// Standing is what somebody is in a chat: "creator", "administrator", "member", "restricted", "left" or "kicked".
type Standing struct {
	Status   string
	CanWrite bool
}

// Standing asks for the place of the bot itself in a group, supergroup or channel.
// See https://core.telegram.org/bots/api#getchatmember.
func (c *Client) Standing(ctx context.Context, in Chat) (Standing, error) {
	me := c.me.Load()
	if me == nil {
		asked, err := c.Me(ctx)
		if err != nil {
			return Standing{}, err
		}
		me = &asked
	}
	var wire wireMember
	p := tgbotapi.Params{"chat_id": strconv.FormatInt(in.ID, 10), "user_id": strconv.FormatInt(me.ID, 10)}
	if err := c.call(ctx, request{method: "getChatMember", params: p}, &wire); err != nil {
		return Standing{}, err
	}
	return Standing{Status: wire.Status, CanWrite: wire.canWrite(in.Type)}, nil
}

// Typing shows for some seconds that the bot is typing, and so finds out whether it may write there, without a message. It
// counts in no lane. See https://core.telegram.org/bots/api#sendchataction.
func (c *Client) Typing(ctx context.Context, to Address) error {
	p := tgbotapi.Params{"chat_id": strconv.FormatInt(to.Chat, 10), "action": "typing"}
	p.AddNonZero("message_thread_id", newAddress(to.Chat, to.Topic).Topic)
	return c.call(ctx, request{method: "sendChatAction", params: p}, nil)
}
