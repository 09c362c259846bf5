package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"greenwatch/monitor"
)

// Chats are the chats that are told, with what is known of them.
func (s *Store) Chats(ctx context.Context) ([]monitor.Chat, error) {
	chats, err := list(ctx, s, scanChat, `
		select chat, topic, dead_at, dead_why from chats where subscribed = 1 and chat <> 0 order by chat, topic`)
	if err != nil {
		return nil, s.failed(err, "reading the chats")
	}
	return chats, nil
}

func scanChat(rows *sql.Rows) (monitor.Chat, error) {
	var c monitor.Chat
	var dead int64
	err := rows.Scan(&c.Chat, &c.Topic, &dead, &c.DeadWhy)
	c.Dead = fromMillis(dead)
	return c, err
}

// LoseChat marks a chat as one that cannot be written to, with all its topics. What waits for it is settled as failed, and
// the other chats are told. A chat that is dead already stays as it is.
func (s *Store) LoseChat(ctx context.Context, chat int64, why string) error {
	now := time.Now()
	var effects monitor.Effects
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		effects = monitor.Effects{}
		done, err := tx.ExecContext(ctx, `update chats set dead_at = $1, dead_why = $2 where chat = $3 and subscribed = 1 and dead_at = 0`,
			millis(now), readable(why), chat)
		if err != nil {
			return err
		}
		if rows, err := done.RowsAffected(); err != nil || rows == 0 {
			return err
		}
		if err := failWaiting(ctx, tx, chat, now); err != nil {
			return err
		}
		alert := monitor.Lost(chat, readable(why), now)
		effects.Alerts = []monitor.Alert{alert}
		return fanOut(ctx, tx, alert)
	})
	if err != nil {
		return s.failed(err, "marking a chat as dead")
	}
	s.announce(effects)
	return nil
}

// failWaiting settles what a dead chat will not be told; others are told of it at once.
func failWaiting(ctx context.Context, tx *sql.Tx, chat int64, now time.Time) error {
	rows, err := tx.QueryContext(ctx, `
		update notes set state = 'failed', settled_at = $1, reason = 'the chat is dead' where chat = $2 and state = 'waiting' returning key`,
		millis(now), chat)
	keys, err := collect(rows, err, func(rows *sql.Rows) (monitor.Note, error) {
		var n monitor.Note
		err := rows.Scan(&n.Alert.Key)
		return n, err
	})
	if err != nil {
		return err
	}
	return hurryOutside(ctx, tx, keys)
}

// ReviveChat says that a chat can be written to again. If it was dead it is told of every incident that lasts, as if it
// began now. It reports whether it was.
func (s *Store) ReviveChat(ctx context.Context, chat int64) (bool, error) {
	now := time.Now()
	revived := false
	var effects monitor.Effects
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		effects, revived = monitor.Effects{}, false
		rows, err := tx.QueryContext(ctx, `
			update chats set dead_at = 0, dead_why = '' where chat = $1 and dead_at <> 0 returning chat, topic`, chat)
		places, err := collect(rows, err, scanAddress)
		if err != nil || len(places) == 0 {
			return err
		}
		revived = true
		if err := dropCards(ctx, tx, `chat = $1`, chat); err != nil {
			return err
		}
		effects.Alerts, err = openAgain(ctx, tx, places, now)
		return err
	})
	if err != nil {
		return false, s.failed(err, "reviving a chat")
	}
	s.announce(effects)
	return revived, nil
}

// openAgain tells places of every incident that people know of and that lasts.
func openAgain(ctx context.Context, tx *sql.Tx, places []monitor.Address, now time.Time) ([]monitor.Alert, error) {
	rows, err := tx.QueryContext(ctx, `select subject from incidents where closed_at = 0 order by subject`)
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
		if alert, lasts := c.Again(places, now); lasts {
			alerts = append(alerts, alert)
			if err := fanOut(ctx, tx, alert); err != nil {
				return nil, err
			}
		}
	}
	return alerts, nil
}

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
		var subscribed bool
		err := tx.QueryRowContext(ctx, `
			update chats set moved_to = $1 where chat = $2 and topic = 0 and moved_to = 0 returning subscribed`, to, from).Scan(&subscribed)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // not one of ours, or moved already
		}
		if err != nil {
			return err
		}
		if err := moveRows(ctx, tx, from, to); err != nil || !subscribed {
			return err
		}
		effects.Alerts, err = openAgain(ctx, tx, []monitor.Address{{Chat: to}}, now)
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
			select $2, 0, subscribed, 0, '' from chats where chat = $1 and topic = 0
			on conflict (chat, topic) do update set subscribed = excluded.subscribed, dead_at = 0, dead_why = ''`,
		`update chats set subscribed = 0 where chat = $1 and chat <> $2`,
		`update notes set chat = $2, topic = 0
			where chat = $1 and id in (select min(id) from notes where chat = $1 group by key) and not exists (
				select 1 from notes o where o.key = notes.key and o.chat = $2 and o.topic = 0)`,
	} {
		if _, err := tx.ExecContext(ctx, statement, from, to); err != nil {
			return fmt.Errorf("moving rows: %w", err)
		}
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
