package notify_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"greenwatch/monitor"
)

// failing fails the first n calls of one name, before or after they are carried out.
func failing(name string, n int32, carriedOut bool) func(string, monitor.Address) (error, error) {
	var left atomic.Int32
	left.Store(n)
	return func(call string, _ monitor.Address) (before, after error) {
		switch {
		case call != name || left.Add(-1) < 0:
			return nil, nil
		case carriedOut:
			return nil, errOff
		default:
			return errOff, nil
		}
	}
}

func TestTheStoreFailsAtACall(t *testing.T) {
	t.Parallel()
	for _, story := range []struct {
		call       string
		carriedOut bool
		told       []string
	}{
		{"Waiting", false, []string{"1: 0.1"}},
		{"Due", false, []string{"1: 0.1"}},
		{"Sending", false, []string{"1: 0.1"}},
		{"Sending", true, []string{"1: again 0.1"}},           // whether it was begun is not known
		{"Settle", false, []string{"0: 0.1", "1: again 0.1"}}, // law 2: the receipt was lost
		{"Settle", true, []string{"0: 0.1"}},
	} {
		t.Run(fmt.Sprintf("%s %t", story.call, story.carriedOut), func(t *testing.T) {
			t.Parallel()
			inOffice(t, func(t *testing.T, o *office) {
				if err := o.store.Subscribe(t.Context(), []monitor.Address{ops}); err != nil {
					t.Fatal(err)
				}
				o.happen(0, 1)
				end := o.work(&line{store: o.store, meet: failing(story.call, 1, story.carriedOut)})
				defer end()
				o.pass(time.Minute)
				o.want(ops, story.told...)
				o.wantNothingDue()
			})
		})
	}
}

func TestTheStoreFailsAtACardsCall(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"Stale", "Shown", "Forget"} {
		for _, carriedOut := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s %t", call, carriedOut), func(t *testing.T) {
				t.Parallel()
				inOffice(t, func(t *testing.T, o *office) {
					o.chats.edit = func(context.Context, monitor.Card) monitor.Settlement {
						if call == "Forget" {
							return gone
						}
						return shown
					}
					o.happen(0, 1)
					end := o.work(&line{store: o.store, meet: failing(call, 3, carriedOut)})
					defer end()
					o.happen(0, 2)
					o.pass(time.Minute)
					o.want(ops, "0: 0.1", "1: 0.2")
					if edits := len(o.chats.shown()); edits < 2 || edits > 2+3 {
						t.Errorf("%d edits", edits)
					}
					o.wantNothingDue()
				})
			})
		}
	}
}

func TestTheStoreIsAwayForAWhile(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		var calls atomic.Int32
		end := o.work(&line{store: o.store, meet: func(string, monitor.Address) (before, after error) {
			if at := time.Since(o.began); at > time.Second && at < 10*time.Minute {
				calls.Add(1)
				return errOff, nil
			}
			return nil, nil
		}})
		defer end()
		o.happen(0, 1)
		o.pass(2 * time.Second)
		o.happen(1, 1)
		o.pass(11 * time.Minute)
		o.want(ops, "1: 0.1", "600: 1.1")
		if calls.Load() > 700 {
			t.Errorf("%d calls while the store was away", calls.Load())
		}
		if lines := o.log.count("outbox not read"); lines != 1 {
			t.Errorf("%d log lines say that the store is away, want 1", lines)
		}
	})
}

// Whatever fails, in the end every note is told at least once, and exactly once where neither an answer nor a commit was
// lost. Rapid prints the seed of a failure.
func TestEveryNoteIsToldWhateverFails(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) { // one for all: opening a store is what takes long
		first := 0
		rapid.Check(timeless{t}, func(rt *rapid.T) {
			const matters = 6
			first += matters
			f := &faults{lost: make(map[monitor.Address]int), edited: make(map[string]bool), trouble: rapid.SliceOfN(rapid.IntRange(0, 12), 0, 24).Draw(rt, "faults")}
			o.chats.tell = func(_ context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement {
				return f.tell(o, to, notes)
			}
			o.chats.edit = func(_ context.Context, c monitor.Card) monitor.Settlement { return f.edit(c) }
			o.chats.messages, o.chats.edits, o.settled = nil, nil, nil
			way := &line{store: o.store, meet: f.meet}
			end := o.work(way)
			var events [matters]int
			var keys []string
			for range rapid.IntRange(1, 8).Draw(rt, "events") {
				n := rapid.IntRange(0, matters-1).Draw(rt, "matter")
				events[n]++
				keys = append(keys, fmt.Sprintf("%d.%d", first+n, events[n]))
				o.happen(first+n, events[n])
				o.pass(time.Duration(rapid.IntRange(0, 1500).Draw(rt, "ms")) * time.Millisecond)
				if rapid.IntRange(0, 4).Draw(rt, "restart") == 0 {
					end()
					end = o.work(way)
				}
			}
			f.end()
			for range 120 { // an edit is waited for for 30 s, the longest rest is that too, and in a storm a message waits 10 s more
				if o.pass(time.Second); o.nothingDue() {
					break
				}
			}
			end()
			o.wantNothingDue()
			for _, to := range []monitor.Address{ops, boss} {
				if err := f.judge(o, to, keys); err != nil {
					rt.Errorf("%v\n%s", err, strings.Join(o.chats.read(to), "\n"))
				}
			}
		})
	})
}

