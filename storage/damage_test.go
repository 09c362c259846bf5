package storage

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenwatch/monitor"
)

// Damage that shows while the store is open ends all writing, so that what is left can be saved; and the next start says
// what to do.
func TestDamagedWhileOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "greenwatch.db")
	var reported []error
	s, err := Open(t.Context(), Options{URL: path, Failed: func(err error) { reported = append(reported, err) }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Update(t.Context(), monitor.Self, arrive); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.ExecContext(t.Context(), `pragma wal_checkpoint(truncate)`); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	broken := append(bytes.Clone(whole[:4096]), bytes.Repeat([]byte{0xa5}, len(whole)-4096)...)
	overwrite(t, path, broken)
	if _, err := s.db.ExecContext(t.Context(), `pragma shrink_memory`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Update(t.Context(), monitor.Self, arrive); !errors.Is(err, ErrCorrupt) || FaultOf(err) != monitor.FaultDamaged {
		t.Fatalf("got %v, want %v", err, ErrCorrupt)
	}
	overwrite(t, path, whole)
	for what, err := range map[string]error{
		"a change": func() error { _, err := s.Update(t.Context(), "instance/1", arrive); return err }(),
		"a sweep":  s.EndSweep(t.Context(), monitor.Sweep{}),
		"a probe":  s.Probe(t.Context()),
	} {
		if !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s after the damage: %v, want %v", what, err, ErrCorrupt)
		}
	}
	if len(reported) != 4 {
		t.Errorf("reported %v", reported)
	}
	overwrite(t, path, broken)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, broken) {
		t.Errorf("the file was written to: %v", err)
	}
	if _, err := Open(t.Context(), Options{URL: path}); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "keep") {
		t.Errorf("the next start: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, broken) {
		t.Errorf("the next start wrote to the file: %v", err)
	}
}

// overwrite leaves the file where it is, as a failing disk does.
func overwrite(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// What is written for people names the fault by the error alone.
func TestFaultOf(t *testing.T) {
	t.Parallel()
	s := inMemory(t)
	if err := s.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	for err, want := range map[error]monitor.Fault{
		ErrFull: monitor.FaultFull, ErrReadOnly: monitor.FaultReadOnly, ErrBusy: monitor.FaultLocked,
		ErrAway: monitor.FaultAway, errors.New("something"): monitor.FaultOther,
	} {
		if got := FaultOf(s.failed(err, "testing")); got != want {
			t.Errorf("%v is told as %s, want %s", err, got, want)
		}
	}
}
