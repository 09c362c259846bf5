package instanceapi_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"greenwatch/simulator/instanceapi"
)

func TestHangsUntilTheClientLeaves(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.Hang}))
		ctx, cancel := context.WithTimeout(b.t.Context(), 26*time.Hour)
		defer cancel()
		began := time.Now()
		r := b.do(ctx, "GET", path("getStateInstance"), "")
		if !errors.Is(r.err, context.DeadlineExceeded) || time.Since(began) != 26*time.Hour {
			b.t.Errorf("%v after %v", r.err, time.Since(began))
		}
		time.Sleep(time.Second)
		if c := b.counters(); c.Log[0].Status != 499 || c.Log[0].Took != 26*time.Hour {
			b.t.Errorf("recorded: %+v", c.Log)
		}
	})
}

func TestSlowAndDripping(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		const proper = `{"stateInstance":"authorized"}`
		for _, tc := range []struct {
			fault instanceapi.Fault
			want  time.Duration
		}{
			{instanceapi.Fault{Kind: instanceapi.Slow}, time.Minute},
			{instanceapi.Fault{Kind: instanceapi.Slow, Delay: 3 * time.Second}, 3 * time.Second},
			{instanceapi.Fault{Kind: instanceapi.Drip}, time.Duration(len(proper)) * time.Second},
			{instanceapi.Fault{Kind: instanceapi.Drip, Delay: time.Minute}, time.Duration(len(proper)) * time.Minute},
		} {
			tc.fault.Calls = 1
			b.must(b.api.Break(instanceapi.WholeAPI, tc.fault))
			began := time.Now()
			b.expect(b.get("getStateInstance"), 200, proper)
			if took := time.Since(began); took != tc.want {
				b.t.Errorf("%s took %v, want %v", tc.fault.Kind, took, tc.want)
			}
			time.Sleep(time.Second)
		}
	})
}

func TestImpatientClientOfASlowReboot(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		for _, executed := range []bool{false, true} {
			b.must(b.api.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.Slow, Calls: 1, Executed: executed}))
			ctx, cancel := context.WithTimeout(b.t.Context(), 30*time.Second)
			if r := b.do(ctx, "GET", path("reboot"), ""); !errors.Is(r.err, context.DeadlineExceeded) {
				b.t.Errorf("%v", r.err)
			}
			cancel()
			time.Sleep(time.Minute)
			if n := len(b.counters().Reboots); (n == 1) != executed {
				b.t.Errorf("executed %v: %d reboots", executed, n)
			}
		}
	})
}

func TestHugeBodyStaysSmallInMemory(t *testing.T) {
	b := newBench(t, instanceapi.Options{})
	b.must(b.api.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.Huge}))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	res, err := b.client.Get("https://7105.api.greenapi.com" + path("getStateInstance"))
	b.must(err)
	n, err := io.Copy(io.Discard, res.Body)
	b.must(err)
	b.must(res.Body.Close())
	runtime.ReadMemStats(&after)
	if n < 100_000_000 {
		t.Errorf("%d bytes", n)
	}
	if grew := after.TotalAlloc - before.TotalAlloc; grew > 4<<20 {
		t.Errorf("%d bytes were allocated", grew)
	}
}

func TestHugeBodyEndsWithTheClient(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.Huge}))
		res, err := b.client.Get("https://7105.api.greenapi.com" + path("getStateInstance"))
		b.must(err)
		_, err = io.CopyN(io.Discard, res.Body, 64<<10)
		b.must(err)
		b.must(res.Body.Close()) // the bubble does not end before the handler has
	})
}

// What breaks a connection must also do so on a real one.
func TestRealConnection(t *testing.T) {
	t.Parallel()
	b := newBench(t, instanceapi.Options{})
	srv := httptest.NewServer(b.api)
	defer srv.Close()
	b.client = srv.Client()
	get := func(ctx context.Context) reply { return b.do(ctx, http.MethodGet, srv.URL+path("getSettings"), "") }
	once := func(k instanceapi.Kind) instanceapi.Fault { return instanceapi.Fault{Kind: k, Calls: 1} }

	b.must(b.api.Break(instanceapi.WholeAPI, once(instanceapi.Cut)))
	if r := get(t.Context()); !errors.Is(r.err, io.ErrUnexpectedEOF) || r.status != 200 || r.body == "" {
		t.Errorf("cut: %d, %d bytes, %v", r.status, len(r.body), r.err)
	}
	b.must(b.api.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.Reset}))
	if r := get(t.Context()); r.err == nil {
		t.Errorf("reset: %d", r.status)
	}
	b.api.Mend(instanceapi.WholeAPI)
	b.must(b.api.Break(instanceapi.WholeAPI, once(instanceapi.Hang)))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if r := get(ctx); !errors.Is(r.err, context.DeadlineExceeded) {
		t.Errorf("hang: %d, %v", r.status, r.err)
	}
}
