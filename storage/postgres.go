package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

const (
	connectWithin = 10 * time.Second // where the address does not say it
	lookAfter     = 10 * time.Second
	readers       = 4
)

// writerLock is the number of the lock of whoever writes; the schema's number is added to it.
const writerLock = int64(0x67726e77) << 32

// writerSettings let the server notice within a minute that this machine is gone, since until then it keeps the lock for
// it; a lock that somebody else has is not waited for longer; and a commit is on the disk when it returns.
// https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-TCP-KEEPALIVES-IDLE
// https://www.postgresql.org/docs/current/runtime-config-wal.html#GUC-SYNCHRONOUS-COMMIT
const writerSettings = `
	set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3;
	set lock_timeout = '1s';
	select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`

func isPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// openPostgres connects. All changes are made over one connection, which holds the writer's lock: where it breaks, the
// lock is gone, and nothing can be saved before another connection has taken it again.
func (s *Store) openPostgres(ctx context.Context, o Options) error {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil { // which may quote the password
		return errors.New("DATABASE_URL cannot be read: want postgres://user:password@host:5432/database, " +
			"with a password's odd letters as in %2F, and after a question mark what libpq knows, as in sslmode=verify-full")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectWithin
	}
	s.dialect = dialect{goose: goose.DialectPostgres, kind: postgresKind, patience: 2 * time.Minute, lookAfter: lookAfter}
	s.db = sql.OpenDB(o.Wrap(stdlib.GetConnector(*config)))
	s.db.SetMaxOpenConns(readers)
	s.db.SetConnMaxIdleTime(time.Minute)
	s.writer = sql.OpenDB(o.Wrap(stdlib.GetConnector(*config, stdlib.OptionAfterConnect(claim))))
	s.writer.SetMaxOpenConns(1)
	if err := s.writer.PingContext(ctx); err != nil {
		return errors.Join(advise(s.translate(err)), s.Close())
	}
	return nil
}

// claim makes a new connection the one that writes, or closes it. The server lets go of a lock when it notices the end of
// the connection that had it, so a little is waited for it.
func claim(ctx context.Context, conn *pgx.Conn) error {
	var readOnly bool
	var schema int64
	_, err := conn.Exec(ctx, writerSettings)
	if err == nil {
		err = conn.QueryRow(ctx, `
			select current_setting('transaction_read_only') = 'on', oid::bigint from pg_namespace where nspname = current_schema()`).
			Scan(&readOnly, &schema)
	}
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		err = errors.New("none of the schemas in search_path exists")
	case readOnly:
		err = ErrReadOnly
	case err == nil:
		_, err = conn.Exec(ctx, `select pg_advisory_lock($1)`, writerLock+schema)
	}
	if err != nil {
		_ = conn.Close(ctx) // nothing was begun
	}
	return err
}

// advise says what to do about an error at the start. What the engine says names user, host and database, no password.
func advise(err error) error {
	advice := "correct DATABASE_URL"
	switch {
	case errors.Is(err, ErrBusy):
		advice = "stop the other greenwatch, or give this one a DATABASE_URL of its own; " +
			"one that lost its network holds it for up to a minute"
	case errors.Is(err, ErrReadOnly):
		advice = "name the primary server in DATABASE_URL, and let this user write"
	case errors.Is(err, ErrAway):
		advice = "start it, or correct DATABASE_URL"
	}
	return fmt.Errorf("%w; %s", err, advice)
}

// startGuard begins to look after the writer's connection, until the store is closed.
func (s *Store) startGuard(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	var guard sync.WaitGroup
	guard.Go(func() { s.guard(ctx) })
	s.stop = func() {
		cancel()
		guard.Wait()
	}
}

// guard looks after the writer's connection until ctx ends, so that the lock is taken again soon where it was lost.
func (s *Store) guard(ctx context.Context) {
	tick := time.NewTicker(s.dialect.lookAfter)
	defer tick.Stop()
	lost := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		switch err := s.ping(ctx); {
		case ctx.Err() != nil:
			return
		case err != nil && !lost:
			lost = true
			s.log.WarnContext(ctx, "database lost; nothing can be saved until it is back", "error", s.translate(err))
		case err == nil && lost:
			lost = false
			s.log.InfoContext(ctx, "database is back")
		}
	}
}

// postgresKind reads the SQLSTATE, and where the server said none, whether the way to it is broken.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func postgresKind(err error) error {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		return sqlstateKind(said.Code)
	}
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return nil
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, net.ErrClosed), errors.Is(err, pgconn.ErrConnClosed), errors.As(err, &network):
		return ErrAway
	}
	return nil
}

func sqlstateKind(code string) error {
	switch code {
	case "40001", "40P01", "55P03": // serialization failure, deadlock, lock not available
		return ErrBusy
	case "53100": // disk full
		return ErrFull
	case "25006", "42501": // read-only transaction, insufficient privilege
		return ErrReadOnly
	case "XX001", "XX002": // data corrupted, index corrupted
		return ErrCorrupt
	case "25P03", "53300", "57P01", "57P02", "57P03", "57P05": // no room, going down, coming up, idle for too long
		return ErrAway
	}
	if strings.HasPrefix(code, "08") { // connection exceptions
		return ErrAway
	}
	return nil
}
