package storage

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"greenwatch/monitor"
)

// Change is what happens to one case. Its rule must not call the store.
type Change = monitor.Change

// Update lets fn change a case and saves it with fn's alerts, as a note for each chat that they concern, and with its
// actions, in one transaction. It returns the case as it is now. On an error nothing was saved.
func (s *Store) Update(ctx context.Context, id monitor.Subject, fn func(monitor.Case) (monitor.Case, monitor.Effects)) (monitor.Case, error) {
	cases, err := s.UpdateAll(ctx, []Change{{Subject: id, Apply: fn}})
	if err != nil {
		return monitor.Case{}, err
	}
	return cases[0], nil
}

// UpdateAll makes several changes, in their order, in one transaction: all of them or none. It returns the cases as they
// were after each change. A [monitor.RepeatedError] says that a press is wanted whose key was used long ago.
func (s *Store) UpdateAll(ctx context.Context, changes []Change) ([]monitor.Case, error) {
	var cases []monitor.Case
	var effects monitor.Effects
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		cases, effects, err = updateAll(ctx, tx, changes)
		return err
	})
	if again, is := errors.AsType[*monitor.RepeatedError](err); is {
		return nil, again // nothing of ours has failed
	}
	if err != nil {
		return nil, s.failed(err, "changing %d cases", len(changes))
	}
	s.announce(effects)
	return cases, nil
}

// announce says what a commit brought, if anything.
func (s *Store) announce(e monitor.Effects) {
	if s.committed != nil && (len(e.Alerts) > 0 || len(e.Actions) > 0) {
		s.committed(e)
	}
}

func updateAll(ctx context.Context, tx *sql.Tx, changes []Change) ([]monitor.Case, monitor.Effects, error) {
	var all monitor.Effects
	held, err := hold(ctx, tx, changes)
	if err != nil {
		return nil, all, err
	}
	cases := make([]monitor.Case, 0, len(changes))
	changed := false
	for _, change := range changes {
		h := held[change.Subject]
		after, effects := change.Apply(h.Case)
		saved, err := h.save(ctx, tx, after)
		if err != nil {
			return nil, all, err
		}
		if err := carryOut(ctx, tx, effects); err != nil {
			return nil, all, err
		}
		changed = changed || saved || len(effects.Alerts) > 0 || len(effects.Actions) > 0
		all.Alerts = append(all.Alerts, effects.Alerts...)
		all.Actions = append(all.Actions, effects.Actions...)
		cases = append(cases, h.Case)
	}
	if !changed {
		return cases, all, errUnchanged
	}
	return cases, all, nil
}

// hold loads the cases under their locks, in one order for everybody, so that two changes never wait for each other.
func hold(ctx context.Context, tx *sql.Tx, changes []Change) (map[monitor.Subject]*heldCase, error) {
	subjects := make([]monitor.Subject, 0, len(changes))
	for _, change := range changes {
		subjects = append(subjects, change.Subject)
	}
	slices.Sort(subjects)
	held := make(map[monitor.Subject]*heldCase, len(changes))
	for _, subject := range slices.Compact(subjects) {
		h, err := holdCase(ctx, tx, subject)
		if err != nil {
			return nil, err
		}
		held[subject] = h
	}
	return held, nil
}

func carryOut(ctx context.Context, tx *sql.Tx, effects monitor.Effects) error {
	for _, alert := range effects.Alerts {
		if err := fanOut(ctx, tx, alert); err != nil {
			return err
		}
	}
	for _, action := range effects.Actions {
		if err := saveAction(ctx, tx, action); err != nil {
			return err
		}
	}
	return nil
}
