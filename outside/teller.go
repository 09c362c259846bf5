package outside

import (
	"context"
	"errors"

	"greenwatch/monitor"
)

// Teller tells [monitor.Outside] what the relay has for it.
type Teller struct {
	Channels *Channels

	// Compose makes the next message of notes, as plain text, and says which of them it carries.
	Compose func(notes []monitor.Note) (text string, carried []monitor.Note)
}

// TurnToTell does not wait: channels have no turns.
func (t *Teller) TurnToTell(ctx context.Context, _ monitor.Address) error { return ctx.Err() }

// Tell sends one message through all channels. It is told when one of them took it.
func (t *Teller) Tell(ctx context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement {
	text, carried := t.Compose(notes)
	s := monitor.Settlement{To: to, Notes: carried, End: monitor.SettledTold}
	if err := t.Channels.Send(ctx, text); err != nil {
		s.End, s.Reason, s.MaybeSent = monitor.SettledAgain, err.Error(), errors.Is(err, ErrUncertain)
	}
	return s
}
