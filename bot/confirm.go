package bot

import (
	"context"
	"errors"
	"fmt"

	"greenwatch/monitor"
	"greenwatch/telegram"
	"greenwatch/words"
)

// confirmation asks an operator whether the reboot is meant.
func (b *Bot) confirmation(ctx context.Context, chat int64, i monitor.Instance, by telegram.Person) words.Message {
	c, err := b.Cases.Case(ctx, i.ID.Subject())
	if err != nil {
		return b.ownTrouble(ctx, chat, "reading a case", err)
	}
	return b.voice(chat).Confirm(i, c, person(by).Name)
}

var errNoUndo = errors.New("bot: the former settings are not known any more")

// decision is what came of a press.
type decision struct {
	verb    monitor.Verb
	action  monitor.Action // that is wanted now
	refused error          // why it is not; nil: it is
}

// decide takes an operator's answer to the question whether an instance shall be changed, or the wish to undo a change.
// What came of it is committed before anything is said: a question counts once, however often and whenever its buttons are
// pressed.
func (b *Bot) decide(ctx context.Context, p telegram.Press, i monitor.Instance, d deed) {
	wish := wishOf(p, i, d)
	known := wish.Verb == monitor.Reboot || wish.No || b.Hooks.Want(wish, i.ID, d.version) // kept before the action can be taken up
	scene := b.scene()
	made := decision{verb: wish.Verb}
	err := b.commit(ctx, []monitor.Change{{Subject: i.ID.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		if _, answered := c.Answered(wish.Key); !known && !answered {
			made.refused = errNoUndo
			return c, monitor.Effects{}
		}
		var effects monitor.Effects
		c, effects, made.refused = c.Press(wish, scene)
		made.action = c.Action
		return c, effects
	}}})
	if again, is := errors.AsType[*monitor.RepeatedError](err); is {
		made.refused, err = again, nil
	}
	if err != nil {
		b.Log.ErrorContext(ctx, "answer to a question not taken", "instance", i.ID, "verb", wish.Verb, "error", err)
		b.toast(ctx, p, b.voice(p.Address.Chat).Say(words.Trouble))
		return
	}
	b.decided(ctx, p, i, made)
}

func wishOf(p telegram.Press, i monitor.Instance, d deed) monitor.Press {
	wish := monitor.Press{
		Verb: monitor.Reboot, By: person(p.From), To: monitor.Address(p.Address),
		Until: d.until, No: d.do == words.Cancel || d.do == words.HookNo,
	}
	switch {
	case d.do == words.Undo:
		wish.Verb = monitor.UndoSettings
	case d.aboutHook():
		wish.Verb = monitor.SetSettings
	}
	wish.Key = fmt.Sprintf("%s/%s/%d/%d", wish.Verb, i.ID, p.Address.Chat, p.MessageID)
	return wish
}

// decided tells who pressed what came of it, and leaves the same where the question stood. The message with Undo tells how
// the change ended, and stays.
func (b *Bot) decided(ctx context.Context, p telegram.Press, i monitor.Instance, d decision) {
	v := b.voice(p.Address.Chat)
	closed := v.NotRebooted
	if d.verb == monitor.SetSettings {
		closed = v.NotSet
	}
	said := d.words(v)
	again, repeated := errors.AsType[*monitor.RepeatedError](d.refused)
	switch {
	case d.verb == monitor.UndoSettings:
		b.toast(ctx, p, said)
	case d.refused == nil:
		b.react(ctx, p, "", v.Taken(i, d.action))
	case repeated:
		b.react(ctx, p, said, v.Taken(i, again.Action))
	case errors.Is(d.refused, monitor.ErrCancelled):
		b.react(ctx, p, "", closed(i, said))
	default:
		b.react(ctx, p, said, closed(i, said))
	}
}

// words say why the press was not taken; of a taken one, what happens now.
func (d decision) words(v words.Voice) string {
	switch {
	case d.refused == nil:
		return v.Say(words.HookUndo)
	case errors.Is(d.refused, errNoUndo):
		return v.Say(words.HookNoUndo)
	case errors.Is(d.refused, monitor.ErrCancelled):
		return v.Say(words.Cancelled)
	case errors.Is(d.refused, monitor.ErrTooLate) && d.verb == monitor.Reboot:
		return v.Say(words.TooLate)
	case errors.Is(d.refused, monitor.ErrTooLate):
		return v.Say(words.HookLate)
	default:
		return v.NotTaken(d.refused)
	}
}
