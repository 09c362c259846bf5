// Package storage keeps what greenwatch must not forget: cases and their incidents, the notes and cards of the chats,
// actions, the audit log and the sweeps.
//
// An exported method is one transaction; an unexported helper takes part in its caller's. SQL is written in what SQLite
// and PostgreSQL have in common; what differs between them is in [dialect].
package storage

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/pressly/goose/v3"

	"greenwatch/monitor"
)

// Options say where the database is and who hears of its commits.
type Options struct {
	// URL is the database: the path of a file ("greenwatch.db", "file:/var/lib/greenwatch.db"), made where it is
	// missing; ":memory:" for one that ends with the process; or "postgres://user:password@host/database", which must
	// lead to the server, not to a pooler that shares sessions. Required. The password is in no error and no log line.
	URL string

	// Log gets what happens in passing. Nil: nobody.
	Log *slog.Logger

	// Committed is called after each commit that had effects, in the goroutine that made the change. Nil: nobody.
	Committed func(monitor.Effects)

	// Failed is called with each error that a method is about to return, unless its caller gave up. It must not block.
	// Nil: nobody.
	Failed func(error)

	// Wrap is put between the store and the engine, to measure what passes, or to break it. Nil: nothing.
	Wrap func(driver.Connector) driver.Connector
}

// Store is an open database. Its methods may be called from any goroutine.
type Store struct {
	db         *sql.DB // reads
	writer     *sql.DB // one connection, which makes all changes
	dialect    dialect
	stop       func()       // ends what runs by itself
	release    func() error // lets go of the database after it was closed
	place      *place       // of its file; nil: it has none
	log        *slog.Logger
	committed  func(monitor.Effects)
	forgetting forgetting
	damage     atomic.Pointer[error] // what was found damaged; nothing is written from then on
	onFailure  func(error)
}

// dialect is what differs between the engines.
type dialect struct {
	goose goose.Dialect
	kind  func(error) error // which of this package's errors an engine's error is; nil: none of them

	patience  time.Duration // with a change or a read that has begun; 0: until it ends
	lookAfter time.Duration // how often the writer's connection is looked after; 0: it does not break by itself
}

// Open opens the database and brings its schema up to date. It refuses a database that another process has open, that is
// damaged, or whose schema is newer than this program; the error says what to do, and nothing was changed. A server that
// does not answer is [ErrAway]: trying again may help.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.URL == "" {
		return nil, errors.New("storage: no database named: set DATABASE_URL, as in greenwatch.db")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Wrap == nil {
		o.Wrap = func(c driver.Connector) driver.Connector { return c }
	}
	s := &Store{
		stop: func() {}, release: func() error { return nil },
		log: o.Log, committed: o.Committed, onFailure: o.Failed,
		forgetting: forgetting{came: make(map[int]progress, len(ages))},
	}
	open := s.openSQLite
	if isPostgres(o.URL) {
		open = s.openPostgres
	}
	if err := open(ctx, o); err != nil {
		return nil, fmt.Errorf("storage: opening the database: %w", err)
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("storage: bringing the schema up to date: %w", err), s.Close())
	}
	if s.dialect.lookAfter > 0 {
		s.startGuard(context.WithoutCancel(ctx))
	}
	return s, nil
}

// Close closes the database and lets another process have it. No other method may be running, or be called afterwards;
// closing again does nothing.
func (s *Store) Close() error {
	s.stop()
	if err := s.inPlace(context.Background(), true); errors.Is(err, ErrGone) {
		s.log.ErrorContext(context.Background(), "what was written will not be found at the next start", "error", err)
	}
	s.place = nil
	if err := errors.Join(s.db.Close(), s.writer.Close(), s.release()); err != nil {
		return fmt.Errorf("storage: closing the database: %w", err)
	}
	return nil
}

// Ping begins a change, reads a little and gives the change up, to see that the database answers and would take one.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.ping(ctx); err != nil {
		return s.failed(err, "reading")
	}
	return nil
}

func (s *Store) ping(ctx context.Context) error {
	return s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var chats int
		err := tx.QueryRowContext(ctx, `select count(*) from chats`).Scan(&chats)
		return cmp.Or(err, errUnchanged)
	})
}
