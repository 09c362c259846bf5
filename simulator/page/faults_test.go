package page_test

import (
	"fmt"
	"slices"
	"testing"
)

func (b *bench) fault(api, kind string) {
	b.Helper()
	b.post("fault", fmt.Sprintf(`{"api":%q,"kind":%q}`, api, kind), 200, nil)
}

// cut is the fault at work on the Bot API.
func (b *bench) cut() string { return b.state().Panel.Cut }

func TestBreakGreenAPI(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	kinds := b.state().Panel.Green
	if len(kinds) != 9 {
		t.Errorf("%d faults", len(kinds))
	}
	for _, k := range kinds {
		b.fault("green", k.Key)
		if v, _ := b.instances.Snapshot(kazan); v.Answer != k.Key || len(b.instances.Faults()) != 1 {
			t.Errorf("%s: answers %q, %d faults", k.Key, v.Answer, len(b.instances.Faults()))
		}
		if on := b.state().Panel.Broken; len(on) != 1 || on[0].Kind != k.Key || on[0].Scope != "api" {
			t.Errorf("%s: broken is %v", k.Key, on)
		}
	}
	b.fault("green", "")
	if v, _ := b.instances.Snapshot(kazan); v.Answer != "authorized" || len(b.state().Panel.Broken) != 0 {
		t.Errorf("mended: %q, broken is %v", v.Answer, b.state().Panel.Broken)
	}
	b.post("fault", `{"api":"green","kind":"http_404"}`, 400, nil)
	b.post("fault", `{"api":"moon","kind":""}`, 400, nil)
}

// TestBreakAPart breaks a pool and an instance, each for itself.
func TestBreakAPart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if got, want := b.state().Panel.Scopes, []string{"api", "pool/7105", "pool/7106", "instance/" + kazan, "instance/" + moscow}; !slices.Equal(got, want) {
		t.Fatalf("scopes are %v", got)
	}
	b.post("fault", `{"api":"green","scope":"pool/7105","kind":"hang"}`, 200, nil)
	b.post("fault", `{"api":"green","scope":"instance/`+moscow+`","kind":"http_502"}`, 200, nil)
	for id, want := range map[string]string{kazan: "hang", moscow: "http_502"} {
		if v, _ := b.instances.Snapshot(id); v.Answer != want {
			t.Errorf("%s answers %q", id, v.Answer)
		}
	}
	b.post("fault", `{"api":"green","scope":"pool/7105","kind":""}`, 200, nil)
	if v, _ := b.instances.Snapshot(kazan); v.Answer != "authorized" || len(b.state().Panel.Broken) != 1 {
		t.Errorf("mended: %q, broken is %v", v.Answer, b.state().Panel.Broken)
	}
	b.post("fault", `{"api":"green","scope":"pool/9999","kind":"hang"}`, 400, nil)
}

func TestBreakTelegram(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, kind := range []string{"off", "http_502", "http_429"} {
		b.fault("telegram", kind)
		if id := b.send(); id != 0 || len(b.telegram.Transcript(group)) != 0 {
			t.Errorf("%s: message %d was sent", kind, id)
		}
		if b.cut() != kind {
			t.Errorf("%s: %s is at work", kind, b.cut())
		}
	}
	b.fault("telegram", "hang")
	b.fault("telegram", "") // a call would wait for ever now
	if id := b.send(); id == 0 || b.cut() != "" {
		t.Errorf("mended: message %d, %s is at work", id, b.cut())
	}
	b.post("fault", `{"api":"telegram","kind":"dance"}`, 400, nil)
}

func TestLostAnswerIsForOneMessage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.fault("telegram", "lost")
	b.bot("getMe", `{}`)
	if b.cut() == "" {
		t.Error("another call has used it up")
	}
	if id := b.send(); id != 0 || len(b.telegram.Transcript(group)) != 1 {
		t.Errorf("answered with message %d, %d in the group", id, len(b.telegram.Transcript(group)))
	}
	if b.cut() != "" {
		t.Error("still on")
	}
	if id := b.send(); id == 0 {
		t.Error("the next one is lost too")
	}
}
