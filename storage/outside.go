package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"greenwatch/monitor"
)

// ends holds for the kinds of [monitor.AlertKind.Ends].
const ends = `('resolved', 'proved', 'dropped', 'pool_up')`

// dueOutside holds for a note n to [monitor.Outside] that may be told at $1. What follows within an incident goes along
// with what is due, as one message shows the incident as it stands; and when some alert has waited for too long, so does
// every other one that a chat failed to take.
const dueOutside = `n.not_before <= $1 or n.incident > 0 and exists (
	select 1 from notes e
	where e.state = 'waiting' and e.chat = 0 and e.topic = 0 and e.subject = n.subject and e.incident = n.incident
		and e.not_before <= $1)
or exists (
	select 1 from notes e
	where e.state = 'waiting' and e.chat = 0 and e.topic = 0 and e.not_before <> 0 and e.not_before <= $1)
and exists (
	select 1 from notes c
	where c.key = n.key and c.chat <> 0 and c.state = 'waiting' and c.tries > c.trying)`

// TellOutside says how long after an alert [monitor.Outside] is told of it, if that is subscribed: by then every chat has
// been told, or the channels outside are.
func (s *Store) TellOutside(ctx context.Context, after time.Duration) error {
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `update chats set later = $1 where chat = 0 and topic = 0`, after.Milliseconds())
		return err
	})
	if err != nil {
		return s.failed(err, "keeping when others are told")
	}
	return nil
}

// deadChats counts the chats that are not told though they should be.
const deadChats = `select count(*) from chats d where d.chat <> 0 and d.subscribed = 1 and d.dead_at <> 0`

// outsideAt says whether an alert must be told to [monitor.Outside], and not before when. Where no chat is concerned, or
// one is dead, nothing is waited for. What ends an incident concerns those who know of it, or are about to, and is not late for them.
func outsideAt(ctx context.Context, tx *sql.Tx, alert monitor.Alert, chats int) (notBefore int64, concerned bool, err error) {
	if !alert.GoesOutside() {
		return 0, false, nil
	}
	var later int64
	var dead int
	err = tx.QueryRowContext(ctx, `
		select later, (`+deadChats+`) from chats where chat = 0 and topic = 0 and subscribed = 1`).Scan(&later, &dead)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if notBefore = millis(alert.At) + later; chats == 0 || dead > 0 {
		notBefore = 0
	}
	if err != nil || !alert.Kind.Ends() {
		return notBefore, err == nil, err
	}
	var told, waiting int
	err = tx.QueryRowContext(ctx, `
		select count(case when state = 'told' then 1 end), count(case when state = 'waiting' then 1 end) from notes
		where chat = 0 and topic = 0 and subject = $1 and incident = $2`, alert.Subject, alert.Incident).Scan(&told, &waiting)
	if told > 0 {
		notBefore = 0
	}
	return notBefore, told+waiting > 0, err
}

