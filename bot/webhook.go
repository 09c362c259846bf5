package bot

import (
	"context"
	"errors"
	"fmt"

	"greenwatch/monitor"
	"greenwatch/telegram"
	"greenwatch/words"
)

// Hooks is where instances send their notifications, and how that is changed.
type Hooks interface {
	// Hook asks an instance for its settings.
	Hook(ctx context.Context, id monitor.InstanceID) words.Hook
	// Told is how well an instance has told of its changes.
	Told(id monitor.InstanceID) words.Told
	// Want keeps what the action of a wish is to set, until it is made; version names what that replaces, or which change
	// is undone. false: that is not known any more.
	Want(wish monitor.Press, id monitor.InstanceID, version string) bool
}

// webhook says where the notifications of one instance go.
func (b *Bot) webhook(ctx context.Context, m telegram.Incoming) words.Message {
	author, _ := m.Author()
	switch {
	case !b.access.operator(author):
		return words.Plain(b.voice(m.Chat.ID).NotAllowed(person(author)))
	case m.Args == "":
		return words.Plain(b.voice(m.Chat.ID).Say(words.HookWhich))
	}
	return b.about(m, func(i monitor.Instance) words.Message {
		return b.voice(m.Chat.ID).Hook(i, b.Hooks.Hook(ctx, i.ID))
	})
}

// pressHook carries out what an operator pressed about an instance's notifications.
func (b *Bot) pressHook(ctx context.Context, p telegram.Press, i monitor.Instance, d deed) {
	v := b.voice(p.Address.Chat)
	switch {
	case d.do == words.Undo:
		b.undo(ctx, p, i, d)
	case d.do == words.HookAsk:
		if b.askHook(ctx, p, i, v.HookAsk) {
			b.toast(ctx, p, "")
		}
	case d.asked != p.From.ID:
		b.toast(ctx, p, v.Say(words.HookNotYours))
	case d.do == words.HookReplace && !b.scene().Now.After(d.until):
		if b.askHook(ctx, p, i, v.HookReplace) {
			b.react(ctx, p, "", v.HookAskedAgain(i))
		}
	default:
		b.decideHook(ctx, p, i, d)
	}
}

// askHook asks a question about an instance's notifications, as they go now. Where there is nothing to ask about, it
// says how they go.
func (b *Bot) askHook(ctx context.Context, p telegram.Press, i monitor.Instance, question func(monitor.Instance, words.Hook, string) words.Message) bool {
	return b.start(ctx, p, asking, func(ctx context.Context) {
		h := b.Hooks.Hook(ctx, i.ID)
		m := b.voice(p.Address.Chat).Hook(i, h)
		if m.Buttons != nil {
			m = question(i, h, person(p.From).Name)
		}
		b.answer(ctx, pressed(p), m)
	})
}

var errNoUndo = errors.New("bot: the former settings are not known any more")

// decideHook takes the answer to a question about notifications, as [Bot.decide] takes one about a reboot.
func (b *Bot) decideHook(ctx context.Context, p telegram.Press, i monitor.Instance, d deed) {
	wish := hookWish(p, i, monitor.SetSettings)
	wanted := d.do == words.HookNo || b.Hooks.Want(wish, i.ID, d.version)
	action, refused, err := b.wantHook(ctx, i, wish, func(c monitor.Case, s monitor.Scene) (monitor.Case, monitor.Effects, error) {
		if !wanted && c.Action.Key != wish.Key {
			return c, monitor.Effects{}, errNoUndo
		}
		return answered(c, d, wish, s)
	})
	v := b.voice(p.Address.Chat)
	switch {
	case err != nil:
		b.toast(ctx, p, v.Say(words.Trouble))
	case refused == nil:
		b.react(ctx, p, "", v.Taken(i, action))
	case errors.Is(refused, monitor.ErrRepeated):
		b.react(ctx, p, v.NotTaken(refused), v.Taken(i, action))
	case errors.Is(refused, errCancelled):
		b.react(ctx, p, "", v.NotSet(i, v.Say(words.Cancelled)))
	case errors.Is(refused, errTooLate):
		b.react(ctx, p, v.Say(words.HookLate), v.NotSet(i, v.Say(words.HookLate)))
	default:
		b.react(ctx, p, v.NotTaken(refused), v.NotSet(i, v.NotTaken(refused)))
	}
}

// undo brings back what a change of settings has replaced. The message with the button tells how that change ended, and
// stays.
func (b *Bot) undo(ctx context.Context, p telegram.Press, i monitor.Instance, d deed) {
	wish := hookWish(p, i, monitor.UndoSettings)
	known := b.Hooks.Want(wish, i.ID, d.version)
	_, refused, err := b.wantHook(ctx, i, wish, func(c monitor.Case, s monitor.Scene) (monitor.Case, monitor.Effects, error) {
		if !known && c.Action.Key != wish.Key {
			return c, monitor.Effects{}, errNoUndo
		}
		return c.Press(wish, s)
	})
	v := b.voice(p.Address.Chat)
	switch {
	case err != nil:
		b.toast(ctx, p, v.Say(words.Trouble))
	case refused == nil:
		b.toast(ctx, p, v.Say(words.HookUndo))
	case errors.Is(refused, errNoUndo):
		b.toast(ctx, p, v.Say(words.HookNoUndo))
	default:
		b.toast(ctx, p, v.NotTaken(refused))
	}
}

func hookWish(p telegram.Press, i monitor.Instance, verb monitor.Verb) monitor.Press {
	return monitor.Press{
		Key:  fmt.Sprintf("%s/%s/%d/%d", verb, i.ID, p.Address.Chat, p.MessageID),
		Verb: verb, By: person(p.From), To: monitor.Address(p.Address),
	}
}

// wantHook commits that settings are to be changed, or says why they are not. What is to be set must be kept before, as the
// action may be taken up at once.
func (b *Bot) wantHook(
	ctx context.Context, i monitor.Instance, wish monitor.Press,
	rule func(monitor.Case, monitor.Scene) (monitor.Case, monitor.Effects, error),
) (a monitor.Action, refused, err error) {
	scene := b.scene()
	if old := b.refusals.of(wish.Key, scene.Now); old != nil {
		return a, old, nil
	}
	err = b.commit(ctx, []monitor.Change{{Subject: i.ID.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		var effects monitor.Effects
		c, effects, refused = rule(c, scene)
		a = c.Action
		return c, effects
	}}})
	if err != nil {
		b.Log.ErrorContext(ctx, "change of settings not taken", "instance", i.ID, "error", err)
		return a, nil, err
	}
	if wish.Verb == monitor.SetSettings && refused != nil && !errors.Is(refused, monitor.ErrRepeated) {
		b.refusals[wish.Key] = refusal{refused, scene.Now.Add(longestConfirm)}
	}
	return a, refused, nil
}

// told adds how well an instance tells of its changes.
func (b *Bot) told(v words.Voice, m words.Message, id monitor.InstanceID) words.Message {
	return v.WithTold(m, b.Hooks.Told(id))
}
