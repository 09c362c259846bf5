package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"greenwatch/monitor"
)

// Probe writes a little and commits it: reading alone does not see that the disk is full, or that nothing may be written;
// and looks whether the file is still the one that is written to.
func (s *Store) Probe(ctx context.Context) error {
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			insert into counters (name, value) values ('probe', $1) on conflict (name) do update set value = excluded.value`,
			time.Now().Unix())
		return err
	})
	if err == nil {
		err = s.inPlace(ctx, false)
	}
	if err != nil {
		return s.failed(err, "probing")
	}
	return nil
}

// FaultOf says in people's words what an error of this package comes from.
func FaultOf(err error) monitor.Fault {
	for _, kind := range []struct {
		err   error
		fault monitor.Fault
	}{
		{ErrCorrupt, monitor.FaultDamaged},
		{ErrFull, monitor.FaultFull},
		{ErrReadOnly, monitor.FaultReadOnly},
		{ErrBusy, monitor.FaultLocked},
		{ErrAway, monitor.FaultAway},
		{errCopied, monitor.FaultGoneKept},
		{ErrGone, monitor.FaultGone},
		{context.DeadlineExceeded, monitor.FaultAway},
	} {
		if errors.Is(err, kind.err) {
			return kind.fault
		}
	}
	return monitor.FaultOther
}
