// Package storage keeps what greenwatch must not forget: cases and their incidents, the notes and cards of the chats,
// actions, the audit log and the sweeps.
//
// An exported method is one transaction; an unexported helper takes part in its caller's. SQL is written in what SQLite
// and PostgreSQL have in common; what differs between them is in [dialect].
package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/pressly/goose/v3"

	"greenwatch/monitor"
)

// Options say where the database is and who hears of its commits.
type Options struct {
	// URL is the database: the path of a file ("greenwatch.db", "file:/var/lib/greenwatch.db"), made where it is
	// missing, or ":memory:" for one that ends with the process. Required.
	URL string

	// Log gets what happens in passing. Nil: nobody.
	Log *slog.Logger

	// Committed is called after each commit that had effects, in the goroutine that made the change. Nil: nobody.
	Committed func(monitor.Effects)
}

// Store is an open database. Its methods may be called from any goroutine.
type Store struct {
	db        *sql.DB
	dialect   dialect
	release   func() error // lets go of the database after it was closed
	log       *slog.Logger
	committed func(monitor.Effects)
}

// dialect is what differs between the engines.
type dialect struct {
	goose goose.Dialect
	kind  func(error) error // which of this package's errors an engine's error is; nil: none of them
}

// Open opens the database and brings its schema up to date. It refuses a database that another process has open, that is
// damaged, or whose schema is newer than this program; the error says what to do, and nothing was changed.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.URL == "" {
		return nil, errors.New("storage: no database named: set DATABASE_URL, as in greenwatch.db")
	}
	if strings.HasPrefix(o.URL, "postgres://") || strings.HasPrefix(o.URL, "postgresql://") {
		return nil, errors.New("storage: PostgreSQL is not supported yet: set DATABASE_URL to the path of a file, as in greenwatch.db")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s, err := openSQLite(ctx, o.URL)
	if err != nil {
		return nil, fmt.Errorf("storage: opening the database: %w", err)
	}
	s.log, s.committed = o.Log, o.Committed
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("storage: bringing the schema up to date: %w", err), s.Close())
	}
	return s, nil
}

// Close closes the database and lets another process have it. No other method may be running, or be called afterwards;
// closing again does nothing.
func (s *Store) Close() error {
	if err := errors.Join(s.db.Close(), s.release()); err != nil {
		return fmt.Errorf("storage: closing the database: %w", err)
	}
	return nil
}

// Ping reads a little, to see that the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var chats int
	if err := s.db.QueryRowContext(ctx, `select count(*) from chats`).Scan(&chats); err != nil {
		return s.failed(err, "reading")
	}
	return nil
}
