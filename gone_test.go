package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenwatch/simulator/instanceapi"
)

// The database's file is deleted while greenwatch runs: it is told, all goes on, and nothing is lost once the copy is
// restored.
func TestDatabaseFileDeleted(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.NotAuthorized)
		h.pass(2 * time.Minute)
		h.everywhere("Kazan_01: logged out")
		for _, end := range []string{"", "-wal", "-shm", ".lock"} {
			remove(t, h.cfg.Database+end)
		}
		h.pass(time.Minute)
		told := h.everywhere("My database's file was deleted or replaced")
		if told[opsGroup].Silent || !strings.Contains(told[opsGroup].Text, "I copied what it holds") {
			t.Errorf("told: %+v", told[opsGroup])
		}
		if ok, page := ready(t, h.app); ok || !strings.Contains(page, "database") {
			t.Errorf("ready without the file: %s", page)
		}
		h.set("7105000002", instanceapi.Blocked)
		h.pass(2 * time.Minute)
		h.everywhere("Kazan_02: blocked")
		before := h.count()
		h.end()

		copies, err := filepath.Glob(h.cfg.Database + ".rescued-*")
		if err != nil || len(copies) != 1 {
			t.Fatalf("copies: %v, %v", copies, err)
		}
		var out bytes.Buffer
		if err := restore(t.Context(), &out, h.cfg.Database, copies[0]); err != nil {
			t.Fatal(err)
		}
		h.start()
		h.pass(5 * time.Minute)
		if n := h.count() - before; n != 0 {
			t.Errorf("%d messages after the restore:\n%s", n, h.transcript(opsGroup))
		}
		h.set(first, instanceapi.Authorized)
		h.pass(3 * time.Minute)
		h.toldTwice("Kazan_01: works again")
	})
}

// A file that comes back is what was written to all the time.
func TestDatabaseFileMovedAndBack(t *testing.T) {
	t.Parallel()
	inHouse(t, 2, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		if err := os.Rename(h.cfg.Database, h.cfg.Database+".old"); err != nil {
			t.Fatal(err)
		}
		h.pass(time.Minute)
		h.everywhere("My database's file was deleted or replaced")
		if err := os.Rename(h.cfg.Database+".old", h.cfg.Database); err != nil {
			t.Fatal(err)
		}
		h.pass(2 * time.Minute)
		h.toldTwice("My database's file is back")
		if ok, page := ready(t, h.app); !ok {
			t.Errorf("not ready afterwards: %s", page)
		}
	})
}

// toldTwice looks for a text in every chat: in a message as it now reads, and in the answer to it.
func (h *house) toldTwice(text string) {
	h.t.Helper()
	for _, chat := range h.chats() {
		if n := h.said(chat, text); n != 2 {
			h.t.Errorf("%q is in %d messages of %d:\n%s", text, n, chat, h.transcript(chat))
		}
	}
}
