package bot

import (
	"context"
	"strings"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
)

// Chats keeps what becomes of the chats themselves.
type Chats interface {
	Chats(ctx context.Context) ([]monitor.Chat, error)
	LoseChat(ctx context.Context, lost monitor.LostChat) error
	ReviveChat(ctx context.Context, chat int64) (bool, error)
	MoveChat(ctx context.Context, from, to int64) error
}

// migrated follows a group that has become a supergroup.
func (b *Bot) migrated(ctx context.Context, from, to int64) {
	if !b.access.home(from) {
		return
	}
	b.access.add(to)
	b.Log.WarnContext(ctx, "a group has become a supergroup, TELEGRAM_CHATS should name its new id", "chat", from, "new_id", to)
	if err := b.States.MoveChat(ctx, from, to); err != nil {
		b.Log.ErrorContext(ctx, "chat not moved", "chat", from, "error", err)
		return
	}
	b.Voices.moved(from, to)
	if _, chose := b.Voices.choices()[to]; chose {
		b.showMenu(ctx, to)
	}
}

// LetIn answers in the chat that one of ours has become, too.
func (b *Bot) LetIn(from, to int64) {
	if b.access.home(from) {
		b.access.add(to)
	}
}

// membership follows whether the bot may write to a chat that is told.
func (b *Bot) membership(ctx context.Context, m telegram.Membership) {
	b.Log.InfoContext(ctx, "membership changed", "chat", m.Chat.ID, "was", m.Old, "is", m.New)
	if !b.access.home(m.Chat.ID) {
		return
	}
	if m.CanWrite {
		b.revive(ctx, m.Chat.ID)
		return
	}
	lost := monitor.LostChat{Address: monitor.Address{Chat: m.Chat.ID}, Why: "the bot is " + m.New + " there"}
	if err := b.States.LoseChat(ctx, lost); err != nil {
		b.Log.ErrorContext(ctx, "lost chat not kept", "chat", m.Chat.ID, "error", err)
	}
}

// revive takes a chat that lets us in, or takes an answer, as one that can be written to.
func (b *Bot) revive(ctx context.Context, chat int64) {
	if !b.access.home(chat) {
		return
	}
	revived, err := b.States.ReviveChat(ctx, chat)
	switch {
	case err != nil:
		b.Log.ErrorContext(ctx, "chat not revived", "chat", chat, "error", err)
	case revived:
		b.Log.InfoContext(ctx, "chat can be written to again", "chat", chat)
	}
}

// deafAgain is how long a second reader of our updates is not told of again.
const deafAgain = time.Hour

// Deaf tells people that presses and commands do not reach us, and takes away a webhook that somebody forgot. It does not
// wait.
func (b *Bot) Deaf(ctx context.Context, cause error) {
	b.jobs.start(ctx, lane{kind: reacting, who: operator}, job{do: func(ctx context.Context) {
		if strings.Contains(strings.ToLower(cause.Error()), "webhook") {
			if err := b.Telegram.DeleteWebhook(ctx); err == nil {
				b.Log.WarnContext(ctx, "a webhook was set for this bot; it is taken away")
				return
			}
		}
		if last, told := b.deafSince.Load().(time.Time); told && time.Since(last) < deafAgain {
			return
		}
		scene := monitor.Scene{Now: time.Now(), Policy: b.Policy}
		_, err := b.Cases.UpdateAll(ctx, []monitor.Change{{Subject: monitor.Self, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
			return c.Deafness(cause.Error(), scene)
		}}})
		if err != nil {
			b.Log.ErrorContext(ctx, "deafness not told", "error", err)
			return
		}
		b.deafSince.Store(scene.Now)
	}})
}
