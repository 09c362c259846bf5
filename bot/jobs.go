package bot

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

const (
	jobsPerChat = 8               // more answers than this at a time are not given to one chat
	jobTime     = 2 * time.Minute // after which an answer is given up
)

// jobs are the answers under way.
type jobs struct {
	log     *slog.Logger
	mu      sync.Mutex
	perChat map[int64]int
	running sync.WaitGroup
}

func newJobs(log *slog.Logger) *jobs { return &jobs{log: log, perChat: make(map[int64]int)} }

// start runs do beside the caller; a chat that already has its share is not served.
func (j *jobs) start(ctx context.Context, chat int64, do func(ctx context.Context)) {
	if !j.begin(chat) {
		j.log.WarnContext(ctx, "too many answers under way, one not given", "chat", chat)
		return
	}
	j.running.Go(func() {
		defer j.end(ctx, chat)
		ctx, cancel := context.WithTimeout(ctx, jobTime)
		defer cancel()
		do(ctx)
	})
}

func (j *jobs) begin(chat int64) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.perChat[chat] >= jobsPerChat {
		return false
	}
	j.perChat[chat]++
	return true
}

func (j *jobs) end(ctx context.Context, chat int64) {
	if p := recover(); p != nil {
		j.log.ErrorContext(ctx, "answer panicked", "panic", p, "stack", string(debug.Stack()))
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.perChat[chat]--; j.perChat[chat] == 0 {
		delete(j.perChat, chat)
	}
}

func (j *jobs) wait() { j.running.Wait() }
