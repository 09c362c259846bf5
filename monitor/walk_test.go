package monitor_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"greenwatch/monitor"
)

// TestWalk lets an instance live through anything, watched as the watcher does it and sometimes worse, and holds every
// step against the laws.
func TestWalk(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]monitor.Policy{
		"as is": monitor.DefaultPolicy(),
		"quick": {ConfirmAfter: 0, UnreachableAfter: 2, RelapseWindow: 10 * time.Minute},
		"slow":  {ConfirmAfter: time.Minute, UnreachableAfter: 5, RelapseWindow: 3 * time.Hour},
		"runbook": {
			ConfirmAfter: 10 * time.Second, UnreachableAfter: 3, RelapseWindow: time.Hour,
			AutoReboot: monitor.AutoRebootOn, StartingGrace: time.Minute,
		},
		"letter": {
			ConfirmAfter: time.Second, UnreachableAfter: 2, RelapseWindow: time.Hour,
			AutoReboot: monitor.AutoRebootOn, RebootWait: 30 * time.Second, Interval: 2 * time.Minute,
		},
		"asks": {
			ConfirmAfter: 10 * time.Second, UnreachableAfter: 3, RelapseWindow: time.Hour,
			AutoReboot: monitor.AutoRebootAsk, StartingGrace: 7 * time.Minute,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			walk(t, policy)
		})
	}
}

func walk(t *testing.T, policy monitor.Policy) {
	rapid.Check(t, func(t *rapid.T) {
		w := walker{t: t, policy: policy, now: epoch(), asked: epoch(), c: monitor.Case{Subject: instance.Subject()}, taken: map[string]time.Time{}}
		w.laws = newLaws(t, policy)
		t.Repeat(map[string]func(*rapid.T){
			"spell":   w.spell,
			"flicker": w.flicker,
			"blip":    w.blip,
			"press":   w.press,
			"start":   w.start,
			"done":    w.done,
			"restart": w.restart,
			"away":    w.away,
			"leave":   w.leave,
			"adopt":   w.adopt,
			"appear":  w.appear,
			"claim":   w.claim,
			"queue":   w.queue,
			"slump":   w.slump,
			"siege":   w.siege,
			"clog":    w.clog,
			"pool":    w.pool,
			"fleet":   w.elsewhere,
			"silence": w.silence,
			"":        w.check,
		})
	})
}

// walker is a watcher, a person and a database for one instance.
type walker struct {
	t      *rapid.T
	policy monitor.Policy
	now    time.Time
	watch  monitor.Watch
	c      monitor.Case
	laws   *laws

	asked, askAt, slot time.Time
	keys               int
	taken              map[string]time.Time // by the keys of presses
	down, shaky        bool                 // as the pool is
	fleet              []time.Time          // reboots of the runbook's, also elsewhere
	waiting            int                  // messages in the queue
	before             monitor.Case         // at the last check
	kept               []byte               // what it was then
}

func (w *walker) scene() monitor.Scene {
	return monitor.Scene{Now: w.now, Policy: w.policy, PoolDown: w.down, PoolShaky: w.shaky, Reboots: w.fleet}
}

func drawWord(t *rapid.T) string {
	return rapid.SampledFrom([]string{
		"authorized", "authorized", "authorized", "notAuthorized", "blocked", "yellowCard", "suspended", "starting", "starting",
		"null", "pendingCode", "frozen", "mute", "mute", "429", "429", "401", "403", "expired",
	}).Draw(t, "word")
}

// spell is one word for a while.
func (w *walker) spell(t *rapid.T) {
	seconds := rapid.OneOf(rapid.IntRange(5, 1500), rapid.Just(4000)).Draw(t, "seconds")
	latency := time.Duration(rapid.SampledFrom([]int{0, 1, 25}).Draw(t, "latency")) * time.Second
	w.live(drawWord(t), time.Duration(seconds)*time.Second, latency)
}

// flicker is two words by turns, long enough to be believed or not.
func (w *walker) flicker(t *rapid.T) {
	one, other := drawWord(t), drawWord(t)
	for range rapid.IntRange(1, 4).Draw(t, "times") {
		w.live(one, time.Duration(rapid.IntRange(1, 45).Draw(t, "one"))*time.Second, 0)
		w.live(other, time.Duration(rapid.IntRange(1, 45).Draw(t, "other"))*time.Second, 0)
	}
}

