package storage

import (
	"context"
	"errors"
	"fmt"
)

// What can be wrong with the database itself; test with errors.Is. After each of them but ErrGone the change was not saved;
// only after ErrAway it may have been, if the connection broke during the commit.
var (
	ErrBusy     = errors.New("the database is in use by another process")
	ErrFull     = errors.New("there is no space left for the database")
	ErrReadOnly = errors.New("the database cannot be written")
	ErrCorrupt  = errors.New("the database is damaged")
	ErrAway     = errors.New("the database does not answer")
	ErrGone     = errors.New("the file of the database was deleted, moved or replaced") // all works until the end

	errCopied = errors.New("what it held is in") // goes with ErrGone
)

// failed wraps an error for the caller: what was being done, and which of this package's errors it is. It is reported
// here, and nowhere else.
func (s *Store) failed(err error, doing string, args ...any) error {
	err = s.translate(err)
	if errors.Is(err, ErrCorrupt) {
		s.damage.CompareAndSwap(nil, &err)
	}
	if s.onFailure != nil && !errors.Is(err, context.Canceled) {
		s.onFailure(err)
	}
	return fmt.Errorf("storage: "+doing+": %w", append(args, err)...)
}

// translate says which of this package's errors an engine's error is.
func (s *Store) translate(err error) error {
	if kind := s.dialect.kind(err); kind != nil && !errors.Is(err, kind) {
		return fmt.Errorf("%w: %w", kind, err)
	}
	return err
}
