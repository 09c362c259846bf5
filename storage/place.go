package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// place is where the file of the database is, and which file that was when it was opened: one that is deleted or replaced
// can be written for as long as it is open, and is lost with the process.
type place struct {
	path string // as it was named, so that a link that leads elsewhere by now is seen too
	was  os.FileInfo

	mu     sync.Mutex
	copied string    // what holds what the file held, while it is gone
	tried  time.Time // when the last copy was begun
}

// copyAgain is how long a copy that failed is not tried again.
const copyAgain = time.Minute

// check reports [ErrGone] where the file is not at its place.
func (p *place) check() error {
	is, err := os.Stat(p.path)
	switch {
	case err == nil && os.SameFile(is, p.was):
		return nil
	case err == nil:
		return fmt.Errorf("%w: another one is at %s", ErrGone, p.path)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%w: there is none at %s", ErrGone, p.path)
	default:
		return err
	}
}

// inPlace reports whether what is written will be found again. Where the file is gone, what it holds is copied beside its
// place, once, and again at the end.
func (s *Store) inPlace(ctx context.Context, end bool) error {
	p := s.place
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	gone := p.check()
	if !errors.Is(gone, ErrGone) {
		p.copied, p.tried = "", time.Time{}
		return gone
	}
	if end || p.copied == "" && time.Since(p.tried) >= copyAgain {
		p.tried = time.Now()
		to := cmp.Or(p.copied, p.path+".rescued-"+p.tried.Format(asideForm))
		if err := s.rescue(context.WithoutCancel(ctx), to); err != nil {
			return fmt.Errorf("%w; and what it held cannot be copied: %v", gone, err) //nolint:errorlint // it says nothing of the database itself
		}
		p.copied = to
		s.log.WarnContext(ctx, "what a deleted or replaced database held is copied", "database", p.path, "copy", to)
	}
	if p.copied == "" {
		return gone
	}
	return fmt.Errorf("%w; %w %s: stop greenwatch, then restore it", gone, errCopied, p.copied)
}

// rescue writes what is open into a file of its own.
func (s *Store) rescue(ctx context.Context, to string) error {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	part := to + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := copyOf(ctx, conn, part); err != nil {
		return err
	}
	return cmp.Or(os.Rename(part, to), flushFolder(filepath.Dir(to)))
}

// warnOfCopies says at a start without a database that there are copies of one that was deleted while it was open.
func warnOfCopies(ctx context.Context, path string, log *slog.Logger) {
	files, _ := os.ReadDir(filepath.Dir(path)) // whether it can be read shows when the file is made
	for _, f := range files {
		if strings.HasPrefix(f.Name(), filepath.Base(path)+".rescued-") {
			log.WarnContext(ctx, "beginning anew, beside a copy of a database that was deleted or replaced while greenwatch ran",
				"copy", filepath.Join(filepath.Dir(path), f.Name()))
		}
	}
}

// makePrivate takes from everybody but its owner the right to a file that is there, and to what belongs to it.
func makePrivate(ctx context.Context, path string, log *slog.Logger) {
	if runtime.GOOS == "windows" { // where files have no modes
		return
	}
	for _, end := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(path + end)
		if err != nil || info.Mode().Perm()&0o077 == 0 {
			continue
		}
		if err := os.Chmod(path+end, info.Mode().Perm()&^0o077); err != nil {
			log.WarnContext(ctx, "others than its owner may read the database", "file", path+end, "error", err)
			continue
		}
		log.InfoContext(ctx, "others than its owner could read the database, and cannot any more", "file", path+end)
	}
}
