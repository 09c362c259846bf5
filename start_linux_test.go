package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// A user that may not write the file, or its folder, is told so. Root may write everywhere, and starts the program as
// nobody.
func TestDatabaseWithoutRights(t *testing.T) {
	t.Parallel()
	const nobody = 65534
	for name, mode := range map[string]struct{ folder, file os.FileMode }{"file": {0o777, 0o444}, "folder": {0o555, 0o666}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root, err := os.MkdirTemp("", "greenwatch") // the test's own folder is for its user alone
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { remove(t, root) })
			path := filepath.Join(root, "data", "house.db")
			makeFolder(t, filepath.Dir(path))
			made(t, path)
			binary := filepath.Join(root, "greenwatch")
			if out, err := exec.CommandContext(t.Context(), "cp", os.Args[0], binary).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			remove(t, path+".lock")
			for path, mode := range map[string]os.FileMode{root: 0o755, binary: 0o755, filepath.Dir(path): mode.folder, path: mode.file} {
				if err := os.Chmod(path, mode); err != nil {
					t.Fatal(err)
				}
			}
			p := program(t, "DATABASE_URL="+path)
			p.Path, p.Args, p.Dir = binary, []string{binary}, root
			if os.Getuid() == 0 {
				p.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
			}
			out, err := p.CombinedOutput()
			refused(t, out, err, path, "let this user write")
		})
	}
}
