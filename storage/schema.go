package storage

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
)

// ours reports [ErrForeign] where a file that is there holds something, and not a database of greenwatch. It writes nothing,
// not even beside the file.
func ours(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() == 0 {
		return nil // whether it can be made is seen when it is
	}
	inUse, err := locked(path)
	switch {
	case err != nil:
		return err
	case inUse:
		return busy(path)
	}
	db, err := reader(path, howToRead(path, inUse))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing was written
	var objects, version, tables int
	err = db.QueryRowContext(ctx, `
		select count(*), count(case when name = 'goose_db_version' then 1 end),
			count(case when name in ('cases', 'incidents', 'notes') then 1 end)
		from sqlite_master where name not like 'sqlite\_%' escape '\'`).Scan(&objects, &version, &tables)
	begun := version == 1 && objects == 1 // a first start that was cut short
	if err == nil && objects > 0 && !begun && (version == 0 || tables < 3) {
		return fmt.Errorf("%s: %w: name another file in DATABASE_URL; nothing was written to this one", path, ErrForeign)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, adviseOnFile(named(err)))
	}
	return nil
}

// object is a line of a schema.
type object struct{ kind, name, table, made string }

func (o object) String() string {
	if o.kind == "table" {
		return fmt.Sprintf("table %q", o.name)
	}
	return fmt.Sprintf("%s %q on %q", o.kind, o.name, o.table)
}

func (o object) named(p object) bool { return o.kind == p.kind && o.name == p.name }

// wantUnaltered compares a database's whole schema with what the migrations up to its own make.
func wantUnaltered(ctx context.Context, db *sql.DB, version int64) error {
	fresh, err := sql.Open("sqlite", memory)
	if err != nil {
		return err
	}
	defer func() { _ = fresh.Close() }() // with it, it is gone
	fresh.SetMaxOpenConns(1)
	p, err := provider(goose.DialectSQLite3, fresh)
	if err != nil {
		return err
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return err
	}
	want, err := schemaOf(ctx, fresh)
	if err != nil {
		return err
	}
	got, err := schemaOf(ctx, db)
	if err != nil {
		return err
	}
	if found := differences(want, got); len(found) > 0 {
		const named = 5
		return fmt.Errorf("%w: %s", ErrAltered, strings.Join(found[:min(named, len(found))], ", "))
	}
	return nil
}

func differences(want, got []object) (found []string) {
	for _, o := range got {
		switch {
		case slices.Contains(want, o):
		case slices.ContainsFunc(want, o.named):
			found = append(found, o.String()+" was changed")
		default:
			found = append(found, o.String()+" was added")
		}
	}
	for _, o := range want {
		if !slices.ContainsFunc(got, o.named) {
			found = append(found, o.String()+" is missing")
		}
	}
	if len(found) == 0 && len(got) != len(want) {
		found = append(found, "something is there twice")
	}
	return found
}

// schemaOf is everything that a database consists of; statistics, which the engine may collect, change no content.
func schemaOf(ctx context.Context, db *sql.DB) ([]object, error) {
	rows, err := db.QueryContext(ctx, `
		select type, name, tbl_name, coalesce(sql, '') from sqlite_master where name not like 'sqlite\_stat%' escape '\'`)
	return collect(rows, err, func(rows *sql.Rows) (object, error) {
		var o object
		err := rows.Scan(&o.kind, &o.name, &o.table, &o.made)
		o.made = strings.Join(strings.Fields(o.made), " ")
		return o, err
	})
}
