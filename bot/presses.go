package bot

import (
	"context"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
	"greenwatch/words"
)

// press carries out what somebody pressed. Who pressed, and where, is looked at every time: everybody can.
func (b *Bot) press(ctx context.Context, p telegram.Press) {
	d, ok := parseDeed(p.Data)
	i, known := b.Fleet.Instance(d.instance)
	tag, speaks := d.do.Speaks()
	v := b.voice(p.Address.Chat)
	b.nowhere.Store(p.Chat.ID == 0)
	switch {
	case p.Chat.ID == 0:
		b.pressedNowhere(ctx, p)
	case !b.access.home(p.Address.Chat):
		b.toast(ctx, p, v.Say(words.NotHere))
	case !ok:
		b.toast(ctx, p, v.Say(words.OldButton))
	case speaks:
		b.pressLanguage(ctx, p, tag)
	case !known && !d.general():
		b.toast(ctx, p, v.Say(words.NotWatched))
	case d.do == words.Check && p.From.Real():
		b.start(ctx, p, asking, func(ctx context.Context) { b.checkPressed(ctx, p, i) })
	case !b.access.operator(p.From):
		b.toast(ctx, p, v.NotAllowed(person(p.From)))
	case d.do == words.Adopt:
		b.adopt(ctx, p)
	case d.aboutList():
		b.answerList(ctx, p, d)
	case d.aboutHook():
		b.pressHook(ctx, p, i, d)
	case d.do == words.Reboot:
		ask := func(ctx context.Context) { b.answer(ctx, b.pressed(p), b.confirmation(ctx, p.Address.Chat, i, p.From)) }
		if b.start(ctx, p, answering, ask) {
			b.toast(ctx, p, "")
		}
	case d.asked != p.From.ID:
		b.toast(ctx, p, v.Say(words.NotYours))
	default:
		b.decide(ctx, p, i, d)
	}
}

// start does what was pressed beside the update loop, or says that there is too much of it.
func (b *Bot) start(ctx context.Context, p telegram.Press, k kind, do func(ctx context.Context)) bool {
	started := b.jobs.start(ctx, b.lane(p.Address.Chat, k, p.From), job{do: do})
	if !started {
		b.toast(ctx, p, b.voice(p.Address.Chat).Say(words.Crowded))
	}
	return started
}

// toast answers a press; without it the button goes on spinning.
func (b *Bot) toast(ctx context.Context, p telegram.Press, text string) {
	b.react(ctx, p, text, words.Message{})
}

// repeat is the person and the button: if many such presses wait, one answer is enough.
type repeat struct {
	by, chat int64
	message  int
	data     string
}

// react answers a press and, where there is one, puts m in the place of the message with the button.
func (b *Bot) react(ctx context.Context, p telegram.Press, text string, m words.Message) {
	again := repeat{p.From.ID, p.Address.Chat, p.MessageID, p.Data}
	b.jobs.start(ctx, b.lane(p.Address.Chat, reacting, p.From), job{again, func(ctx context.Context) { b.toastNow(ctx, p, text) }})
	if m.HTML != "" {
		b.mark(ctx, p, m)
	}
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
	checked := make(chan words.Message, 1)
	b.jobs.running.Go(func() {
		m := words.Plain(b.voice(p.Address.Chat).Say(words.Trouble)) // should the check panic
		defer func() { checked <- m }()
		b.jobs.guard(ctx, func(ctx context.Context) { m = b.checkOne(ctx, p.Address.Chat, i) })
	})
	select {
	case m := <-checked:
		b.toastNow(ctx, p, m.Toast())
	case <-time.After(toastTime):
		b.toastNow(ctx, p, b.voice(p.Address.Chat).Say(words.Asking))
		b.answer(ctx, b.pressed(p), <-checked)
	}
}

// adopt treats all that were bad at first sight as numbers that should work.
func (b *Bot) adopt(ctx context.Context, p telegram.Press) {
	scene := b.scene()
	var changes []monitor.Change
	for _, i := range b.Fleet.Instances() {
		changes = append(changes, monitor.Change{Subject: i.ID.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
			return c.Adopt(scene)
		}})
	}
	if err := b.commit(ctx, changes); err != nil {
		b.Log.ErrorContext(ctx, "known numbers not adopted", "error", err)
		b.toast(ctx, p, b.voice(p.Address.Chat).Say(words.Trouble))
		return
	}
	b.toast(ctx, p, b.voice(p.Address.Chat).Say(words.Adopted))
}

// commitTime bounds how long the update loop waits for the database.
const commitTime = 10 * time.Second

func (b *Bot) commit(ctx context.Context, changes []monitor.Change) error {
	ctx, cancel := context.WithTimeout(ctx, commitTime)
	defer cancel()
	_, err := b.Cases.UpdateAll(ctx, changes)
	return err
}

func (b *Bot) scene() monitor.Scene { return monitor.Scene{Now: time.Now(), Policy: b.Policy} }

// pressedNowhere answers a press that came without its message, and so without its chat: nobody can say whether anything
// may be done there.
func (b *Bot) pressedNowhere(ctx context.Context, p telegram.Press) {
	if last, told := b.nowhereSince.Load().(time.Time); !told || time.Since(last) >= deafAgain {
		b.nowhereSince.Store(time.Now())
		b.Log.WarnContext(ctx, "a press came without its message: the bot's callback_query_mode must be default", "by", p.From.ID)
	}
	b.toast(ctx, p, b.speaking(b.Voices.Own(), p.From).Say(words.NoMessage))
}

// Nowhere reports whether the last press came without its message, as all do while the bot's callback_query_mode is inline.
func (b *Bot) Nowhere() bool { return b.nowhere.Load() }
