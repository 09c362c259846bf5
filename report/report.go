// Package report tells the chats once a day that greenwatch lives, in one line: a chat in which that line is missing is
// one in which alerts would be missing too.
package report

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"greenwatch/monitor"
)

// Store keeps what a day consisted of, and the report on it.
type Store interface {
	Day(ctx context.Context, since time.Time) (monitor.Day, error)
	Cases(ctx context.Context) ([]monitor.Case, error)
	UpdateAll(ctx context.Context, changes []monitor.Change) ([]monitor.Case, error)
}

// Options are what a Reporter needs; all are required.
type Options struct {
	At        Clock
	Instances func() []monitor.Instance // those that are watched now
	Policy    monitor.Policy
	Store     Store
	Log       *slog.Logger
}

// Clock is a time of day in a zone.
type Clock struct {
	Hour, Minute int
	Zone         *time.Location
}

// ParseClock reads a time of day such as 09:00.
func ParseClock(s string, zone *time.Location) (Clock, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return Clock{}, fmt.Errorf("report: %q is no time of day; want one as in 09:00", s)
	}
	return Clock{Hour: t.Hour(), Minute: t.Minute(), Zone: zone}, nil
}

// on is that time on the day of t.
func (c Clock) on(t time.Time) time.Time {
	t = t.In(c.Zone)
	return time.Date(t.Year(), t.Month(), t.Day(), c.Hour, c.Minute, 0, 0, c.Zone)
}

// Reporter reports.
type Reporter struct {
	Options
	began time.Time
	done  string // the date that needs no look any more
}

const (
	lookEvery = 10 * time.Second
	window    = 24 * time.Hour
)

// New makes a reporter.
func New(o Options) (*Reporter, error) {
	if o.At.Zone == nil || o.Instances == nil || o.Store == nil || o.Log == nil {
		return nil, errors.New("report: an option is missing")
	}
	return &Reporter{Options: o}, nil
}

// Run reports once a day until ctx ends: at the time, or later on that day if greenwatch was away then, once a sweep has
// ended. A day of which greenwatch saw nothing before the time has no report.
func (r *Reporter) Run(ctx context.Context) error {
	r.began = time.Now()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for failing := false; ; {
		err := r.look(ctx, time.Now())
		if err != nil && !failing && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "daily report not made, trying again", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
	}
}

func (r *Reporter) look(ctx context.Context, now time.Time) error {
	due := r.At.on(now)
	date := due.Format(time.DateOnly)
	if r.done == date || now.Before(due) {
		return nil
	}
	day, err := r.Store.Day(ctx, now.Add(-window))
	switch {
	case err != nil:
		return err
	case !day.Last.After(r.began):
		return nil // what is believed may be old
	case day.First.Before(due):
		if err := r.report(ctx, date, day, now); err != nil {
			return err
		}
	}
	r.done = date
	return nil
}

func (r *Reporter) report(ctx context.Context, date string, day monitor.Day, now time.Time) error {
	roll, err := r.roll(ctx)
	if err != nil {
		return err
	}
	scene := monitor.Scene{Now: now, Policy: r.Policy}
	_, err = r.Store.UpdateAll(ctx, []monitor.Change{{Subject: monitor.Self, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Report(date, roll, day, scene)
	}}})
	return err
}

// roll is how the instances are believed to be.
func (r *Reporter) roll(ctx context.Context) (monitor.Roll, error) {
	cases, err := r.Store.Cases(ctx)
	if err != nil {
		return monitor.Roll{}, err
	}
	believed := make(map[monitor.Subject]monitor.Finding, len(cases))
	for _, c := range cases {
		believed[c.Subject] = c.Belief.Finding
	}
	instances := r.Instances()
	roll := monitor.Roll{Total: len(instances)}
	for _, i := range instances {
		switch f := believed[i.ID.Subject()]; f.Verdict() {
		case monitor.Good:
			roll.Good++
		case monitor.Unseen:
		default:
			roll.Bad = append(roll.Bad, monitor.RollEntry{Instance: i.ID, Finding: f})
		}
	}
	return roll, nil
}
