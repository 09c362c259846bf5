package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
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
		{Name: "chats", Check: func(ctx context.Context) error {
			some, nobody, err := a.untellable(ctx)
			if err = cmp.Or(err, nobody); err == nil && some != "" {
				return web.Remark(some)
			}
			return err
		}},
		{Name: "telegram", Check: func(context.Context) error {
			if err := a.polling.Load(); err != nil {
				return *err
			}
			return nil
		}},
	}
}

// untellable names the chats that refuse what they should be told; nobody is an error if those are all, and there is
// no other channel.
func (a *app) untellable(ctx context.Context) (some string, nobody, err error) {
	chats, err := a.store.Chats(ctx)
	if err != nil {
		return "", nil, err
	}
	refusing, all := monitor.Untellable(chats, time.Now())
	lines := make([]string, 0, len(refusing))
	for _, c := range refusing {
		lines = append(lines, refuses(c))
	}
	some = strings.Join(lines, "; ")
	if all && a.silence.channels == nil {
		nobody = errors.New("nobody can be told: " + some)
	}
	return some, nobody, nil
}

// refuses says in English what a chat refuses, since when, why, and when it is tried again.
func refuses(c monitor.Chat) string {
	name := telegram.Address(c.Address).String()
	if !c.Dead.IsZero() {
		return fmt.Sprintf("chat %s cannot be written to since %s (%s), tried again at %s", name, stamp(c.Dead), c.DeadWhy, stamp(c.ProbeAt))
	}
	again := "tried again and again"
	if !c.Refused.Again.IsZero() {
		again = "tried again at " + stamp(c.Refused.Again)
	}
	return fmt.Sprintf("chat %s has not taken %s since %s (%s), %s",
		name, plural(c.Refused.Waiting, "alert"), stamp(c.Refused.Since), c.Refused.Why, again)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

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
