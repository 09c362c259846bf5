package bot

import (
	"context"
	"strings"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
	"greenwatch/words"
)

// replier makes the answer to a command.
type replier func(ctx context.Context, m telegram.Incoming) words.Message

// command carries out what somebody wrote. Strangers learn their ids and nothing more; other bots nothing, lest two talk
// for ever.
func (b *Bot) command(ctx context.Context, m telegram.Incoming) {
	switch isBot := m.From.IsBot && m.SenderChat == 0; {
	case isBot:
	case b.access.home(m.Chat.ID):
		b.reply(ctx, m)
	case m.Command == "start":
		b.welcome(ctx, m)
	}
}

func (b *Bot) reply(ctx context.Context, m telegram.Incoming) {
	k, reply := b.understand(m)
	if reply == nil {
		return
	}
	if k == changing {
		said := reply(ctx, m)
		k, reply = answering, func(context.Context, telegram.Incoming) words.Message { return said }
	}
	write := func(reply replier) job {
		return job{do: func(ctx context.Context) { b.answer(ctx, b.commanded(m), reply(ctx, m)) }}
	}
	author, _ := m.Author()
	if !b.jobs.start(ctx, b.lane(m.Chat.ID, k, author), write(reply)) && k == asking {
		b.jobs.start(ctx, b.lane(m.Chat.ID, answering, author), write(b.say(words.Crowded)))
	}
}

// greetEvery is how often a stranger is greeted at most, whoever it is.
const greetEvery = time.Second

// welcome greets strangers one by one, however many there are: the last that each has written, and of too many none.
func (b *Bot) welcome(ctx context.Context, m telegram.Incoming) {
	b.jobs.start(ctx, lane{kind: greeting}, job{m.Chat.ID, func(ctx context.Context) {
		b.answer(ctx, b.commanded(m), b.greet(m))
		select {
		case <-ctx.Done():
		case <-time.After(greetEvery):
		}
	}})
}

// understand says how a command is answered; nil: not at all.
func (b *Bot) understand(m telegram.Incoming) (kind, replier) {
	k, reply := b.known(m)
	if reply != nil && b.Telegram.Now().Sub(m.At) > oldAfter {
		return answering, b.say(words.WasAway)
	}
	return k, reply
}

func (b *Bot) known(m telegram.Incoming) (kind, replier) {
	switch m.Command {
	case "start", "help":
		return answering, b.help
	case "status":
		return answering, b.status
	case "check":
		return asking, b.check
	case "queue":
		if m.Args != "" {
			return asking, b.queue
		}
		return answering, b.queue
	case "reboot":
		return answering, b.askReboot
	case "webhook":
		return asking, b.webhook
	case "language":
		if m.Args != "" {
			return changing, b.askLanguage
		}
		return answering, b.language
	}
	if addressed := strings.Contains(strings.Fields(m.Text)[0], "@"); m.Chat.Private() || addressed {
		return answering, b.say(words.NoCommand)
	}
	return answering, nil // it may be meant for another bot of the group
}

func (b *Bot) say(a words.Answer) replier {
	return func(_ context.Context, m telegram.Incoming) words.Message {
		return words.Plain(b.voice(m.Chat.ID).Say(a))
	}
}

func (b *Bot) greet(m telegram.Incoming) words.Message {
	author, _ := m.Author()
	return b.speaking(b.voice(m.Chat.ID), author).Greeting(monitor.Address(m.Address), person(author))
}

// speaking is a voice in the language of somebody's Telegram, if it is one of ours.
func (b *Bot) speaking(v words.Voice, p telegram.Person) words.Voice {
	if tag, known := words.Language(p.Language); known {
		v.Language = tag
	}
	return v
}

func (b *Bot) help(_ context.Context, m telegram.Incoming) words.Message {
	author, _ := m.Author()
	username, _ := b.username.Load().(string)
	return b.voice(m.Chat.ID).Help(username, b.access.operator(author))
}

// askReboot asks the operator who wants a reboot to confirm it.
func (b *Bot) askReboot(ctx context.Context, m telegram.Incoming) words.Message {
	author, _ := m.Author()
	switch {
	case !b.access.operator(author):
		return words.Plain(b.voice(m.Chat.ID).NotAllowed(person(author)))
	case m.Args == "":
		return words.Plain(b.voice(m.Chat.ID).Say(words.WhichOne))
	}
	return b.about(m, func(i monitor.Instance) words.Message { return b.confirmation(ctx, m.Chat.ID, i, author) })
}

// about finds the one instance that is named behind a command.
func (b *Bot) about(m telegram.Incoming, then func(monitor.Instance) words.Message) words.Message {
	found := b.Fleet.Find(m.Args)
	if len(found) == 1 {
		return then(found[0])
	}
	return b.voice(m.Chat.ID).Unknown(m.Args, found)
}

func (b *Bot) voice(chat int64) words.Voice { return b.Voices.Of(chat) }

// ownTrouble says that it is us who cannot answer.
func (b *Bot) ownTrouble(ctx context.Context, chat int64, what string, err error) words.Message {
	if ctx.Err() == nil {
		b.Log.ErrorContext(ctx, "question not answered", "failed", what, "error", err)
	}
	return words.Plain(b.voice(chat).Say(words.Trouble))
}
