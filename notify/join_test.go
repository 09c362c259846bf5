package notify_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"greenwatch/monitor"
)

// digest has four incidents told to the chats by one message each, which others may join.
func (o *office) digest() {
	for n := range 4 {
		o.happen(n, 1)
	}
	o.relay.Nudge()
	o.pass(time.Second)
}

// joins has one more begin, and looks at what is said of it once it has joined.
func (o *office) joins(n int) {
	o.happen(n, 1)
	o.relay.Nudge()
	o.pass(0)
}

// untold counts the alerts that some chat was not told.
func (o *office) untold() int {
	o.t.Helper()
	n, err := o.store.Untold(o.t.Context(), time.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// tellings are the messages, by id, that told a chat of a key.
func (o *office) tellings(to monitor.Address, key string) []int {
	o.chats.mu.Lock()
	defer o.chats.mu.Unlock()
	var ids []int
	for _, s := range o.settled {
		told := slices.ContainsFunc(s.Notes, func(n monitor.Note) bool { return n.Alert.Key == key })
		if s.To == to && s.End == monitor.SettledTold && told {
			ids = append(ids, s.MessageID)
		}
	}
	return ids
}

func TestWhatJoinsIsToldWhenTheEditWasShown(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		edited := make(chan struct{})
		o.chats.edit = func(context.Context, monitor.Card) monitor.Settlement {
			<-edited
			return shown
		}
		end := o.work(o.store)
		defer end()
		o.digest()
		o.joins(4)
		if got := o.tellings(ops, "4.1"); len(got) != 0 || o.untold() != 1 {
			t.Errorf("told by %v before the edit was shown, %d untold", got, o.untold())
		}
		close(edited)
		o.pass(0)
		digest := o.tellings(ops, "0.1")
		if got := o.tellings(ops, "4.1"); !slices.Equal(got, digest) || len(got) != 1 || o.untold() != 0 {
			t.Errorf("told by %v, want the digest %v; %d untold", got, digest, o.untold())
		}
		o.want(ops, "0: 0.1, 1.1, 2.1, 3.1")
		o.pass(time.Minute)
		o.wantNothingDue()
	})
}

// What a lost digest was to tell is a message, and so is what comes then.
func TestWhatJoinsALostCardIsAMessage(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func() monitor.Settlement{
		"gone":  func() monitor.Settlement { return gone },
		"panic": func() monitor.Settlement { panic("no words for it") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inOffice(t, func(_ *testing.T, o *office) {
				o.chats.edit = func(_ context.Context, c monitor.Card) monitor.Settlement {
					if c.To == ops {
						return edit()
					}
					return shown
				}
				end := o.work(o.store)
				defer end()
				o.digest()
				o.joins(4)
				o.pass(2 * time.Second)
				o.joins(5)
				o.pass(time.Minute)
				o.want(ops, "0: 0.1, 1.1, 2.1, 3.1", "1: 4.1", "3: 5.1")
				o.want(boss, "0: 0.1, 1.1, 2.1, 3.1")
				o.wantNothingDue()
			})
		})
	}
}

// An alert does not hang on an edit: what waits for one for half a minute is a message, marked if the edit may have told it.
func TestWhatJoinsWaitsForAnEditNotForLong(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]struct {
		edit monitor.Settlement
	}{
		"31: 4.1":       {edit: refused},
		"31: again 4.1": {edit: lost},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			inOffice(t, func(t *testing.T, o *office) {
				o.chats.edit = func(_ context.Context, card monitor.Card) monitor.Settlement {
					if card.To == ops && time.Since(o.began) < 50*time.Second {
						return c.edit
					}
					return shown
				}
				end := o.work(o.store)
				defer end()
				o.digest()
				o.joins(4)
				o.pass(3 * time.Minute)
				o.want(ops, "0: 0.1, 1.1, 2.1, 3.1", want)
				o.wantNothingDue()
				o.happen(4, 2)
				o.pass(time.Minute)
				cards := make(map[int]bool) // both messages that name it go on showing how it stands
				for _, card := range o.chats.shown() {
					for _, e := range card.Entries {
						if card.To == ops && e.Subject == subject(4) && e.Incident.Events == 2 {
							cards[card.MessageID] = true
						}
					}
				}
				if len(cards) != 2 {
					t.Errorf("messages %v show it", cards)
				}
			})
		})
	}
}

