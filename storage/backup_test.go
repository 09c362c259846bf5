package storage_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"greenwatch/storage"
	"greenwatch/storage/storagetest"
)

// A backup that is made while the store is written to holds every commit that had returned before it began, and opens.
func TestBackupWhileWriting(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "greenwatch.db")
	s := open(t, storage.Options{URL: path})
	update(t, s, kazan, begin)
	var saved atomic.Int64
	var writers sync.WaitGroup
	stop, enough := make(chan struct{}), make(chan struct{})
	writers.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := s.Update(t.Context(), samara, count); err != nil {
				t.Error(err)
				return
			}
			if saved.Add(1) == 20 {
				close(enough)
			}
		}
	})
	<-enough
	for _, name := range []string{"one.db", "two.db"} {
		before := saved.Load()
		file := filepath.Join(dir, name)
		held, err := storage.Backup(t.Context(), path, file)
		after := saved.Load() + 1 // one may be on its way
		must(t, err)
		if held.Size == 0 || held.Cases != 2 || held.Incidents != 1 || held.Schema != storage.KnownSchema() {
			t.Errorf("it holds %+v", held)
		}
		info, err := os.Stat(file)
		must(t, err)
		if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode != 0o600 {
			t.Errorf("mode %o", mode)
		}
		copied := open(t, storage.Options{URL: file})
		c, err := copied.Case(t.Context(), samara)
		must(t, err)
		if n := int64(c.Arrivals); n < before || n > after {
			t.Errorf("%d changes in the backup; %d were saved before it, %d after", n, before, after)
		}
	}
	close(stop)
	writers.Wait()
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

func TestBackupRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "greenwatch.db")
	must(t, open(t, storage.Options{URL: path}).Close())
	taken := filepath.Join(dir, "taken")
	must(t, os.WriteFile(taken, []byte("a letter"), 0o600))
	if _, err := storage.Backup(t.Context(), path, taken); !errors.Is(err, fs.ErrExist) {
		t.Errorf("onto a file: %v", err)
	}
	if text, err := os.ReadFile(taken); err != nil || string(text) != "a letter" {
		t.Errorf("the file now reads %q, %v", text, err)
	}
	for name, address := range map[string]string{
		"nothing there": filepath.Join(dir, "no.db"), "memory": ":memory:", "a server": "postgres://u:topsecret@localhost/x",
	} {
		_, err := storage.Backup(t.Context(), address, filepath.Join(dir, "copy"))
		if err == nil || strings.Contains(err.Error(), "topsecret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, os.WriteFile(path, bytes.Repeat([]byte("no database\n"), 500), 0o600))
	if _, err := storage.Backup(t.Context(), path, filepath.Join(dir, "copy")); !errors.Is(err, storage.ErrCorrupt) {
		t.Errorf("a damaged database: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "copy*")); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

// What a backup holds comes back, and the database that was there is kept beside it, with what was only in its log.
func TestRestore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, file := filepath.Join(dir, "greenwatch.db"), filepath.Join(dir, "backup.db")
	s := open(t, storage.Options{URL: path})
	update(t, s, kazan, count)
	_, err := storage.Backup(t.Context(), path, file)
	must(t, err)
	update(t, s, kazan, count)
	if _, err := storage.Restore(t.Context(), path, file); !errors.Is(err, storage.ErrBusy) {
		t.Fatalf("under a running greenwatch: %v", err)
	}
	update(t, s, kazan, count)
	must(t, s.Close())

	r, err := storage.Restore(t.Context(), path, file)
	must(t, err)
	if r.Path != path || r.Cases != 1 || !strings.HasPrefix(r.Aside, path+".before-restore-") {
		t.Errorf("restored %+v", r)
	}
	for name, want := range map[string]int{path: 1, r.Aside: 3, file: 1} {
		c, err := open(t, storage.Options{URL: name}).Case(t.Context(), kazan)
		must(t, err)
		if c.Arrivals != want {
			t.Errorf("%s: %d changes, want %d", filepath.Base(name), c.Arrivals, want)
		}
	}
	elsewhere := filepath.Join(t.TempDir(), "new.db")
	r, err = storage.Restore(t.Context(), elsewhere, file)
	must(t, err)
	if r.Aside != "" {
		t.Errorf("moved aside %s, where there was nothing", r.Aside)
	}
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "greenwatch.db")
	s := open(t, storage.Options{URL: path})
	update(t, s, kazan, count)
	must(t, s.Close())
	present, err := os.ReadFile(path)
	must(t, err)

	newer := filepath.Join(dir, "newer.db")
	_, err = storage.Backup(t.Context(), path, newer)
	must(t, err)
	whole, err := os.ReadFile(newer)
	must(t, err)
	do(t, raw(t, newer), `update goose_db_version set version_id = 99 where version_id = 1`)
	foreign := filepath.Join(dir, "foreign.db")
	do(t, raw(t, foreign), `create table shopping (what text)`)
	damaged := filepath.Join(dir, "damaged.db")
	must(t, os.WriteFile(damaged, append(whole[:4096:4096], bytes.Repeat([]byte{0xa5}, len(whole)-4096)...), 0o600))
	cut := filepath.Join(dir, "cut.db")
	must(t, os.WriteFile(cut, whole[:len(whole)/2], 0o600))
	empty := filepath.Join(dir, "empty.db")
	must(t, os.WriteFile(empty, nil, 0o600))
	for file, want := range map[string]error{
		newer: storage.ErrNewer, foreign: storage.ErrForeign, empty: storage.ErrForeign,
		damaged: storage.ErrCorrupt, cut: storage.ErrCorrupt, filepath.Join(dir, "no.db"): fs.ErrNotExist, path: nil,
	} {
		_, err := storage.Restore(t.Context(), path, file)
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", filepath.Base(file), err, want)
		}
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, present) {
		t.Errorf("the database was changed: %v", err)
	}
	if aside, _ := filepath.Glob(path + ".*ore*"); aside != nil {
		t.Errorf("left behind: %v", aside)
	}
}

func TestLook(t *testing.T) {
	t.Parallel()
	for _, engine := range storagetest.Engines() {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			address := engine.URL(t)
			look := func() storage.View {
				v, err := storage.Look(t.Context(), address)
				must(t, err)
				return v
			}
			if v := look(); !v.New || v.InUse {
				t.Errorf("before the first start: %+v", v)
			}
			s := open(t, storage.Options{URL: address})
			update(t, s, kazan, begin)
			if v := look(); v.New || !v.InUse || v.Incidents != 1 {
				t.Errorf("in use: %+v", v)
			}
			update(t, s, kazan, move)
			must(t, s.Close())
			if v := look(); v.InUse || v.Incidents != 1 || v.Schema != storage.KnownSchema() {
				t.Errorf("afterwards: %+v", v)
			}
			if _, isFile := strings.CutPrefix(address, "/"); isFile {
				if left, _ := filepath.Glob(address + "-*"); left != nil {
					t.Errorf("left behind: %v", left)
				}
			}
			do(t, raw(t, address), `update goose_db_version set version_id = 99 where version_id = 1`)
			if _, err := storage.Look(t.Context(), address); !errors.Is(err, storage.ErrNewer) {
				t.Errorf("a newer schema: %v", err)
			}
		})
	}
	if _, err := storage.Look(t.Context(), "postgres://u:topsecret@127.0.0.1:1/x"); err == nil || strings.Contains(err.Error(), "topsecret") {
		t.Errorf("a server that is away: %v", err)
	}
}
