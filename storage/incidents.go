package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"greenwatch/monitor"
)

// saveIncident keeps an incident that has changed; the cards that show it are stale from then on.
func saveIncident(ctx context.Context, tx *sql.Tx, c monitor.Case, body string) error {
	i := c.Incident
	var version int64
	err := tx.QueryRowContext(ctx, `
		insert into incidents (subject, number, opened_at, closed_at, version, body) values ($1, $2, $3, $4, 1, $5)
		on conflict (subject, number) do update set opened_at = excluded.opened_at, closed_at = excluded.closed_at,
			version = incidents.version + 1, body = excluded.body
		returning version`, c.Subject, i.Number, millis(i.Opened), millis(i.Ended()), body).Scan(&version)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `update card_entries set wanted = $1 where subject = $2 and incident = $3`,
		version, c.Subject, i.Number)
	return err
}

// Transitions are the last changes of what is believed of a subject, newest first, at most limit of them.
func (s *Store) Transitions(ctx context.Context, id monitor.Subject, limit int) ([]monitor.Transition, error) {
	found, err := list(ctx, s, scanJSON[monitor.Transition],
		`select body from transitions where subject = $1 order by id desc limit $2`, id, limit)
	if err != nil {
		return nil, s.failed(err, "reading transitions of %s", id)
	}
	return found, nil
}

func addTransition(ctx context.Context, tx *sql.Tx, was monitor.Case, to monitor.Belief) error {
	t := monitor.Transition{At: to.At, From: was.Belief.Finding, To: to}
	if t.At.IsZero() { // nothing is believed any more
		t.At = time.Now().UTC()
	}
	body, err := json.Marshal(t)
	if err != nil {
		return err
	}
	id, err := take(ctx, tx, "transitions", 1)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `insert into transitions (id, subject, at, body) values ($1, $2, $3, $4)`,
		id, was.Subject, millis(t.At), string(body))
	return err
}

func scanJSON[T any](rows *sql.Rows) (T, error) {
	var body string
	var value T
	if err := rows.Scan(&body); err != nil {
		return value, err
	}
	return value, json.Unmarshal([]byte(body), &value)
}
