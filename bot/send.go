package bot

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"greenwatch/telegram"
	"greenwatch/words"
)

// occasion is what is answered: a command or a press.
type occasion struct {
	to       telegram.Address
	message  int   // what the answer replies to
	by       int64 // who asked, and so may answer a question back; 0: no person
	priority telegram.Priority
}

func (b *Bot) commanded(m telegram.Incoming) occasion {
	author, _ := m.Author()
	return occasion{to: m.Address, message: m.MessageID, by: author.ID, priority: b.priority(m.Chat.ID, author)}
}

func (b *Bot) pressed(p telegram.Press) occasion {
	return occasion{to: p.Address, message: p.MessageID, by: p.From.ID, priority: b.priority(p.Address.Chat, p.From)}
}

// priority is how urgent an answer to somebody is.
func (b *Bot) priority(chat int64, by telegram.Person) telegram.Priority {
	switch b.lane(chat, answering, by).who {
	case operator:
		return telegram.ForOperator
	case member:
		return telegram.ForAnswer
	default:
		return telegram.ForStranger
	}
}

// answer writes m when the chat's turn comes; only then the time to confirm begins.
func (b *Bot) answer(ctx context.Context, o occasion, m words.Message) {
	b.inTurn(ctx, o.to.Chat, o.priority, func() error {
		asked := deed{asked: o.by, until: time.Now().Add(confirmWithin)}
		_, err := send(ctx, b.Telegram, b.Log, telegram.Message{
			To: o.to, HTML: m.HTML, ReplyTo: o.message, Keyboard: keyboard(m, asked),
		})
		if err == nil {
			b.revive(ctx, o.to.Chat)
		}
		return err
	})
}

// inTurn writes in a chat's turn, and again after the pause where Telegram asks for one.
func (b *Bot) inTurn(ctx context.Context, chat int64, p telegram.Priority, write func() error) {
	for {
		err := b.Telegram.Turn(ctx, chat, p)
		if err == nil {
			err = write()
		}
		switch {
		case telegram.ClassOf(err) == telegram.RetryAfter: // the next turn comes after it
		case err != nil && !errors.Is(ctx.Err(), context.Canceled):
			b.Log.WarnContext(ctx, "answer not written", "chat", chat, "error", err)
			return
		default:
			return
		}
	}
}

// send sends m: in General where its topic is closed or gone.
func send(ctx context.Context, client *telegram.Client, log *slog.Logger, m telegram.Message) (messageID int, err error) {
	id, err := client.Send(ctx, m)
	if telegram.ClassOf(err) != telegram.TopicGone || m.To.Topic == 0 {
		return id, err
	}
	log.WarnContext(ctx, "topic is closed or gone, writing in General", "chat", m.To.Chat, "topic", m.To.Topic)
	m.To.Topic, m.ReplyTo = 0, 0
	return client.Send(ctx, m)
}

func movedTo(err error) int64 {
	refusal, _ := errors.AsType[*telegram.Error](err)
	return refusal.MigrateTo
}
