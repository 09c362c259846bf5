package notify_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/notify"
)

func TestTellsInOrderOneMatterAMessage(t *testing.T) {
	t.Parallel()
	inOffice(t, func(_ *testing.T, o *office) {
		o.happen(1, 1)
		o.happen(2, 1)
		o.happen(1, 2, 3)
		o.answer("a", ops)
		o.happen(2, 2)
		end := o.work(o.store)
		defer end()
		o.want(ops, "0: 1.1, 1.2, 1.3", "0: 2.1, 2.2", "0: a")
		o.want(boss, "0: 1.1, 1.2, 1.3", "0: 2.1, 2.2")
		o.wantNothingDue()
		o.pass(time.Minute)
		o.want(boss, "0: 1.1, 1.2, 1.3", "0: 2.1, 2.2")
	})
}

func TestTellsMoreThanThreeMattersTogether(t *testing.T) {
	t.Parallel()
	inOffice(t, func(_ *testing.T, o *office) {
		for n := range 3 {
			o.happen(n, 1)
		}
		o.answer("a", ops)
		o.happen(0, 2)
		end := o.work(o.store)
		defer end()
		o.want(ops, "0: 0.1, 1.1, 2.1, a, 0.2")
		o.want(boss, "0: 0.1, 0.2", "0: 1.1", "0: 2.1")
	})
}

// Those that are not paid are one message, however few they are, and what else begins does not join it unheard.
func TestTellsThoseNotPaidTogether(t *testing.T) {
	t.Parallel()
	inOffice(t, func(_ *testing.T, o *office) {
		o.expire(0)
		o.happen(1, 1)
		o.expire(2)
		end := o.work(o.store)
		defer end()
		o.want(ops, "0: 0.1, 2.1", "0: 1.1")
		o.want(boss, "0: 0.1, 2.1", "0: 1.1")
		o.wantNothingDue()
	})
}

// Each answer is a matter of its own, though none belongs to an incident.
func TestAnswersAreMattersOfTheirOwn(t *testing.T) {
	t.Parallel()
	inOffice(t, func(_ *testing.T, o *office) {
		for _, key := range []string{"a", "b", "c"} {
			o.answer(key, ops)
		}
		end := o.work(o.store)
		defer end()
		o.want(ops, "0: a", "0: b", "0: c")
	})
}

func TestWhatAMessageHasNoRoomForComesNext(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		for _, key := range []string{"a", "b", "c", "d"} {
			o.answer(key, ops)
		}
		o.chats.tell = func(_ context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement {
			return o.chats.arrive(to, notes[:min(2, len(notes))])
		}
		end := o.work(o.store)
		defer end()
		o.want(ops, "0: a, b", "0: c", "0: d") // none is marked as a repeat
		if len(o.settled) != 3 {
			t.Errorf("%d settlements, want 3", len(o.settled))
		}
	})
}

func TestAChatThatCannotBeToldRestsLongerAndLonger(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		var tries []string
		o.chats.tell = func(_ context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement {
			if to == ops && time.Since(o.began) < 2*time.Minute {
				tries = append(tries, fmt.Sprintf("%g: %d", time.Since(o.began).Seconds(), len(notes)))
				return again(to, notes, false)
			}
			return o.chats.arrive(to, notes)
		}
		end := o.work(o.store)
		defer end()
		o.happen(0, 1)
		o.relay.Nudge()
		o.pass(0)
		o.want(boss, "0: 0.1") // nobody waits for another chat
		o.pass(20 * time.Second)
		o.happen(0, 2)
		o.relay.Nudge()
		o.pass(0)
		o.want(boss, "0: 0.1", "20: 0.2")
		o.pass(20 * time.Second)
		for n := 1; n < 4; n++ {
			o.happen(n, 1) // what comes meanwhile is told together
		}
		o.pass(2 * time.Minute)
		if got, want := fmt.Sprint(tries), "[0: 1 1: 1 3: 1 7: 1 15: 1 31: 2 61: 5 91: 5]"; got != want {
			t.Errorf("tried at %s, want %s", got, want)
		}
		o.want(ops, "121: 0.1, 0.2, 1.1, 2.1, 3.1")
		if lines := o.log.count("chat held up"); lines != 1 {
			t.Errorf("%d log lines at warning say that the chat is held up, want 1", lines)
		}
		o.happen(0, 3)
		o.pass(2 * time.Second)
		if got := o.chats.read(ops); len(got) != 2 { // the long rests are forgotten
			t.Errorf("told %v, want one more", got)
		}
	})
}

// What was told in between ends the long rests, also while more is waiting.
func TestRestsAreShortAgainAfterAMessage(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		var tries []float64
		o.chats.tell = func(_ context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement {
			tries = append(tries, time.Since(o.began).Seconds())
			if n := len(tries); n != 4 && n < 7 {
				return again(to, notes, false)
			}
			return o.chats.arrive(to, notes)
		}
		o.answer("a", ops)
		o.answer("b", ops)
		end := o.work(o.store)
		defer end()
		o.pass(time.Minute)
		o.want(ops, "7: a", "10: b")
		if want := []float64{0, 1, 3, 7, 7, 8, 10}; !slices.Equal(tries, want) {
			t.Errorf("tried at %v, want %v", tries, want)
		}
	})
}

func TestEndsDuringARest(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.chats.tell = func(_ context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement {
			return again(to, notes, false)
		}
		o.happen(0, 1)
		end := o.work(o.store)
		o.pass(70 * time.Second)
		began := time.Now()
		end()
		if took := time.Since(began); took > time.Second {
			t.Errorf("ending took %s", took)
		}
	})
}

