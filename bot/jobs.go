package bot

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"greenwatch/telegram"
)

// kind is what a job is for. Each has places of its own in a chat, so that questions that wait for GREEN-API leave room
// for answers, and neither keeps a press unanswered.
type kind int

const (
	reacting  kind = iota // to a press: the word at once
	marking               // what was pressed with what came of it
	answering             // from what is known
	asking                // GREEN-API first
	changing              // what is kept; it is committed before the update loop goes on
	greeting              // outsiders, one at a time
)

// who asks. Operators have places of their own, and all outsiders share theirs, wherever they write.
type who int

const (
	outsider who = iota
	member       // of a chat that is told
	operator
)

// lane is what shares places.
type lane struct {
	chat int64 // 0: of all outsiders, or of nobody
	kind kind
	who  who
}

// places is how many jobs of a lane run at a time.
func (l lane) places() int {
	switch {
	case l.kind == greeting:
		return 1
	case l.who != outsider && (l.kind == reacting || l.kind == marking):
		return 32
	default:
		return 8
	}
}

// queue is how many jobs may wait for a place. Only those wait that a later one of the same key replaces.
const queue = 16

// time is after how long a job is given up. A mark outlasts the longest pause that Telegram may ask for.
func (k kind) time() time.Duration {
	switch k {
	case marking:
		return 10 * time.Minute
	case greeting:
		return 10 * time.Second
	default:
		return 2 * time.Minute
	}
}

// jobs is what is done beside the update loop.
type jobs struct {
	log     *slog.Logger
	mu      sync.Mutex
	lanes   map[lane]*share
	said    time.Time     // when it was last logged that some were not done
	dropped atomic.Uint64 // that were not done
	running sync.WaitGroup
}

// share is what of a lane's places is taken.
type share struct {
	running int
	waiting []job
}

type job struct {
	key any // what it answers: a later job with the same key replaces one that waits; nil: it does not wait
	do  func(ctx context.Context)
}

func newJobs(log *slog.Logger) *jobs { return &jobs{log: log, lanes: make(map[lane]*share)} }

// start runs a job beside the caller, at once or when a place gets free; false: the lane has its share already, and the
// job is not run.
func (j *jobs) start(ctx context.Context, l lane, next job) bool {
	runs, waits := j.enter(l, next)
	switch {
	case runs:
		j.running.Go(func() { j.work(ctx, l, next) })
	case !waits:
		j.drop(ctx, l)
	}
	return runs || waits
}

// work does a job, and then those that have waited for its place.
func (j *jobs) work(ctx context.Context, l lane, next job) {
	for more := true; more; next, more = j.leave(l) {
		j.guard(ctx, func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, l.kind.time())
			defer cancel()
			next.do(ctx)
		})
	}
}

func (j *jobs) enter(l lane, next job) (runs, waits bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.lanes[l]
	if s == nil {
		s = &share{}
		j.lanes[l] = s
	}
	if s.running < l.places() {
		s.running++
		return true, false
	}
	if next.key == nil {
		return false, false
	}
	for n, old := range s.waiting {
		if old.key == next.key {
			s.waiting[n] = next
			return false, true
		}
	}
	if len(s.waiting) == queue {
		return false, false
	}
	s.waiting = append(s.waiting, next)
	return false, true
}

// leave gives the place to the job that has waited longest; false: none has.
func (j *jobs) leave(l lane) (next job, more bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.lanes[l]
	if len(s.waiting) > 0 {
		next = s.waiting[0]
		s.waiting = append(s.waiting[:0], s.waiting[1:]...)
		return next, true
	}
	if s.running--; s.running == 0 {
		delete(j.lanes, l)
	}
	return job{}, false
}

// sayAgain is how long it is not logged again that some are not answered.
const sayAgain = 10 * time.Minute

// drop counts a job that is not done. A flood is a line of the log, and not a line each.
func (j *jobs) drop(ctx context.Context, l lane) {
	dropped := j.dropped.Add(1)
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.said.IsZero() && time.Since(j.said) < sayAgain {
		return
	}
	j.said = time.Now()
	j.log.WarnContext(ctx, "too much asked at a time, some are not answered",
		"chat", l.chat, "kind", int(l.kind), "who", int(l.who), "since_start", dropped)
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

// lane is where somebody's question in a chat has its places.
func (b *Bot) lane(chat int64, k kind, by telegram.Person) lane {
	switch {
	case !b.access.home(chat):
		return lane{kind: k}
	case b.access.operator(by):
		return lane{chat, k, operator}
	default:
		return lane{chat, k, member}
	}
}

// Unanswered counts the commands and presses since the start that were not answered, as there were too many at a time.
func (b *Bot) Unanswered() uint64 { return b.jobs.dropped.Load() }
