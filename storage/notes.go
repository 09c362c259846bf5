package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"greenwatch/monitor"
)

// due selects the notes n that may be told at $1: within one incident a chat is told in order, so a note waits for the
// earlier ones that wait. A chat that cannot be written to is told nothing.
const due = `n.state = 'waiting' and (n.chat = 0 and (` + dueOutside + `) or n.chat <> 0 and n.not_before <= $1 and not exists (
	select 1 from chats d where d.chat = n.chat and d.topic = n.topic and d.dead_at <> 0
) and not exists (
	select 1 from notes e
	where e.state = 'waiting' and e.chat = n.chat and e.topic = n.topic and e.subject = n.subject
		and e.incident = n.incident and n.incident > 0 and e.id < n.id and e.not_before > $1))`

// Waiting says which chats have something to be told.
func (s *Store) Waiting(ctx context.Context, now time.Time) ([]monitor.Address, error) {
	chats, err := list(ctx, s, scanAddress, `select distinct n.chat, n.topic from notes n where `+due+` order by 1, 2`,
		now.UnixMilli())
	if err != nil {
		return nil, s.failed(err, "looking for chats to tell")
	}
	return chats, nil
}

// readNotes reads notes n, each with its incident and that incident's card as they stand. The + 0 is no sum: it keeps SQLite
// from reading all cards of the chat to find one.
const readNotes = `
	select n.id, n.chat, n.topic, n.body, n.tries, n.trying + n.maybe_sent, n.card, coalesce(i.body, ''), coalesce(i.version, 0),
		coalesce(k.message_id, 0), coalesce(k.size, 0), coalesce(k.list_message, 0),
		(select count(*) from card_entries o join incidents oi on oi.subject = o.subject and oi.number = o.incident
			where o.card = k.id and oi.closed_at = 0),
		n.refusals, n.refused_at
	from notes n left join incidents i on i.subject = n.subject and i.number = n.incident
		left join cards k on k.id = (
			select max(c.id) from card_entries e join cards c on c.id = e.card
			where e.subject = n.subject and e.incident = n.incident and c.chat + 0 = n.chat and c.topic = n.topic)`

// Due are the notes that a chat must be told now, in order, each with its incident and that incident's card as they stand.
func (s *Store) Due(ctx context.Context, to monitor.Address, now time.Time) ([]monitor.Note, error) {
	notes, err := list(ctx, s, scanNote, readNotes+`
		where `+due+` and n.chat = $2 and n.topic = $3
		order by n.id`, now.UnixMilli(), to.Chat, to.Topic)
	if err != nil {
		return nil, s.failed(err, "reading due notes")
	}
	return notes, nil
}

func scanNote(rows *sql.Rows) (monitor.Note, error) {
	var n monitor.Note
	var body, incident string
	var uncertain, file int
	var refused int64
	if err := rows.Scan(&n.ID, &n.To.Chat, &n.To.Topic, &body, &n.Tries, &uncertain, &n.Joined, &incident, &n.Version,
		&n.Card, &n.CardSize, &file, &n.CardOpen, &n.Refusals, &refused); err != nil {
		return n, err
	}
	n.Repeat, n.RefusedAt, n.CardText = uncertain > 0, fromMillis(refused), file == monitor.ListedInText
	if incident != "" {
		if err := json.Unmarshal([]byte(incident), &n.Incident); err != nil {
			return n, err
		}
	}
	return n, json.Unmarshal([]byte(body), &n.Alert)
}

// Sending says that a try to tell these notes by a message begins; they wait for no card. Until it is settled, nobody knows
// whether it arrived.
func (s *Store) Sending(ctx context.Context, notes []monitor.Note) error {
	if err := s.try(ctx, notes, `0`); err != nil {
		return s.failed(err, "beginning to tell %d notes", len(notes))
	}
	return nil
}

// try counts a try to tell notes, after which their card is another.
func (s *Store) try(ctx context.Context, notes []monitor.Note, card string) error {
	return s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, n := range notes {
			_, err := tx.ExecContext(ctx, `
				update notes set card = `+card+`, tries = tries + 1, trying = 1,
					maybe_sent = case when trying = 1 then 1 else maybe_sent end
				where id = $1 and state = 'waiting'`, n.ID)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Settle keeps what became of notes that were tried. Told ones that begin an incident get a card: their message, which
// shows each incident as the note had it. Settling again what is settled changes nothing.
func (s *Store) Settle(ctx context.Context, t monitor.Settlement) error {
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if t.End != monitor.SettledTold {
			return settleUntold(ctx, tx, t)
		}
		news, err := settleTold(ctx, tx, t)
		if err != nil || t.To == monitor.Outside || len(news) == 0 {
			return err
		}
		if err := reached(ctx, tx, t.To); err != nil {
			return err
		}
		return addCard(ctx, tx, t, begun(news))
	})
	if err != nil {
		return s.failed(err, "settling %d notes as %s", len(t.Notes), t.End)
	}
	return nil
}

// settleTold gives the notes that this message is the first to tell. What was told is told, even where it had been given up
// meanwhile; and what an edit told at the same time, the message tells too.
func settleTold(ctx context.Context, tx *sql.Tx, t monitor.Settlement) ([]monitor.Note, error) {
	var news []monitor.Note
	for _, n := range t.Notes {
		done, err := tx.ExecContext(ctx, `
			update notes set state = 'told', trying = 0, settled_at = $1, message_id = $2, reason = '', refusals = 0
			where id = $3 and (state <> 'told' or message_id <> $2)`,
			millis(t.At), t.MessageID, n.ID)
		if err != nil {
			return nil, err
		}
		if rows, err := done.RowsAffected(); err != nil {
			return nil, err
		} else if rows > 0 {
			news = append(news, n)
		}
	}
	if t.To == monitor.Outside {
		return news, endOutside(ctx, tx, t.Notes)
	}
	return news, spareOutside(ctx, tx, t)
}

func settleUntold(ctx context.Context, tx *sql.Tx, t monitor.Settlement) error {
	switch t.End {
	case monitor.SettledRefused:
		return settleRefused(ctx, tx, t)
	case monitor.SettledHeld:
		return holdBack(ctx, tx, t)
	}
	for _, n := range t.Notes {
		var err error
		if t.End == monitor.SettledFailed {
			_, err = tx.ExecContext(ctx, `
				update notes set state = 'failed', settled_at = $1, reason = $2 where id = $3 and state = 'waiting'`,
				millis(t.At), readable(t.Reason), n.ID)
		} else {
			_, err = tx.ExecContext(ctx, `
				update notes set not_before = $1, trying = 0, maybe_sent = case when $2 = 1 then 1 else maybe_sent end, reason = $3
				where id = $4 and state = 'waiting'`, millis(t.Until.Add(time.Millisecond-1)), flag(t.MaybeSent), readable(t.Reason), n.ID)
		}
		if err != nil {
			return err
		}
	}
	if t.End == monitor.SettledFailed && t.To != monitor.Outside {
		return hurryOutside(ctx, tx, t.Notes)
	}
	return nil
}
