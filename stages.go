package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// stopWithin is how long the whole program may take to end.
const stopWithin = 10 * time.Second

// component runs until its context ends; it returns an error only for a bug of ours.
type component struct {
	name string
	run  func(ctx context.Context) error
}

// stage is what ends together. Stages end in order, so that nobody is left without those it hands its work to.
type stage []component

// runStages starts everything, waits until ctx ends or a component fails, and then ends one stage after another.
func runStages(ctx context.Context, log *slog.Logger, stages ...stage) error {
	failed := make(chan error, 1)
	running := make([]*runningStage, 0, len(stages))
	for _, s := range stages {
		running = append(running, startStage(ctx, s, failed))
	}
	var cause error
	select {
	case <-ctx.Done():
	case cause = <-failed:
		log.ErrorContext(ctx, "a component failed", "error", cause)
	}
	deadline := time.NewTimer(stopWithin)
	defer deadline.Stop()
	for _, s := range running {
		s.cancel()
		select {
		case <-s.ended:
		case <-deadline.C:
			return errors.Join(cause, fmt.Errorf("not ended within %s: %v", stopWithin, s.names))
		}
	}
	return cause
}

type runningStage struct {
	names  []string
	cancel context.CancelFunc
	ended  chan struct{}
}

func startStage(ctx context.Context, s stage, failed chan<- error) *runningStage {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &runningStage{cancel: cancel, ended: make(chan struct{})}
	var components sync.WaitGroup
	for _, c := range s {
		r.names = append(r.names, c.name)
		components.Go(func() {
			if err := c.run(ctx); err != nil {
				select {
				case failed <- fmt.Errorf("%s: %w", c.name, err):
				default:
				}
			}
		})
	}
	go func() {
		components.Wait()
		close(r.ended)
	}()
	return r
}
