package storage

import (
	"context"
	"database/sql"

	"greenwatch/monitor"
)

// EndSweep keeps a sweep that has ended, and forgets a little of what is too old by then.
func (s *Store) EndSweep(ctx context.Context, sweep monitor.Sweep) error {
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			insert into sweeps (started_at, ended_at, asked, answered) values ($1, $2, $3, $4)
			on conflict (started_at) do update set ended_at = excluded.ended_at, asked = excluded.asked, answered = excluded.answered`,
			millis(sweep.Started), millis(sweep.Ended), sweep.Asked, sweep.Answered)
		return err
	})
	if err != nil {
		return s.failed(err, "keeping a sweep")
	}
	if err := s.forgetOld(ctx, sweep.Ended); err != nil {
		return s.failed(err, "forgetting what is old")
	}
	return nil
}

// LastSweep is the sweep that started last; the zero Sweep where there was none.
func (s *Store) LastSweep(ctx context.Context) (monitor.Sweep, error) {
	found, err := list(ctx, s, scanSweep, `
		select started_at, ended_at, asked, answered from sweeps order by started_at desc limit 1`)
	if err != nil {
		return monitor.Sweep{}, s.failed(err, "reading the last sweep")
	}
	if len(found) == 0 {
		return monitor.Sweep{}, nil
	}
	return found[0], nil
}

func scanSweep(rows *sql.Rows) (monitor.Sweep, error) {
	var started, ended int64
	var sweep monitor.Sweep
	err := rows.Scan(&started, &ended, &sweep.Asked, &sweep.Answered)
	sweep.Started, sweep.Ended = fromMillis(started), fromMillis(ended)
	return sweep, err
}
