package storage_test

import (
	"bytes"
	"database/sql"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/monitor"
	"greenwatch/storage"
	"greenwatch/storage/storagetest"
)

func postgres(t testing.TB) string {
	t.Helper()
	for _, engine := range storagetest.Engines() {
		if engine.Name == "postgres" {
			return engine.URL(t)
		}
	}
	t.Fatal("no such engine")
	return ""
}

// Whatever is wrong with the address, the error says what to do and keeps the password to itself.
func TestPostgresAddresses(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer silent.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, closed.Close())
	const login = "postgres://u:topsecret@"
	for name, test := range map[string]struct {
		url    string
		kind   error
		advice string
	}{
		"odd letter":    {"postgres://u:top%secret@db/g", nil, "DATABASE_URL cannot be read"},
		"odd parameter": {login + "db/g?sslmode=topsecret", nil, "sslmode=verify-full"},
		"nobody there":  {login + closed.Addr().String() + "/g", storage.ErrAway, "start it, or correct DATABASE_URL"},
		"silent":        {login + silent.Addr().String() + "/g?connect_timeout=1&sslmode=disable", storage.ErrAway, "does not answer"},
		"no socket":     {"postgresql://u:topsecret@/g?host=/no/such/folder", storage.ErrAway, "correct DATABASE_URL"},
	} {
		t.Run(name, func(t *testing.T) { wantRefused(t, test.url, test.kind, test.advice) })
	}
}

// A server that answers may still be of no use.
func TestPostgresUseless(t *testing.T) {
	t.Parallel()
	address := postgres(t)
	for change, want := range map[string]struct {
		kind   error
		advice string
	}{
		"&default_transaction_read_only=on":     {storage.ErrReadOnly, "name the primary server"},
		"&search_path=nowhere":                  {nil, "none of the schemas in search_path exists"},
		"&user=nobody_known&password=topsecret": {nil, "correct DATABASE_URL"},
	} {
		wantRefused(t, address+change, want.kind, want.advice)
	}
	must(t, open(t, storage.Options{URL: address}).Ping(t.Context()))
}

// refuse makes the database fail each change of a case, the given number of times, with an error of its own.
func refuse(t *testing.T, db *sql.DB, code string, times int) {
	t.Helper()
	do(t, db, `create sequence if not exists refusals`) // which no rollback turns back
	do(t, db, `alter sequence refusals restart`)
	do(t, db, `create or replace function refuse() returns trigger language plpgsql as $$ begin
		if nextval('refusals') <= tg_argv[0]::int then raise exception 'refused' using errcode = tg_argv[1]; end if;
		return new; end $$`)
	do(t, db, `drop trigger if exists refuse on cases`)
	if times > 0 {
		do(t, db, strings.NewReplacer("TIMES", string(rune('0'+times)), "CODE", code).Replace(
			`create trigger refuse before insert or update on cases for each row execute function refuse('TIMES', 'CODE')`))
	}
}

// What the server refuses comes back as one of this package's errors, nothing of it is saved, and the store goes on; what
// passes by itself is tried again.
func TestPostgresRefuses(t *testing.T) {
	t.Parallel()
	address := postgres(t)
	s := open(t, storage.Options{URL: address})
	db := raw(t, address)
	arrived := 0
	for _, test := range []struct {
		code  string
		times int
		want  error
		tries int
	}{
		{"40001", 2, nil, 3},
		{"40P01", 9, storage.ErrBusy, 0},
		{"55P03", 9, storage.ErrBusy, 0},
		{"53100", 1, storage.ErrFull, 0},
		{"25006", 1, storage.ErrReadOnly, 0},
		{"42501", 1, storage.ErrReadOnly, 0},
		{"57P01", 2, nil, 3},
		{"57P03", 9, storage.ErrAway, 0},
	} {
		refuse(t, db, test.code, test.times)
		_, err := s.Update(t.Context(), kazan, count)
		if !errors.Is(err, test.want) {
			t.Errorf("%s, %d times: got %v, want %v", test.code, test.times, err, test.want)
		}
		if test.want == nil {
			arrived++
		}
		refuse(t, db, "", 0)
		arrived++
		if c := update(t, s, kazan, count); c.Arrivals != arrived {
			t.Errorf("after %s: %d changes were saved, want %d", test.code, c.Arrivals, arrived)
		}
	}
}

// cut ends the connection that writes, and waits for that.
func cut(t testing.TB, db *sql.DB) {
	t.Helper()
	var ended bool
	must(t, db.QueryRowContext(t.Context(), `
		select coalesce(bool_and(pg_terminate_backend(pid, 5000)), false) from pg_locks
		where locktype = 'advisory' and granted and objid = (select oid from pg_namespace where nspname = current_schema())`).Scan(&ended))
	if !ended {
		t.Fatal("nobody holds the writer's lock")
	}
}

// A connection that breaks is replaced, also in the middle of a change, which is then made once.
func TestCut(t *testing.T) {
	t.Parallel()
	address := postgres(t)
	s := open(t, storage.Options{URL: address})
	db := raw(t, address)
	update(t, s, kazan, count)
	cut(t, db)
	update(t, s, kazan, count)
	tries := 0
	c := update(t, s, kazan, func(c monitor.Case) (monitor.Case, monitor.Effects) {
		if tries++; tries == 1 {
			cut(t, db)
		}
		return count(c)
	})
	if tries != 2 || c.Arrivals != 3 {
		t.Errorf("%d changes were saved, want 3; the last took %d tries, want 2", c.Arrivals, tries)
	}
}

// Whoever takes the lock while our connection is broken keeps it: our changes fail, and are made again when it is free.
func TestLockLost(t *testing.T) {
	t.Parallel()
	address := postgres(t)
	s := open(t, storage.Options{URL: address})
	update(t, s, kazan, count)
	cut(t, raw(t, address))
	other := open(t, storage.Options{URL: address})

	if _, err := s.Update(t.Context(), kazan, count); !errors.Is(err, storage.ErrBusy) {
		t.Errorf("two write: %v", err)
	}
	if err := s.Ping(t.Context()); !errors.Is(err, storage.ErrBusy) {
		t.Errorf("nothing can be saved, and Ping says %v", err)
	}
	if c, err := s.Case(t.Context(), kazan); err != nil || c.Arrivals != 1 {
		t.Errorf("reading: %+v, %v", c, err)
	}
	update(t, other, kazan, count)
	must(t, other.Close())
	if c := update(t, s, kazan, count); c.Arrivals != 3 {
		t.Errorf("%d changes were saved, want 3", c.Arrivals)
	}
}

// The lock is looked after while nothing happens: a lost one is taken again, and trouble is logged once.
func TestGuard(t *testing.T) {
	t.Parallel()
	address := postgres(t)
	synctest.Test(t, func(t *testing.T) {
		var logged lines
		open(t, storage.Options{URL: address, Log: slog.New(slog.NewTextHandler(&logged, nil))})
		db := raw(t, address)
		cut(t, db)
		time.Sleep(11 * time.Second)
		cut(t, db) // it was taken again
		other := open(t, storage.Options{URL: address})
		time.Sleep(30 * time.Second)
		must(t, other.Close())
		time.Sleep(10 * time.Second)
		cut(t, db)
		for line, want := range map[string]int{"database lost": 1, "database is back": 1} {
			if got := strings.Count(logged.String(), line); got != want {
				t.Errorf("%q was logged %d times, want %d:\n%s", line, got, want, logged.String())
			}
		}
	})
}

// lines is a log that several goroutines write.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}
