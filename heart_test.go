package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/outside/outsidetest"
	"greenwatch/secret"
	"greenwatch/simulator"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/storage"
	"greenwatch/storage/storagetest"
)

// clinic notices heartbeats.
type clinic struct {
	mu    sync.Mutex
	alive int
	fails []string
	paths []string
}

func (c *clinic) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paths = append(c.paths, r.URL.RequestURI())
	if r.Method == http.MethodGet {
		c.alive++
	} else {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		c.fails = append(c.fails, string(body))
	}
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

func (c *clinic) noticed() (alive int, fails []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.alive, append([]string(nil), c.fails...)
}

const heartKey = "4a5b6c7d-0000-n3verseen"

func inHouseWithHeart(t *testing.T, n int, story func(t *testing.T, h *house, c *clinic)) {
	t.Helper()
	inIdleHouse(t, n, func(t *testing.T, h *house) {
		c := &clinic{}
		h.heartbeat, h.cfg.Heartbeat = c, secret.New("https://hc.example/"+heartKey+"?rid=1")
		h.cfg.FallbackAfter = 2 * time.Minute
		h.start()
		story(t, h, c)
		h.end()
		for _, p := range c.paths {
			if p != "/"+heartKey+"?rid=1" && p != "/"+heartKey+"/fail?rid=1" {
				t.Errorf("called %s", p)
			}
		}
		if strings.Contains(h.logged.String(), heartKey) {
			t.Error("the URL is in the log")
		}
	})
}

func TestHeartBeatsAtTheEndOfEachSweep(t *testing.T) {
	t.Parallel()
	inHouseWithHeart(t, 3, func(t *testing.T, h *house, c *clinic) {
		h.pass(20 * time.Minute)
		h.breakAll(instanceapi.BadGateway) // GREEN-API's trouble is not ours
		h.pass(20 * time.Minute)
		day, err := h.app.store.Day(t.Context(), time.Now().Add(-3*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		alive, fails := c.noticed()
		if alive != day.Sweeps || alive < 39 || len(fails) > 0 {
			t.Errorf("%d beats and %d complaints for %d sweeps", alive, len(fails), day.Sweeps)
		}
		h.end()
		h.pass(20 * time.Minute)
		if after, _ := c.noticed(); after > alive+1 {
			t.Errorf("%d beats after the end", after-alive)
		}
	})
}

func TestHeartComplains(t *testing.T) {
	t.Parallel()
	inHouseWithHeart(t, 3, func(t *testing.T, h *house, c *clinic) {
		h.pass(2 * time.Minute)
		broken := h.telegram.Inject(botapi.Fault{Effect: botapi.Reset()})
		h.pass(10 * time.Minute)
		if _, fails := c.noticed(); len(fails) > 0 {
			t.Errorf("complains while nobody needs Telegram: %q", fails)
		}
		h.set(first, instanceapi.Blocked)
		h.pass(10 * time.Minute)
		_, fails := c.noticed()
		if len(fails) < 6 || !strings.HasPrefix(fails[0], "nobody can be told: chat ") {
			t.Errorf("complained %q", fails)
		}
		broken.Off()
		h.pass(2 * time.Minute)
		before, _ := c.noticed()
		h.pass(5 * time.Minute)
		if after, _ := c.noticed(); after < before+4 {
			t.Errorf("%d beats in 5 minutes after it was over", after-before)
		}
	})
}

func TestHeartIsSilentWhileSweepsHang(t *testing.T) {
	t.Parallel()
	inHouseWithHeart(t, 3, func(t *testing.T, h *house, c *clinic) {
		h.cfg.CheckTimeout = 10 * time.Minute // so that a call may hang for longer than the test looks
		h.restart()
		h.pass(2 * time.Minute)
		h.breakAll(instanceapi.Hang)
		h.pass(90 * time.Second)
		before, _ := c.noticed()
		h.pass(7 * time.Minute)
		if after, fails := c.noticed(); after > before || len(fails) > 0 {
			t.Errorf("%d beats and %d complaints while all calls hang", after-before, len(fails))
		}
		h.green.Mend(instanceapi.WholeAPI)
	})
}

// A relay that has stopped is silence too, though sweeps go on.
func TestHeartIsSilentWithoutRelay(t *testing.T) {
	t.Parallel()
	inHouseWithHeart(t, 1, func(t *testing.T, h *house, c *clinic) {
		h.end()
		a, err := newApp(t.Context(), h.cfg, slog.New(slog.NewTextHandler(h.logged, nil)), transports{
			telegram: simulator.Transport(h.telegram), green: simulator.Transport(h.green), heartbeat: c,
		})
		if err != nil {
			t.Fatal(err)
		}
		defer a.close()
		before, _ := c.noticed()
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = a.silence.heart.Run(ctx) })
		sweep := func(want int) {
			t.Helper()
			now := time.Now()
			if err := (sweeps{a.store, a}).EndSweep(ctx, monitor.Sweep{Started: now, Ended: now, Asked: 1, Answered: 1}); err != nil {
				t.Fatal(err)
			}
			h.pass(time.Second)
			if alive, fails := c.noticed(); alive-before != want || len(fails) > 0 {
				t.Errorf("%d beats, want %d; complaints %q", alive-before, want, fails)
			}
		}
		sweep(0)
		relaying, stopRelay := context.WithCancel(ctx)
		running.Go(func() { _ = a.relay.Run(relaying) })
		h.pass(2 * time.Second)
		sweep(1)
		stopRelay()
		h.pass(2 * time.Minute)
		sweep(1)
		stop()
		running.Wait()
	})
}

// When the database fails, the channels are told without it, and the heart complains.
func TestDatabaseFailsOutside(t *testing.T) {
	t.Parallel()
	m, c := outsidetest.NewMail(t), &clinic{}
	inIdleHouse(t, 2, func(t *testing.T, h *house) {
		h.cfg.Fallbacks, h.cfg.FallbackAfter = []secret.Text{secret.New(m.Address("ops@hidden.example"))}, 2*time.Minute
		h.heartbeat, h.cfg.Heartbeat = c, secret.New("https://hc.example/"+heartKey)
		var outage storagetest.Outage
		h.startOver(&outage)
		h.pass(2 * time.Minute)
		outage.Begin(storage.ErrAway)
		h.pass(5 * time.Minute)
		expectMails(t, m, 1, "My database does not answer")
		alive, fails := c.noticed()
		if len(fails) < 4 || fails[0] != "the database fails" {
			t.Errorf("complained %q", fails)
		}
		outage.End()
		h.pass(5 * time.Minute)
		expectMails(t, m, 2, "My database works again")
		if after, _ := c.noticed(); after < alive+3 {
			t.Errorf("%d beats in 5 minutes after it was over", after-alive)
		}
	})
}