// live polls as it should be: at the slots, for confirmations and at the deadlines.
func (w *walker) live(word string, lasts, latency time.Duration) {
	end := w.now.Add(lasts)
	for w.now.Before(end) {
		asked := w.slot
		for _, at := range []time.Time{w.askAt, w.c.LookAt()} {
			if !at.IsZero() && at.Before(asked) {
				asked = at
			}
		}
		if free := w.free(); asked.Before(free) {
			asked = free
		}
		w.now = asked.Add(latency)
		w.see(word, asked, true)
		w.laws.inTime(w.c, w.now)
		if !asked.Before(w.slot) {
			w.slot = asked.Add(time.Minute)
		}
	}
}

// blip is one reading out of turn, perhaps asked no later than one before; deadlines may be slept through.
func (w *walker) blip(t *rapid.T) {
	w.now = w.free().Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "later")) * time.Second)
	asked := w.now
	if rapid.IntRange(0, 9).Draw(t, "overtaken") == 0 {
		asked = w.asked
	}
	w.see(drawWord(t), asked, rapid.Bool().Draw(t, "awake"))
}

// free is the earliest time for the next question: one a second.
func (w *walker) free() time.Time {
	if free := w.asked.Add(time.Second); free.After(w.now) {
		return free
	}
	return w.now
}

func (w *walker) see(word string, asked time.Time, awake bool) {
	r := reading(word, asked)
	was := w.watch
	var next monitor.Next
	w.watch, next = was.See(r, w.policy)
	w.laws.heard(was, w.watch, r, next)
	w.askAt = next.AskAt
	if asked.After(w.asked) {
		w.asked = asked
	}
	scene := w.scene()
	scene.Crowd = next.Believe != nil && w.c.Belief.Verdict() == monitor.Unseen && rapid.Bool().Draw(w.t, "crowd")
	due := w.c.LookAt()
	if next.Believe == nil && (!awake || due.IsZero() || w.now.Before(due)) {
		return
	}
	old := w.c
	var beliefs []monitor.Belief
	if b := next.Believe; b != nil {
		beliefs = append(beliefs, *b)
		w.change("believe", func() (monitor.Case, monitor.Effects) { return w.c.Believe(*b, scene) })
		b.At, b.Since = b.At.Add(time.Second), b.At
		if again, effects := w.c.Believe(*b, scene); !reflect.DeepEqual(again, w.c) || !reflect.DeepEqual(effects, monitor.Effects{}) {
			w.t.Fatalf("the same belief again: %+v from %+v", again, w.c)
		}
	}
	w.change("elapse", func() (monitor.Case, monitor.Effects) { return w.c.Elapse(r, scene) })
	w.laws.proof(w.c.Action, r)
	if followed, _ := old.Follow(beliefs, r, scene); !reflect.DeepEqual(followed, w.c) {
		w.t.Fatalf("followed %+v, step by step %+v", followed, w.c)
	}
	w.carryOut()
}

func (w *walker) change(rule string, apply func() (monitor.Case, monitor.Effects)) {
	was := w.c
	var effects monitor.Effects
	w.c, effects = apply()
	w.laws.changed(step{rule: rule, was: was, c: w.c, effects: effects, now: w.now})
}

func (w *walker) press(t *rapid.T) {
	key := w.anyKey(t)
	at, before := w.taken[key]
	old := before && w.now.Sub(at) > time.Hour // the store refuses it
	if key == "" || old || rapid.IntRange(0, 3).Draw(t, "again") > 0 {
		w.keys++
		key = fmt.Sprintf("k%d", w.keys)
	}
	p := monitor.Press{Key: key, Verb: monitor.Reboot, By: someone(), To: somewhere(), No: rapid.IntRange(0, 5).Draw(t, "no") == 0}
	if rapid.Bool().Draw(t, "asked") {
		p.Until = w.now.Add(time.Duration(rapid.IntRange(-1, 130).Draw(t, "until")) * time.Second)
	}
	was := w.c
	c, effects, err := was.Press(p, w.scene())
	if again, _, repeated := c.Press(p, w.scene()); !p.Until.IsZero() && (repeated == nil || !reflect.DeepEqual(again, c)) {
		t.Fatalf("pressed again it says %v, and makes %+v of %+v", repeated, again, c)
	}
	if err != nil {
		w.c = c
		if c.Pressed = was.Pressed; !reflect.DeepEqual(c, was) || !reflect.DeepEqual(effects, monitor.Effects{}) {
			t.Fatalf("a press that was not taken (%v) changed %+v to %+v", err, was, c)
		}
		return
	}
	if _, before = w.taken[key]; before || was.Action.UnderWay() {
		t.Fatalf("%s was taken over %+v", key, was.Action)
	}
	w.taken[key] = w.now
	w.change("press", func() (monitor.Case, monitor.Effects) { return c, effects })
}

