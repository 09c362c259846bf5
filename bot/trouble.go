package bot

import (
	"context"

	"greenwatch/monitor"
	"greenwatch/telegram"
)

// Cry writes a message about our own trouble; in answer to the card, where there is one. It needs no database. A group
// that has become a supergroup is told there, and the settlement says where that is.
func (t *Teller) Cry(ctx context.Context, to monitor.Address, trouble monitor.Trouble, card int) monitor.Settlement {
	id, err := t.cry(ctx, to, trouble, card)
	if telegram.ClassOf(err) == telegram.Migrated {
		t.moved(to.Chat, movedTo(err))
		to = monitor.Address{Chat: movedTo(err)}
		id, err = t.cry(ctx, to, trouble, card)
	}
	s := settlement(monitor.Settlement{To: to, MessageID: id}, err)
	if class := telegram.ClassOf(err); class == telegram.ChatDead || class == telegram.TopicGone {
		s.End = monitor.SettledRefused // without a database nobody else keeps when it is tried again
	}
	return s
}

func (t *Teller) cry(ctx context.Context, to monitor.Address, trouble monitor.Trouble, card int) (int, error) {
	v := t.Voices.Of(to.Chat)
	m := v.Trouble(trouble, t.byID)
	if card != 0 {
		m = v.TroubleReply(trouble, t.byID)
	}
	if trouble.Repeat {
		m = v.Repeated(m)
	}
	return send(ctx, t.Telegram, t.Log, telegram.Message{To: telegram.Address(to), HTML: m.HTML, Silent: trouble.Over(), ReplyTo: card})
}

// ShowTrouble makes the message about our own trouble say how it stands now.
func (t *Teller) ShowTrouble(ctx context.Context, to monitor.Address, trouble monitor.Trouble, card int) (gone bool, err error) {
	err = t.Telegram.Edit(ctx, telegram.Edit{Chat: to.Chat, MessageID: card, HTML: t.Voices.Of(to.Chat).Trouble(trouble, t.byID).HTML})
	switch telegram.ClassOf(err) {
	case telegram.None:
		return false, nil
	case telegram.MessageGone, telegram.ChatDead, telegram.TopicGone, telegram.Migrated, telegram.TooLong:
		return true, nil
	default:
		return false, err
	}
}
