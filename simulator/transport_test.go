package simulator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator"
)

func get(ctx context.Context, t *testing.T, h http.HandlerFunc) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://sim/path?q=1", strings.NewReader("question"))
	if err != nil {
		t.Fatal(err)
	}
	return (&http.Client{Transport: simulator.Transport(h)}).Do(req)
}

func TestTransportAnswers(t *testing.T) {
	t.Parallel()
	resp, err := get(t.Context(), t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Path", r.RequestURI)
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "answer to "+string(body))
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || string(body) != "answer to question" || resp.StatusCode != http.StatusTeapot || resp.Header.Get("X-Path") != "/path?q=1" {
		t.Fatalf("got %d %q %v %v", resp.StatusCode, body, resp.Header, err)
	}
}

func TestTransportStreams(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		resp, err := get(t.Context(), t, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "first")
			time.Sleep(time.Minute)
			_, _ = io.WriteString(w, "second")
		})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		first := make([]byte, 5)
		if _, err := io.ReadFull(resp.Body, first); err != nil || time.Since(start) != 0 {
			t.Fatalf("first part %q after %v, %v", first, time.Since(start), err)
		}
		rest, err := io.ReadAll(resp.Body)
		if err != nil || string(rest) != "second" || time.Since(start) != time.Minute {
			t.Fatalf("rest %q after %v, %v", rest, time.Since(start), err)
		}
		_ = resp.Body.Close()
	})
}

func TestTransportEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		resp, err := get(ctx, t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		if !errors.Is(err, context.DeadlineExceeded) {
			_ = resp.Body.Close()
			t.Fatalf("got %v", err)
		}
	})
}

func TestTransportEndsWhileTheBodyIsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		resp, err := get(ctx, t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "half")
			<-r.Context().Done()
		})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		if body, err := io.ReadAll(resp.Body); string(body) != "half" || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %q, %v", body, err)
		}
	})
}

// TestTransportEndsAnUpload: a handler that waits for the rest of an upload is not left waiting.
func TestTransportEndsAnUpload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		stuck, _ := io.Pipe()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://sim/", stuck)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := simulator.Transport(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
		})).RoundTrip(req)
		if !errors.Is(err, context.DeadlineExceeded) {
			_ = resp.Body.Close()
			t.Fatalf("got %v", err)
		}
	})
}

func TestTransportHangUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan struct{})
		resp, err := get(t.Context(), t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "half")
			<-r.Context().Done()
			close(ended)
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		<-ended
	})
}

func TestTransportReset(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"before the answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"within the body": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, err := get(t.Context(), t, h)
			if err == nil {
				_, err = io.ReadAll(resp.Body)
				_ = resp.Body.Close()
			}
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestTransportOtherPanics(t *testing.T) {
	t.Parallel()
	resp, err := get(t.Context(), t, func(http.ResponseWriter, *http.Request) { panic("a bug") })
	if err == nil {
		_ = resp.Body.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "a bug") {
		t.Fatalf("got %v", err)
	}
}

// TestTransportFreesTheSender: an upload written through a pipe must not hang when the handler reads none of it.
func TestTransportFreesTheSender(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pr, pw := io.Pipe()
		sent := make(chan error)
		go func() {
			_, err := pw.Write([]byte("a file"))
			sent <- err
		}()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://sim/", pr)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := simulator.Transport(http.NotFoundHandler()).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if err := <-sent; !errors.Is(err, io.ErrClosedPipe) {
			t.Fatalf("got %v", err)
		}
	})
}
