package storage

import (
	"context"
	"database/sql"
	"time"

	"greenwatch/monitor"
)

// Chats are the chats that are told, with what is known of them.
func (s *Store) Chats(ctx context.Context) ([]monitor.Chat, error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	chats, err := chatsOf(ctx, s.db, time.Now())
	if err != nil {
		return nil, s.failed(err, "reading the chats")
	}
	return chats, nil
}

// querier reads, in a transaction or without.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func chatsOf(ctx context.Context, db querier, now time.Time) ([]monitor.Chat, error) {
	rows, err := db.QueryContext(ctx, selectChats+`subscribed = 1 and chat <> 0 order by chat, topic`)
	chats, err := collect(rows, err, scanChat)
	if err != nil {
		return nil, err
	}
	rows, err = db.QueryContext(ctx, `
		select chat, topic, state, refused_at, not_before, reason from notes
		where refusals > 0 and (state = 'waiting' or state = 'failed' and settled_at > $1) order by id`, millis(now.Add(-failedLately)))
	refused, err := collect(rows, err, scanRefused)
	if err != nil {
		return nil, err
	}
	rows, err = db.QueryContext(ctx, `
		select chat, topic, state, at, case when not_before > $1 then not_before else 0 end, reason from notes
		where state = 'waiting' and refusals = 0 and tries > 0 and chat <> 0 and at <= $2 order by id + 0`, // the sum keeps SQLite from reading all notes
		millis(now), millis(now.Add(-monitor.LateAfter)))
	late, err := collect(rows, err, scanRefused)
	if err != nil {
		return nil, err
	}
	refused = append(refused, late...)
	for i := range chats {
		for _, r := range refused {
			if r.Address == chats[i].Address {
				chats[i].Refused = chats[i].Refused.With(r.Refused)
			}
		}
	}
	return chats, nil
}

const selectChats = `select chat, topic, dead_at, dead_why, refused_at, probes, probe_at from chats where `

func scanChat(rows *sql.Rows) (monitor.Chat, error) {
	var c monitor.Chat
	var dead, age, probe int64
	err := rows.Scan(&c.Chat, &c.Topic, &dead, &c.DeadWhy, &age, &c.Probes, &probe)
	c.Dead, c.Age, c.ProbeAt = fromMillis(dead), fromMillis(age), fromMillis(probe)
	return c, err
}

// scanRefused reads one note that is refused, as what it makes of its chat.
func scanRefused(rows *sql.Rows) (monitor.Chat, error) {
	var c monitor.Chat
	var state string
	var since, again int64
	if err := rows.Scan(&c.Chat, &c.Topic, &state, &since, &again, &c.Refused.Why); err != nil {
		return c, err
	}
	if state == "failed" {
		c.Refused.GivenUp = 1
	} else {
		c.Refused.Waiting, c.Refused.Since, c.Refused.Again = 1, fromMillis(since), fromMillis(again)
	}
	return c, nil
}

// LoseChat keeps that a chat cannot be written to, with all its topics or in one of them, and when that is tried again.
// What waits for it goes on waiting, and is told elsewhere at once; the other chats are told where it is news.
func (s *Store) LoseChat(ctx context.Context, r monitor.LostChat) error {
	now := time.Now()
	r.Why = readable(r.Why)
	var effects monitor.Effects
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		effects = monitor.Effects{}
		rows, err := tx.QueryContext(ctx, selectChats+`chat = $1 and ($2 = 0 or topic = $3) and subscribed = 1 order by topic`,
			r.Chat, flag(r.Alone), r.Topic)
		places, err := collect(rows, err, scanChat)
		if err != nil {
			return err
		}
		news := false
		for _, c := range places {
			after, isNew := c.Refuse(r.Why, now)
			if after == c {
				continue
			}
			news = news || isNew
			if err := keepChat(ctx, tx, after); err != nil {
				return err
			}
			if err := hurryChat(ctx, tx, c.Address); err != nil {
				return err
			}
		}
		if !news {
			return nil
		}
		alert := monitor.Lost(r, now)
		effects.Alerts = []monitor.Alert{alert}
		return fanOut(ctx, tx, alert)
	})
	if err != nil {
		return s.failed(err, "marking a chat as dead")
	}
	s.announce(effects)
	return nil
}

