package storage_test

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"greenwatch/monitor"
	"greenwatch/storage"
)

// A database whose file is not at its place any more works on, and says so; what it held is copied beside it, again at the
// end, and can be restored.
func TestGone(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(t *testing.T, path string){
		"deleted": func(t *testing.T, path string) { must(t, os.Remove(path)) },
		"deleted with all": func(t *testing.T, path string) {
			for _, end := range []string{"", "-wal", "-shm", ".lock"} {
				must(t, os.Remove(path+end))
			}
		},
		"replaced": func(t *testing.T, path string) {
			other := path + ".other"
			must(t, os.WriteFile(other, []byte("a letter"), 0o600))
			must(t, os.Rename(other, path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := file(t)
			s := open(t, storage.Options{URL: path})
			update(t, s, kazan, count)
			must(t, s.Probe(t.Context()))
			lose(t, path)

			for range 3 {
				err := s.Probe(t.Context())
				if err == nil || !strings.Contains(err.Error(), path) {
					t.Fatalf("a probe: %v", err)
				}
				wantGone(t, err, monitor.FaultGoneKept)
			}
			copies, _ := filepath.Glob(path + ".rescued-*")
			if len(copies) != 1 {
				t.Fatalf("copies: %v", copies)
			}
			if v, err := storage.Look(t.Context(), path); name == "deleted" && (err != nil || !v.New || !v.InUse) {
				t.Errorf("from beside: %+v, %v", v, err)
			}
			update(t, s, kazan, count)
			must(t, s.Close())
			if again, _ := filepath.Glob(path + ".rescued-*"); len(again) != 1 || again[0] != copies[0] {
				t.Errorf("copies at the end: %v", again)
			}
			r, err := storage.Restore(t.Context(), path, copies[0])
			must(t, err)
			if (r.Aside == "") != (name != "replaced") {
				t.Errorf("aside: %q", r.Aside)
			}
			wantCount(t, path, 2)
		})
	}
}

func wantCount(t *testing.T, path string, want int) {
	t.Helper()
	s := open(t, storage.Options{URL: path})
	c, err := s.Case(t.Context(), kazan)
	must(t, err)
	if c.Arrivals != want {
		t.Errorf("%s has %d changes, want %d", path, c.Arrivals, want)
	}
	must(t, s.Close())
}

// Nothing can be kept beside a file whose folder is away. When the folder is back it is over.
func TestFolderGone(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	must(t, os.Mkdir(folder, 0o700))
	path := filepath.Join(folder, "greenwatch.db")
	s := open(t, storage.Options{URL: path})
	update(t, s, kazan, count)
	must(t, os.Rename(folder, folder+".moved"))
	wantGone(t, s.Probe(t.Context()), monitor.FaultGone)
	update(t, s, kazan, count)
	must(t, os.Rename(folder+".moved", folder))
	must(t, s.Probe(t.Context()))
	must(t, s.Close())
	if copies, _ := filepath.Glob(path + ".rescued-*"); copies != nil {
		t.Errorf("copies: %v", copies)
	}
	wantCount(t, path, 2)
}

// Also what nobody has probed is copied at the end.
func TestGoneAtTheEnd(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := open(t, storage.Options{URL: path})
	update(t, s, kazan, count)
	must(t, os.Remove(path))
	must(t, s.Close())
	copies, _ := filepath.Glob(path + ".rescued-*")
	if len(copies) != 1 {
		t.Fatalf("copies: %v", copies)
	}
	wantCount(t, copies[0], 1)
}

func wantGone(t *testing.T, err error, fault monitor.Fault) {
	t.Helper()
	if storage.FaultOf(err) != fault {
		t.Errorf("%v is told as %s, want %s", err, storage.FaultOf(err), fault)
	}
}

// second starts another process that opens the database, and holds it if it can.
func second(t *testing.T, path string) (said string, end func()) {
	t.Helper()
	other := exec.CommandContext(t.Context(), os.Args[0])
	other.Env = append(os.Environ(), secondProcess+"="+path)
	out, err := other.StdoutPipe()
	must(t, err)
	must(t, other.Start())
	said, err = bufio.NewReader(out).ReadString('\n')
	must(t, err)
	return said, func() {
		_ = other.Process.Kill()
		_ = other.Wait()
	}
}

// The lock is on the database, under whatever name it is reached; the file beside it may be gone.
func TestLockFileGone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("no file that is open can be deleted here, or there is no lock for it")
	}
	path := file(t)
	s := open(t, storage.Options{URL: path})
	update(t, s, kazan, count)
	backup := filepath.Join(t.TempDir(), "backup.db")
	_, err := storage.Backup(t.Context(), path, backup)
	must(t, err)
	must(t, os.Remove(path+".lock"))
	name := filepath.Join(filepath.Dir(path), "linked.db")
	must(t, os.Link(path, name))
	for _, path := range []string{path, name} {
		said, end := second(t, path)
		end()
		if !strings.Contains(said, storage.ErrBusy.Error()) {
			t.Errorf("a second process: %s", said)
		}
		_ = os.Remove(path + ".lock")
	}
	update(t, s, kazan, count)
	must(t, s.Close())

	said, end := second(t, path)
	if said != "opened: <nil>\n" {
		t.Fatalf("after the end: %s", said)
	}
	must(t, os.Remove(path+".lock"))
	v, err := storage.Look(t.Context(), path)
	if err != nil || !v.InUse {
		t.Errorf("a look from beside: %+v, %v", v, err)
	}
	if _, err := storage.Restore(t.Context(), path, backup); err == nil {
		t.Error("restored under a running greenwatch")
	}
	end()
	wantCount(t, path, 2)
}

