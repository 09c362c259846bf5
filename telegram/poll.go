package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	pollHold     = 50 * time.Second // the longest that Telegram holds an empty answer back
	pollTimeout  = pollHold + 15*time.Second
	pollPause    = time.Second // after an answer that came at once and brought nothing new
	maxBackoff   = 30 * time.Second
	farewell     = 3 * time.Second
	rememberSize = 512
)

// allowedUpdates is sent with every poll: Telegram keeps what was last set, also by an earlier program.
const allowedUpdates = `["message","callback_query","my_chat_member"]`

// Poll asks Telegram for updates and hands them to handle one after another until ctx ends, when it returns nil.
// Whatever goes wrong it goes on, ever more slowly up to 30 s; see Options.OnTrouble.
//
// An update is confirmed to Telegram only after handle has returned, and not where ctx ended meanwhile: it comes again
// after a restart. A panic of handle is logged and the update counts as handled. Run one Poll at a time for one bot.
func (c *Client) Poll(ctx context.Context, handle func(context.Context, Update)) error {
	p := &poller{Client: c, handle: handle, seen: map[sighting]bool{}, seed: maphash.MakeSeed()}
	for ctx.Err() == nil {
		began := time.Now()
		news, err := p.once(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			p.report(err)
			sleep(ctx, p.nextDelay(err))
		default:
			p.failures = 0
			p.report(nil)
			if news == 0 && time.Since(began) < pollPause {
				sleep(ctx, pollPause)
			}
		}
	}
	p.farewell(ctx)
	return nil
}

// poller is the state of one Poll.
type poller struct {
	*Client
	handle      func(context.Context, Update)
	offset      int64 // what the next poll confirms is all before it; 0 before the first update
	unconfirmed bool  // something was handled since the last poll
	failures    int
	trouble     Class // as it was last reported
	seen        map[sighting]bool
	order       []sighting // of seen, the oldest first
	seed        maphash.Seed
}

// sighting is an update that has been handed on. The id alone would not do: after a quiet week ids begin again anywhere.
type sighting struct {
	id      int64
	content uint64
}

// once polls once, handles what came and says how many updates were new.
func (p *poller) once(ctx context.Context) (news int, err error) {
	me := p.me.Load()
	if me == nil { // commands cannot be told from other bots' without the name
		asked, err := p.Me(ctx)
		if err != nil {
			return 0, err
		}
		me = &asked
	}
	pollCtx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	batch, err := p.updates(pollCtx, pollHold)
	if err != nil {
		return 0, err
	}
	p.unconfirmed = false
	for _, raw := range batch {
		if ctx.Err() != nil {
			return news, nil // the rest comes again
		}
		if p.take(ctx, raw, me.Username) {
			news++
		}
	}
	return news, nil
}

func (p *poller) updates(ctx context.Context, hold time.Duration) ([]json.RawMessage, error) {
	params := tgbotapi.Params{
		"timeout":         strconv.Itoa(int(hold / time.Second)),
		"allowed_updates": allowedUpdates,
	}
	params.AddNonZero64("offset", p.offset)
	var batch []json.RawMessage
	err := p.exchange(ctx, request{method: "getUpdates", params: params}, &batch)
	return batch, err
}

// take hands one update on, unless it was before, and reports whether it was new. Whatever the update is, the offset
// goes behind it: one that cannot be read must not keep the others back, and a lower id than the last is no mistake.
func (p *poller) take(ctx context.Context, raw json.RawMessage, username string) bool {
	var head struct {
		ID int64 `json:"update_id"`
	}
	_ = json.Unmarshal(raw, &head) // decodeUpdate says what is wrong
	isNew := p.remember(sighting{head.ID, maphash.Bytes(p.seed, raw)})
	if isNew {
		p.show(ctx, raw, username)
		if ctx.Err() != nil {
			return true // perhaps not finished: it comes again
		}
	}
	if head.ID != 0 {
		p.offset, p.unconfirmed = head.ID+1, true
	}
	return isNew
}

// show calls handle, and counts what cannot be handled.
func (p *poller) show(ctx context.Context, raw json.RawMessage, username string) {
	update, err := decodeUpdate(raw, username)
	if err != nil {
		p.skipped.Add(1)
		p.log.ErrorContext(ctx, "update skipped", slog.Int64("update_id", update.ID), slog.Any("error", err))
		return
	}
	defer func() {
		if reason := recover(); reason != nil {
			p.skipped.Add(1)
			p.log.ErrorContext(ctx, "handling an update panicked", slog.Int64("update_id", update.ID),
				slog.String("panic", p.redact(fmt.Sprint(reason))), slog.String("stack", string(debug.Stack())))
		}
	}()
	p.handle(ctx, update)
}

// remember reports whether s is new, and keeps the last rememberSize.
func (p *poller) remember(s sighting) bool {
	if p.seen[s] {
		return false
	}
	if len(p.order) == rememberSize {
		delete(p.seen, p.order[0])
		p.order = append(p.order[:0], p.order[1:]...)
	}
	p.seen[s] = true
	p.order = append(p.order, s)
	return true
}

// nextDelay is what Telegram asks for, or 1, 2, 4 … 30 s.
func (p *poller) nextDelay(err error) time.Duration {
	p.failures++
	backoff := min(time.Second<<min(p.failures-1, 10), maxBackoff)
	return max(backoff, retryAfter(err))
}

// report tells of trouble once as long as it stays the same, and of its end.
func (p *poller) report(err error) {
	if class := ClassOf(err); class != p.trouble {
		p.trouble = class
		p.onTrouble(err)
	}
}

// farewell confirms what was handled since the last poll, so that it does not come again after a restart. Should it
// fail, it does come again.
func (p *poller) farewell(ctx context.Context) {
	if !p.unconfirmed {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	_, _ = p.updates(ctx, 0)
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
