package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator"
	"greenwatch/simulator/instanceapi"
	"greenwatch/storage/storagetest"
)

// The program as a process, with a socket that is systemd's.
func TestSystemdHears(t *testing.T) {
	t.Parallel()
	folder, err := os.MkdirTemp("", "greenwatch") // the test's own folder has too long a name for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { remove(t, folder) })
	path := filepath.Join(folder, "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	if err := socket.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	hear := func() string {
		t.Helper()
		state := make([]byte, 4096)
		n, err := socket.Read(state)
		if err != nil {
			t.Fatal(err)
		}
		return string(state[:n])
	}

	p := program(t, "NOTIFY_SOCKET="+path, "WATCHDOG_USEC=100000", "HTTP_ADDR=127.0.0.1:0")
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	if got := hear(); !strings.HasPrefix(got, "READY=1\nSTATUS=0 of 1 numbers work; 1 not seen yet") { // Telegram's trouble may be known
		t.Errorf("first heard: %q", got)
	}
	for range 3 {
		if got := hear(); !strings.HasPrefix(got, "WATCHDOG=1\nSTATUS=") {
			t.Errorf("then heard: %q", got)
		}
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	last := hear()
	for strings.HasPrefix(last, "WATCHDOG=1\n") {
		last = hear()
	}
	if last != "STOPPING=1\nSTATUS=ending in order" {
		t.Errorf("last heard: %q", last)
	}
	if err := p.Wait(); err != nil {
		t.Error(err)
	}
}

// heard is what a supervisor is told, and when.
type heard struct {
	mu    sync.Mutex
	all   []string
	alive time.Time // the last sign of life
}

func (h *heard) tell(state string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, state)
	if strings.HasPrefix(state, "WATCHDOG=1") {
		h.alive = time.Now()
	}
	return nil
}

func (h *heard) silence() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Since(h.alive)
}

func (h *heard) last() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all[len(h.all)-1]
}

const patience = time.Minute

// supervise starts the program under a supervisor.
func (h *house) supervise(t transports) *heard {
	h.t.Helper()
	listener := &heard{}
	t.supervisor = &supervisor{tell: listener.tell, patience: patience}
	ctx, stop := context.WithCancel(context.Background())
	a, err := newApp(ctx, h.cfg, slog.New(slog.NewTextHandler(h.logged, nil)), t)
	if err != nil {
		h.t.Fatal(err)
	}
	h.app, h.stop, h.stopped = a, stop, make(chan error, 1)
	go func() { h.stopped <- a.run(ctx) }()
	return listener
}

// roundTrip is a way to an API.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Trouble elsewhere is no reason to be started again: it would still be there.
func TestSupervisorIsNotToldOfTroubleElsewhere(t *testing.T) {
	t.Parallel()
	hangs := roundTrip(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	for name, ways := range map[string]func(h *house) transports{
		"both APIs hang": func(*house) transports { return transports{telegram: hangs, green: hangs} },
		"telegram hangs": func(h *house) transports {
			return transports{telegram: hangs, green: simulator.Transport(h.green)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inIdleHouse(t, 3, func(t *testing.T, h *house) {
				every, err := parseSchedule("@every 5m")
				if err != nil {
					t.Fatal(err)
				}
				h.cfg.Schedule = every
				listener := h.supervise(ways(h))
				for range 40 {
					h.pass(time.Minute)
					if silent := listener.silence(); silent >= patience {
						t.Fatalf("no sign of life for %s; last: %q\n%s", silent, listener.last(), h.logged)
					}
				}
				if got := listener.last(); !strings.Contains(got, "Telegram does not answer") {
					t.Errorf("the status says %q", got)
				}
			})
		})
	}
}

// A database that fails is waited for.
func TestSupervisorWaitsForTheDatabase(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 2, func(t *testing.T, h *house) {
		outage := &storagetest.Outage{}
		listener := h.supervise(transports{
			telegram: simulator.Transport(h.telegram), green: simulator.Transport(h.green), database: outage.Wrap,
		})
		h.pass(2 * time.Minute)
		if got := listener.last(); got != "WATCHDOG=1\nSTATUS=2 of 2 numbers work" {
			t.Errorf("the status says %q", got)
		}
		outage.Begin(errors.New("disk I/O error"))
		for range 20 {
			h.pass(time.Minute)
			if silent := listener.silence(); silent >= patience {
				t.Fatalf("no sign of life for %s; last: %q", silent, listener.last())
			}
		}
		if got := listener.last(); !strings.Contains(got, "the database fails") {
			t.Errorf("the status says %q", got)
		}
		outage.End()
		h.pass(5 * time.Minute)
		if got := listener.last(); got != "WATCHDOG=1\nSTATUS=2 of 2 numbers work" {
			t.Errorf("the status says %q", got)
		}
	})
}

// A program that hangs by itself is silent, and heard again when it goes on.
func TestSupervisorHearsNothingOfTheStuck(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 2, func(t *testing.T, h *house) {
		loose := make(chan struct{})
		stuck := roundTrip(func(r *http.Request) (*http.Response, error) { // heeds no time-out
			<-loose
			return simulator.Transport(h.green).RoundTrip(r)
		})
		h.set("7105000001", instanceapi.State("notAuthorized"))
		listener := h.supervise(transports{telegram: simulator.Transport(h.telegram), green: stuck})
		h.pass(30 * time.Minute)
		if silent := listener.silence(); silent < 20*time.Minute {
			t.Errorf("the last sign of life is only %s old", silent)
		}
		if !strings.Contains(h.logged.String(), "stuck through a fault of our own") {
			t.Error("the log does not say so")
		}
		close(loose)
		h.pass(3 * time.Minute)
		if silent := listener.silence(); silent >= patience {
			t.Errorf("no sign of life for %s", silent)
		}
		if got := listener.last(); got != "WATCHDOG=1\nSTATUS=1 of 2 numbers work" {
			t.Errorf("the status says %q", got)
		}
	})
}

// Each kind of work has to go on, in its own time.
func TestProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mark time.Time
		limit := func(time.Time) time.Duration { return time.Minute }
		goes := progresses{
			{name: "still", mark: func() time.Time { return mark }, limit: limit},
			{name: "lively", mark: time.Now, limit: limit},
		}
		look := func(after time.Duration, excused bool, want ...string) {
			t.Helper()
			time.Sleep(after)
			if got := goes.stuck(time.Now(), excused); !slices.Equal(got, want) {
				t.Errorf("stuck: %v, want %v", got, want)
			}
		}
		look(0, false)
		look(59*time.Second, false)
		look(time.Second, false, "still")
		look(time.Hour, true)
		look(59*time.Second, false)
		mark = time.Now()
		look(59*time.Second, false)
		look(time.Minute, false, "still")
	})
}
