package main

import (
	"context"
	"errors"
	"time"

	"greenwatch/web"
)

// readiness is true while the database answers, Telegram is heard and the sweeps end.
func (a *app) readiness() []web.Check {
	return []web.Check{
		{Name: "database", Check: func(ctx context.Context) error {
			if err := a.own.database.Failing(); err != nil {
				return err
			}
			return a.store.Ping(ctx)
		}},
		{Name: "connections", Check: func(context.Context) error { return a.own.sockets.Failing() }},
		{Name: "sweeps", Check: func(context.Context) error {
			if swept := a.watcher.Swept(); swept.IsZero() || a.pace.lag(swept, time.Now()) > 0 {
				return errors.New("no round over all instances has ended lately")
			}
			return nil
		}},
		{Name: "telegram", Check: func(context.Context) error {
			if err := a.polling.Load(); err != nil {
				return *err
			}
			return nil
		}},
	}
}

// pace is when sweeps should end.
type pace struct {
	started  time.Time
	schedule schedule
	timeout  time.Duration // of one check
}

// schedule is what says when sweeps begin.
type schedule interface {
	Next(after time.Time) time.Time
}

const firstSweep = time.Minute // how long the first one may take

// lag is how long the end of a sweep is overdue: the one after the last should have ended when the next one begins, and
// the answers under way then may still come.
func (p pace) lag(swept, now time.Time) time.Duration {
	due := p.started.Add(firstSweep)
	if !swept.IsZero() {
		due = p.schedule.Next(p.schedule.Next(swept))
	}
	return max(0, now.Sub(due.Add(p.timeout)))
}