func (w *walker) start(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 59, 60, 300}).Draw(t, "later")) * time.Second)
	w.take(w.anyKey(t))
}

func (w *walker) done(t *rapid.T) {
	o := monitor.Outcome{Kind: rapid.SampledFrom([]monitor.OutcomeKind{
		monitor.OutcomeAccepted, monitor.OutcomeAccepted, monitor.OutcomeAccepted, monitor.OutcomeRefused, monitor.OutcomeUnknown,
	}).Draw(t, "outcome"), Detail: "so"}
	w.change("done", func() (monitor.Case, monitor.Effects) {
		return w.c.Done(monitor.Action{Key: w.anyKey(t)}, o, w.scene())
	})
}

// anyKey is mostly the last action's, sometimes that of one before.
func (w *walker) anyKey(t *rapid.T) string {
	if w.keys == 0 || rapid.IntRange(0, 4).Draw(t, "which") > 0 {
		return w.c.Action.Key
	}
	return fmt.Sprintf("k%d", rapid.IntRange(0, w.keys).Draw(t, "key"))
}

// restart goes on from what was kept; when the belief was last seen is kept less often.
func (w *walker) restart(t *rapid.T) {
	agreed := w.watch.Agreed()
	if rapid.Bool().Draw(t, "crashed") {
		agreed = w.c.Belief.At
	}
	w.c = throughJSON(t, w.c)
	w.watch = monitor.Resume(w.c.Belief, agreed, w.c.Belief.At)
	w.asked, w.askAt = w.now, time.Time{}
	w.laws.forget(w.c.Belief.At)
}

func (w *walker) away(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.IntRange(1, 150).Draw(t, "minutes")) * time.Minute)
	w.restart(t)
}

func (w *walker) leave(t *rapid.T) {
	if rapid.IntRange(0, 3).Draw(t, "really") > 0 {
		t.Skip("stays")
	}
	w.change("leave", func() (monitor.Case, monitor.Effects) { return w.c.Leave(w.scene()) })
	w.restart(t)
}

func (w *walker) adopt(*rapid.T) {
	w.change("adopt", func() (monitor.Case, monitor.Effects) { return w.c.Adopt(w.scene()) })
}

// check looks at the case as a value: what is kept of it is all of it, and nothing that came of it can change it.
func (w *walker) check(t *rapid.T) {
	if w.kept != nil && string(w.kept) != string(toJSON(t, w.before)) {
		t.Fatalf("later steps have changed an earlier case\n was %s\n is  %s", w.kept, toJSON(t, w.before))
	}
	w.before, w.kept = w.c, toJSON(t, w.c)
	if back := throughJSON(t, w.c); !reflect.DeepEqual(back, w.c) {
		t.Fatalf("JSON loses something\n was %+v\n is  %+v", w.c, back)
	}
	w.laws.gate(w.c, w.scene())
	w.laws.age(w.c, w.scene(), w.watch)
	if w.c.Known {
		return
	}
	grow := func(word string) monitor.Case {
		c, _ := w.c.Believe(monitor.Belief{Finding: finding(word), Since: w.now, At: w.now}, w.scene())
		return c
	}
	one, other := grow("sleepMode"), grow("pendingPassword")
	kept := toJSON(t, other)
	clear(one.Incident.Steps)
	if string(kept) != string(toJSON(t, other)) {
		t.Fatalf("two cases that came of one share their steps")
	}
}

func toJSON(t rapid.TB, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func throughJSON(t rapid.TB, c monitor.Case) monitor.Case {
	t.Helper()
	var back monitor.Case
	if err := json.Unmarshal(toJSON(t, c), &back); err != nil {
		t.Fatal(err)
	}
	return back
}
