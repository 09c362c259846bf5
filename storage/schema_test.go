package storage_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenwatch/storage"
)

// What looks like greenwatch's database, but is not made as greenwatch makes it, is not put in its place.
func TestRestoreRefusesAltered(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "greenwatch.db")
	s := open(t, storage.Options{URL: path})
	update(t, s, kazan, count)
	must(t, s.Close())
	for name, alter := range map[string][]string{
		"trigger":          {`create trigger quiet after insert on notes begin update notes set state = 'told' where id = new.id; end`},
		"view":             {`create view people as select * from audit`},
		"table":            {`create table shopping (what text)`},
		"index":            {`create unique index one_note on notes (chat)`},
		"column":           {`alter table notes add column spy text`},
		"generated column": {`alter table chats add column louder bigint generated always as (chat * 2)`},
		"missing index":    {`drop index notes_failed`},
		"missing table":    {`drop table languages`},
		"look-alike":       {`drop table audit`, `create table audit (id bigint primary key, at bigint, what text default 'nothing')`},
		"view as table":    {`drop table languages`, `create view languages as select 1 as chat, 'en' as language`},
		"version table":    {`alter table goose_db_version add column spy text`},
		"check":            {`pragma writable_schema = 1`, `update sqlite_master set sql = replace(sql, 'subscribed bigint not null', 'subscribed bigint not null check (subscribed = 0)') where name = 'chats'`},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(dir, name)
			_, err := storage.Backup(t.Context(), path, file)
			must(t, err)
			db := raw(t, file)
			for _, statement := range alter {
				do(t, db, statement)
			}
			must(t, db.Close())
			if _, err := storage.Restore(t.Context(), filepath.Join(dir, "new.db"), file); !errors.Is(err, storage.ErrAltered) {
				t.Errorf("got %v, want %v", err, storage.ErrAltered)
			} else {
				t.Log(err)
			}
			if _, err := storage.Backup(t.Context(), file, file+".copy"); !errors.Is(err, storage.ErrAltered) {
				t.Errorf("a backup that cannot be restored: %v", err)
			}
			if _, err := os.Stat(filepath.Join(dir, "new.db")); err == nil {
				t.Error("something is in place")
			}
		})
	}
}

// A backup of an older release is restored, as its schema is made by the first steps alone; so the text that goose makes its
// own table of must stay as it was.
func TestVersionTable(t *testing.T) {
	t.Parallel()
	path := file(t)
	must(t, open(t, storage.Options{URL: path}).Close())
	var made string
	must(t, raw(t, path).QueryRowContext(t.Context(), `select sql from sqlite_master where name = 'goose_db_version'`).Scan(&made))
	const want = "CREATE TABLE goose_db_version ( id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, " +
		"is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')) )"
	if got := strings.Join(strings.Fields(made), " "); got != want {
		t.Errorf("goose makes its table in another way: databases made before are altered to it\n%s", got)
	}
}
