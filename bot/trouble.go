package bot

import (
	"context"

	"greenwatch/monitor"
	"greenwatch/telegram"
)

// Cry writes a message about our own trouble; in answer to the card, where there is one. It needs no database. A group
// that has become a supergroup is told there, and the settlement says where that is.
func (t *Teller) Cry(ctx context.Context, to monitor.Address, trouble monitor.Trouble, card int) monitor.Settlement {
	m := t.voice().Trouble(trouble, t.byID)
	if card != 0 {
		m = t.voice().TroubleReply(trouble, t.byID)
	}
	if trouble.Repeat {
		m = t.voice().Repeated(m)
	}
	message := telegram.Message{To: telegram.Address(to), HTML: m.HTML, Silent: trouble.Over(), ReplyTo: card}
	id, err := send(ctx, t.Telegram, t.Log, message)
	if telegram.ClassOf(err) == telegram.Migrated {
		to = monitor.Address{Chat: movedTo(err)}
		message.To = telegram.Address(to)
		id, err = send(ctx, t.Telegram, t.Log, message)
	}
	return settlement(monitor.Settlement{To: to, MessageID: id}, err)
}

// ShowTrouble makes the message about our own trouble say how it stands now.
func (t *Teller) ShowTrouble(ctx context.Context, to monitor.Address, trouble monitor.Trouble, card int) (gone bool, err error) {
	err = t.Telegram.Edit(ctx, telegram.Edit{Chat: to.Chat, MessageID: card, HTML: t.voice().Trouble(trouble, t.byID).HTML})
	switch telegram.ClassOf(err) {
	case telegram.None:
		return false, nil
	case telegram.MessageGone, telegram.ChatDead, telegram.Migrated, telegram.TooLong, telegram.Malformed:
		return true, nil
	default:
		return false, err
	}
}
