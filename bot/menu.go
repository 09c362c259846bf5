package bot

import (
	"context"
	"time"

	"greenwatch/telegram"
	"greenwatch/words"
)

// menuAgain is how long introducing waits after a failure.
const menuAgain = time.Minute

// introduce learns the bot's name and sets the menus of commands.
func (b *Bot) introduce(ctx context.Context) {
	for {
		me, err := b.Telegram.Me(ctx)
		if err == nil {
			b.username.Store(me.Username)
			err = b.setMenus(ctx)
		}
		if err == nil {
			return
		}
		wait := menuAgain
		if telegram.ClassOf(err) == telegram.Unknown {
			b.Log.ErrorContext(ctx, "menu not set, trying again in an hour", "error", err)
			wait = time.Hour
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// setMenus shows the commands to everybody in the language of the settings, to people whose Telegram speaks another one
// of ours in that, and in a chat that has chosen in the chat's.
func (b *Bot) setMenus(ctx context.Context) error {
	own := b.Voices.Own()
	err := b.setMenu(ctx, telegram.Scope{Kind: telegram.ScopeDefault}, own)
	for _, tag := range words.Languages() {
		if err == nil {
			own.Language = tag
			err = b.setMenu(ctx, telegram.Scope{Kind: telegram.ScopeDefault, Language: tag}, own)
		}
	}
	for chat := range b.Voices.choices() {
		if err == nil && b.access.home(chat) {
			err = b.setChatMenu(ctx, chat)
		}
	}
	return err
}

// setChatMenu shows the commands in a chat's language. Where it cannot be, it is not tried again.
func (b *Bot) setChatMenu(ctx context.Context, chat int64) error {
	err := b.setMenu(ctx, telegram.Scope{Kind: telegram.ScopeChat, Chat: chat}, b.voice(chat))
	switch telegram.ClassOf(err) {
	case telegram.ChatDead, telegram.Migrated, telegram.Unknown:
		b.Log.WarnContext(ctx, "menu of a chat not set", "chat", chat, "error", err)
		return nil
	default:
		return err
	}
}

// showMenu sets the menu of a chat beside the caller; what fails is made good at the next start.
func (b *Bot) showMenu(ctx context.Context, chat int64) {
	b.jobs.start(ctx, lane{chat, reacting, operator}, job{do: func(ctx context.Context) {
		if err := b.setChatMenu(ctx, chat); err != nil && ctx.Err() == nil {
			b.Log.WarnContext(ctx, "menu of a chat not set", "chat", chat, "error", err)
		}
	}})
}

func (b *Bot) setMenu(ctx context.Context, to telegram.Scope, v words.Voice) error {
	commands := make([]telegram.Command, 0, len(v.Menu()))
	for _, c := range v.Menu() {
		commands = append(commands, telegram.Command(c))
	}
	return b.Telegram.SetCommands(ctx, to, commands)
}
