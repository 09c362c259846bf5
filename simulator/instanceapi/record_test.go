package instanceapi_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"greenwatch/simulator/instanceapi"
)

func TestCounters(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		start := time.Now()
		if c := b.counters(); c.SmallestGap != -1 || c.MaxConcurrent != 0 || len(c.Log) != 0 {
			b.t.Errorf("before any call: %+v", c)
		}
		b.get("getStateInstance")
		time.Sleep(5 * time.Second)
		b.get("GETSTATEINSTANCE")
		time.Sleep(1500 * time.Millisecond)
		b.get("reboot")
		time.Sleep(time.Hour)
		b.do(b.t.Context(), "POST", "/v3/waInstance"+number+"/qr/wrong", "")
		c := b.counters()
		if got := fmt.Sprint(c.Calls); got != "map[getStateInstance:2 qr:1 reboot:1]" {
			b.t.Error(got)
		}
		if c.SmallestGap != 1500*time.Millisecond || c.MaxConcurrent != 1 {
			b.t.Errorf("gap %v, %d at once", c.SmallestGap, c.MaxConcurrent)
		}
		want := instanceapi.Call{At: start.Add(6500 * time.Millisecond), Method: "reboot", Status: 200}
		if len(c.Log) != 4 || c.Log[2] != want || c.Log[3].Status != 404 || !c.Reboots[0].Equal(want.At) {
			b.t.Errorf("%+v", c.Log)
		}
	})
}

func TestConcurrencyIsSeen(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.Slow, Delay: 10 * time.Second}))
		var all sync.WaitGroup
		for i := range 3 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * 4 * time.Second)
				b.get("getStateInstance")
			})
		}
		time.Sleep(9 * time.Second)
		if c := b.counters(); c.MaxConcurrent != 3 || c.SmallestGap != 4*time.Second || c.Log[0].Status != 0 {
			b.t.Errorf("%+v", c)
		}
		all.Wait()
		if c := b.counters(); c.Log[0].Took != 10*time.Second || c.Log[0].Status != 200 {
			b.t.Errorf("%+v", c.Log)
		}
	})
}

func TestLogIsBounded(t *testing.T) {
	virtual(t, instanceapi.Options{KeepCalls: 10}, func(b *bench) {
		for range 57 {
			b.state()
		}
		c := b.counters()
		if len(c.Log) != 10 || c.Calls["getStateInstance"] != 57 || !c.Log[9].At.Equal(time.Now()) || !c.Log[0].At.Equal(time.Now().Add(-9*time.Second)) {
			b.t.Errorf("%d kept of %v", len(c.Log), c.Calls)
		}
	})
}

func TestNoTokenInRecords(t *testing.T) {
	t.Parallel()
	b := newBench(t, instanceapi.Options{})
	b.do(t.Context(), "GET", "/waInstance"+number+"/"+token+"/getStateInstance", "") // parts of the path mixed up
	b.must(b.api.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.Hang, Methods: []string{"qr"}}))
	given := instanceapi.Instance{ID: "7105000001", Token: token}
	encoded, err := json.Marshal(given)
	b.must(err)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("added", "instance", given, "token", given.Token)
	slog.New(slog.NewTextHandler(&log, nil)).Info("added", "instance", given, "token", given.Token)
	unknown := b.api.Set(token[:3], "x")
	all := fmt.Sprintf("%+v %#v %s %q %x %v %+v %s %s %v", given, given, given.Token, given.Token, given.Token,
		b.counters(), b.snapshot(), encoded, log.String(), unknown)
	if strings.Contains(all, token) || strings.Contains(all, fmt.Sprintf("%x", token)) {
		t.Error("a token was printed")
	}
	if b.counters().Calls["unknown"] != 1 {
		t.Errorf("%v", b.counters().Calls)
	}
}

func TestSnapshots(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.Add(instanceapi.Instance{ID: "7105000001", Token: token, Name: "Second", Line: instanceapi.MAX}))
		began := time.Now()
		b.get("reboot")
		b.must(b.api.Enqueue(number, 7, 0))
		all := b.api.Snapshots()
		if len(all) != 2 || all[1].Name != "Second" || all[1].Line != instanceapi.MAX {
			b.t.Fatalf("%+v", all)
		}
		want := instanceapi.Snapshot{
			ID: number, Name: "Front desk", Pool: "7105", Line: instanceapi.WhatsApp, State: "starting", Answer: "starting",
			Since: began, ChangesAt: began.Add(30 * time.Second), Reboots: 1, Queue: 7,
		}
		if fmt.Sprint(all[0]) != fmt.Sprint(want) {
			b.t.Errorf("got  %+v\nwant %+v", all[0], want)
		}
		for answer, fault := range map[string]instanceapi.Fault{
			"slow: starting": {Kind: instanceapi.Slow},
			"hang":           {Kind: instanceapi.Hang},
			"418 tea":        {Kind: instanceapi.Custom, Status: 418, Body: "tea"},
		} {
			b.must(b.api.Break(instanceapi.WholeAPI, fault))
			if got := b.snapshot().Answer; got != answer {
				b.t.Errorf("answer %q, want %q", got, answer)
			}
			b.api.Mend(instanceapi.WholeAPI)
		}
		if _, err := b.api.Snapshot("1"); !errors.Is(err, instanceapi.ErrUnknownInstance) {
			b.t.Errorf("%v", err)
		}
	})
}

func TestChanged(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		one := instanceapi.InstanceScope(number)
		for _, tc := range []struct {
			name string
			act  func()
		}{
			{"add", func() { b.must(b.api.Add(instanceapi.Instance{ID: "1", Token: "x"})) }},
			{"set", func() { b.must(b.api.Set(number, "blocked")) }},
			{"enqueue", func() { b.must(b.api.Enqueue(number, 1, 0)) }},
			{"break", func() { b.must(b.api.Break(one, instanceapi.Fault{Kind: instanceapi.Null, Calls: 1})) }},
			{"a fault's last call", func() { b.get("qr") }},
			{"mend", func() { b.api.Mend(one) }},
			{"clear", func() { b.get("clearMessagesQueue") }},
			{"reboot", func() { b.get("reboot") }},
		} {
			first, second := b.api.Changed(), b.api.Changed()
			tc.act()
			for _, c := range []<-chan struct{}{first, second} {
				select {
				case <-c:
				default:
					b.t.Errorf("%s was not made known", tc.name)
				}
			}
		}
		quiet := b.api.Changed()
		b.state()
		b.snapshot()
		select {
		case <-quiet:
			b.t.Error("a look was taken for a change")
		default:
		}
	})
}
