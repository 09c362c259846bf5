package storage

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date, each step in a transaction of its own.
func (s *Store) migrate(ctx context.Context) error {
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(s.dialect.goose, s.writer, steps, goose.WithDisableGlobalRegistry(true), goose.WithSlog(s.log))
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
