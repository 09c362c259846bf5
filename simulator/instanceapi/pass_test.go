package instanceapi_test

import (
	"testing"
	"time"

	"greenwatch/simulator/instanceapi"
)

// TestPass: what time does to an instance is the same whether it passes by itself or is let pass.
func TestPass(t *testing.T) {
	t.Parallel()
	for name, pass := range map[string]func(b *bench, d time.Duration){
		"by itself": func(_ *bench, d time.Duration) { time.Sleep(d) },
		"let":       func(b *bench, d time.Duration) { b.must(b.api.Pass(number, d)) },
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, instanceapi.Options{}, func(b *bench) {
				b.must(b.api.Set(number, instanceapi.Blocked))
				b.must(b.api.Enqueue(number, 3, 0))
				b.must(b.api.Enqueue(number, 2, 20*time.Hour))
				pass(b, 4*time.Hour)
				if v := b.snapshot(); v.Queue != 3 || v.Expired != 2 || time.Since(v.Since) != 4*time.Hour {
					t.Errorf("after 4 h: %+v", v)
				}
				b.must(b.api.Plan(number, instanceapi.Step{State: instanceapi.Starting}, instanceapi.Step{After: time.Minute, State: instanceapi.Authorized}))
				pass(b, time.Minute+2*time.Second)
				if v := b.snapshot(); v.State != instanceapi.Authorized || v.Sent != 2 || v.Queue != 1 || time.Since(v.Since) != 2*time.Second {
					t.Errorf("after the start: %+v", v)
				}
			})
		})
	}
	b := newBench(t, instanceapi.Options{})
	if b.api.Pass(number, -time.Hour) == nil || b.api.Pass("1", time.Hour) == nil {
		t.Error("time goes back, or passes for nobody")
	}
}

func TestEmptyQueue(t *testing.T) {
	t.Parallel()
	b := newBench(t, instanceapi.Options{})
	b.must(b.api.Set(number, instanceapi.Blocked))
	b.must(b.api.Enqueue(number, 3, 0))
	b.must(b.api.EmptyQueue(number))
	if v := b.snapshot(); v.Queue != 0 || v.Sent != 0 || v.Expired != 0 {
		t.Errorf("%+v", v)
	}
}
