package setup

import (
	"context"
	"errors"
	"strconv"
	"time"

	"greenwatch/telegram"
	"greenwatch/words"
)

// people is the third step: who opens a link becomes an operator, and where it is opened a chat that is told.
func (d *dialogue) people(ctx context.Context) error {
	more, err := d.known(ctx)
	for ; more && err == nil; more, err = d.confirm(ctx, "Add another chat, such as a group?", false) {
		if err := d.bind(ctx); err != nil {
			return err
		}
	}
	return err
}

// known shows who is set already; more: there is somebody to find.
func (d *dialogue) known(ctx context.Context) (more bool, err error) {
	told, allowed := fields(d.value(chats)), fields(d.value(operators))
	if len(told) == 0 && len(allowed) == 0 {
		return true, nil
	}
	for _, text := range told {
		address, err := telegram.ParseAddress(text)
		if err != nil {
			d.advise("%s is no id of a chat", printable(text))
			continue
		}
		d.advise("told: %s", d.describe(ctx, address.Chat))
	}
	for _, text := range allowed {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil {
			d.advise("may press the buttons: %s", d.describe(ctx, id))
		}
	}
	stay, err := d.confirm(ctx, "These are set already. Keep them?", true)
	if err != nil {
		return false, err
	}
	if !stay {
		d.say("They are replaced once a link is opened.")
		d.anew = true
		return true, nil
	}
	if len(told) == 0 || len(allowed) == 0 {
		return true, nil
	}
	return d.confirm(ctx, "Add another chat, such as a group?", false)
}

// describe is a chat by its title, or why there is none.
func (d *dialogue) describe(ctx context.Context, id int64) string {
	c, err := d.client.Chat(ctx, id)
	if err != nil {
		return number(id) + " (" + err.Error() + ")"
	}
	return named(c)
}

func named(c telegram.Chat) string {
	title := printable(c.Title)
	if c.Private() {
		return "the private chat with " + title
	}
	return "“" + title + "”"
}

// bind waits until somebody opens a new link, and keeps who and where. A code that has run out may be replaced.
func (d *dialogue) bind(ctx context.Context) error {
	for {
		code := newCode()
		d.codes = append(d.codes, code)
		d.say("Open one of these on the phone that shall get alerts:")
		d.advise("for a private chat:  https://t.me/%s?start=%s", d.me.Username, code)
		d.advise("to choose a group:   https://t.me/%s?startgroup=%s", d.me.Username, code)
		d.say("Whoever opens it first may press the buttons, and that chat is told. It holds for %s. Waiting...", lasting(d.CodeLife))
		found, err := d.await(ctx, code)
		switch {
		case err == nil:
			return d.settle(ctx, found)
		case ctx.Err() != nil:
			return ctx.Err()
		case !errors.Is(err, context.DeadlineExceeded):
			return err
		}
		again, err := d.confirm(ctx, "Nobody opened it, and its time is over. Make a new one?", true)
		if err != nil {
			return err
		}
		if !again {
			return ErrStopped
		}
	}
}

// lasting is a duration as people say it.
func lasting(d time.Duration) string {
	if d >= time.Minute {
		return strconv.Itoa(int(d/time.Minute)) + " minutes"
	}
	return d.String()
}

// settle keeps who opened the link and where, and says so there. Its language is what the person's Telegram speaks.
func (d *dialogue) settle(ctx context.Context, f found) error {
	if f.passed > 0 {
		d.say("Other messages passed over: %d.", f.passed)
	}
	told, allowed := d.value(chats), d.value(operators)
	if d.anew {
		told, allowed, d.anew = "", "", false
	}
	if err := d.keep(chats, added(told, f.at.String())); err != nil {
		return err
	}
	if f.person.ID == 0 { // an anonymous administrator, let in by who is an operator already
		d.say("%s is told.", named(f.chat))
	} else {
		d.say("%s opened it: may press the buttons, and %s is told.", printable(f.person.Name), named(f.chat))
		if err := d.keep(operators, added(allowed, number(f.person.ID))); err != nil {
			return err
		}
	}
	if d.value(language) == "" {
		if err := d.keep(language, spoken(f.person.Language)); err != nil {
			return err
		}
	}
	return d.write(ctx, f.at, d.voice().Bound())
}

// spoken is one of the languages that greenwatch speaks, the nearest to what Telegram says of a person. Of a time zone
// Telegram says nothing: https://core.telegram.org/bots/api#user.
func spoken(code string) string {
	if tag, ok := words.Language(code); ok {
		return tag
	}
	return words.Languages()[0]
}

func (d *dialogue) voice() words.Voice {
	return words.Voice{Language: d.value(language), Now: time.Now()}
}

// write sends a message as every alert is sent, and says on the terminal where that fails.
func (d *dialogue) write(ctx context.Context, to telegram.Address, m words.Message) error {
	if err := d.client.Turn(ctx, to.Chat, telegram.ForNote); err != nil {
		return err
	}
	_, err := d.client.Send(ctx, telegram.Message{To: to, HTML: m.HTML})
	if err != nil && ctx.Err() == nil {
		d.say("Telegram does not let the bot write there: %v", err)
		d.advise("In the group, allow members to write, or make the bot an administrator; then call greenwatch init again.")
	}
	return ctx.Err()
}
