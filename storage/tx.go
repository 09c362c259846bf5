package storage

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
)

const tries = 3 // of a change that another one was in the way of, or whose connection broke

// errUnchanged ends a change that has nothing to save.
var errUnchanged = errors.New("unchanged")

// change runs fn in a transaction, and again where another one was in the way or the connection broke before the commit.
// The caller's context bounds the wait for the database; once begun, a change goes to its end, so that its result is known.
func (s *Store) change(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	for try := 1; ; try++ {
		again, err := s.tryChange(ctx, fn)
		if err == nil || errors.Is(err, errUnchanged) {
			return nil
		}
		if !again || try == tries || ctx.Err() != nil {
			return err
		}
	}
}

// tryChange also says whether another try may do better. Where the answer to a commit is missing there is none: the change
// may have been saved.
func (s *Store) tryChange(ctx context.Context, fn func(context.Context, *sql.Tx) error) (again bool, err error) {
	if found := s.damage.Load(); found != nil {
		return false, *found
	}
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	ctx, cancel := s.bounded(context.WithoutCancel(ctx))
	defer cancel()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return s.is(err, ErrBusy, ErrAway), err
	}
	defer tx.Rollback()
	if err := fn(ctx, tx); err != nil {
		return s.is(err, ErrBusy, ErrAway), err
	}
	err = tx.Commit()
	return s.is(err, ErrBusy), err
}

// is reports whether an engine's error is one of these.
func (s *Store) is(err error, kinds ...error) bool {
	return err != nil && slices.Contains(kinds, s.dialect.kind(err))
}

// bounded ends with the engine's patience.
func (s *Store) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.dialect.patience == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, s.dialect.patience)
}

// list reads what one query finds.
func list[T any](ctx context.Context, s *Store, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	rows, err := s.db.QueryContext(ctx, query, args...)
	return collect(rows, err, scan)
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

// readable is a text that comes from outside, without what PostgreSQL does not take for one: a byte of zero, broken UTF-8.
func readable(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
