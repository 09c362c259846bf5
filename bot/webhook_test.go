package bot

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/botapi"
	"greenwatch/words"
)

// hooks are as a test says; what is wanted is kept.
type hooks struct {
	mu     sync.Mutex
	hook   words.Hook
	wanted []string // versions
	gone   bool     // what Undo would bring back
}

func (h *hooks) Hook(context.Context, monitor.InstanceID) words.Hook {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.hook
}

func (h *hooks) Told(monitor.InstanceID) words.Told {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.hook.Told
}

func (h *hooks) Want(p monitor.Press, _ monitor.InstanceID, version string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gone && p.Verb == monitor.UndoSettings {
		return false
	}
	h.wanted = append(h.wanted, version)
	return true
}

func (h *hooks) set(change func(h *hooks)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(h)
}

// elsewhere is an instance that tells somebody else.
func elsewhere() words.Hook {
	return words.Hook{URL: "https://crm.example/in", On: true, Token: words.HookTokenAnother, Version: "0123abcd", Here: "https://watch.example/webhook/green-api"}
}

func TestHookDeedsComeBack(t *testing.T) {
	t.Parallel()
	longest := deed{version: "0123abcd", instance: "999999999999999999", asked: 1<<52 - 1, until: time.Unix(9999999999, 0)}
	for _, do := range []words.Do{words.HookAsk, words.HookReplace, words.HookSet, words.HookNo, words.Undo} {
		d := longest
		d.do = do
		data := d.String()
		back, ok := parseDeed(data)
		if len(data) > 64 || !ok || back.String() != data || back.do != do {
			t.Errorf("%q of %d bytes came back as %+v, %t", data, len(data), back, ok)
		}
	}
	for _, data := range []string{"hook:7105000001:x", "hookset:7105000001:5001:1763780000", "hookset:7105000001:5001:1763780000:a:b", "undo:7105000001", "undo::1", "hookno:7105000001:05001:1:a"} {
		if d, ok := parseDeed(data); ok {
			t.Errorf("%q was read as %+v", data, d)
		}
	}
}

func TestWebhookIsForOperators(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.hooks.set(func(h *hooks) { h.hook = elsewhere() })
		r.telegram.Say(alerts, guest, "/webhook "+string(kazan1))
		r.pass(3 * time.Second)
		reads(t, r.last(alerts).Text, "Only operators")
		r.telegram.Say(alerts, opsA, "/webhook")
		r.pass(3 * time.Second)
		reads(t, r.last(alerts).Text, "Which number?", "/webhook")
		r.telegram.Say(alerts, opsA, "/webhook kazan")
		r.pass(3 * time.Second)
		reads(t, r.last(alerts).Text, "may be any of these")
		r.telegram.Say(alerts, opsA, "/webhook Kazan_01")
		r.pass(3 * time.Second)
		m := r.last(alerts)
		reads(t, m.Text, "tells somebody else", "https://crm.example/in")
		reads(t, r.tap(alerts, m.ID, m.Keyboard[0][0].Data, guest), "Only operators")
		r.telegram.Say(alerts, guest, "/help")
		r.pass(3 * time.Second)
		if strings.Contains(r.last(alerts).Text, "/webhook") {
			t.Error("a reader is told of /webhook")
		}
	})
}

// asked goes as far as the question that counts.
func (r *room) asked(by botapi.Person) botapi.Message {
	r.t.Helper()
	r.telegram.Say(alerts, by, "/webhook "+string(kazan1))
	r.pass(3 * time.Second)
	r.tap(alerts, r.last(alerts).ID, r.last(alerts).Keyboard[0][0].Data, by)
	r.tap(alerts, r.last(alerts).ID, r.last(alerts).Keyboard[0][0].Data, by)
	return r.last(alerts)
}

