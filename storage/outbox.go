package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"slices"

	"greenwatch/monitor"
)

// fanOut makes a note of the alert for each chat that it concerns, and one for those outside. A note that exists already
// stays as it is.
func fanOut(ctx context.Context, tx *sql.Tx, alert monitor.Alert) error {
	chats, err := audience(ctx, tx, alert)
	if err != nil {
		return err
	}
	later, concerned, err := outsideAt(ctx, tx, alert, len(chats))
	if err != nil {
		return err
	}
	if concerned {
		chats = append(chats, monitor.Outside)
	}
	if len(chats) == 0 {
		return nil
	}
	body, err := json.Marshal(alert)
	if err != nil {
		return err
	}
	id, err := take(ctx, tx, "notes", len(chats))
	if err != nil {
		return err
	}
	for _, to := range chats {
		var notBefore int64
		if to == monitor.Outside {
			notBefore = later
		}
		_, err := tx.ExecContext(ctx, `
			insert into notes (id, key, chat, topic, subject, incident, kind, body, at, state,
				not_before, tries, trying, maybe_sent, settled_at, message_id, reason)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, 0, 0, 0, 0, 0, '')
			on conflict (key, chat, topic) do nothing`,
			id, alert.Key, to.Chat, to.Topic, alert.Subject, alert.Incident, alert.Kind, string(body), millis(alert.At), notBefore)
		if err != nil {
			return err
		}
		id++
	}
	return nil
}

// audience is who is told: those who are named, else those subscribed, and of them only those who know of the incident
// where the alert follows its beginning. For a chat that has become dead lately it waits, but for news of other such chats.
func audience(ctx context.Context, tx *sql.Tx, alert monitor.Alert) ([]monitor.Address, error) {
	if len(alert.Only) > 0 {
		return whereNow(ctx, tx, alert.Only)
	}
	died := millis(alert.At.Add(-monitor.Awaited)) // for those who died before, nothing waits any more
	if alert.Kind == monitor.ChatLost {
		died = math.MaxInt64
	}
	if !alert.Kind.Follows() {
		rows, err := tx.QueryContext(ctx, `
			select chat, topic from chats where subscribed = 1 and (dead_at = 0 or dead_at > $1) and chat <> 0 order by chat, topic`, died)
		return collect(rows, err, scanAddress)
	}
	rows, err := tx.QueryContext(ctx, `
		select chat, topic from chats c
		where subscribed = 1 and (dead_at = 0 or dead_at > $3) and chat <> 0 and exists (
			select 1 from notes n
			where n.subject = $1 and n.incident = $2 and n.chat = c.chat and n.topic = c.topic and n.state <> 'failed')
		order by chat, topic`, alert.Subject, alert.Incident, died)
	return collect(rows, err, scanAddress)
}

// whereNow gives the places as they are called now: a group that has become a supergroup has no topics.
func whereNow(ctx context.Context, tx *sql.Tx, places []monitor.Address) ([]monitor.Address, error) {
	now := make([]monitor.Address, 0, len(places))
	for _, to := range places {
		var moved int64
		err := tx.QueryRowContext(ctx, `select moved_to from chats where chat = $1 and moved_to <> 0`, to.Chat).Scan(&moved)
		switch {
		case err == nil:
			to = monitor.Address{Chat: moved}
		case !errors.Is(err, sql.ErrNoRows):
			return nil, err
		}
		if !slices.Contains(now, to) {
			now = append(now, to)
		}
	}
	return now, nil
}

func scanAddress(rows *sql.Rows) (monitor.Address, error) {
	var to monitor.Address
	err := rows.Scan(&to.Chat, &to.Topic)
	return to, err
}