// Another program's database is refused before a byte of it, or a file beside it, is written.
func TestForeignFile(t *testing.T) {
	t.Parallel()
	backup := file(t)
	must(t, open(t, storage.Options{URL: backup}).Close())
	for name, made := range map[string][]string{
		"shopping":  {`create table shopping (what text)`, `insert into shopping values ('milk')`},
		"goose too": {`create table goose_db_version (id integer primary key, version_id integer, is_applied integer)`, `insert into goose_db_version values (1, 3, 1)`, `create table users (name text)`},
		"wal":       {`pragma journal_mode = wal`, `create table shopping (what text)`},
		"cases too": {`create table cases (subject text primary key, body text)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := file(t)
			db := raw(t, path)
			for _, statement := range made {
				do(t, db, statement)
			}
			must(t, db.Close())
			must(t, os.Chmod(path, 0o644))
			before, err := os.ReadFile(path)
			must(t, err)

			wantRefused(t, path, storage.ErrForeign, "DATABASE_URL")
			if _, err := storage.Restore(t.Context(), path, backup); !errors.Is(err, storage.ErrForeign) {
				t.Errorf("a restore in its place: %v", err)
			}

			after, err := os.ReadFile(path)
			must(t, err)
			if !bytes.Equal(before, after) {
				t.Errorf("it was written to: %d bytes, %d before", len(after), len(before))
			}
			info, err := os.Stat(path)
			must(t, err)
			if runtime.GOOS != "windows" && info.Mode().Perm() != 0o644 {
				t.Errorf("its mode is %o", info.Mode().Perm())
			}
			if files, _ := filepath.Glob(path + "*"); len(files) != 1 {
				t.Errorf("left behind: %v", files)
			}
		})
	}
}

// A file that others can read is for its owner alone from the start on, with what belongs to it.
func TestPrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("files have no modes here")
	}
	path := file(t)
	must(t, open(t, storage.Options{URL: path}).Close())
	must(t, os.Chmod(path, 0o664))
	must(t, os.Chmod(path+".lock", 0o644))
	s := open(t, storage.Options{URL: path})
	update(t, s, kazan, count)
	files, _ := filepath.Glob(path + "*")
	if len(files) < 4 {
		t.Errorf("files: %v", files)
	}
	for _, name := range files {
		info, err := os.Stat(name)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", name, info.Mode().Perm())
		}
	}
}
