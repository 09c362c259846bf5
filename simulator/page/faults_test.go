package page_test

import (
	"fmt"
	"testing"
)

func (b *bench) fault(api, kind string) {
	b.Helper()
	b.post("fault", fmt.Sprintf(`{"api":%q,"kind":%q}`, api, kind), 200, nil)
}

// on lists the switches that are on.
func (b *bench) on() (kinds []string) {
	b.Helper()
	p := b.state().Panel
	for _, s := range append(p.Green, p.Telegram...) {
		if s.On {
			kinds = append(kinds, s.Kind)
		}
	}
	return kinds
}

func TestBreakGreenAPI(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	switches := b.state().Panel.Green
	if len(switches) != 8 {
		t.Errorf("%d switches", len(switches))
	}
	for _, s := range switches {
		b.fault("green", s.Kind)
		if v, _ := b.instances.Snapshot(kazan); v.Answer != s.Kind || len(b.instances.Faults()) != 1 {
			t.Errorf("%s: answers %q, %d faults", s.Kind, v.Answer, len(b.instances.Faults()))
		}
		if on := b.on(); len(on) != 1 || on[0] != s.Kind {
			t.Errorf("%s: on is %v", s.Kind, on)
		}
	}
	b.fault("green", "")
	if v, _ := b.instances.Snapshot(kazan); v.Answer != "authorized" || len(b.on()) != 0 {
		t.Errorf("mended: %q, on is %v", v.Answer, b.on())
	}
	b.post("fault", `{"api":"green","kind":"http_404"}`, 400, nil)
	b.post("fault", `{"api":"moon","kind":""}`, 400, nil)
}

func TestBreakTelegram(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, kind := range []string{"off", "http_502", "http_429"} {
		b.fault("telegram", kind)
		if id := b.send(); id != 0 || len(b.telegram.Transcript(group)) != 0 {
			t.Errorf("%s: message %d was sent", kind, id)
		}
		if on := b.on(); len(on) != 1 || on[0] != kind {
			t.Errorf("%s: on is %v", kind, on)
		}
	}
	b.fault("telegram", "hang")
	b.fault("telegram", "") // a call would wait for ever now
	if id := b.send(); id == 0 || len(b.on()) != 0 {
		t.Errorf("mended: message %d, on is %v", id, b.on())
	}
	b.post("fault", `{"api":"telegram","kind":"dance"}`, 400, nil)
}

func TestLostAnswerIsForOneMessage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.fault("telegram", "lost")
	b.bot("getMe", `{}`)
	if len(b.on()) != 1 {
		t.Error("another call has used it up")
	}
	if id := b.send(); id != 0 || len(b.telegram.Transcript(group)) != 1 {
		t.Errorf("answered with message %d, %d in the group", id, len(b.telegram.Transcript(group)))
	}
	if len(b.on()) != 0 {
		t.Error("still on")
	}
	if id := b.send(); id == 0 {
		t.Error("the next one is lost too")
	}
}
