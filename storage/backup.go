package storage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Backup writes the SQLite database at address, as it is after its last commit, into a new file that its owner alone can
// read. A greenwatch may be running on it, and is not held up. The copy is one file, checked and on the disk when Backup
// returns. A file that exists is never written over.
func Backup(ctx context.Context, address, file string) (Stock, error) {
	path, err := sqliteFile(address)
	if err != nil {
		return Stock{}, fmt.Errorf("storage: backing up: %w", err)
	}
	if _, err := os.Stat(path); err != nil {
		return Stock{}, fmt.Errorf("storage: backing up: %w", err)
	}
	// The name is taken first and filled last, so that it never has half a copy behind it.
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Stock{}, fmt.Errorf("storage: backing up: %w", err)
	}
	part, err := filepath.Abs(file + ".part")
	if err != nil {
		return Stock{}, fmt.Errorf("storage: backing up: %w", errors.Join(err, f.Close(), os.Remove(file)))
	}
	s, err := copyInto(ctx, path, part)
	if err = cmp.Or(err, f.Close()); err == nil {
		err = cmp.Or(os.Rename(part, file), flushFolder(filepath.Dir(file)))
	}
	if err != nil {
		return Stock{}, fmt.Errorf("storage: backing up %s: %w", path, errors.Join(err, os.Remove(file)))
	}
	return s, nil
}

// Restored is what a restore put in place.
type Restored struct {
	Stock
	Path  string // the database
	Aside string // the name under which the one before is kept; "" where there was none
}

// asideForm is a time in the name of a database that was moved aside.
const asideForm = "20060102-150405"

// Restore puts the backup in file into the place of the SQLite database at address. Nothing is lost by it: the backup is
// copied and stays, and the database before is moved aside. It refuses, and changes nothing, while a greenwatch is running
// on the database ([ErrBusy]), and where the file is damaged ([ErrCorrupt]), no database of greenwatch ([ErrForeign]) or of a
// newer one ([ErrNewer]).
func Restore(ctx context.Context, address, file string) (Restored, error) {
	r, err := restore(ctx, address, file)
	if err != nil {
		return Restored{}, fmt.Errorf("storage: restoring: %w", err)
	}
	return r, nil
}

func restore(ctx context.Context, address, file string) (r Restored, err error) {
	path, err := sqliteFile(address)
	if err != nil {
		return r, err
	}
	backup, err := os.Stat(file)
	if err != nil {
		return r, err
	}
	if present, err := os.Stat(path); err == nil && os.SameFile(present, backup) {
		return r, fmt.Errorf("%s is the database itself", file)
	}
	source, err := filepath.Abs(file)
	if err != nil {
		return r, err
	}
	if _, err := stockOf(ctx, source, "mode=ro"); err != nil {
		return r, fmt.Errorf("%s: %w", file, err)
	}
	if err := ours(ctx, path); errors.Is(err, ErrForeign) || errors.Is(err, ErrBusy) {
		return r, err
	}
	unlock, err := lockName(path)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	fresh := path + ".restoring"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a restore that was cut short
		return r, err
	}
	s, err := copyInto(ctx, source, fresh)
	if err != nil {
		return r, err
	}
	aside, err := moveAside(ctx, path, time.Now())
	if err != nil {
		return r, errors.Join(err, os.Remove(fresh))
	}
	err = cmp.Or(os.Rename(fresh, path), flushFolder(filepath.Dir(path)))
	return Restored{Stock: s, Path: path, Aside: aside}, err
}

// moveAside gives the database another name, with the files that belong to it. What is in its log is moved into it first,
// if it can be, so that the file alone is the whole. The log of one that was deleted must not be taken for another's.
func moveAside(ctx context.Context, path string, now time.Time) (string, error) {
	_, err := os.Stat(path)
	there := !errors.Is(err, fs.ErrNotExist)
	if there {
		emptyLog(ctx, path)
	}
	aside := path + ".before-restore-" + now.Format(asideForm)
	if _, err := os.Lstat(aside); err == nil {
		return "", fmt.Errorf("%s is there already", aside)
	}
	var moved []string
	for _, end := range []string{"-shm", "-wal", ""} {
		switch err := os.Rename(path+end, aside+end); {
		case err == nil:
			moved = append(moved, end)
		case errors.Is(err, fs.ErrNotExist) && (end != "" || !there):
		default:
			for _, end := range moved { // a log must stay with its database
				err = errors.Join(err, os.Rename(aside+end, path+end))
			}
			return "", err
		}
	}
	if !there {
		return "", nil
	}
	return aside, nil
}

// emptyLog moves what is in a database's log into it. A damaged one keeps its log.
func emptyLog(ctx context.Context, path string) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return
	}
	_, _ = db.ExecContext(ctx, `pragma wal_checkpoint(truncate)`)
	_ = db.Close()
}

// flushFolder has the names in a folder on the disk when it returns, on systems that can do that.
func flushFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	_ = f.Sync() // Windows cannot
	return f.Close()
}
