package storage

import (
	"context"
	"database/sql"
)

// Languages are the languages that chats have chosen, by the chat.
func (s *Store) Languages(ctx context.Context) (map[int64]string, error) {
	type choice struct {
		chat     int64
		language string
	}
	choices, err := list(ctx, s, func(rows *sql.Rows) (choice, error) {
		var c choice
		err := rows.Scan(&c.chat, &c.language)
		return c, err
	}, `select chat, language from languages`)
	if err != nil {
		return nil, s.failed(err, "reading the chats' languages")
	}
	chosen := make(map[int64]string, len(choices))
	for _, c := range choices {
		chosen[c.chat] = c.language
	}
	return chosen, nil
}

// ChooseLanguage keeps the language of a chat, whether the chat is subscribed or not.
func (s *Store) ChooseLanguage(ctx context.Context, chat int64, language string) error {
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			insert into languages (chat, language) values ($1, $2)
			on conflict (chat) do update set language = excluded.language`, chat, language)
		return err
	})
	if err != nil {
		return s.failed(err, "keeping a chat's language")
	}
	return nil
}

// moveLanguage lets the chat that from has become keep its language.
func moveLanguage(ctx context.Context, tx *sql.Tx, from, to int64) error {
	_, err := tx.ExecContext(ctx, `
		insert into languages (chat, language) select $2, language from languages where chat = $1
		on conflict (chat) do nothing`, from, to)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `delete from languages where chat = $1`, from)
	return err
}
