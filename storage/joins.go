package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"greenwatch/monitor"
)

// Join lets notes of one chat be told by an edit of a message that is a card: it is stale from now on, and when it was
// shown they are told. Until a time they wait for that; after it, or once the card is no more, they are due as before. It
// reports whether there is that card.
func (s *Store) Join(ctx context.Context, messageID int, notes []monitor.Note, until time.Time) (bool, error) {
	joined := false
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var card, size int64
		to := notes[0].To
		card, size, err := cardOf(ctx, tx, to, messageID)
		if joined = card != 0; err != nil || !joined {
			return err
		}
		for _, n := range notes {
			_, err := tx.ExecContext(ctx, `update notes set card = $1, not_before = $2 where id = $3 and state = 'waiting'`,
				card, millis(until), n.ID)
			if err != nil {
				return err
			}
		}
		return addEntries(ctx, tx, card, size, begun(notes))
	})
	if err != nil {
		return false, s.failed(err, "joining %d notes to a card", len(notes))
	}
	return joined, nil
}

// begun are the notes whose message is a card of their incident.
func begun(notes []monitor.Note) []monitor.Note {
	var begun []monitor.Note
	for _, n := range notes {
		if n.CardOf() {
			begun = append(begun, n)
		}
	}
	return begun
}

// joined are the notes in a chat that wait for an edit of a card.
func (s *Store) joined(ctx context.Context, to monitor.Address) ([]monitor.Note, error) {
	return list(ctx, s, scanNote, readNotes+`
		where n.state = 'waiting' and n.card <> 0 and n.chat = $1 and n.topic = $2
		order by n.id`, to.Chat, to.Topic)
}

// Showing says that an edit of a card begins. Until its end is known, nobody knows whether it tells the notes of the card.
func (s *Store) Showing(ctx context.Context, card monitor.Card) error {
	if err := s.try(ctx, card.Notes, `card`); err != nil {
		return s.failed(err, "beginning to show card %d", card.ID)
	}
	return nil
}

// Unshown says that the edit of a card that was begun last was refused: it told nothing.
func (s *Store) Unshown(ctx context.Context, card monitor.Card) error {
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, n := range card.Notes {
			_, err := tx.ExecContext(ctx, `
				update notes set trying = 0 where id = $1 and state = 'waiting' and tries = $2`, n.ID, n.Tries+1) // not a later one
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return s.failed(err, "keeping that card %d was not shown", card.ID)
	}
	return nil
}

// Forget drops a card whose message is gone, so that the last try to edit it told nothing. Its notes stay, with the
// message's id.
func (s *Store) Forget(ctx context.Context, cardID int64) error {
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `update notes set trying = 0 where state = 'waiting' and card = $1 and card <> 0`, cardID)
		if err != nil {
			return err
		}
		return dropCards(ctx, tx, `id = $1`, cardID)
	})
	if err != nil {
		return s.failed(err, "forgetting card %d", cardID)
	}
	return nil
}

// dropCards is the only end of cards: what waits for an edit of one is due again, and marked if one may have told it.
func dropCards(ctx context.Context, tx *sql.Tx, which string, of int64) error {
	_, err := tx.ExecContext(ctx, `
		update notes set card = 0, not_before = 0
		where state = 'waiting' and card <> 0 and card in (select id from cards where `+which+`)`, of)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `delete from cards where `+which, of)
	return err
}

// cardOf is the card that a message is, and how many incidents it shows; 0: it is none.
func cardOf(ctx context.Context, tx *sql.Tx, to monitor.Address, messageID int) (id, size int64, err error) {
	err = tx.QueryRowContext(ctx, `select id, size from cards where chat = $1 and topic = $2 and message_id = $3`,
		to.Chat, to.Topic, messageID).Scan(&id, &size)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	return id, size, err
}
