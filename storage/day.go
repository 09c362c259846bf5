package storage

import (
	"context"
	"database/sql"
	"time"

	"greenwatch/monitor"
)

// Day is what was done since a time.
func (s *Store) Day(ctx context.Context, since time.Time) (monitor.Day, error) {
	found, err := list(ctx, s, scanDay, `
		select w.sweeps, w.asked, n.alerts, n.slowest,
			(select coalesce(min(started_at), 0) from sweeps), (select coalesce(max(ended_at), 0) from sweeps)
		from
			(select count(*) as sweeps, cast(coalesce(sum(asked), 0) as bigint) as asked
				from sweeps where ended_at > $1 and asked > 0) w,
			(select count(distinct key) as alerts, coalesce(max(settled_at - at), 0) as slowest
				from notes where state = 'told' and chat <> 0 and kind <> 'report' and settled_at > $1) n`, millis(since))
	if err != nil {
		return monitor.Day{}, s.failed(err, "reading a day")
	}
	return found[0], nil
}

func scanDay(rows *sql.Rows) (monitor.Day, error) {
	var d monitor.Day
	var slowest, first, last int64
	err := rows.Scan(&d.Sweeps, &d.Asked, &d.Alerts, &slowest, &first, &last)
	d.Slowest, d.First, d.Last = time.Duration(slowest)*time.Millisecond, fromMillis(first), fromMillis(last)
	return d, err
}
