package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bench is a machine of systemd's, as far as installing goes: a folder for its root, and a systemctl that writes down
// what it is called for.
type bench struct {
	t          *testing.T
	root, path string
	folder     string // in which the program is called
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, root: t.TempDir(), path: t.TempDir(), folder: t.TempDir()}
	script := "#!/bin/sh\necho \"$*\" >>\"${0%/*}/calls\"\n[ ! -e \"${0%/*}/fails\" ] || { echo 'Job for greenwatch.service failed.'; exit 1; }\n"
	if err := os.WriteFile(filepath.Join(b.path, "systemctl"), []byte(script), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	return b
}

func (b *bench) install(args ...string) (int, string) {
	b.t.Helper()
	p := program(b.t, "PATH="+b.path+":/bin:/usr/bin")
	p.Dir = b.folder
	return asked(b.t, p, append([]string{"install-service", "--root", b.root}, args...)...)
}

// calls are what systemctl was called for since the last time.
func (b *bench) calls() string {
	b.t.Helper()
	path := filepath.Join(b.path, "calls")
	calls, _ := os.ReadFile(path)
	_ = os.Remove(path)
	return strings.ReplaceAll(strings.TrimSpace(string(calls)), "\n", "; ")
}

func (b *bench) read(path string, mode os.FileMode) string {
	b.t.Helper()
	path = filepath.Join(b.root, path)
	text, err := os.ReadFile(path)
	if err != nil {
		b.t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
		b.t.Errorf("%s: %v, %v, want %v", path, info.Mode(), err, mode)
	}
	return string(text)
}

func TestInstallService(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	write(t, filepath.Join(b.folder, ".env"), []byte("TELEGRAM_BOT_TOKEN=1:a\n"))

	code, says := b.install("--dry-run")
	if left, _ := os.ReadDir(b.root); code != 0 || len(left) > 0 || b.calls() != "" || strings.Count(says, "would ") < 5 {
		t.Errorf("a dry run: exit code %d, %d files\n%s", code, len(left), says)
	}

	if code, says = b.install(); code != 0 || !strings.Contains(says, "greenwatch runs") {
		t.Fatalf("exit code %d:\n%s", code, says)
	}
	b.read(ownProgram, 0o755)
	if got := b.read(ownSettings, 0o600); got != "TELEGRAM_BOT_TOKEN=1:a\n" {
		t.Errorf("settings: %q", got)
	}
	if unit := b.read(ownUnit, 0o644); !strings.Contains(unit, "\nExecStart="+ownProgram+"\n") || strings.Contains(unit, unitProgram) {
		t.Errorf("the unit runs another program:\n%s", unit)
	}
	const first = "daemon-reload; try-restart greenwatch.service; enable --now greenwatch.service"
	if got := b.calls(); got != first {
		t.Errorf("systemctl: %s", got)
	}

	write(t, filepath.Join(b.folder, ".env"), []byte("TELEGRAM_BOT_TOKEN=2:b\n"))
	if code, says = b.install(); code != 0 || strings.Contains(says, "write") {
		t.Errorf("again: exit code %d:\n%s", code, says)
	}
	if got := b.calls(); got != "enable --now greenwatch.service" {
		t.Errorf("again, systemctl: %s", got)
	}
	if got := b.read(ownSettings, 0o600); got != "TELEGRAM_BOT_TOKEN=1:a\n" {
		t.Errorf("settings were overwritten: %q", got)
	}

	write(t, filepath.Join(b.root, ownProgram), []byte("an older one"))
	if code, says = b.install(); code != 0 || b.calls() != first {
		t.Errorf("upgrade: exit code %d:\n%s", code, says)
	}
}

func TestInstallServiceWithoutSettings(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	code, says := b.install()
	if code != 0 || !strings.Contains(says, "write the latter") {
		t.Errorf("exit code %d:\n%s", code, says)
	}
	if got := b.calls(); got != "daemon-reload; enable greenwatch.service" {
		t.Errorf("systemctl: %s", got)
	}
}

func TestInstallServiceRefuses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	makeFolder(t, filepath.Join(b.root, filepath.Dir(unitsOfPackages[0])))
	write(t, filepath.Join(b.root, unitsOfPackages[0]), nil)
	if code, says := b.install(); code != 1 || !strings.Contains(says, "a package has put") || b.calls() != "" {
		t.Errorf("beside a package: exit code %d:\n%s", code, says)
	}

	b = newBench(t)
	write(t, filepath.Join(b.folder, ".env"), nil)
	write(t, filepath.Join(b.path, "fails"), nil)
	if code, says := b.install(); code != 1 || !strings.Contains(says, "Job for greenwatch.service failed.") {
		t.Errorf("systemctl fails: exit code %d:\n%s", code, says)
	}
}
