package storage

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"greenwatch/monitor"
)

// openAgain tells a place of every incident that people know of and that lasts, unless what waits for it does, or with
// known, what it was told.
func openAgain(ctx context.Context, tx *sql.Tx, to monitor.Address, now time.Time, known bool) ([]monitor.Alert, error) {
	rows, err := tx.QueryContext(ctx, `
		select subject from incidents i where closed_at = 0 and not exists (
			select 1 from notes n
			where n.subject = i.subject and n.incident = i.number and n.chat = $1 and n.topic = $2 and n.kind in `+begins+`
				and (n.state = 'waiting' or n.state = 'told' and $3 = 1))
		order by subject`, to.Chat, to.Topic, flag(known))
	subjects, err := collect(rows, err, func(rows *sql.Rows) (monitor.Subject, error) {
		var subject monitor.Subject
		err := rows.Scan(&subject)
		return subject, err
	})
	if err != nil {
		return nil, err
	}
	var alerts []monitor.Alert
	for _, subject := range subjects {
		c, err := holdCase(ctx, tx, subject)
		if err != nil {
			return nil, err
		}
		if alert, lasts := c.Again([]monitor.Address{to}, now); lasts {
			alerts = append(alerts, alert)
			if err := fanOut(ctx, tx, alert); err != nil {
				return nil, err
			}
		}
	}
	return alerts, nil
}

// begins holds for the kinds of [monitor.AlertKind.Begins].
const begins = `('opened', 'pool_down')`

// MoveChat makes to the chat that from has become, everywhere and at once: a group that is a supergroup now. Topics and
// messages do not come along, so its cards are new ones. Moving again changes nothing.
func (s *Store) MoveChat(ctx context.Context, from, to int64) error {
	now := time.Now()
	var effects monitor.Effects
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		effects = monitor.Effects{}
		if err := moveLanguage(ctx, tx, from, to); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `update chats set moved_to = $1 where chat = $2 and moved_to = 0 returning subscribed`, to, from)
		places, err := collect(rows, err, scanOne[bool])
		if err != nil || len(places) == 0 {
			return err // not one of ours, or moved already
		}
		if err := moveRows(ctx, tx, from, to); err != nil || !slices.Contains(places, true) {
			return err
		}
		effects.Alerts, err = openAgain(ctx, tx, monitor.Address{Chat: to}, now, false)
		return err
	})
	if err != nil {
		return s.failed(err, "moving a chat")
	}
	s.announce(effects)
	return nil
}

func moveRows(ctx context.Context, tx *sql.Tx, from, to int64) error {
	for _, statement := range []string{
		`insert into chats (chat, topic, subscribed, dead_at, dead_why)
			select $2, 0, max(subscribed), 0, '' from chats where chat = $1 group by chat
			on conflict (chat, topic) do update set subscribed = excluded.subscribed, dead_at = 0, dead_why = '',
				refused_at = 0, probes = 0, probe_at = 0`,
		`update chats set subscribed = 0 where chat = $1 and chat <> $2`,
		`update notes set chat = $2, topic = 0
			where chat = $1 and id in (select min(id) from notes where chat = $1 group by key) and not exists (
				select 1 from notes o where o.key = notes.key and o.chat = $2 and o.topic = 0)`,
	} {
		if _, err := tx.ExecContext(ctx, statement, from, to); err != nil {
			return fmt.Errorf("moving rows: %w", err)
		}
	}
	_, err := tx.ExecContext(ctx, `
		update notes set state = 'dropped', settled_at = $1, reason = 'waits in what the chat has become'
		where chat = $2 and state = 'waiting'`, millis(time.Now()), from)
	if err != nil {
		return fmt.Errorf("settling what was left behind: %w", err)
	}
	return dropCards(ctx, tx, `chat = $1`, from)
}

// Moves are the chats that have moved: the old id, and what it is now.
func (s *Store) Moves(ctx context.Context) (map[int64]int64, error) {
	pairs, err := list(ctx, s, func(rows *sql.Rows) ([2]int64, error) {
		var pair [2]int64
		err := rows.Scan(&pair[0], &pair[1])
		return pair, err
	}, `select chat, moved_to from chats where moved_to <> 0`)
	if err != nil {
		return nil, s.failed(err, "reading moved chats")
	}
	moves := make(map[int64]int64, len(pairs))
	for _, pair := range pairs {
		moves[pair[0]] = pair[1]
	}
	return moves, nil
}
