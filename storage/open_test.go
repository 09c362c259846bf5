package storage_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/monitor"
	"greenwatch/storage"
)

const secondProcess = "STORAGE_TEST_HOLDS" // names the database that this process opens and holds until it is killed

func beSecondProcess() bool {
	path := os.Getenv(secondProcess)
	if path == "" {
		return false
	}
	_, err := storage.Open(context.Background(), storage.Options{URL: path})
	fmt.Println("opened:", err)
	select {}
}

func TestSecondProcess(t *testing.T) { onEngines(t, testSecondProcess) }

func testSecondProcess(t *testing.T, path string) {
	other := exec.CommandContext(t.Context(), os.Args[0])
	other.Env = append(os.Environ(), secondProcess+"="+path)
	out, err := other.StdoutPipe()
	must(t, err)
	must(t, other.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	if line != "opened: <nil>\n" {
		t.Fatalf("the other process: %s", line)
	}

	wantRefused(t, path, storage.ErrBusy, "stop the other greenwatch")

	must(t, other.Process.Kill())
	_ = other.Wait()
	s := open(t, storage.Options{URL: path})
	update(t, s, kazan, begin)
}

func TestSecondStore(t *testing.T) {
	t.Parallel()
	path := file(t)
	first := open(t, storage.Options{URL: path})
	update(t, first, kazan, begin)
	link := filepath.Join(t.TempDir(), "link.db")
	must(t, os.Symlink(path, link))
	for _, name := range []string{path, "file:" + path, link} {
		wantRefused(t, name, storage.ErrBusy, "DATABASE_URL")
	}
	update(t, first, kazan, move)
}

func wantRefused(t *testing.T, url string, kind error, advice string) {
	t.Helper()
	s, err := storage.Open(t.Context(), storage.Options{URL: url})
	if err == nil {
		_ = s.Close()
		t.Fatalf("%s was opened", url)
	}
	if strings.Contains(err.Error(), "topsecret") {
		t.Error("the error has the password")
	}
	if kind != nil && !errors.Is(err, kind) || !strings.Contains(err.Error(), advice) {
		t.Errorf("got %q, want %v with %q", err, kind, advice)
	}
}

func TestNewerSchema(t *testing.T) {
	onEngines(t, func(t *testing.T, address string) {
		must(t, open(t, storage.Options{URL: address}).Close())
		db := raw(t, address)
		do(t, db, `update goose_db_version set version_id = 99 where version_id = 1`)
		must(t, db.Close())
		wantRefused(t, address, nil, "start the newer greenwatch")
	})
}

// A damaged file is refused with advice, and stays as it is for whoever can mend it.
func TestDamaged(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func([]byte) []byte{
		"not a database": func([]byte) []byte { return bytes.Repeat([]byte("this is a shopping list\n"), 100) },
		"damaged page":   func(b []byte) []byte { return append(b[:4096:4096], bytes.Repeat([]byte{0xa5}, len(b)-4096)...) },
		"cut off":        func(b []byte) []byte { return b[:len(b)/2] },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := file(t)
			s := open(t, storage.Options{URL: path})
			update(t, s, kazan, begin)
			must(t, s.Close())
			whole, err := os.ReadFile(path)
			must(t, err)
			broken := damage(whole)
			must(t, os.WriteFile(path, broken, 0o600))

			wantRefused(t, path, storage.ErrCorrupt, "backup")

			after, err := os.ReadFile(path)
			must(t, err)
			if !bytes.Equal(after, broken) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, url := range []string{filepath.Join(dir, "a b%20.db"), "file:" + dir + "/c%20d.db", "file://" + dir + "/e.db"} {
		must(t, open(t, storage.Options{URL: url}).Ping(t.Context()))
	}
	for _, name := range []string{"a b%20.db", "c d.db", "e.db"} {
		info, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode != 0o600 {
			t.Errorf("%s has mode %o, want 600", name, mode)
		}
	}
	for url, advice := range map[string]string{
		"":                                  "set DATABASE_URL",
		"file:a.db?mode=ro":                 "without host and parameters",
		"a.db?mode=ro":                      "question mark",
		filepath.Join(dir, "no", "such.db"): "make the directory",
		dir:                                 dir,
	} {
		wantRefused(t, url, nil, advice)
	}
}

// What was under way when the process died is due again, as a possible repeat; what was settled stays so.
func TestReopened(t *testing.T) { onEngines(t, testReopened) }

func testReopened(t *testing.T, path string) {
	s := open(t, storage.Options{URL: path})
	subscribe(t, s, ops, boss)
	before := update(t, s, kazan, begin)
	deliver(t, s, boss, 20)
	sending(t, s, due(t, s, ops, start))
	must(t, s.Close())

	s = open(t, storage.Options{URL: path})
	after, err := s.Case(t.Context(), kazan)
	must(t, err)
	if after.Incident.Number != before.Incident.Number {
		t.Errorf("incident %d, want %d", after.Incident.Number, before.Incident.Number)
	}
	if notes := due(t, s, ops, start); len(notes) != 1 || !notes[0].Repeat || notes[0].Tries != 1 {
		t.Errorf("under way at the end: %+v", notes)
	}
	if notes := due(t, s, boss, start); len(notes) != 0 {
		t.Errorf("told before the end: %+v", notes)
	}
	update(t, s, kazan, move)
	if cards := stale(t, s, boss); len(cards) != 1 || cards[0].MessageID != 20 {
		t.Errorf("the card: %+v", cards)
	}
}

func TestVirtualTime(t *testing.T) { onEngines(t, testVirtualTime) }

func testVirtualTime(t *testing.T, path string) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storage.Options{URL: path})
		subscribe(t, s, ops)
		for range 6 * 60 {
			time.Sleep(time.Minute)
			update(t, s, kazan, count)
		}
		c, err := s.Case(t.Context(), kazan)
		must(t, err)
		if c.Arrivals != 6*60 {
			t.Errorf("%d changes in six hours of minutes", c.Arrivals)
		}
		must(t, s.EndSweep(t.Context(), monitor.Sweep{Started: time.Now(), Ended: time.Now()}))
	})
}
