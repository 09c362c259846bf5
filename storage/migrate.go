package storage

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// provider makes the steps of the schema on a database.
func provider(dialect goose.Dialect, db *sql.DB, options ...goose.ProviderOption) (*goose.Provider, error) {
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, db, steps, append(options, goose.WithDisableGlobalRegistry(true))...)
}

// migrate brings the schema up to date, each step in a transaction of its own.
func (s *Store) migrate(ctx context.Context) error {
	p, err := provider(s.dialect.goose, s.writer, goose.WithSlog(s.log))
	if err != nil {
		return err
	}
	current, known, err := p.GetVersions(ctx)
	if err != nil {
		return s.translate(err)
	}
	if current > known {
		return fmt.Errorf("the database has schema %d and this greenwatch knows up to %d: "+
			"start the newer greenwatch that wrote it, or put back the backup from before its update", current, known)
	}
	done, err := p.Up(ctx)
	if err != nil {
		return s.translate(err)
	}
	if len(done) > 0 {
		s.log.InfoContext(ctx, "schema brought up to date", "from", current, "to", known)
	}
	return nil
}
