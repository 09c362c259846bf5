package bot

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// kind is what a job is for. Each has places of its own in a chat, so that questions that wait for GREEN-API leave room
// for answers, and neither keeps a press unanswered.
type kind int

const (
	reacting  kind = iota // to a press: the word at once, and the edit of what was pressed
	answering             // from what is known
	asking                // GREEN-API first
	changing              // what is kept; it is committed before the update loop goes on
)

// places is how many jobs of the kind one chat may have at a time.
func (k kind) places() int {
	if k == reacting {
		return 32
	}
	return 8
}

// jobTime is after how long a job is given up.
const jobTime = 2 * time.Minute

type lane struct {
	chat int64
	kind kind
}

// jobs is what is done beside the update loop.
type jobs struct {
	log     *slog.Logger
	mu      sync.Mutex
	taken   map[lane]int
	running sync.WaitGroup
}

func newJobs(log *slog.Logger) *jobs { return &jobs{log: log, taken: make(map[lane]int)} }

// start runs do beside the caller; false: the chat has its share already, and do is not run.
func (j *jobs) start(ctx context.Context, l lane, do func(ctx context.Context)) bool {
	if !j.enter(l) {
		j.log.WarnContext(ctx, "too much asked at a time, one not answered", "chat", l.chat, "kind", int(l.kind))
		return false
	}
	j.running.Go(func() {
		defer j.leave(l)
		ctx, cancel := context.WithTimeout(ctx, jobTime)
		defer cancel()
		j.guard(ctx, do)
	})
	return true
}

func (j *jobs) enter(l lane) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.taken[l] >= l.kind.places() {
		return false
	}
	j.taken[l]++
	return true
}

func (j *jobs) leave(l lane) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.taken[l]--; j.taken[l] == 0 {
		delete(j.taken, l)
	}
}

// guard runs do and survives its panic.
func (j *jobs) guard(ctx context.Context, do func(ctx context.Context)) {
	defer func() {
		if p := recover(); p != nil {
			j.log.ErrorContext(ctx, "answering panicked", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	do(ctx)
}

func (j *jobs) wait() { j.running.Wait() }
