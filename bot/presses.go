package bot

import (
	"context"
	"fmt"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
	"greenwatch/words"
)

// press carries out what somebody pressed. Who pressed is looked at every time: everybody in the chat can.
func (b *Bot) press(ctx context.Context, p telegram.Press) {
	d, ok := parseDeed(p.Data)
	i, known := b.Fleet.Instance(d.instance)
	v := b.voice()
	switch {
	case !ok || d.do != words.Adopt && !known:
		b.toast(ctx, p, v.Say(words.NotWatched))
	case !p.From.Real() || !b.home(p):
		b.toast(ctx, p, v.Say(words.NotAllowed))
	case d.do == words.Check:
		b.jobs.start(ctx, p.Address.Chat, func(ctx context.Context) { b.checkPressed(ctx, p, i) })
	case !b.access.operator(p.From):
		b.toast(ctx, p, v.Say(words.NotAllowed))
	case d.do == words.Reboot:
		b.toast(ctx, p, "")
		b.jobs.start(ctx, p.Address.Chat, func(ctx context.Context) { b.prompt(ctx, p, i) })
	case d.do == words.Adopt:
		b.adopt(ctx, p)
	case d.asked != p.From.ID:
		b.toast(ctx, p, v.Say(words.NotYours))
	case d.do == words.Cancel:
		b.toast(ctx, p, "")
		b.replace(ctx, p, words.Plain(v.Say(words.Cancelled)))
	case time.Now().After(d.until):
		b.toast(ctx, p, v.Say(words.TooLate))
		b.replace(ctx, p, words.Plain(v.Say(words.TooLate)))
	default:
		b.confirm(ctx, p, i)
	}
}

func (b *Bot) home(p telegram.Press) bool {
	return b.access.chats[p.Address.Chat] || p.Address.Chat == p.From.ID && b.access.operators[p.From.ID]
}

// toast answers a press; without it the button goes on spinning.
func (b *Bot) toast(ctx context.Context, p telegram.Press, text string) {
	b.jobs.start(ctx, p.Address.Chat, func(ctx context.Context) { b.toastNow(ctx, p, text) })
}

func (b *Bot) toastNow(ctx context.Context, p telegram.Press, text string) {
	if err := b.Telegram.AnswerCallback(ctx, p.ID, text, text != ""); err != nil && ctx.Err() == nil {
		b.Log.InfoContext(ctx, "press not answered", "chat", p.Address.Chat, "error", err)
	}
}

// toastTime is how long a press may spin before it is answered.
const toastTime = 8 * time.Second

// checkPressed answers on the button where GREEN-API is quick, and with a message where it is not.
func (b *Bot) checkPressed(ctx context.Context, p telegram.Press, i monitor.Instance) {
	answered := make(chan words.Message, 1)
	b.jobs.running.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, checkTime)
		defer cancel()
		answered <- b.checkOne(ctx, i)
	})
	select {
	case m := <-answered:
		b.toastNow(ctx, p, m.Toast())
	case <-time.After(toastTime):
		b.toastNow(ctx, p, b.voice().Say(words.Asking))
		m := <-answered
		b.write(ctx, telegram.ForPress, telegram.Message{To: p.Address, HTML: m.HTML, ReplyTo: p.MessageID})
	}
}

// prompt asks the person who wants a reboot to confirm it.
func (b *Bot) prompt(ctx context.Context, p telegram.Press, i monitor.Instance) {
	m := b.confirmation(ctx, i, p.From)
	b.write(ctx, telegram.ForPress, telegram.Message{
		To: p.Address, HTML: m.HTML, ReplyTo: p.MessageID,
		Keyboard: keyboard(m, deed{asked: p.From.ID, until: time.Now().Add(confirmWithin)}),
	})
}

// confirm commits the wish before anything is answered: one message confirms one reboot, however often it is pressed.
func (b *Bot) confirm(ctx context.Context, p telegram.Press, i monitor.Instance) {
	wish := monitor.Press{
		Key:  fmt.Sprintf("%s/%s/%d/%d", monitor.Reboot, i.ID, p.Address.Chat, p.MessageID),
		Verb: monitor.Reboot, By: person(p.From), To: monitor.Address(p.Address),
	}
	scene := monitor.Scene{Now: time.Now(), Policy: b.Policy}
	var refused error
	var taken monitor.Action
	_, err := b.Cases.UpdateAll(ctx, []monitor.Change{{Subject: i.ID.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		c, effects, err := c.Press(wish, scene)
		refused, taken = err, c.Action
		return c, effects
	}}})
	v := b.voice()
	switch {
	case err != nil:
		b.Log.ErrorContext(ctx, "reboot not taken", "instance", i.ID, "error", err)
		b.toast(ctx, p, v.Say(words.Trouble))
	case refused != nil:
		b.toast(ctx, p, v.NotTaken(refused))
	default:
		b.toast(ctx, p, "")
		b.replace(ctx, p, v.Taken(i, taken))
	}
}

// adopt treats all that were bad at first sight as numbers that should work.
func (b *Bot) adopt(ctx context.Context, p telegram.Press) {
	scene := monitor.Scene{Now: time.Now(), Policy: b.Policy}
	var changes []monitor.Change
	for _, i := range b.Fleet.Instances() {
		changes = append(changes, monitor.Change{Subject: i.ID.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
			return c.Adopt(scene)
		}})
	}
	if _, err := b.Cases.UpdateAll(ctx, changes); err != nil {
		b.Log.ErrorContext(ctx, "known numbers not adopted", "error", err)
		b.toast(ctx, p, b.voice().Say(words.Trouble))
		return
	}
	b.toast(ctx, p, b.voice().Say(words.Adopted))
}

// replace makes the message with the pressed button read differently, without buttons.
func (b *Bot) replace(ctx context.Context, p telegram.Press, m words.Message) {
	b.jobs.start(ctx, p.Address.Chat, func(ctx context.Context) {
		if b.Telegram.Turn(ctx, p.Address.Chat, telegram.ForPress) != nil {
			return
		}
		err := b.Telegram.Edit(ctx, telegram.Edit{Chat: p.Address.Chat, MessageID: p.MessageID, HTML: m.HTML})
		if err != nil && ctx.Err() == nil {
			b.Log.InfoContext(ctx, "prompt not edited", "chat", p.Address.Chat, "error", err)
		}
	})
}
