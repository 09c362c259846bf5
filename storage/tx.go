package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

const tries = 3 // of a change that finds the database busy

// errUnchanged ends a change that has nothing to save.
var errUnchanged = errors.New("unchanged")

// change runs fn in a transaction, and again where another one was in the way. The caller's context bounds the wait for
// the database; once begun, a change goes to its end, so that its result is known.
func (s *Store) change(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	for try := 1; ; try++ {
		err := s.tryChange(ctx, fn)
		if err == nil || errors.Is(err, errUnchanged) {
			return nil
		}
		if try == tries || !errors.Is(s.translate(err), ErrBusy) || ctx.Err() != nil {
			return err
		}
	}
}

func (s *Store) tryChange(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx = context.WithoutCancel(ctx)
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := fn(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// collect reads all rows.
func collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// take reserves n numbers of a counter and gives the first. They rise in the order of the commits.
func take(ctx context.Context, tx *sql.Tx, counter string, n int) (int64, error) {
	var last int64
	err := tx.QueryRowContext(ctx, `
		insert into counters (name, value) values ($1, $2)
		on conflict (name) do update set value = counters.value + excluded.value
		returning value`, counter, n).Scan(&last)
	return last - int64(n) + 1, err
}

// millis is how a time is kept: never later than it is.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
