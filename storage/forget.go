package storage

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
)

// ages say for how long what is over is kept, in the order of forgetting. What is open, waits or is shown never goes.
//
// The key of a note or an action that was forgotten is not made again. It has the number of an incident, and the last
// incident of a subject is kept for ever, so that numbers only rise; or a count or a time; or it is a press's, which counts for a minute.
var ages = []age{
	aged("sweeps", "ended_at", 30*day, ``),
	{of: "incidents", since: "closed_at", kept: 7 * day, forget: `
		delete from cards
		where id in (
			select e.card from incidents i join card_entries e on e.subject = i.subject and e.incident = i.number
			where i.closed_at > $1 and i.closed_at <= $2)
		and not exists (
			select 1 from card_entries e join incidents i on i.subject = e.subject and i.number = e.incident
			where e.card = cards.id and (i.closed_at = 0 or i.closed_at > $3 or e.shown < e.wanted and exists (
				select 1 from chats c where c.chat = cards.chat and c.topic = cards.topic and c.subscribed = 1)))
		and not exists (select 1 from notes n where n.state = 'waiting' and n.card = cards.id)`},
	aged("notes", "settled_at", 90*day, `
		and state <> 'waiting'
		and not exists (select 1 from notes w where w.key = notes.key and w.state = 'waiting')
		and not exists (
			select 1 from incidents i
			where i.subject = notes.subject and i.number = notes.incident and (i.closed_at = 0 or i.closed_at > $3))`),
	aged("transitions", "at", year, ``),
	aged("actions", "at", year, `and state = 'ended'`),
	aged("audit", "at", 2*year, ``),
	aged("incidents", "closed_at", year, `
		and number < (select max(number) from incidents l where l.subject = incidents.subject)
		and not exists (select 1 from card_entries e where e.subject = incidents.subject and e.incident = incidents.number)
		and not exists (select 1 from notes n where n.subject = incidents.subject and n.incident = incidents.number)`),
}

// age is how old something may become.
type age struct {
	of, since string // the table and its column that says since when it is over; 0 there: it is not
	kept      time.Duration
	forget    string // deletes what is over since after $1 and until $2, and so before $3
}

func aged(of, since string, kept time.Duration, only string) age {
	return age{of, since, kept, `delete from ` + of + ` where ` + since + ` > $1 and ` + since + ` <= $2 and ` + since + ` <= $3 ` + only}
}

const (
	forgetAtOnce = 300       // rows that are looked at in one transaction
	forgetAgain  = time.Hour // after all that is old was looked at
)

// forgetting is how far the forgetting has come.
type forgetting struct {
	mu   sync.Mutex
	came map[int]progress // by the place in ages
}

type progress struct {
	to    int64 // what is over since then was looked at
	again time.Time
}

// forgetOld forgets a little of each kind that is old enough. Each sweep does it, so that a long history goes in days, and
// nobody waits for it.
func (s *Store) forgetOld(ctx context.Context, now time.Time) error {
	s.forgetting.mu.Lock()
	defer s.forgetting.mu.Unlock()
	var errs []error
	for n, a := range ages {
		came := s.forgetting.came[n]
		if now.Before(came.again) {
			continue
		}
		old := millis(now.Add(-a.kept))
		to, looked, err := s.forgetNext(ctx, a, came.to, old)
		switch {
		case err != nil:
			errs = append(errs, err)
		case looked < forgetAtOnce:
			s.forgetting.came[n] = progress{again: now.Add(forgetAgain)}
		default:
			s.forgetting.came[n] = progress{to: to}
		}
	}
	return errors.Join(errs...)
}

// forgetNext looks at what follows from a time on, and says how far it came and at how many.
func (s *Store) forgetNext(ctx context.Context, a age, from, old int64) (to int64, looked int, err error) {
	found, err := list(ctx, s, scanWindow, `
		select coalesce(max(w.since), 0), count(*)
		from (select `+a.since+` as since from `+a.of+` where `+a.since+` > $1 and `+a.since+` <= $2 order by 1 limit $3) w`,
		from, old, forgetAtOnce)
	if err != nil || found[0].count == 0 {
		return from, 0, err
	}
	to, looked = found[0].to, found[0].count
	return to, looked, s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, a.forget, from, to, old)
		return err
	})
}

// window is a run of rows in the order of their time.
type window struct {
	to    int64
	count int
}

func scanWindow(rows *sql.Rows) (window, error) {
	var w window
	err := rows.Scan(&w.to, &w.count)
	return w, err
}
