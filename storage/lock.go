package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// lockBoth keeps other processes away for as long as this one lives: from the name, under which a restore puts another
// file, and from the file, which may have other names, and which stays when the lock beside it is deleted.
func lockBoth(path string) (release func() error, err error) {
	name, err := lockName(path)
	if err != nil {
		return nil, err
	}
	file, err := lockFile(path)
	if err != nil {
		return nil, errors.Join(err, name())
	}
	return sync.OnceValue(func() error { return errors.Join(file.Close(), name()) }), nil
}

// lockName locks a name. The lock is an open transaction on a second, empty database, because that is a lock on every
// system SQLite knows; the system drops it with the process.
func lockName(path string) (release func() error, err error) {
	name := path + ".lock"
	if _, err := makeFile(name); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name+"?_txlock=exclusive&_error_rc=1")
	if err != nil {
		return nil, err
	}
	held, err := db.BeginTx(context.Background(), nil)
	if err == nil {
		return sync.OnceValue(func() error { return errors.Join(held.Rollback(), db.Close()) }), nil
	}
	if errors.Is(sqliteKind(err), ErrBusy) {
		err = busy(path)
	} else {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return nil, errors.Join(err, db.Close())
}

// lockFile locks the file itself, where the system can. It is for whoever has the name: closing what it gives drops SQLite's
// own locks on the file, if this process has any.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: let this user write the file and its directory", err)
	}
	if taken(f) {
		return nil, errors.Join(busy(path), f.Close())
	}
	return f, nil
}

func busy(path string) error {
	return fmt.Errorf("%s: %w: stop the other greenwatch, or give this one a DATABASE_URL of its own", path, ErrBusy)
}

// locked reports whether another process has what [lockBoth] takes, and makes no file.
func locked(path string) (bool, error) {
	if _, err := os.Stat(path + ".lock"); errors.Is(err, fs.ErrNotExist) {
		return fileLocked(path), nil
	}
	release, err := lockName(path)
	switch {
	case errors.Is(err, ErrBusy):
		return true, nil
	case err != nil:
		return false, err
	}
	return fileLocked(path), release()
}

// fileLocked reports whether another process has the lock on the file itself. Like [lockFile] it is for whoever has the name.
func fileLocked(path string) bool {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false // it is not there, or who may not write it may not ask
	}
	defer func() { _ = f.Close() }()
	return taken(f)
}
