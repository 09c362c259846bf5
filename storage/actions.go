package storage

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"greenwatch/monitor"
)

// runbook is who wanted what nobody by name did, as the audit log says it.
var runbook = monitor.Person{Name: "runbook"}

// saveAction keeps how far an action got. A new one is in the audit log from the same commit on. One that a person wants
// anew under the key of a former one is refused, whatever the case remembers: a key is used once.
func saveAction(ctx context.Context, tx *sql.Tx, a monitor.Action) error {
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	made, err := tx.ExecContext(ctx, `
		insert into actions (key, subject, state, at, body) values ($1, $2, $3, $4, $5) on conflict (key) do nothing`,
		a.Key, a.Subject, a.State, millis(a.At), string(body))
	if err != nil {
		return err
	}
	rows, err := made.RowsAffected()
	switch {
	case err != nil:
		return err
	case rows > 0:
		return audit(ctx, tx, a)
	case a.State == monitor.Wanted && !a.Automatic:
		return &monitor.RepeatedError{Action: a}
	}
	_, err = tx.ExecContext(ctx, `update actions set state = $1, body = $2 where key = $3`, a.State, string(body), a.Key)
	return err
}

func audit(ctx context.Context, tx *sql.Tx, a monitor.Action) error {
	by := a.By
	if a.Automatic {
		by = runbook
	}
	return addAudit(ctx, tx, monitor.AuditEntry{At: a.At, By: by, What: string(a.Verb), Subject: a.Subject, Where: a.To})
}

// Actions are those that got as far as state, oldest first.
func (s *Store) Actions(ctx context.Context, state monitor.ActionState) ([]monitor.Action, error) {
	found, err := list(ctx, s, scanJSON[monitor.Action], `select body from actions where state = $1`, state)
	if err != nil {
		return nil, s.failed(err, "reading actions")
	}
	slices.SortFunc(found, func(a, b monitor.Action) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Key, b.Key)) })
	return found, nil
}

// ActionsSince are those that were wanted since a time, oldest first.
func (s *Store) ActionsSince(ctx context.Context, at time.Time) ([]monitor.Action, error) {
	found, err := list(ctx, s, scanJSON[monitor.Action], `select body from actions where at >= $1 order by at, key`, millis(at))
	if err != nil {
		return nil, s.failed(err, "reading the last actions")
	}
	return found, nil
}

// Audit adds a line to the audit log.
func (s *Store) Audit(ctx context.Context, e monitor.AuditEntry) error {
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error { return addAudit(ctx, tx, e) })
	if err != nil {
		return s.failed(err, "adding to the audit log")
	}
	return nil
}

func addAudit(ctx context.Context, tx *sql.Tx, e monitor.AuditEntry) error {
	id, err := take(ctx, tx, "audit", 1)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		insert into audit (id, at, person, person_name, what, subject, chat, topic) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, millis(e.At), e.By.ID, readable(e.By.Name), readable(e.What), e.Subject, e.Where.Chat, e.Where.Topic)
	return err
}

// AuditLog is the end of the audit log, newest first, at most limit lines.
func (s *Store) AuditLog(ctx context.Context, limit int) ([]monitor.AuditEntry, error) {
	found, err := list(ctx, s, scanAudit, `
		select at, person, person_name, what, subject, chat, topic from audit order by id desc limit $1`, limit)
	if err != nil {
		return nil, s.failed(err, "reading the audit log")
	}
	return found, nil
}

func scanAudit(rows *sql.Rows) (monitor.AuditEntry, error) {
	var e monitor.AuditEntry
	var at int64
	err := rows.Scan(&at, &e.By.ID, &e.By.Name, &e.What, &e.Subject, &e.Where.Chat, &e.Where.Topic)
	e.At = fromMillis(at)
	return e, err
}
