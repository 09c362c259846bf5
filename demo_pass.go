package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"greenwatch/monitor"
)

const (
	demoLook = 5 * time.Second // for the look at a queue before time passes
	demoDay  = 24 * time.Hour
)

// pass has the program take it that time has passed for an instance: all that it remembers of it was so much earlier. So
// an hour, or the day after which messages are dropped, can be seen at once.
func (p *demoProgram) pass(ctx context.Context, id string, d time.Duration) error {
	a := p.app.Load()
	look, cancel := context.WithTimeout(ctx, demoLook)
	defer cancel()
	// What waits by now has waited for so long. Where that cannot be seen, it is as if nothing waited.
	_, _ = a.watcher.Queue(look, monitor.InstanceID(id))
	subject, busy := monitor.InstanceID(id).Subject(), false
	_, err := a.store.UpdateAll(ctx, []monitor.Change{{Subject: subject, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		if busy = c.Action.UnderWay(); busy {
			return c, monitor.Effects{}
		}
		return demoEarlier(c, d)
	}}})
	if busy {
		return errors.New("demo: a reboot is under way: time passes again when it is over")
	}
	if err != nil {
		return fmt.Errorf("demo: letting time pass: %w", err)
	}
	a.watcher.Nudge(subject)
	return nil
}

// rest has the program take it that a day has passed over all that is over: nothing was done lately that keeps it from
// doing the same again.
func (p *demoProgram) rest(ctx context.Context) error {
	a := p.app.Load()
	cases, err := a.store.Cases(ctx)
	if err != nil {
		return fmt.Errorf("demo: letting a day pass: %w", err)
	}
	acts, err := a.store.ActionsSince(ctx, time.Now().Add(-demoDay))
	if err != nil {
		return fmt.Errorf("demo: letting a day pass: %w", err)
	}
	var old monitor.Effects
	for _, act := range acts {
		if !act.UnderWay() {
			old.Actions = append(old.Actions, demoShift(act, demoDay))
		}
	}
	var changes []monitor.Change
	for _, c := range cases {
		effects := old
		old = monitor.Effects{} // once
		changes = append(changes, monitor.Change{Subject: c.Subject, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
			if c.Incident.Open() || c.Action.UnderWay() {
				return c, effects
			}
			return demoShift(c, demoDay), effects
		}})
	}
	if _, err := a.store.UpdateAll(ctx, changes); err != nil {
		return fmt.Errorf("demo: letting a day pass: %w", err)
	}
	for _, c := range cases {
		a.watcher.Nudge(c.Subject)
	}
	return nil
}

// demoEarlier is a case as if all that was kept of it had been so much earlier.
func demoEarlier(c monitor.Case, d time.Duration) (monitor.Case, monitor.Effects) {
	c = demoShift(c, d)
	if c.Action.Key == "" {
		return c, monitor.Effects{}
	}
	return c, monitor.Effects{Actions: []monitor.Action{c.Action}}
}

// demoShift is v with each time in it so much earlier.
func demoShift[T any](v T, d time.Duration) T {
	shift(reflect.ValueOf(&v).Elem(), d)
	return v
}

func shift(v reflect.Value, d time.Duration) {
	if at, isTime := v.Interface().(time.Time); isTime {
		if !at.IsZero() {
			v.Set(reflect.ValueOf(at.Add(-d)))
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			shift(field, d)
		}
	case reflect.Slice:
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		for i := range own.Len() {
			shift(own.Index(i), d)
		}
		if !v.IsNil() {
			v.Set(own)
		}
	}
}
