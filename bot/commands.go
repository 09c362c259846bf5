package bot

import (
	"context"
	"slices"
	"sync"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
	"greenwatch/words"
)

// command carries out what somebody wrote. Strangers learn their ids and nothing more.
func (b *Bot) command(ctx context.Context, m telegram.Incoming) {
	b.jobs.start(ctx, m.Chat.ID, func(ctx context.Context) {
		if reply := b.reply(ctx, m); reply.HTML != "" {
			b.answer(ctx, m, reply)
		}
	})
}

// answer writes a message as an answer to a command, in its chat's turn.
func (b *Bot) answer(ctx context.Context, m telegram.Incoming, reply words.Message) {
	author, _ := m.Author()
	b.write(ctx, telegram.ForAnswer, telegram.Message{
		To: m.Address, HTML: reply.HTML, ReplyTo: m.MessageID,
		Keyboard: keyboard(reply, deed{asked: author.ID, until: time.Now().Add(confirmWithin)}),
	})
}

// reply is what a command is answered with; an empty message: nothing.
func (b *Bot) reply(ctx context.Context, m telegram.Incoming) words.Message {
	v := b.voice()
	if !b.access.home(m.Chat) {
		if m.Command == "start" {
			author, _ := m.Author()
			return v.Greeting(monitor.Address(m.Address), person(author))
		}
		return words.Message{}
	}
	if time.Since(m.At) > oldAfter {
		return words.Plain(v.Say(words.WasAway))
	}
	switch m.Command {
	case "start", "help":
		author, _ := m.Author()
		username, _ := b.username.Load().(string)
		return v.Help(username, b.access.operator(author))
	case "status":
		return b.status(ctx, m.Args)
	case "check":
		return b.check(ctx, m.Args)
	case "reboot":
		return b.askReboot(ctx, m)
	}
	if m.Chat.Private() {
		return words.Plain(v.Say(words.NoCommand))
	}
	return words.Message{} // in a group it may be meant for another bot
}

func (b *Bot) voice() words.Voice {
	v := b.Voice
	v.Now = time.Now()
	return v
}

// status is everybody, or one in detail.
func (b *Bot) status(ctx context.Context, text string) words.Message {
	if text != "" {
		return b.about(text, func(i monitor.Instance) words.Message { return b.detail(ctx, i) })
	}
	cases, err := b.Cases.Cases(ctx)
	if err != nil {
		return b.ownTrouble(ctx, "cases not read", err)
	}
	bySubject := make(map[monitor.Subject]monitor.Case, len(cases))
	for _, c := range cases {
		bySubject[c.Subject] = c
	}
	instances := b.Fleet.Instances()
	seen := make([]words.Seen, 0, len(instances))
	for _, i := range instances {
		seen = append(seen, words.Seen{Instance: i, Case: bySubject[i.ID.Subject()]})
	}
	return b.voice().Status(seen)
}

const transitionsShown = 10

func (b *Bot) detail(ctx context.Context, i monitor.Instance) words.Message {
	c, err := b.Cases.Case(ctx, i.ID.Subject())
	if err != nil {
		return b.ownTrouble(ctx, "case not read", err)
	}
	past, err := b.Cases.Transitions(ctx, i.ID.Subject(), transitionsShown)
	if err != nil {
		return b.ownTrouble(ctx, "transitions not read", err)
	}
	slices.Reverse(past)
	last, _ := b.Watch.Last(i.ID)
	return b.voice().Detail(i, c, last, past)
}

// about finds the one instance that a text means.
func (b *Bot) about(text string, then func(monitor.Instance) words.Message) words.Message {
	found := b.Fleet.Find(text)
	if len(found) == 1 {
		return then(found[0])
	}
	return b.voice().Unknown(text, found)
}

// checkTime bounds how long a person waits for GREEN-API.
const checkTime = 45 * time.Second

// check asks about one instance, or about all and then shows how they stand.
func (b *Bot) check(ctx context.Context, text string) words.Message {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	instances := b.Fleet.Instances()
	if text == "" && len(instances) > 1 {
		b.checkAll(ctx, instances)
		return b.status(context.WithoutCancel(ctx), "")
	}
	if text == "" {
		return b.checkOne(ctx, instances[0])
	}
	return b.about(text, func(i monitor.Instance) words.Message { return b.checkOne(ctx, i) })
}

func (b *Bot) checkAll(ctx context.Context, instances []monitor.Instance) {
	var asking sync.WaitGroup
	for _, i := range instances {
		asking.Go(func() { _, _ = b.Watch.Check(ctx, i.ID) })
	}
	asking.Wait()
}

func (b *Bot) checkOne(ctx context.Context, i monitor.Instance) words.Message {
	r, err := b.Watch.Check(ctx, i.ID)
	if err != nil {
		return words.Plain(b.voice().Say(words.Asking))
	}
	c, err := b.Cases.Case(context.WithoutCancel(ctx), i.ID.Subject())
	if err != nil {
		return b.ownTrouble(ctx, "case not read", err)
	}
	return b.voice().Reading(i, r, c)
}

// askReboot asks the operator who wants a reboot to confirm it.
func (b *Bot) askReboot(ctx context.Context, m telegram.Incoming) words.Message {
	author, isPerson := m.Author()
	switch {
	case !isPerson || !b.access.operator(author):
		return words.Plain(b.voice().Say(words.NotAllowed))
	case m.Args == "":
		return words.Plain(b.voice().Say(words.WhichOne))
	}
	return b.about(m.Args, func(i monitor.Instance) words.Message { return b.confirmation(ctx, i, author) })
}

func (b *Bot) confirmation(ctx context.Context, i monitor.Instance, by telegram.Person) words.Message {
	c, err := b.Cases.Case(ctx, i.ID.Subject())
	if err != nil {
		return b.ownTrouble(ctx, "case not read", err)
	}
	return b.voice().Confirm(i, c, person(by).Name)
}

// ownTrouble says that it is us who cannot answer.
func (b *Bot) ownTrouble(ctx context.Context, what string, err error) words.Message {
	if ctx.Err() == nil {
		b.Log.ErrorContext(ctx, what, "error", err)
	}
	return words.Plain(b.voice().Say(words.Trouble))
}
