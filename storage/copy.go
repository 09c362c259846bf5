package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Stock is what a database of greenwatch holds.
type Stock struct {
	Size      int64 // bytes of a file, without what is not yet moved into it; 0 of a server
	Schema    int64 // the number of its last migration
	Cases     int   // instances, and other things that have a history
	Incidents int
	Notes     int
}

// ErrForeign is a file that is a database, but none of greenwatch.
var ErrForeign = errors.New("this is no database of greenwatch")

// ErrAltered is a database of greenwatch to which somebody has added something, or in which something was changed.
var ErrAltered = errors.New("the schema is not as greenwatch makes it")

// ErrNewer is a schema that this program does not know yet.
var ErrNewer = errors.New("the schema is newer than this greenwatch")

// KnownSchema is the number of the last migration that this program knows.
func KnownSchema() int64 {
	names, _ := fs.Glob(migrations, "migrations/*.sql") // the pattern is well formed
	var last int64
	for _, name := range names {
		number, _, _ := strings.Cut(filepath.Base(name), "_")
		n, _ := strconv.ParseInt(number, 10, 64)
		last = max(last, n)
	}
	return last
}

// sqliteFile is the file of an address, with links resolved; it need not exist. PostgreSQL and memory are refused.
func sqliteFile(address string) (string, error) {
	path, err := sqlitePath(address)
	switch {
	case isPostgres(address):
		return "", errors.New("this is a PostgreSQL server, which has tools of its own")
	case err != nil:
		return "", err
	case path == memory:
		return "", errors.New("a database in memory ends with its process")
	}
	if file, err := filepath.EvalSymlinks(path); err == nil {
		path = file
	}
	return filepath.Abs(path)
}

// reader is a connection that changes nothing. how is "mode=ro", which takes SQLite's locks as every reader does, or
// "immutable=1", which takes none and is for files that nobody writes.
func reader(path, how string) (*sql.DB, error) {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive's letter
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: how + "&_busy_timeout=5000&_error_rc=1"}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// stock looks for damage and counts what is there.
func stock(ctx context.Context, db *sql.DB) (Stock, error) {
	var s Stock
	var found string
	if err := db.QueryRowContext(ctx, `pragma quick_check(1)`).Scan(&found); err != nil {
		return s, named(err)
	}
	if found != "ok" {
		return s, fmt.Errorf("%w: %s", ErrCorrupt, found)
	}
	var tables int
	err := db.QueryRowContext(ctx, `
		select count(*) from sqlite_master
		where type = 'table' and name in ('goose_db_version', 'cases', 'incidents', 'notes')`).Scan(&tables)
	if err == nil && tables < 4 {
		return s, ErrForeign
	}
	if err == nil {
		err = count(ctx, db, &s)
	}
	if err == nil {
		err = wantUnaltered(ctx, db, s.Schema)
	}
	return s, named(err)
}

// count reads what both engines have. A schema that is newer is an error, as its numbers mean what we do not know.
func count(ctx context.Context, db *sql.DB, s *Stock) error {
	err := db.QueryRowContext(ctx, `select coalesce(max(version_id), 0) from goose_db_version where is_applied`).Scan(&s.Schema)
	switch {
	case err != nil:
		return err
	case s.Schema > KnownSchema():
		return fmt.Errorf("%w: it is %d, and %d is known here", ErrNewer, s.Schema, KnownSchema())
	}
	return db.QueryRowContext(ctx, `
		select (select count(*) from cases), (select count(*) from incidents), (select count(*) from notes)`).
		Scan(&s.Cases, &s.Incidents, &s.Notes)
}

// named says which of this package's errors an error of SQLite's is.
func named(err error) error {
	if kind := sqliteKind(err); kind != nil && !errors.Is(err, kind) {
		return fmt.Errorf("%w: %w", kind, err)
	}
	return err
}

// stockOf is stock of a file that nobody writes.
func stockOf(ctx context.Context, path, how string) (Stock, error) {
	db, err := reader(path, how)
	if err != nil {
		return Stock{}, err
	}
	defer func() { _ = db.Close() }() // nothing was written
	s, err := stock(ctx, db)
	if err != nil {
		return Stock{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return Stock{}, err
	}
	s.Size = info.Size()
	return s, nil
}

// copyInto is copyOf the database at from, which another process may be writing.
func copyInto(ctx context.Context, from, to string) (Stock, error) {
	db, err := reader(from, "mode=ro")
	if err != nil {
		return Stock{}, err
	}
	defer func() { _ = db.Close() }() // nothing was written
	return copyOf(ctx, db, to)
}

type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// copyOf writes what a database holds after its last commit into the new file at to, readable by its owner alone, sees that
// it is whole and on the disk, and leaves nothing behind if it is not.
// https://www.sqlite.org/lang_vacuum.html#vacuuminto
func copyOf(ctx context.Context, db execer, to string) (s Stock, err error) {
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return Stock{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(to))
		}
	}()
	if err := f.Close(); err != nil { // before SQLite has it open: closing a descriptor drops its locks
		return Stock{}, err
	}
	if _, err = db.ExecContext(ctx, `vacuum into $1`, to); err != nil {
		return Stock{}, named(err)
	}
	if s, err = stockOf(ctx, to, "immutable=1"); err != nil {
		return Stock{}, fmt.Errorf("the copy cannot be read: %w", err)
	}
	return s, flush(to)
}

// flush has a file that is open nowhere on the disk when it returns.
func flush(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
