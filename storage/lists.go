package storage

import (
	"context"
	"database/sql"

	"greenwatch/monitor"
)

// unlisted holds for a card k with more incidents than its message names, of which its file does not name all.
const unlisted = `k.size > 60 and k.listed < k.size`

// Unlisted are the cards in a chat with more than [monitor.MaxNamed] incidents whose file does not name all of them yet.
func (s *Store) Unlisted(ctx context.Context, to monitor.Address) ([]monitor.Card, error) {
	entries, err := list(ctx, s, scanCard, `
		select k.id, k.message_id, k.list_message, k.listed, e.subject, i.version, i.body
		from cards k join card_entries e on e.card = k.id
			join incidents i on i.subject = e.subject and i.number = e.incident
		where k.chat = $1 and k.topic = $2 and `+unlisted+`
		order by k.id, e.place`, to.Chat, to.Topic)
	if err != nil {
		return nil, s.failed(err, "reading cards without a list")
	}
	return grouped(entries, to), nil
}

// Listed says that a card's file, the message with this id, names all entries that the card has here; or text does. The
// card says where all are named, so it is stale where that has changed.
func (s *Store) Listed(ctx context.Context, card monitor.Card, messageID int) error {
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `update cards set listed = $1, list_message = $2 where id = $3`,
			len(card.Entries), messageID, card.ID)
		if err != nil || (messageID == monitor.ListedInText) == (card.List == monitor.ListedInText) {
			return err
		}
		_, err = tx.ExecContext(ctx, `update card_entries set shown = wanted - 1 where card = $1 and shown = wanted`, card.ID)
		return err
	})
	if err != nil {
		return s.failed(err, "keeping the list of card %d", card.ID)
	}
	return nil
}
