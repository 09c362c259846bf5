package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"greenwatch/monitor"
)

// supervisor starts the program again where it hears nothing from it.
type supervisor struct {
	tell     func(state string) error // as sd_notify(3) has it
	patience time.Duration            // how long it waits for a sign of life; 0: it asks for none
}

// systemd is the supervisor that the environment names; nil: there is none.
func systemd() (*supervisor, error) {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return nil, nil //nolint:nilnil // a terminal and a container have none
	}
	patience, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		return nil, fmt.Errorf("systemd's watchdog: %w", err)
	}
	return &supervisor{patience: patience, tell: func(state string) error {
		_, err := daemon.SdNotify(false, state)
		return err
	}}, nil
}

const (
	standingEvery = 30 * time.Second // how often a supervisor without a watchdog is told how things stand
	stuckAfter    = 2 * time.Minute  // beyond the time that the work may take at its slowest
)

// attend tells the supervisor that everything runs, how it stands, that it lives, and that it ends.
func (a *app) attend(ctx context.Context) error {
	if a.supervisor == nil {
		return nil
	}
	every := standingEvery
	if a.supervisor.patience > 0 {
		every = a.supervisor.patience / 2
	}
	beat := time.NewTicker(every)
	defer beat.Stop()
	life := a.life()
	a.report(ctx, daemon.SdNotifyReady, a.standing())
	for lived := true; ; {
		select {
		case <-ctx.Done():
			a.report(ctx, daemon.SdNotifyStopping, "ending in order")
			return nil
		case <-beat.C:
		}
		stuck := life.stuck(time.Now(), a.excused())
		if stuck == nil {
			a.report(ctx, daemon.SdNotifyWatchdog, a.standing())
		} else if lived {
			a.log.ErrorContext(ctx, "stuck through a fault of our own; where a watchdog is set, systemd starts us again", "work", stuck)
		}
		lived = stuck == nil
	}
}

func (a *app) report(ctx context.Context, state, status string) {
	if err := a.supervisor.tell(state + "\nSTATUS=" + status); err != nil {
		a.log.WarnContext(ctx, "systemd not told", "error", err)
	}
}

// standing is a line for `systemctl status`.
func (a *app) standing() string {
	instances, good, unseen := a.instances(), 0, 0
	for _, i := range instances {
		switch a.watcher.Belief(i.ID).Verdict() {
		case monitor.Good:
			good++
		case monitor.Unseen:
			unseen++
		default:
		}
	}
	parts := []string{fmt.Sprintf("%d of %d numbers work", good, len(instances))}
	if unseen > 0 {
		parts = append(parts, fmt.Sprintf("%d not seen yet", unseen))
	}
	if a.own.database.Failing() != nil {
		parts = append(parts, "the database fails")
	}
	if a.polling.Load() != nil {
		parts = append(parts, "Telegram does not answer")
	}
	return strings.Join(parts, "; ")
}

// excused is true while what holds the work up is no fault that a restart puts right, or there is none to do.
func (a *app) excused() bool {
	return len(a.instances()) == 0 || a.own.database.Failing() != nil || a.own.sockets.Failing() != nil
}

// life is everything that goes on for as long as the program is well, whether or not anybody answers it.
func (a *app) life() progresses {
	round := func(now time.Time) time.Duration {
		return a.pace.schedule.Next(a.pace.schedule.Next(now)).Sub(now) + a.pace.timeout + stuckAfter
	}
	return progresses{
		{name: "sweeps", mark: a.watcher.Swept, limit: round},
		{name: "checks", mark: a.lastReading, limit: round},
		{name: "relay", mark: a.relay.Looked, limit: func(time.Time) time.Duration { return relayIdle + stuckAfter }},
	}
}

// lastReading is when the instance was asked that has answered, or failed to, after all others.
func (a *app) lastReading() time.Time {
	var last time.Time
	for _, i := range a.instances() {
		if r, ok := a.watcher.Last(i.ID); ok && r.At.After(last) {
			last = r.At
		}
	}
	return last
}

// progress is work that leaves a mark as it goes on.
type progress struct {
	name  string
	mark  func() time.Time
	limit func(now time.Time) time.Duration // how long it may stay the same

	seen, due time.Time
}

type progresses []*progress

// stuck names the work whose mark is older than its limit. Time in which it is excused does not count, nor does what the
// wall's clock is set by.
func (all progresses) stuck(now time.Time, excused bool) []string {
	var names []string
	for _, p := range all {
		if mark := p.mark(); excused || p.due.IsZero() || !mark.Equal(p.seen) {
			p.seen, p.due = mark, now.Add(p.limit(now))
		}
		if !now.Before(p.due) {
			names = append(names, p.name)
		}
	}
	return names
}