// spareOutside settles, after a chat was told, the notes to [monitor.Outside] of what every chat has been told by now;
// but the end of what was told outside is told there too.
func spareOutside(ctx context.Context, tx *sql.Tx, t monitor.Settlement) error {
	for _, n := range t.Notes {
		_, err := tx.ExecContext(ctx, `
			update notes set state = 'dropped', settled_at = $1, reason = 'told in Telegram'
			where key = $2 and chat = 0 and topic = 0 and state = 'waiting' and (`+deadChats+`) = 0
				and not exists (
					select 1 from notes c join chats s on s.chat = c.chat and s.topic = c.topic and s.subscribed = 1
					where c.key = $2 and c.chat <> 0 and c.state <> 'told')
				and not (kind in `+ends+` and exists (
					select 1 from notes e
					where e.subject = notes.subject and e.incident = notes.incident and e.chat = 0 and e.topic = 0 and e.state = 'told'))`,
			millis(t.At), n.Alert.Key)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			update notes set state = 'dropped', settled_at = $1, reason = 'its beginning was told in Telegram'
			where chat = 0 and topic = 0 and state = 'waiting' and subject = $2 and incident = $3 and incident > 0
				and kind in `+ends+` and not exists (
					select 1 from notes e
					where e.chat = 0 and e.topic = 0 and e.subject = $2 and e.incident = $3
						and (e.state = 'told' or e.state = 'waiting' and e.kind not in `+ends+`))`,
			millis(t.At), n.Alert.Subject, n.Alert.Incident)
		if err != nil {
			return err
		}
	}
	return nil
}

// hurryOutside lets others be told at once of what a chat will never be told.
func hurryOutside(ctx context.Context, tx *sql.Tx, notes []monitor.Note) error {
	for _, n := range notes {
		_, err := tx.ExecContext(ctx, `
			update notes set not_before = 0 where key = $1 and chat = 0 and topic = 0 and state = 'waiting'`, n.Alert.Key)
		if err != nil {
			return err
		}
	}
	return nil
}

// holdBack lets notes wait that a chat does not have to take yet, and those to [monitor.Outside] for as much longer as ever.
func holdBack(ctx context.Context, tx *sql.Tx, t monitor.Settlement) error {
	for _, n := range t.Notes {
		_, err := tx.ExecContext(ctx, `
			update notes set not_before = $1 + case when chat = 0
				then coalesce((select later from chats where chat = 0 and topic = 0), 0) else 0 end
			where state = 'waiting' and not_before < $1 and (id = $2 or key = $3 and chat = 0 and topic = 0)`,
			millis(t.Until.Add(time.Millisecond-1)), n.ID, n.Alert.Key)
		if err != nil {
			return err
		}
	}
	return nil
}

// endOutside lets the end of what was just told outside be told there too, though a chat was told of it meanwhile.
func endOutside(ctx context.Context, tx *sql.Tx, notes []monitor.Note) error {
	for _, n := range notes {
		_, err := tx.ExecContext(ctx, `
			update notes set state = 'waiting', not_before = 0, settled_at = 0, reason = ''
			where chat = 0 and topic = 0 and subject = $1 and incident = $2 and incident > 0 and id > $3
				and kind in `+ends+` and state in ('waiting', 'dropped')`,
			n.Alert.Subject, n.Alert.Incident, n.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// failedLately is how long an alert that nobody could be told of counts as untold.
const failedLately = 24 * time.Hour

// triedFor is longer than any alert is tried before it is given up.
const triedFor = 48 * time.Hour

// Untold counts the alerts made before a time that a chat was not told of and nobody outside was either, though the chat
// can be written to; and those given up in the 24 hours before that time of which no other one was told.
func (s *Store) Untold(ctx context.Context, before time.Time) (int, error) {
	found, err := list(ctx, s, scanOne[int], `
		select count(distinct untold.key) from (
			select n.key
			from notes n join chats c on c.chat = n.chat and c.topic = n.topic and c.subscribed = 1
			where n.state = 'waiting' and n.at <= $1 and (n.not_before <= $1 or n.card <> 0 or n.refusals > 0) and c.dead_at = 0
				and not exists (select 1 from notes o where o.key = n.key and o.chat = 0 and o.state = 'told')
			union all
			select n.key
			from notes n join chats c on c.chat = n.chat and c.topic = n.topic and c.subscribed = 1
			where n.state = 'failed' and n.at <= $1 and n.at > $3 and n.settled_at > $2
				and not exists (select 1 from notes o where o.key = n.key and o.state = 'told')) untold`,
		millis(before), millis(before.Add(-failedLately)), millis(before.Add(-failedLately-triedFor)))
	if err != nil {
		return 0, s.failed(err, "counting what nobody was told")
	}
	return found[0], nil
}

func scanOne[T any](rows *sql.Rows) (T, error) {
	var value T
	return value, rows.Scan(&value)
}
