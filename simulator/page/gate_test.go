package page_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/page"
)

// gateOf is what the page shows of an instance's gate and queue.
func (b *bench) gateOf(id string) (status int, body string, held bool) {
	b.Helper()
	var out struct {
		Panel struct {
			Instances []struct {
				ID   string
				Held bool
				Gate *struct {
					Status int
					Body   json.RawMessage
				}
			}
		}
	}
	b.must(json.Unmarshal(b.do(http.MethodGet, "/api/state", "").Body.Bytes(), &out))
	for _, i := range out.Panel.Instances {
		if i.ID == id && i.Gate != nil {
			return i.Gate.Status, string(i.Gate.Body), i.Held
		}
		if i.ID == id {
			return 0, "", i.Held
		}
	}
	return 0, "", false
}

// TestGate shows what the program's handler answers, whatever that is.
func TestGate(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if status, body, _ := b.gateOf(kazan); status != 0 || body != "" {
		t.Errorf("without a gate: %d %s", status, body)
	}
	status, answer := http.StatusServiceUnavailable, `{"open":false,"sure":true,"queued":12}`
	b.rebuild(func(o *page.Options) {
		o.Gate = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/gate/"+kazan {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			if status != http.StatusOK {
				w.WriteHeader(status)
			}
			_, _ = w.Write([]byte(answer + "\n"))
		})
	})
	if got, body, _ := b.gateOf(kazan); got != status || body != answer {
		t.Errorf("closed: %d %s", got, body)
	}
	status, answer = http.StatusOK, `{"open":true}`
	if got, body, _ := b.gateOf(kazan); got != status || body != answer {
		t.Errorf("open: %d %s", got, body)
	}
	for _, answer = range []string{"", "<html>", `"open"`, `{"open":`} {
		if got, body, _ := b.gateOf(kazan); got != http.StatusOK || body != "" {
			t.Errorf("%q: %d %s", answer, got, body)
		}
	}
	if got, body, _ := b.gateOf(moscow); got != http.StatusNotFound || body != "" {
		t.Errorf("another: %d %s", got, body)
	}
}

// TestStageGate: a story sees the gate as the page does.
func TestStageGate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		var seen []page.Gate
		b.play(func(ctx context.Context, s *page.Stage) error {
			seen = append(seen, s.Gate(ctx, kazan), s.Gate(ctx, moscow))
			return nil
		}, func(o *page.Options) {
			o.Gate = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/gate/"+kazan {
					_, _ = w.Write([]byte(`{"open":true,"sure":true,"delayed":true,"state":"starting"}`))
				}
			})
		})
		b.post("story", `{"play":true}`, 200, nil)
		synctest.Wait()
		if len(seen) != 2 || seen[0] != (page.Gate{Open: true, Sure: true, Delayed: true}) || seen[1] != (page.Gate{}) {
			t.Errorf("seen %+v", seen)
		}
	})
}

func TestHold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.post("hold", fmt.Sprintf(`{"id":%q,"held":true}`, kazan), 200, nil)
		b.post("hold", `{"id":"1","held":true}`, 404, nil)
		b.post("queue", fmt.Sprintf(`{"id":%q,"messages":143}`, kazan), 200, nil)
		time.Sleep(time.Minute)
		if v, _ := b.instances.Snapshot(kazan); !v.Held || v.Queue != 143 || v.State != instanceapi.Authorized {
			t.Errorf("held: %+v", v)
		}
		if _, _, held := b.gateOf(kazan); !held {
			t.Error("the page does not show that it stands still")
		}
		b.post("fleet", `{"do":"restore"}`, 200, nil)
		if v, _ := b.instances.Snapshot(kazan); v.Held || v.Queue != 0 {
			t.Errorf("restored: %+v", v)
		}
	})
}

// TestPass: the program is the first for which time passes, and where it does not, it does for nobody.
func TestPass(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		var passed time.Duration
		var refused error
		b.rebuild(func(o *page.Options) {
			o.Pass = func(_ context.Context, id string, d time.Duration) error {
				if v, _ := b.instances.Snapshot(id); v.Queue != 12 {
					t.Errorf("%d wait when the program is asked", v.Queue)
				}
				passed += d
				return refused
			}
		})
		b.must(b.instances.Set(kazan, instanceapi.Blocked))
		b.must(b.instances.Enqueue(kazan, 12, 0))
		b.post("pass", fmt.Sprintf(`{"id":%q,"minutes":1320}`, kazan), 200, nil)
		if v, _ := b.instances.Snapshot(kazan); passed != 22*time.Hour || v.Queue != 12 || time.Since(v.Since) != passed {
			t.Errorf("after %s: %+v", passed, v)
		}
		refused = errors.New("not now")
		b.post("pass", fmt.Sprintf(`{"id":%q,"minutes":180}`, kazan), 409, nil)
		if v, _ := b.instances.Snapshot(kazan); v.Queue != 12 {
			t.Errorf("refused: %+v", v)
		}
		refused = nil
		b.post("pass", fmt.Sprintf(`{"id":%q,"minutes":180}`, kazan), 200, nil)
		if v, _ := b.instances.Snapshot(kazan); v.Queue != 0 || v.Expired != 12 {
			t.Errorf("a day: %+v", v)
		}
		for _, body := range []string{`{"id":%q,"minutes":0}`, `{"id":%q,"minutes":1441}`} {
			b.post("pass", fmt.Sprintf(body, kazan), 400, nil)
		}
		b.post("pass", `{"id":"1","minutes":5}`, 404, nil)
	})
}

// TestRestart: the vendor restarts a pool, one number after another, and each works again.
func TestRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.instances.Add(instanceapi.Instance{ID: "7105000018", Token: instanceToken}))
		b.must(b.instances.Add(instanceapi.Instance{ID: "7105000019", Token: instanceToken, State: instanceapi.Blocked}))
		states := func() (all string) {
			for _, s := range b.instances.Snapshots() {
				all += string(s.State) + " "
			}
			return all
		}
		b.post("fleet", `{"do":"restart","scope":"pool/7105"}`, 200, nil)
		for _, step := range []struct {
			after time.Duration
			want  string
		}{
			{0, "starting authorized authorized blocked "},
			{time.Second, "starting authorized starting blocked "},
			{19200 * time.Millisecond, "authorized authorized starting blocked "},
			{time.Second, "authorized authorized authorized blocked "},
		} {
			time.Sleep(step.after)
			if got := states(); got != step.want {
				t.Errorf("%s later: %s", step.after, got)
			}
		}
		b.post("fleet", `{"do":"restart","scope":"api"}`, 200, nil)
		time.Sleep(2 * time.Second)
		b.post("fleet", `{"do":"restore"}`, 200, nil)
		if got := states(); got != "authorized authorized authorized authorized " {
			t.Errorf("restored: %s", got)
		}
		b.post("fleet", `{"do":"restart","scope":"pool/1"}`, 400, nil)
	})
}
