package bot

import (
	"context"

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
		b.decide(ctx, p, i, d)
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
		b.decide(ctx, p, i, d)
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
		b.answer(ctx, b.pressed(p), m)
	})
}

// told adds how well an instance tells of its changes.
func (b *Bot) told(v words.Voice, m words.Message, id monitor.InstanceID) words.Message {
	return v.WithTold(m, b.Hooks.Told(id))
}
