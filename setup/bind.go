package setup

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"slices"

	"greenwatch/telegram"
)

// newCode is 128 random bits in the letters that a deep link takes: https://core.telegram.org/bots/features#deep-linking.
func newCode() string {
	bits := make([]byte, 16)
	_, _ = rand.Read(bits) // it cannot fail: the process would have ended
	return base64.RawURLEncoding.EncodeToString(bits)
}

// found is who opened a link, and where.
type found struct {
	person telegram.Person // zero: an anonymous administrator
	chat   telegram.Chat
	at     telegram.Address
	passed int // messages that were not this
}

// await hears what the bot is told until somebody sends the code, for as long as a code holds.
func (d *dialogue) await(ctx context.Context, code string) (found, error) {
	ctx, cancel := context.WithTimeout(ctx, d.CodeLife)
	defer cancel()
	heard, ended := make(chan *telegram.Incoming), make(chan struct{})
	go func() {
		defer close(ended)
		_ = d.client.Poll(ctx, func(ctx context.Context, u telegram.Update) { // which fails never
			if u.Message == nil {
				return
			}
			select {
			case heard <- u.Message:
			case <-ctx.Done():
			}
		})
	}()
	defer func() { <-ended }() // with what was heard confirmed
	defer cancel()
	for passed := 0; ; {
		select {
		case <-ctx.Done():
			return found{}, ctx.Err()
		case err := <-d.polled:
			d.deaf(err)
		case m := <-heard:
			person, ok := d.opens(m, code)
			if ok {
				return found{person: person, chat: m.Chat, at: m.Address, passed: passed}, nil
			}
			if !slices.Contains(d.codes[:len(d.codes)-1], m.Args) { // one that was used may be heard twice
				passed++
			}
		}
	}
}

// opens reports whether a message is the code, from somebody who may use it. The first code makes an operator, so that it
// takes a person; further ones are for the operators alone, also as anonymous administrators of their group, as nobody else
// has seen the code.
func (d *dialogue) opens(m *telegram.Incoming, code string) (telegram.Person, bool) {
	if m.Command != "start" || subtle.ConstantTimeCompare([]byte(m.Args), []byte(code)) != 1 {
		return telegram.Person{}, false
	}
	person, known := m.Author()
	allowed := fields(d.value(operators))
	if d.anew {
		allowed = nil
	}
	switch {
	case known && (len(allowed) == 0 || slices.Contains(allowed, number(person.ID))):
		return person, true
	case !known && m.SenderChat == m.Chat.ID && len(allowed) > 0:
		return telegram.Person{}, true
	case !known:
		d.say("The link was opened by somebody who is anonymous there. Open it in a private chat first.")
	}
	return telegram.Person{}, false
}

// deaf says why nothing is heard from Telegram, and that it is heard again.
func (d *dialogue) deaf(err error) {
	switch telegram.ClassOf(err) {
	case telegram.None:
		d.say("Telegram answers again.")
	case telegram.Conflict:
		d.say("Another program receives this bot's messages: %v", err)
		d.advise("Stop it (another greenwatch, perhaps a service), or make another bot for greenwatch. Still waiting...")
	default:
		d.say("Telegram does not answer: %v. Still waiting...", err)
	}
}
