package bot

import (
	"context"
	"errors"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
)

// Prober finds out when a chat that could not be written to can be again. It writes nothing there: it shows that the bot
// is typing, which is refused where a message would be. All are tried at the start, and then each when its time comes.
type Prober struct{ Teller *Teller }

const (
	probeLook  = 10 * time.Second // between two looks for whom to try
	probeAgain = 30 * time.Second // and after a try without an answer
)

// Run probes until ctx ends.
func (p *Prober) Run(ctx context.Context) error {
	tried := make(map[monitor.Address]bool) // since the start
	for ctx.Err() == nil {
		wait := probeLook
		if err := p.look(ctx, tried); err != nil && ctx.Err() == nil {
			wait = probeAgain
			p.Teller.Log.WarnContext(ctx, "chats that could not be written to not tried", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
	return nil
}

// look tries those whose time has come, or that were not tried yet. One that brings no answer holds up no other.
func (p *Prober) look(ctx context.Context, tried map[monitor.Address]bool) error {
	chats, err := p.Teller.States.Chats(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range chats {
		switch {
		case c.Dead.IsZero():
			tried[c.Address] = true
		case !tried[c.Address], !time.Now().Before(c.ProbeAt):
			err := p.probe(ctx, c.Address)
			tried[c.Address] = tried[c.Address] || err == nil
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// probe tries one place; an error is no answer.
func (p *Prober) probe(ctx context.Context, to monitor.Address) error {
	err := p.Teller.Telegram.Typing(ctx, telegram.Address(to))
	if telegram.ClassOf(err) == telegram.TopicGone && to.Topic != 0 {
		err = p.Teller.Telegram.Typing(ctx, telegram.Address{Chat: to.Chat}) // where its messages go then
	}
	switch telegram.ClassOf(err) {
	case telegram.None:
		revived, err := p.Teller.States.ReviveChat(ctx, to.Chat)
		if revived {
			p.Teller.Log.InfoContext(ctx, "chat can be written to again, as far as can be seen", "chat", to.Chat)
		}
		return err
	case telegram.Retry, telegram.RetryAfter, telegram.BotDead, telegram.Conflict:
		return err
	case telegram.Migrated:
		p.Teller.chatChanged(ctx, to, err)
		return nil
	default:
		return p.Teller.States.LoseChat(ctx, lostChat(to, err))
	}
}

// lostChat says what of a chat is lost by a refusal: all of it, or the one place.
func lostChat(to monitor.Address, err error) monitor.LostChat {
	return monitor.LostChat{Address: to, Alone: telegram.ClassOf(err) != telegram.ChatDead, Why: err.Error()}
}