// The turn comes first, then all that is due by then.
func TestWhatComesWhileTheTurnIsAwaitedIsToldWithIt(t *testing.T) {
	t.Parallel()
	inOffice(t, func(_ *testing.T, o *office) {
		o.chats.turn = func(ctx context.Context, _ monitor.Address) error {
			select {
			case <-time.After(5 * time.Second):
			case <-ctx.Done():
			}
			return ctx.Err()
		}
		o.happen(0, 1)
		end := o.work(o.store)
		defer end()
		o.pass(time.Second)
		o.happen(0, 2)
		o.pass(5 * time.Second)
		o.want(ops, "5: 0.1, 0.2")
	})
}

func TestWaitsUntilTheTimeThatATryNamed(t *testing.T) {
	t.Parallel()
	inOffice(t, func(_ *testing.T, o *office) {
		o.chats.tell = func(_ context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement {
			if s := again(to, notes, false); time.Since(o.began) < 40*time.Second {
				s.Until = o.began.Add(40 * time.Second)
				return s
			}
			return o.chats.arrive(to, notes)
		}
		o.happen(0, 1)
		end := o.work(o.store)
		defer end()
		o.pass(39 * time.Second)
		o.want(ops)
		o.pass(2 * time.Second)
		o.want(ops, "40: 0.1")
	})
}

func TestWhatCanNeverBeToldHoldsNothingUp(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.chats.tell = func(_ context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement {
			if notes[0].Alert.Subject == subject(1) {
				return monitor.Settlement{To: to, Notes: notes, End: monitor.SettledFailed, Reason: "never"}
			}
			return o.chats.arrive(to, notes)
		}
		o.happen(0, 1)
		o.happen(1, 1)
		o.happen(2, 1)
		end := o.work(o.store)
		defer end()
		o.want(ops, "0: 0.1", "0: 2.1")
		o.wantNothingDue()
		if lines := o.log.count("can never be told"); lines != 2 {
			t.Errorf("%d log lines, want one for each chat", lines)
		}
	})
}

func TestFindsWhatNobodyNudgedFor(t *testing.T) {
	t.Parallel()
	inOffice(t, func(_ *testing.T, o *office) {
		end := o.work(o.store)
		defer end()
		o.pass(300 * time.Millisecond)
		o.happen(0, 1)
		o.pass(time.Second)
		o.want(ops, "1: 0.1")
	})
}

func TestOneMessageAtATimeInAChat(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.chats.tell = func(_ context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement {
			time.Sleep(3 * time.Second)
			return o.chats.arrive(to, notes)
		}
		o.happen(0, 1)
		end := o.work(o.store)
		defer end()
		for n := 1; n < 3; n++ {
			o.pass(100 * time.Millisecond)
			o.happen(n, 1)
			o.relay.Nudge()
		}
		o.pass(20 * time.Second)
		o.want(ops, "3: 0.1", "6: 1.1", "9: 2.1")
		if o.chats.most != 1 {
			t.Errorf("%d messages under way at once, want 1", o.chats.most)
		}
	})
}

// A message under way when the program ends has a few seconds to arrive, and is settled as what is known of it then.
func TestEndsDuringAMessage(t *testing.T) {
	t.Parallel()
	for takes, want := range map[time.Duration]string{2 * time.Second: "2: 0.1", time.Hour: "6: again 0.1"} {
		t.Run(fmt.Sprint(takes), func(t *testing.T) {
			t.Parallel()
			inOffice(t, func(t *testing.T, o *office) {
				o.chats.tell = func(ctx context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement {
					select {
					case <-time.After(takes):
						return o.chats.arrive(to, notes)
					case <-ctx.Done():
						return again(to, notes, true)
					}
				}
				o.happen(0, 1)
				end := o.work(o.store)
				end()
				if took := time.Since(o.began); took > 5*time.Second {
					t.Errorf("ending took %s", took)
				}
				o.pass(6*time.Second - time.Since(o.began))
				o.chats.tell = nil
				end = o.work(o.store)
				defer end()
				o.pass(0)
				o.want(ops, want)
				o.wantNothingDue()
			})
		})
	}
}

// One note nobody can write must not end the program, and holds up nobody: it is tried again by itself.
func TestAPanicKeepsBackTheNoteThatMakesIt(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		var panics atomic.Int32
		o.chats.tell = func(_ context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement {
			for _, n := range notes {
				if n.Alert.Subject == subject(2) && to == ops {
					panics.Add(1)
					panic("no words for it")
				}
			}
			return o.chats.arrive(to, notes)
		}
		for n := range 5 {
			o.happen(n, 1)
		}
		end := o.work(o.store)
		defer end()
		o.pass(time.Minute)
		o.want(boss, "0: 0.1, 1.1, 2.1, 3.1, 4.1")
		told := strings.Join(o.chats.read(ops), " ")
		for _, key := range []string{"0.1", "1.1", "3.1", "4.1"} {
			if strings.Count(told, key) != 1 {
				t.Errorf("%s was not told once: %s", key, told)
			}
		}
		if panics.Load() > 10 {
			t.Errorf("%d panics", panics.Load())
		}
	})
}

func TestOptions(t *testing.T) {
	t.Parallel()
	if _, err := notify.New(notify.Options{}); err == nil || !strings.HasPrefix(err.Error(), "notify: ") {
		t.Errorf("New without options gave %v", err)
	}
}
