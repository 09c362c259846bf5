package storage

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"greenwatch/monitor"
)

// Subscribe says which chats are told from now on: exactly these, or what they have become. One that was not told before is
// told of every incident that lasts and that it does not know. The others are kept, what waits for them is settled as
// failed, and their cards stay as they are.
func (s *Store) Subscribe(ctx context.Context, chats []monitor.Address) error {
	var effects monitor.Effects
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		effects = monitor.Effects{}
		rows, err := tx.QueryContext(ctx, `select chat, topic from chats where subscribed = 1`)
		before, err := collect(rows, err, scanAddress)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `update chats set subscribed = 0`); err != nil {
			return err
		}
		places, err := whereNow(ctx, tx, chats)
		if err != nil {
			return err
		}
		for _, to := range places {
			_, err := tx.ExecContext(ctx, `
				insert into chats (chat, topic, subscribed) values ($1, $2, 1)
				on conflict (chat, topic) do update set subscribed = 1`, to.Chat, to.Topic)
			if err != nil {
				return err
			}
			if to == monitor.Outside || slices.Contains(before, to) {
				continue
			}
			news, err := openAgain(ctx, tx, to, time.Now(), true)
			if err != nil {
				return err
			}
			effects.Alerts = append(effects.Alerts, news...)
		}
		_, err = tx.ExecContext(ctx, `
			update notes set state = 'failed', settled_at = $1, reason = 'no longer subscribed'
			where state = 'waiting' and exists (
				select 1 from chats c where c.chat = notes.chat and c.topic = notes.topic and c.subscribed = 0)`,
			millis(time.Now()))
		return err
	})
	if err != nil {
		return s.failed(err, "subscribing %d chats", len(chats))
	}
	s.announce(effects)
	return nil
}
