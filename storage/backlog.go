package storage

import (
	"context"
	"database/sql"
	"time"
)

// Backlog is what people do not know yet.
type Backlog struct {
	Notes  int       // notes that wait to be told to a chat
	Oldest time.Time // when the alert of the oldest of them was made; zero where none waits
	Cards  int       // messages that show what is no longer so

	Dead     int // places that cannot be written to; what waits for them is not counted above
	Refusing int // places that refuse some messages, of which it is counted
}

// Backlog counts what waits now.
func (s *Store) Backlog(ctx context.Context) (Backlog, error) {
	found, err := list(ctx, s, scanBacklog, `
		select count(*), coalesce(min(at), 0),
			(select count(distinct k.id) from cards k join card_entries e on e.card = k.id
				join chats c on c.chat = k.chat and c.topic = k.topic and c.subscribed = 1
			where e.shown < e.wanted),
			(select count(*) from chats where subscribed = 1 and chat <> 0 and dead_at <> 0),
			(select count(*) from (select distinct r.chat, r.topic from notes r where r.refusals > 0 and r.state = 'waiting') refusing)
		from notes n where state = 'waiting' and not exists (
			select 1 from chats d where d.chat = n.chat and d.topic = n.topic and d.dead_at <> 0)`)
	if err != nil {
		return Backlog{}, s.failed(err, "counting what waits")
	}
	return found[0], nil
}

func scanBacklog(rows *sql.Rows) (Backlog, error) {
	var oldest int64
	var b Backlog
	err := rows.Scan(&b.Notes, &oldest, &b.Cards, &b.Dead, &b.Refusing)
	b.Oldest = fromMillis(oldest)
	return b, err
}
