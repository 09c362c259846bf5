package main

import (
	"context"
	"database/sql"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"greenwatch/simulator"
	"greenwatch/simulator/instanceapi"
	"greenwatch/storage/storagetest"
)

// scarce is a way to an API that runs out of connections.
type scarce struct {
	inner http.RoundTripper
	out   atomic.Bool
}

// RoundTrip implements http.RoundTripper.
func (s *scarce) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.out.Load() {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", syscall.EMFILE)}
	}
	return s.inner.RoundTrip(r)
}

// That this process has no files left is told as its own fault, never as numbers that do not answer.
func TestNoFilesLeft(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 30, func(t *testing.T, h *house) {
		green := &scarce{inner: simulator.Transport(h.green)}
		ctx, stop := context.WithCancel(context.Background())
		a, err := newApp(ctx, h.cfg, slog.New(slog.NewTextHandler(h.logged, nil)), transports{telegram: simulator.Transport(h.telegram), green: green})
		if err != nil {
			t.Fatal(err)
		}
		h.stop, h.stopped = stop, make(chan error, 1)
		go func() { h.stopped <- a.run(ctx) }()
		h.pass(2 * time.Minute)
		before := h.count()

		green.out.Store(true)
		h.set(first, instanceapi.Blocked)
		h.pass(10 * time.Minute)
		h.everywhere("I can open no more connections")
		if n := h.count() - before; n != len(h.chats()) {
			t.Errorf("%d messages, want one a chat:\n%s", n, h.transcript(opsGroup))
		}
		if ok, page := ready(t, a); ok || !strings.Contains(page, "connections") {
			t.Errorf("ready without connections: %s", page)
		}

		green.out.Store(false)
		h.pass(3 * time.Minute)
		h.everywhere("Kazan_01: blocked by WhatsApp")
		h.nowhere("I can open no more connections")
		if n := h.count() - before; n != 3*len(h.chats()) {
			t.Errorf("%d messages, want the trouble, its end and a card in each chat:\n%s", n, h.transcript(opsGroup))
		}
	})
}

// Another program holds the file: told as such, and afterwards everything catches up.
func TestLockedByAnotherProgram(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 3, func(t *testing.T, h *house) {
		a := h.startOver(&storagetest.Outage{})
		h.pass(2 * time.Minute)
		release := h.lock(t)
		h.set(first, instanceapi.Blocked)
		h.pass(40 * time.Second)
		told := h.everywhere("My database is locked by another program")
		h.pass(3 * time.Minute)
		for chat, m := range told {
			if now, _ := h.telegram.Message(chat, m.ID); !strings.Contains(now.Text, "Kazan_01") {
				t.Errorf("what could not be saved is not named in %d:\n%s", chat, now.Text)
			}
		}
		if ok, page := ready(t, a); ok {
			t.Errorf("ready while the file is locked: %s", page)
		}
		release()
		h.pass(2 * time.Minute)
		h.everywhere("Kazan_01: blocked by WhatsApp")
		h.nowhere("locked by another program")
	})
}

// lock has a second connection hold the house's file.
func (h *house) lock(t *testing.T) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite", h.cfg.Database+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
