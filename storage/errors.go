package storage

import (
	"errors"
	"fmt"
)

// What can be wrong with the database itself; test with errors.Is. After each of them the change was not saved.
var (
	ErrBusy     = errors.New("the database is in use by another process")
	ErrFull     = errors.New("there is no space left for the database")
	ErrReadOnly = errors.New("the database cannot be written")
	ErrCorrupt  = errors.New("the database is damaged")
)

// failed wraps an error for the caller: what was being done, and which of this package's errors it is.
func (s *Store) failed(err error, doing string, args ...any) error {
	return fmt.Errorf("storage: "+doing+": %w", append(args, s.translate(err))...)
}

// translate says which of this package's errors an engine's error is.
func (s *Store) translate(err error) error {
	if kind := s.dialect.kind(err); kind != nil {
		return fmt.Errorf("%w: %w", kind, err)
	}
	return err
}
