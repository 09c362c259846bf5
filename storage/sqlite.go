package storage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const memory = ":memory:"

// sqliteSettings are said, not assumed: a commit is on the disk when it returns.
// https://www.sqlite.org/pragma.html#pragma_synchronous
const sqliteSettings = "?_busy_timeout=5000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_txlock=immediate&_dqs=0&_error_rc=1"

// openSQLite opens the file, which nothing else in this process may open: closing any other descriptor of it would drop
// SQLite's locks. https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
func (s *Store) openSQLite(ctx context.Context, o Options) error {
	path, err := sqlitePath(o.URL)
	if err != nil {
		return err
	}
	if path != memory {
		if path, err = s.occupy(ctx, path); err != nil {
			return err
		}
	}
	file, err := sqlite.NewConnector(path + sqliteSettings)
	if err != nil {
		return errors.Join(err, s.release())
	}
	s.dialect = dialect{goose: goose.DialectSQLite3, kind: sqliteKind}
	s.db = sql.OpenDB(o.Wrap(remembering{file}))
	s.db.SetMaxOpenConns(1) // SQLite has one writer; a change must not find the database busy with our own
	s.writer = s.db
	if err := s.check(ctx); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", path, err), s.Close())
	}
	return nil
}

// occupy makes a file this process's own, if it is greenwatch's or new, and gives its one name without links.
func (s *Store) occupy(ctx context.Context, named string) (path string, err error) {
	if named, err = filepath.Abs(named); err != nil {
		return "", err
	}
	if err := ours(ctx, named); err != nil {
		return "", err
	}
	if _, err := os.Stat(named); errors.Is(err, fs.ErrNotExist) {
		warnOfCopies(ctx, named, s.log)
	}
	if path, err = makeFile(named); err != nil {
		return "", err
	}
	makePrivate(ctx, path, s.log)
	release, err := lockBoth(path)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", errors.Join(err, release())
	}
	s.release, s.place = release, &place{path: named, was: info}
	return path, nil
}

// sqlitePath is the file that an address names.
func sqlitePath(address string) (string, error) {
	path := address
	if strings.HasPrefix(address, "file:") {
		u, err := url.Parse(address)
		if err != nil {
			return "", fmt.Errorf("%s: %w", address, err)
		}
		if u.Host != "" || u.RawQuery != "" {
			return "", fmt.Errorf("%s: want a path without host and parameters, as in file:/var/lib/greenwatch.db", address)
		}
		if path, err = url.PathUnescape(u.Opaque + u.EscapedPath()); err != nil {
			return "", fmt.Errorf("%s: %w", address, err)
		}
	}
	if path == "" || strings.ContainsRune(path, '?') {
		return "", fmt.Errorf("%q: want the path of a file, without a question mark", address)
	}
	return path, nil
}

// makeFile makes the file where it is missing, readable by its owner alone, and gives its one name without links.
func makeFile(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	switch {
	case err == nil:
		err = f.Close()
	case errors.Is(err, fs.ErrExist):
		err = nil
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("%w: make the directory first", err)
	case errors.Is(err, fs.ErrPermission):
		err = fmt.Errorf("%w: let this user write the file and its directory", err)
	}
	if err != nil {
		return "", err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

// check looks for damage before anything is written, and whether anything can be.
func (s *Store) check(ctx context.Context) error {
	var found string
	err := s.db.QueryRowContext(ctx, `pragma quick_check(1)`).Scan(&found)
	if err == nil && found != "ok" {
		err = fmt.Errorf("%w: %s", ErrCorrupt, found)
	}
	if err == nil {
		err = s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `create table can_be_written (x integer)`) // beginning alone does not show it
			return cmp.Or(err, errUnchanged)
		})
	}
	return adviseOnFile(s.translate(err))
}

func adviseOnFile(err error) error {
	switch {
	case errors.Is(err, ErrCorrupt):
		return fmt.Errorf("%w; move it aside and keep it, with what begins with its name; then put a backup in its place, or nothing to begin anew", err)
	case errors.Is(err, ErrReadOnly):
		return fmt.Errorf("%w; let this user write the file and its directory", err)
	}
	return err
}

// sqliteKind reads the primary result code. https://www.sqlite.org/rescode.html
func sqliteKind(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrBusy
	case sqlite3.SQLITE_FULL:
		return ErrFull
	case sqlite3.SQLITE_READONLY:
		return ErrReadOnly
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrCorrupt
	default:
		return nil
	}
}