func TestOneQuestionOneChangeOfSettings(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.hooks.set(func(h *hooks) { h.hook = elsewhere() })
		question := r.asked(opsA)
		no, yes := question.Keyboard[0][0].Data, question.Keyboard[0][1].Data
		if !strings.HasPrefix(no, "hookno:") || !strings.HasPrefix(yes, "hookset:") {
			t.Fatalf("the buttons hold %q and %q", no, yes)
		}
		reads(t, r.tap(alerts, question.ID, yes, opsB), "This question is for who asked /webhook.")
		for _, data := range []string{yes, yes, no, yes} {
			r.tap(alerts, question.ID, data, opsA)
		}
		done := r.reboots()
		if len(done) != 1 || done[0].What != string(monitor.SetSettings) || done[0].By.ID != opsA.ID {
			t.Fatalf("in the audit log: %+v", done)
		}
		now, _ := r.telegram.Message(alerts, question.ID)
		reads(t, now.Text, "change of settings on its way", "Asked for by @ops_a")
		if len(now.Keyboard) != 0 {
			t.Error("the question keeps its buttons")
		}
		other := r.prompted(alerts, opsB, kazan1)
		reads(t, r.tap(alerts, other.ID, confirmButton(other), opsB), "A change of its settings, asked for by @ops_a, is under way")
	})
}

func TestCancelledSettings(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.hooks.set(func(h *hooks) { h.hook = elsewhere() })
		question := r.asked(opsA)
		no, yes := question.Keyboard[0][0].Data, question.Keyboard[0][1].Data
		for _, data := range []string{no, yes, no} {
			r.tap(alerts, question.ID, data, opsA)
		}
		late := r.asked(opsA)
		r.pass(confirmWithin)
		reads(t, r.tap(alerts, late.ID, late.Keyboard[0][1].Data, opsA), "Too late", "/webhook")
		replace := "hookover" + strings.TrimPrefix(late.Keyboard[0][1].Data, "hookset")
		r.tap(alerts, late.ID, replace, opsA) // the first of two questions leads to nothing, however late
		if len(r.reboots()) != 0 {
			t.Errorf("in the audit log: %+v", r.reboots())
		}
		now, _ := r.telegram.Message(alerts, question.ID)
		reads(t, now.Text, "its settings stay as they are", "Cancelled")
	})
}

// Undo is not held up by the time between two reboots, and says where it cannot.
func TestUndo(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.hooks.set(func(h *hooks) { h.hook = elsewhere() })
		question := r.asked(opsA)
		r.tap(alerts, question.ID, question.Keyboard[0][1].Data, opsA)
		card := r.card(alerts, kazan1)
		undo := "undo:" + string(kazan1) + ":1763780000"
		reads(t, r.tap(alerts, card.ID, undo, opsB), "A change of its settings", "is under way")
		r.change(kazan1, func(c monitor.Case) (monitor.Case, monitor.Effects) { return c.Start(c.Action.Key, scene()) })
		r.change(kazan1, func(c monitor.Case) (monitor.Case, monitor.Effects) {
			return c.Done(c.Action, monitor.Outcome{Kind: monitor.OutcomeUnknown}, scene())
		})
		reads(t, r.tap(alerts, card.ID, undo, guest), "Only operators")
		r.hooks.set(func(h *hooks) { h.gone = true })
		reads(t, r.tap(alerts, card.ID, undo, opsB), "I cannot undo that any more")
		r.hooks.set(func(h *hooks) { h.gone = false })
		reads(t, r.tap(alerts, card.ID, undo, opsB), "I bring the former settings back")
		reads(t, r.tap(alerts, card.ID, undo, opsB), "confirmed already")
		if done := r.reboots(); len(done) != 2 || done[0].What != string(monitor.UndoSettings) {
			t.Errorf("in the audit log: %+v", done)
		}
		r.hooks.set(func(h *hooks) {
			if last := h.wanted[len(h.wanted)-1]; last != "1763780000" {
				t.Errorf("undone is %q", last)
			}
		})
	})
}
