package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenwatch/storage"
)

// beGreenwatch makes this test binary the program itself.
const beGreenwatch = "GREENWATCH_TEST_PROGRAM"

// program is the whole program as a process of its own, in an empty folder, with the settings that it needs to start.
func program(t *testing.T, settings ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	p := exec.CommandContext(ctx, os.Args[0])
	p.Dir = t.TempDir()
	p.Env = append([]string{
		beGreenwatch + "=1", "HTTP_ADDR=off", "TELEGRAM_BOT_TOKEN=" + botToken,
		"TELEGRAM_API_URL=http://127.0.0.1:1", "GREEN_API_URL=http://127.0.0.1:1",
		"GREEN_API_INSTANCES=7105000001:" + apiToken(first),
	}, settings...)
	return p
}

// A database that cannot be used is an error at once, in words that help, and stays as it was.
func TestUnusableDatabase(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(t *testing.T, path string)
		says  []string
	}{
		"missing folder": {func(t *testing.T, path string) { remove(t, filepath.Dir(path)) }, []string{"make the directory first"}},
		"a folder":       {func(t *testing.T, path string) { makeFolder(t, path) }, []string{"house.db"}},
		"damaged":        {damage, []string{"damaged", "keep it", "backup"}},
		"no database":    {func(t *testing.T, path string) { write(t, path, []byte("id,token\n1,2\n")) }, []string{"damaged", "keep it", "backup"}},
		"newer schema":   {renew, []string{"start the newer greenwatch"}},
		"second process": {hold, []string{"in use by another process", "stop the other greenwatch", "DATABASE_URL"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "data", "house.db")
			makeFolder(t, filepath.Dir(path))
			c.spoil(t, path)
			before, _ := os.ReadFile(path)

			out, err := program(t, "DATABASE_URL="+path).CombinedOutput()

			refused(t, out, err, c.says...)
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func refused(t *testing.T, out []byte, err error, says ...string) {
	t.Helper()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.ExitCode() != 1 {
		t.Errorf("ended with %v, want exit code 1", err)
	}
	for _, want := range append(says, "greenwatch cannot start") {
		if !strings.Contains(string(out), want) {
			t.Errorf("does not say %q:\n%s", want, out)
		}
	}
	if strings.Contains(string(out), "goroutine") || strings.Count(string(out), "\n") > 6 {
		t.Errorf("says too much:\n%s", out)
	}
}

func makeFolder(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// made makes a database as the program leaves it.
func made(t *testing.T, path string) {
	t.Helper()
	s, err := storage.Open(t.Context(), storage.Options{URL: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func damage(t *testing.T, path string) {
	t.Helper()
	made(t, path)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, append(whole[:4096:4096], bytes.Repeat([]byte{0xa5}, len(whole)-4096)...))
}

func renew(t *testing.T, path string) {
	t.Helper()
	made(t, path)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), `insert into goose_db_version (version_id, is_applied) values (9999, 1)`)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func hold(t *testing.T, path string) {
	t.Helper()
	s, err := storage.Open(t.Context(), storage.Options{URL: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
}
