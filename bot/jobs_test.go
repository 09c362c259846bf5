package bot

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestJobsAreBoundedEach(t *testing.T) {
	t.Parallel()
	j := newJobs(slog.New(slog.DiscardHandler))
	release := make(chan struct{})
	hang := job{do: func(context.Context) { <-release }}
	all := lane{1, answering, member}
	for range all.places() {
		if !j.start(t.Context(), all, hang) {
			t.Fatal("refused within its share")
		}
	}
	if j.start(t.Context(), all, hang) {
		t.Error("more than its share")
	}
	for _, other := range []lane{{1, reacting, member}, {1, answering, operator}, {2, answering, member}, {kind: answering}} {
		if !j.start(t.Context(), other, hang) {
			t.Errorf("%+v had to wait", other)
		}
	}
	close(release)
	j.wait()
	if len(j.lanes) != 0 || j.dropped.Load() != 1 {
		t.Errorf("still taken: %v, dropped %d", j.lanes, j.dropped.Load())
	}
}

// Of what waits for a place, a later job takes the place of an earlier one with its key; of more keys than may wait, the
// last are not done. That is logged once.
func TestWhatWaitsIsBoundedAndMerged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log safeBuffer
		j := newJobs(slog.New(slog.NewTextHandler(&log, nil)))
		var done []string // one place: one at a time
		refused := 0
		for n := range 10 * queue {
			for key := range queue + 5 {
				did := fmt.Sprintf("%d of %d", n, key)
				started := j.start(t.Context(), lane{kind: greeting}, job{key, func(ctx context.Context) {
					<-ctx.Done()
					done = append(done, did)
				}})
				if !started {
					refused++
				}
			}
		}
		began := time.Now()
		j.wait()
		if len(done) != queue+1 || done[0] != "0 of 0" || slices.Contains(done, "1 of 3") || !slices.Contains(done, fmt.Sprintf("%d of 3", 10*queue-1)) {
			t.Errorf("done: %q", done)
		}
		if took := time.Since(began); took != time.Duration(len(done))*greeting.time() {
			t.Errorf("they took %s", took)
		}
		if lines := strings.Count(log.String(), "too much asked"); lines != 1 || j.dropped.Load() != uint64(refused) || refused == 0 {
			t.Errorf("%d lines, %d of %d dropped", lines, j.dropped.Load(), refused)
		}
	})
}

// A place is given on after a panic.
func TestAPanicKeepsNoPlace(t *testing.T) {
	t.Parallel()
	j := newJobs(slog.New(slog.DiscardHandler))
	did := false
	first := make(chan struct{})
	j.start(t.Context(), lane{kind: greeting}, job{1, func(context.Context) { <-first; panic("boom") }})
	j.start(t.Context(), lane{kind: greeting}, job{2, func(context.Context) { did = true }})
	close(first)
	j.wait()
	if !did || len(j.lanes) != 0 {
		t.Errorf("done: %t, still taken: %v", did, j.lanes)
	}
}

func TestMarksMerge(t *testing.T) {
	t.Parallel()
	k := newMarks()
	at, other := spot{1, 2}, spot{1, 3}
	if !k.want(at, "a") || k.want(at, "b") || !k.want(other, "a") {
		t.Error("one works on each message")
	}
	if !k.wait(at) || k.take(at, "") != "b" || k.take(at, "b") != "b" {
		t.Error("not the last is made, or none again after a pause")
	}
	k.want(at, "b")
	k.made(at, "b")
	if k.wait(at) || k.want(at, "b") {
		t.Error("it is made again, though nothing changes")
	}
	if !k.want(at, "c") || !k.wait(at) {
		t.Error("another text is not made")
	}
	k.drop(at)
	if !k.want(at, "c") {
		t.Error("what was not made is not made later")
	}
	for n := range 3 * marksShown {
		k.made(spot{7, n}, "x")
	}
	if len(k.shown) != marksShown || len(k.order) != marksShown {
		t.Errorf("%d and %d are remembered", len(k.shown), len(k.order))
	}
}
