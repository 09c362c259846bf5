package bot

import (
	"context"

	"greenwatch/telegram"
	"greenwatch/words"
)

// language says which language the chat has, with a button for each.
func (b *Bot) language(_ context.Context, m telegram.Incoming) words.Message {
	return b.voice(m.Chat.ID).Tongue()
}

// askLanguage gives the chat the language that was written behind the command.
func (b *Bot) askLanguage(ctx context.Context, m telegram.Incoming) words.Message {
	author, _ := m.Author()
	tag, known := words.Language(m.Args)
	v := b.voice(m.Chat.ID)
	switch {
	case !b.mayChoose(m.Chat, author):
		return words.Plain(v.NotAllowed(person(author)))
	case !known:
		return v.NoSuchLanguage()
	}
	if err := b.speak(ctx, m.Chat.ID, tag); err != nil {
		return b.ownTrouble(ctx, m.Chat.ID, "keeping a language", err)
	}
	return b.voice(m.Chat.ID).Spoken()
}

// pressLanguage gives the chat the language of a button.
func (b *Bot) pressLanguage(ctx context.Context, p telegram.Press, tag string) {
	v := b.voice(p.Address.Chat)
	if !b.mayChoose(p.Chat, p.From) {
		b.toast(ctx, p, v.NotAllowed(person(p.From)))
		return
	}
	if err := b.speak(ctx, p.Address.Chat, tag); err != nil {
		b.Log.ErrorContext(ctx, "language not kept", "chat", p.Address.Chat, "error", err)
		b.toast(ctx, p, v.Say(words.Trouble))
		return
	}
	b.react(ctx, p, "", b.voice(p.Address.Chat).Spoken())
}

// mayChoose reports whether a person may change a chat's language: an operator, and everybody in a chat of their own.
func (b *Bot) mayChoose(c telegram.Chat, p telegram.Person) bool {
	return b.access.operator(p) || c.Private() && p.Real()
}

// speak keeps that a chat is spoken to in a language from now on. Its menu follows.
func (b *Bot) speak(ctx context.Context, chat int64, tag string) error {
	committing, cancel := context.WithTimeout(ctx, commitTime)
	defer cancel()
	if err := b.Voices.choose(committing, chat, tag); err != nil {
		return err
	}
	b.showMenu(ctx, chat)
	return nil
}
