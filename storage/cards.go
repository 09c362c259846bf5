package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"greenwatch/monitor"
)

// addCard keeps a told message as the card of the incidents that its notes began. Where the message is a card already,
// they join it, and it is stale until it shows them.
func addCard(ctx context.Context, tx *sql.Tx, t monitor.Settlement, begun []monitor.Note) error {
	if len(begun) == 0 {
		return nil
	}
	id, size, err := cardOf(ctx, tx, t.To, t.MessageID)
	if err == nil && id == 0 {
		id, err = newCard(ctx, tx, t)
	}
	if err != nil {
		return err
	}
	return addEntries(ctx, tx, id, size, begun)
}

// addEntries puts incidents on a card. One that shows others already does not show them yet.
func addEntries(ctx context.Context, tx *sql.Tx, card, size int64, begun []monitor.Note) error {
	for place, n := range begun {
		if size > 0 {
			n.Version = 0
		}
		if err := addEntry(ctx, tx, card, int(size)+place, n); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `update cards set size = (select count(*) from card_entries where card = $1) where id = $1`, card)
	return err
}

func newCard(ctx context.Context, tx *sql.Tx, t monitor.Settlement) (int64, error) {
	id, err := take(ctx, tx, "cards", 1)
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `insert into cards (id, chat, topic, message_id) values ($1, $2, $3, $4)`,
		id, t.To.Chat, t.To.Topic, t.MessageID)
	return id, err
}

func addEntry(ctx context.Context, tx *sql.Tx, card int64, place int, n monitor.Note) error {
	var wanted int64
	err := tx.QueryRowContext(ctx, `
		update incidents set version = version where subject = $1 and number = $2 returning version`, // locks the row
		n.Alert.Subject, n.Alert.Incident).Scan(&wanted)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		insert into card_entries (card, place, subject, incident, shown, wanted) values ($1, $2, $3, $4, $5, $6)
		on conflict (card, subject, incident) do nothing`, // a chat that has moved may be told twice that it began
		card, place, n.Alert.Subject, n.Alert.Incident, n.Version, wanted)
	return err
}

// Outdated says which chats have a card, or the file of one, to be brought up to date.
func (s *Store) Outdated(ctx context.Context) ([]monitor.Address, error) {
	chats, err := list(ctx, s, scanAddress, `
		select k.chat, k.topic from card_entries e join cards k on k.id = e.card
			join chats c on c.chat = k.chat and c.topic = k.topic and c.subscribed = 1 and c.dead_at = 0
		where e.shown < e.wanted
		union
		select n.chat, n.topic from notes n
			join chats c on c.chat = n.chat and c.topic = n.topic and c.subscribed = 1 and c.dead_at = 0
		where n.state = 'waiting' and n.card <> 0
		union
		select k.chat, k.topic from cards k
			join chats c on c.chat = k.chat and c.topic = k.topic and c.subscribed = 1 and c.dead_at = 0
		where `+unlisted+`
		order by 1, 2`)
	if err != nil {
		return nil, s.failed(err, "looking for chats with cards to show")
	}
	return chats, nil
}

// Stale are the cards in a chat that show an incident as it no longer is, or that notes have joined, each with all its
// incidents as they stand now. A chat that is not subscribed has none.
func (s *Store) Stale(ctx context.Context, to monitor.Address) ([]monitor.Card, error) {
	notes, err := s.joined(ctx, to) // read first: what is read of the incidents then is not older than they are
	if err != nil {
		return nil, s.failed(err, "reading what has joined cards")
	}
	entries, err := list(ctx, s, scanCard, `
		select k.id, k.message_id, k.list_message, k.listed, e.subject, i.version, i.body
		from cards k join card_entries e on e.card = k.id
			join incidents i on i.subject = e.subject and i.number = e.incident
			join chats c on c.chat = k.chat and c.topic = k.topic and c.subscribed = 1 and c.dead_at = 0
		where k.chat + 0 = $1 and k.topic = $2 and k.id in (
			select card from card_entries where shown < wanted
			union
			select card from notes where state = 'waiting' and card <> 0 and chat = $1 and topic = $2)
		order by k.id, e.place`, to.Chat, to.Topic)
	if err != nil {
		return nil, s.failed(err, "reading stale cards")
	}
	cards := grouped(entries, to)
	for i := range cards {
		for _, n := range notes {
			if n.Joined == cards[i].ID {
				cards[i].Notes = append(cards[i].Notes, n)
			}
		}
	}
	return cards, nil
}

// grouped makes one card of each run of rows with its id.
func grouped(entries []monitor.Card, to monitor.Address) []monitor.Card {
	var cards []monitor.Card
	for _, card := range entries {
		card.To = to
		if last := len(cards) - 1; last >= 0 && cards[last].ID == card.ID {
			cards[last].Entries = append(cards[last].Entries, card.Entries...)
			continue
		}
		cards = append(cards, card)
	}
	return cards
}

// scanCard reads a card with one of its entries.
func scanCard(rows *sql.Rows) (monitor.Card, error) {
	var card monitor.Card
	var e monitor.CardEntry
	var body string
	if err := rows.Scan(&card.ID, &card.MessageID, &card.List, &card.Listed, &e.Subject, &e.Version, &body); err != nil {
		return card, err
	}
	err := json.Unmarshal([]byte(body), &e.Incident)
	card.Entries = []monitor.CardEntry{e}
	return card, err
}

// Shown says that a card's message now shows its entries at their versions, and so tells its notes. Of very many the file, if
// there is one, is to show them too.
func (s *Store) Shown(ctx context.Context, card monitor.Card, at time.Time) error {
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, e := range card.Entries {
			_, err := tx.ExecContext(ctx, `
				update card_entries set shown = $1 where card = $2 and subject = $3 and incident = $4 and shown < $1`,
				e.Version, card.ID, e.Subject, e.Incident.Number)
			if err != nil {
				return err
			}
		}
		if _, err := settleTold(ctx, tx, card.Told(at)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `update cards set listed = 0 where id = $1 and size > $2 and list_message <> $3`,
			card.ID, monitor.MaxNamed, monitor.ListedInText)
		return err
	})
	if err != nil {
		return s.failed(err, "keeping what card %d shows", card.ID)
	}
	return nil
}