// timeless is a test without the deadline, which may not be asked for in a bubble.
type timeless struct{ rapid.TB }

// faults is a list of what goes wrong, taken one by one by whoever asks.
type faults struct {
	mu      sync.Mutex
	trouble []int
	lost    map[monitor.Address]int // messages that arrived, but their answer or its commit did not
	edited  map[string]bool         // what an edit has told, by chat and key
	wrong   error
}

func (f *faults) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.trouble = nil
}

func (f *faults) take() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.trouble) == 0 {
		return 0
	}
	next := f.trouble[0]
	f.trouble = f.trouble[1:]
	return next
}

func (f *faults) lose(to monitor.Address) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lost[to]++
}

func (f *faults) meet(call string, to monitor.Address) (before, after error) {
	switch f.take() {
	case 1, 2:
		if call == "Settle" {
			f.lose(to)
		}
		return errOff, nil
	case 3:
		return nil, errOff
	default:
		return nil, nil
	}
}

func editedKey(to monitor.Address, key string) string { return fmt.Sprint(to.Chat, " ", key) }

func (f *faults) edit(c monitor.Card) monitor.Settlement {
	next := f.take()
	switch next {
	case 1:
		return refused
	case 2:
		return gone
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range c.Notes {
		f.edited[editedKey(c.To, n.Alert.Key)] = true
	}
	if next == 3 {
		return lost
	}
	return shown
}

// watch wants a mark of what an edit has told, its receipt being lost.
func (f *faults) watch(to monitor.Address, notes []monitor.Note) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range notes {
		if f.edited[editedKey(to, n.Alert.Key)] && !n.Repeat {
			f.wrong = fmt.Errorf("%s was told by an edit, and again without a mark", n.Alert.Key)
		}
	}
}

func (f *faults) tell(o *office, to monitor.Address, notes []monitor.Note) monitor.Settlement {
	f.watch(to, notes)
	switch f.take() {
	case 1, 2:
		return again(to, notes, false)
	case 3:
		o.chats.arrive(to, notes)
		f.lose(to)
		return again(to, notes, true)
	case 4:
		return o.chats.arrive(to, notes[:1])
	case 5:
		time.Sleep(2 * time.Second)
	}
	return o.chats.arrive(to, notes)
}

// judge: every note at least once, in order within its matter; again only where a message was lost, and marked then.
// What joined a digest is told by the edit of it that carried the note.
func (f *faults) judge(o *office, to monitor.Address, keys []string) error {
	seen := make(map[string]int)
	last := make(map[monitor.Subject]int64)
	for _, m := range o.chats.messages {
		if m.to != to {
			continue
		}
		for _, n := range m.notes {
			seen[n.Alert.Key]++
			switch again := seen[n.Alert.Key] > 1; {
			case seen[n.Alert.Key] > 1+f.lost[to]:
				return fmt.Errorf("%s was told %d times, though only %d messages were lost", n.Alert.Key, seen[n.Alert.Key], f.lost[to])
			case again && !n.Repeat:
				return fmt.Errorf("%s was told twice without a mark", n.Alert.Key)
			case !again && n.ID < last[n.Alert.Subject]:
				return fmt.Errorf("%s was told too late", n.Alert.Key)
			case !again:
				last[n.Alert.Subject] = n.ID
			}
		}
	}
	for _, key := range keys {
		if seen[key] == 0 && !f.edited[editedKey(to, key)] {
			return fmt.Errorf("%s was not told", key)
		}
	}
	return f.wrong
}
