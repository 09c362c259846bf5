// Package storagetest gives tests a new database of every engine that the store knows, and breaks the way to it. Only tests
// import it.
package storagetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Engine is one kind of database.
type Engine struct {
	Name string

	// URL names a new, empty database, as DATABASE_URL does. It is gone when the test ends. In a synctest bubble, ask for it
	// outside.
	URL func(t testing.TB) string
}

// Engines are SQLite, in a file, and PostgreSQL: each test has a schema of its own on the server that TEST_DATABASE_URL
// names, or else on one that is started here, which takes the Debian package postgresql or initdb in the PATH. Where there
// is none, a test that asks for its URL is skipped, or fails if GREENWATCH_REQUIRE_POSTGRES is set.
func Engines() []Engine {
	return []Engine{{Name: "sqlite", URL: file}, {Name: "postgres", URL: schema}}
}

func file(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "greenwatch.db")
}

func schema(t testing.TB) string {
	t.Helper()
	address, err := url.Parse(server(t))
	if err != nil {
		t.Fatal("TEST_DATABASE_URL cannot be read") // the error quotes it with its password
	}
	name := "test_" + strings.ToLower(rand.Text())
	run(t, address, `create schema `+name)
	t.Cleanup(func() { run(t, address, `drop schema `+name+` cascade`) })
	own := *address
	parameters := own.Query()
	parameters.Set("search_path", name)
	own.RawQuery = parameters.Encode()
	return own.String()
}

// run runs one statement. It keeps no connection, as the search for leaked goroutines would find it.
func run(t testing.TB, address *url.URL, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", address.String())
	if err == nil {
		_, err = db.ExecContext(context.Background(), statement)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func server(t testing.TB) string {
	t.Helper()
	if address := os.Getenv("TEST_DATABASE_URL"); address != "" {
		return address
	}
	own, err := local()
	if err != nil {
		t.Fatal(err)
	}
	if own.address == "" {
		const missing = "no PostgreSQL found: install Debian's postgresql, or set TEST_DATABASE_URL"
		if os.Getenv("GREENWATCH_REQUIRE_POSTGRES") != "" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	return own.address
}
