// Soak runs the real binary for a long time between simulated services that break in every way they know, kills it now
// and then, and says at the end whether everything was told and whether it stayed small.
//
//	go run ./simulator/soak                              half an hour, 500 instances
//	go run ./simulator/soak -for 60s -instances 50       a look
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"time"
)

// options are what a run is made of.
type options struct {
	length    time.Duration
	instances int
	seed      uint64
	every     time.Duration // between two checks of everything
	rest      time.Duration // without faults, at the end
	keep      string        // the folder of the run; empty: a temporary one
}

func main() {
	var o options
	flag.DurationVar(&o.length, "for", 30*time.Minute, "how long")
	flag.IntVar(&o.instances, "instances", 500, "how many instances")
	flag.Uint64Var(&o.seed, "seed", rand.Uint64(), "what the accidents are drawn from")
	flag.DurationVar(&o.every, "every", 15*time.Second, "CHECK_SCHEDULE of the program, at least 5s")
	flag.StringVar(&o.keep, "keep", "", "a folder for the database and the log, made where it is missing; none: they are dropped")
	flag.Parse()
	o.rest = min(o.length/2, 5*time.Minute)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	good, err := soak(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil || !good {
		os.Exit(1)
	}
}

// soak reports whether everything was told and nothing grew.
func soak(ctx context.Context, o options, out io.Writer) (bool, error) {
	w, err := newWorld(ctx, o)
	if err != nil {
		return false, err
	}
	defer w.close()
	say := func(format string, args ...any) {
		_, _ = fmt.Fprintf(out, "%s  "+format+"\n", append([]any{time.Now().Format(time.TimeOnly)}, args...)...)
	}
	say("%s, %d instances, -seed %d", o.length, o.instances, o.seed)
	end := time.Now().Add(o.length)
	if err := w.program.start(); err != nil {
		return false, err
	}
	samples := make(chan series, 1)
	sampling, stopSampling := context.WithCancel(ctx)
	defer stopSampling()
	go func() { samples <- w.program.sample(sampling, min(10*time.Second, o.length/40)) }()
	if err := w.greeted(ctx); err != nil {
		return false, err
	}
	say("first sight is told; the storm begins")
	w.storm(ctx, end.Add(-o.rest))
	say("%d faults, %d kills, %d changes of state, %d commands; now it may rest", w.count.faults, w.count.kills, w.count.changes, w.count.commands)
	tally := w.settle(ctx, end)
	stopSampling()
	endErr := w.program.end()
	return verdict(out, w, tally, <-samples, endErr), ctx.Err()
}