// After an edit that failed nothing more joins that card: what comes is a message at once.
func TestNothingJoinsACardWhoseEditFailed(t *testing.T) {
	t.Parallel()
	inOffice(t, func(_ *testing.T, o *office) {
		o.chats.edit = func(context.Context, monitor.Card) monitor.Settlement { return refused }
		end := o.work(o.store)
		defer end()
		o.digest()
		o.joins(4)
		o.pass(time.Second)
		o.joins(5)
		o.want(ops, "0: 0.1, 1.1, 2.1, 3.1", "2: 5.1")
	})
}

// What follows within an incident waits for its beginning, which waits for an edit.
func TestWhatFollowsWaitsForTheJoinedBeginning(t *testing.T) {
	t.Parallel()
	inOffice(t, func(_ *testing.T, o *office) {
		o.chats.edit = func(_ context.Context, card monitor.Card) monitor.Settlement {
			if card.To == ops {
				return refused
			}
			return shown
		}
		end := o.work(o.store)
		defer end()
		o.digest()
		o.joins(4)
		o.happen(4, 2)
		o.pass(2 * time.Minute)
		o.want(ops, "0: 0.1, 1.1, 2.1, 3.1", "31: 4.1, 4.2")
	})
}

// The program dies while what joined waits for the edit: the next one makes it, and tells nothing twice.
func TestWhatJoinedOutlivesTheRelay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit monitor.Settlement
		away time.Duration
		want []string
	}{
		"soon":            {edit: refused, away: time.Second},
		"late":            {edit: refused, away: time.Hour, want: []string{"3601: 4.1"}},
		"late, and shown": {edit: lost, away: time.Hour, want: []string{"3601: again 4.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inOffice(t, func(t *testing.T, o *office) {
				if err := o.store.Subscribe(t.Context(), []monitor.Address{ops}); err != nil {
					t.Fatal(err)
				}
				heals := 2 * time.Second
				if c.want != nil {
					heals = c.away + 2*time.Second
				}
				o.chats.edit = func(context.Context, monitor.Card) monitor.Settlement {
					if time.Since(o.began) < heals {
						return c.edit
					}
					return shown
				}
				end := o.work(o.store)
				o.digest()
				o.joins(4)
				end()
				o.pass(c.away)
				end = o.work(o.store)
				defer end()
				o.pass(time.Minute)
				o.want(ops, append([]string{"0: 0.1, 1.1, 2.1, 3.1"}, c.want...)...)
				o.wantNothingDue()
			})
		})
	}
}

// A card that is to tell something goes before those that only changed.
func TestAnEditThatTellsGoesFirst(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		if err := o.store.Subscribe(t.Context(), []monitor.Address{ops}); err != nil {
			t.Fatal(err)
		}
		hold := make(chan struct{})
		o.chats.edit = func(context.Context, monitor.Card) monitor.Settlement {
			<-hold
			return shown
		}
		end := o.work(o.store)
		defer end()
		for n := 10; n < 13; n++ {
			o.happen(n, 1)
			o.relay.Nudge()
			o.pass(0)
		}
		o.pass(2 * time.Minute)
		o.digest()
		for n := 10; n < 13; n++ {
			o.happen(n, 2)
		}
		o.joins(4)
		before := len(o.chats.shown())
		close(hold)
		o.pass(0)
		for i, c := range o.chats.shown()[before-1:] {
			if len(c.Notes) > 0 {
				if i > 1 {
					t.Errorf("%d edits went before", i)
				}
				return
			}
		}
		t.Error("no edit told it")
	})
}
