package outside_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/outside"
	"greenwatch/secret"
)

type beats struct {
	mu   sync.Mutex
	do   func(r *http.Request, n int) (*http.Response, error)
	seen []string
}

func (b *beats) RoundTrip(r *http.Request) (*http.Response, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	said := r.Method + " " + r.URL.String()
	if r.Body != nil {
		body, _ := io.ReadAll(r.Body)
		said += " " + string(body)
	}
	b.seen = append(b.seen, said)
	if b.do != nil {
		return b.do(r, len(b.seen))
	}
	return answer(200), nil
}

func answer(status int) *http.Response {
	return &http.Response{StatusCode: status, Body: http.NoBody, Header: http.Header{}}
}

func beating(t *testing.T, b *beats, log *record, story func(h *outside.Heart)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h, err := outside.NewHeart(outside.HeartOptions{
			URL: secret.New("https://hc.example/ping/4a5b6c7d-n3verseen?rid=9"), HTTP: b, Log: slog.New(slog.NewTextHandler(log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- h.Run(ctx) }()
		story(h)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	unseen(t, log.String(), "n3verseen", "4a5b6c7d")
}

func TestHeartBeats(t *testing.T) {
	t.Parallel()
	b, log := &beats{}, &record{}
	beating(t, b, log, func(h *outside.Heart) {
		h.Beat("")
		synctest.Wait()
		h.Beat("the database fails")
		synctest.Wait()
		h.Beat("")
		synctest.Wait()
	})
	alive := "GET https://hc.example/ping/4a5b6c7d-n3verseen?rid=9"
	want := []string{alive, "POST https://hc.example/ping/4a5b6c7d-n3verseen/fail?rid=9 the database fails", alive}
	if strings.Join(b.seen, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", b.seen, want)
	}
	if log.String() != "" {
		t.Errorf("logged: %s", log)
	}
}

func TestHeartTriesAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do    func(r *http.Request, n int) (*http.Response, error)
		tries int
		log   string
	}{
		"lost once": {func(_ *http.Request, n int) (*http.Response, error) {
			if n == 1 {
				return nil, errors.New("reset")
			}
			return answer(200), nil
		}, 2, ""},
		"always 503": {func(*http.Request, int) (*http.Response, error) { return answer(503), nil }, 3, "status 503"},
		"404":        {func(*http.Request, int) (*http.Response, error) { return answer(404), nil }, 1, "status 404"},
		"moved": {func(*http.Request, int) (*http.Response, error) {
			r := answer(301)
			r.Header.Set("Location", "https://elsewhere.example/")
			return r, nil
		}, 1, "status 301"},
		"hangs": {func(r *http.Request, _ int) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, 3, "sending a heartbeat"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, log := &beats{do: test.do}, &record{}
			beating(t, b, log, func(h *outside.Heart) {
				h.Beat("")
				time.Sleep(50 * time.Second)
			})
			if len(b.seen) != test.tries || !strings.Contains(log.String(), test.log) || test.log == "" && log.String() != "" {
				t.Errorf("%d tries, want %d; logged %s", len(b.seen), test.tries, log)
			}
		})
	}
}

// While the service hangs, beating blocks nobody, and the last sign is the one that is sent next.
func TestHeartNeverBlocks(t *testing.T) {
	t.Parallel()
	b, log := &beats{}, &record{}
	b.do = func(r *http.Request, n int) (*http.Response, error) {
		if n > 3 {
			return answer(200), nil
		}
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	beating(t, b, log, func(h *outside.Heart) {
		began := time.Now()
		for range 10 {
			h.Beat("")
			synctest.Wait()
		}
		h.Beat("the last one")
		if time.Since(began) > 0 {
			t.Error("it blocked")
		}
		time.Sleep(time.Minute)
	})
	if len(b.seen) != 4 || !strings.HasSuffix(b.seen[3], "the last one") {
		t.Errorf("got %q", b.seen)
	}
	if !strings.Contains(log.String(), "taken again") {
		t.Errorf("logged %s", log)
	}
}
