package bot

import (
	"context"

	"greenwatch/monitor"
	"greenwatch/telegram"
	"greenwatch/words"
)

// Queues knows the messages that wait to leave instances.
type Queues interface {
	// Queue counts them now; the error says that it did not come to that.
	Queue(ctx context.Context, id monitor.InstanceID) (monitor.QueueLook, error)
	// Ahead is the case as it is known without asking anybody.
	Ahead(id monitor.InstanceID) (c monitor.Case, watched bool)
}

// queue counts now what waits to leave one instance, or says from what is known where anything does.
func (b *Bot) queue(ctx context.Context, m telegram.Incoming) words.Message {
	switch {
	case b.Queues == nil:
		return words.Plain(b.voice(m.Chat.ID).Say(words.NoQueues))
	case m.Args != "":
		return b.about(m, func(i monitor.Instance) words.Message { return b.queueOf(ctx, m.Chat.ID, i) })
	}
	var all []words.Seen
	for _, i := range b.Fleet.Instances() {
		c, _ := b.Queues.Ahead(i.ID)
		all = append(all, words.Seen{Instance: i, Case: c})
	}
	return b.voice(m.Chat.ID).Queues(all)
}

func (b *Bot) queueOf(ctx context.Context, chat int64, i monitor.Instance) words.Message {
	asking, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	look, err := b.Queues.Queue(asking, i.ID)
	if err != nil {
		return b.voice(chat).Unanswered(i)
	}
	c, err := b.Cases.Case(ctx, i.ID.Subject())
	if err != nil {
		return b.ownTrouble(ctx, chat, "reading a case", err)
	}
	return b.voice(chat).Queue(i, look, c)
}
