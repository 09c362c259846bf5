package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/urfave/cli/v3"

	"greenwatch/storage"
)

func backupCommand() *cli.Command {
	return &cli.Command{
		Name: "backup", Usage: "copy the database into FILE, also while greenwatch runs", ArgsUsage: "FILE",
		Description: "FILE must not exist yet. It is checked when it is written. Of the settings only DATABASE_URL is read.",
		Action:      withFile(backup),
	}
}

func restoreCommand() *cli.Command {
	return &cli.Command{
		Name: "restore", Usage: "put the backup in FILE into the place of the database", ArgsUsage: "FILE",
		Description: "greenwatch must not be running. The database before is kept beside it, with .before-restore- and the\n" +
			"time behind its name. Of the settings only DATABASE_URL is read.",
		Action: withFile(restore),
	}
}

// withFile is the action of a command that takes the name of a file.
func withFile(do func(ctx context.Context, out io.Writer, address, file string) error) cli.ActionFunc {
	return func(ctx context.Context, c *cli.Command) error {
		if c.Args().Len() != 1 || c.Args().First() == "" {
			return fmt.Errorf("%s: want one FILE; see %[1]s -h", c.FullName())
		}
		cfg, err := loadPart(os.Environ(), settingsFile(), "DATABASE_URL")
		if err != nil {
			return err
		}
		hideIn(c.Root().Writer, cfg)
		return do(ctx, c.Root().Writer, cfg.Database, c.Args().First())
	}
}

func backup(ctx context.Context, out io.Writer, address, file string) error {
	if server, ok := masked(address); ok {
		return fmt.Errorf("DATABASE_URL is a PostgreSQL server, which has a tool of its own; with the password in PGPASSWORD:\n"+
			"  pg_dump --format=custom --file=%s %s", shellWord(file), shellWord(server))
	}
	s, err := storage.Backup(ctx, address, file)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: %s, checked\n", file, holds(s))
	return err
}

func restore(ctx context.Context, out io.Writer, address, file string) error {
	if server, ok := masked(address); ok {
		return fmt.Errorf("DATABASE_URL is a PostgreSQL server, which has a tool of its own. Stop greenwatch, then, with the password in PGPASSWORD:\n"+
			"  pg_restore --clean --if-exists --single-transaction --dbname=%s %s", shellWord(server), shellWord(file))
	}
	r, err := storage.Restore(ctx, address, file)
	switch {
	case errors.Is(err, storage.ErrBusy):
		return fmt.Errorf("a greenwatch is running on this database; stop it first: %w", err)
	case err != nil:
		return err
	}
	if _, err = fmt.Fprintf(out, "%s: %s, checked\n", r.Path, holds(r.Stock)); err != nil || r.Aside == "" {
		return err
	}
	_, err = fmt.Fprintf(out, "The database before is kept as %s\n", r.Aside)
	return err
}

// holds says what is in a database.
func holds(s storage.Stock) string {
	return fmt.Sprintf("%s, schema %d, %s, %s, %s", inBytes(s.Size), s.Schema,
		plural(s.Cases, "case"), plural(s.Incidents, "incident"), plural(s.Notes, "note"))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// inBytes is a size as people read it.
func inBytes(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	size := float64(n)
	for size >= 1024 && len(units) > 1 {
		size /= 1024
		units = units[1:]
	}
	if units[0] == "bytes" {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", size, units[0])
}

// masked is the address of a PostgreSQL server without what may be secret; false: it is none.
func masked(address string) (string, bool) {
	if !strings.HasPrefix(address, "postgres://") && !strings.HasPrefix(address, "postgresql://") {
		return "", false
	}
	u, err := url.Parse(address)
	if err != nil {
		return "postgres://…", true
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	q := u.Query()
	for name := range q {
		if strings.Contains(strings.ToLower(name), "password") {
			q.Del(name)
		}
	}
	u.RawQuery = q.Encode()
	return u.String(), true
}

// shellWord is text as one word of a shell.
func shellWord(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
