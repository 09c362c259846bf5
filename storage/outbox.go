package storage

import (
	"context"
	"database/sql"
	"encoding/json"

	"greenwatch/monitor"
)

// fanOut makes a note of the alert for each chat that it concerns. A note that exists already stays as it is.
func fanOut(ctx context.Context, tx *sql.Tx, alert monitor.Alert) error {
	chats, err := audience(ctx, tx, alert)
	if err != nil || len(chats) == 0 {
		return err
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
		_, err := tx.ExecContext(ctx, `
			insert into notes (id, key, chat, topic, subject, incident, body, at, state,
				not_before, tries, trying, maybe_sent, settled_at, message_id, reason)
			values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, 0, 0, 0, 0, 0, '')
			on conflict (key, chat, topic) do nothing`,
			id, alert.Key, to.Chat, to.Topic, alert.Subject, alert.Incident, string(body), millis(alert.At))
		if err != nil {
			return err
		}
		id++
	}
	return nil
}

// audience is who is told: those who are named, else those subscribed, and of them only those who know of the incident
// where the alert follows its beginning.
func audience(ctx context.Context, tx *sql.Tx, alert monitor.Alert) ([]monitor.Address, error) {
	if len(alert.Only) > 0 {
		return alert.Only, nil
	}
	if !alert.Kind.Follows() {
		rows, err := tx.QueryContext(ctx, `select chat, topic from chats where subscribed = 1 order by chat, topic`)
		return collect(rows, err, scanAddress)
	}
	rows, err := tx.QueryContext(ctx, `
		select chat, topic from chats c
		where subscribed = 1 and exists (
			select 1 from notes n
			where n.subject = $1 and n.incident = $2 and n.chat = c.chat and n.topic = c.topic and n.state <> 'failed')
		order by chat, topic`, alert.Subject, alert.Incident)
	return collect(rows, err, scanAddress)
}

func scanAddress(rows *sql.Rows) (monitor.Address, error) {
	var to monitor.Address
	err := rows.Scan(&to.Chat, &to.Topic)
	return to, err
}
