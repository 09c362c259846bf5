package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"greenwatch/monitor"
)

// View is what can be seen of a database from beside it.
type View struct {
	Stock
	Path  string // of a file, with links resolved; "" of a server
	New   bool   // there is nothing yet: the first start makes it
	InUse bool   // a greenwatch is running on it; of a file that is not there, too: it was deleted or moved

	Chats []monitor.Chat // that are told; none of a schema that does not know of refusals
}

// refusalsSchema is the first that knows when a chat is tried again.
const refusalsSchema = 8

// Look looks at a database, looks for damage and counts what it holds. It changes nothing, makes no file and holds up
// nobody; a greenwatch may be running on it. Its errors are those of [Open], with [ErrForeign] and [ErrNewer].
func Look(ctx context.Context, address string) (View, error) {
	look := lookAtFile
	if isPostgres(address) {
		look = lookAtServer
	}
	v, err := look(ctx, address)
	if err != nil {
		return v, fmt.Errorf("storage: looking at the database: %w", err)
	}
	return v, nil
}

func lookAtFile(ctx context.Context, address string) (View, error) {
	path, err := sqliteFile(address)
	if err != nil {
		return View{}, err
	}
	v := View{Path: path}
	info, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return v, err
	}
	v.New = err != nil || info.Size() == 0 && !hasLog(path)
	if v.InUse, err = locked(path); err != nil || v.New {
		return v, err
	}
	how := howToRead(path, v.InUse)
	if v.Stock, err = stockOf(ctx, path, how); err != nil || v.Schema < refusalsSchema {
		return v, err
	}
	db, err := reader(path, how)
	if err != nil {
		return v, err
	}
	defer func() { _ = db.Close() }() // nothing was written
	v.Chats, err = chatsOf(ctx, db, time.Now())
	return v, named(err)
}

func howToRead(path string, inUse bool) string {
	if inUse || hasLog(path) {
		return "mode=ro"
	}
	return "immutable=1" // leaves no files behind
}

// hasLog reports whether there are commits beside the file that are not in it yet, or may be.
func hasLog(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err == nil && info.Size() > 0
}

// lookAtServer finds the writer's lock in the server's list of locks: taking it, even for a moment, could keep a
// greenwatch that starts just now from its own.
// https://www.postgresql.org/docs/current/view-pg-locks.html
func lookAtServer(ctx context.Context, address string) (View, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil { // which may quote the password
		return View{}, errors.New("DATABASE_URL cannot be read")
	}
	config.ConnectTimeout = connectWithin
	db := sql.OpenDB(stdlib.GetConnector(*config))
	defer func() { _ = db.Close() }() // nothing was written
	db.SetMaxOpenConns(1)
	var v View
	var made bool
	err = db.QueryRowContext(ctx, `
		select to_regclass('goose_db_version') is not null, exists (
			select 1 from pg_locks l join pg_database d on d.oid = l.database join pg_namespace n on n.nspname = current_schema()
			where l.locktype = 'advisory' and d.datname = current_database() and l.granted
				and (l.classid::bigint << 32 | l.objid::bigint) = $1 + n.oid::bigint)`, writerLock).Scan(&made, &v.InUse)
	if err == nil && made {
		err = count(ctx, db, &v.Stock)
	}
	if err == nil && v.Schema >= refusalsSchema {
		v.Chats, err = chatsOf(ctx, db, time.Now())
	}
	v.New = !made && err == nil
	if kind := postgresKind(err); kind != nil {
		err = fmt.Errorf("%w: %w", kind, err)
	}
	return v, err
}
