package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"greenwatch/simulator/instanceapi"
	"greenwatch/storage/storagetest"
)

// A disk that is really full, as far as this machine lets a test mount one.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("no disk to fill: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	inIdleHouse(t, 40, func(t *testing.T, h *house) {
		h.cfg.Database = filepath.Join(disk, "house.db")
		a := h.startOver(&storagetest.Outage{})
		h.pass(2 * time.Minute)
		filler := filepath.Join(disk, "filler")
		fill(t, filler)
		h.set(first, instanceapi.Blocked)
		h.pass(4 * time.Minute)
		told := h.everywhere("My database has no space left")
		for chat, m := range told {
			if now, _ := h.telegram.Message(chat, m.ID); !strings.Contains(now.Text, "Kazan_01") {
				t.Errorf("what could not be saved is not named in %d:\n%s", chat, now.Text)
			}
		}
		if ok, page := ready(t, a); ok {
			t.Errorf("ready with a full disk: %s", page)
		}
		remove(t, filler)
		h.pass(2 * time.Minute)
		h.everywhere("Kazan_01: blocked by WhatsApp")
		h.nowhere("no space left")
		h.restart()
		h.pass(2 * time.Minute)
		h.everywhere("Kazan_01: blocked by WhatsApp")
	})
}

// fill writes until there is no space left.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{1 << 16, 1 << 12, 1} {
		for block := make([]byte, size); err == nil; {
			_, err = f.Write(block)
		}
		err = nil
	}
}