func keepChat(ctx context.Context, tx *sql.Tx, c monitor.Chat) error {
	_, err := tx.ExecContext(ctx, `
		update chats set dead_at = $1, dead_why = $2, refused_at = $3, probes = $4, probe_at = $5 where chat = $6 and topic = $7`,
		millis(c.Dead), c.DeadWhy, millis(c.Age), c.Probes, millis(c.ProbeAt), c.Chat, c.Topic)
	return err
}

// hurryChat lets others be told at once of what waits for a chat.
func hurryChat(ctx context.Context, tx *sql.Tx, to monitor.Address) error {
	_, err := tx.ExecContext(ctx, `
		update notes set not_before = 0
		where chat = 0 and topic = 0 and state = 'waiting' and key in (
			select key from notes w where w.chat = $1 and w.topic = $2 and w.state = 'waiting')`, to.Chat, to.Topic)
	return err
}

// ReviveChat says that a chat can be written to again, as far as is known. If it was dead it is told of what waits for it,
// and of every incident that lasts and that it does not know, as if it began now; after a long time, of those that it knew as
// well. It reports whether it was dead.
func (s *Store) ReviveChat(ctx context.Context, chat int64) (bool, error) {
	var effects monitor.Effects
	revived := false
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		effects, revived = monitor.Effects{}, false
		rows, err := tx.QueryContext(ctx, selectChats+`chat = $1 and dead_at <> 0 order by topic`, chat)
		places, err := collect(rows, err, scanChat)
		if err != nil {
			return err
		}
		for _, c := range places {
			alerts, err := revive(ctx, tx, c)
			if err != nil {
				return err
			}
			effects.Alerts = append(effects.Alerts, alerts...)
		}
		revived = len(places) > 0
		return nil
	})
	if err != nil {
		return false, s.failed(err, "reviving a chat")
	}
	s.announce(effects)
	return revived, nil
}

func revive(ctx context.Context, tx *sql.Tx, c monitor.Chat) ([]monitor.Alert, error) {
	now := time.Now()
	if err := keepChat(ctx, tx, c.Revive(now)); err != nil {
		return nil, err
	}
	_, err := tx.ExecContext(ctx, `
		update notes set card = 0, not_before = 0 where chat = $1 and topic = $2 and state = 'waiting' and card <> 0`, c.Chat, c.Topic)
	if err != nil { // what was to join a message of long ago is told by one of its own
		return nil, err
	}
	return openAgain(ctx, tx, c.Address, now, now.Sub(c.Dead) < monitor.Awaited)
}

// reached says that a message was sent to a place. Only that ends the age of its refusals.
func reached(ctx context.Context, tx *sql.Tx, to monitor.Address) error {
	rows, err := tx.QueryContext(ctx, selectChats+`chat = $1 and topic = $2 and refused_at <> 0`, to.Chat, to.Topic)
	places, err := collect(rows, err, scanChat)
	if err != nil || len(places) == 0 {
		return err
	}
	if c := places[0]; !c.Dead.IsZero() {
		if _, err := revive(ctx, tx, c); err != nil { // the relay finds what it brings by its next look
			return err
		}
	}
	return keepChat(ctx, tx, monitor.Chat{Address: to})
}

// settleRefused keeps when notes are tried again that were refused in words that nobody knows. Others are told at once of
// those that are given up.
func settleRefused(ctx context.Context, tx *sql.Tx, t monitor.Settlement) error {
	var givenUp []monitor.Note
	for _, n := range t.Notes {
		n = n.Refuse(t.At)
		state, settled := "waiting", time.Time{}
		if n.GivenUp {
			state, settled, givenUp = "failed", t.At, append(givenUp, n)
		}
		_, err := tx.ExecContext(ctx, `
			update notes set state = $1, trying = 0, refusals = $2, refused_at = $3, not_before = $4, reason = $5,
				settled_at = $6, maybe_sent = case when $7 = 1 then 1 else maybe_sent end
			where id = $8 and state = 'waiting'`,
			state, n.Refusals, millis(n.RefusedAt), millis(n.Again), readable(t.Reason), millis(settled), flag(t.MaybeSent), n.ID)
		if err != nil {
			return err
		}
	}
	return hurryOutside(ctx, tx, givenUp)
}
