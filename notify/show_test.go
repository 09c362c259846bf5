package notify_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"greenwatch/monitor"
)

func TestManyChangesAreOneEdit(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		end := o.work(o.store)
		defer end()
		o.happen(0, 1)
		o.pass(time.Second)
		o.chats.turn = func(ctx context.Context, _ monitor.Address) error {
			select {
			case <-time.After(10 * time.Second):
			case <-ctx.Done():
			}
			return ctx.Err()
		}
		for event := 2; event <= 6; event++ {
			o.happen(0, event)
			o.relay.Nudge()
			o.pass(time.Second)
		}
		o.pass(time.Minute)
		edits := o.chats.shown()
		if len(edits) != 2 { // one for each chat
			t.Fatalf("%d edits, want 2: %+v", len(edits), edits)
		}
		for _, e := range edits {
			if e.MessageID == 0 || len(e.Entries) != 1 || e.Entries[0].Incident.Events != 6 {
				t.Errorf("edited to %+v, want event 6", e)
			}
		}
		o.wantNothingDue()
	})
}

func TestAnEditNeverDelaysANote(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.chats.edit = func(ctx context.Context, _ monitor.Card) monitor.Settlement {
			<-ctx.Done()
			return lost
		}
		end := o.work(o.store)
		o.happen(0, 1)
		o.pass(time.Second)
		o.happen(0, 2)
		o.pass(time.Second)
		o.happen(1, 1)
		o.pass(time.Second)
		o.want(ops, "1: 0.1", "2: 0.2", "3: 1.1")
		if len(o.chats.shown()) != 2 {
			t.Errorf("%d edits under way, want 2", len(o.chats.shown()))
		}
		began := time.Now()
		end()
		if took := time.Since(began); took > time.Second {
			t.Errorf("ending took %s", took)
		}
	})
}

func TestACardWhoseMessageIsGoneIsForgotten(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.chats.edit = func(_ context.Context, c monitor.Card) monitor.Settlement {
			if c.To == ops {
				return gone
			}
			return shown
		}
		end := o.work(o.store)
		defer end()
		for event := range 3 {
			o.happen(0, event+1)
			o.relay.Nudge()
			o.pass(2 * time.Second)
		}
		var inOps int
		for _, e := range o.chats.shown() {
			if e.To == ops {
				inOps++
			}
		}
		if got := len(o.chats.shown()); inOps != 1 || got != 1+2 {
			t.Errorf("%d edits, %d of them in the chat without the message, want 3 and 1", got, inOps)
		}
		o.want(ops, "0: 0.1", "2: 0.2", "4: 0.3")
		o.wantNothingDue()
	})
}

func TestAFailingEditIsTriedAgainWithRests(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		var tries []float64
		o.chats.edit = func(_ context.Context, c monitor.Card) monitor.Settlement {
			if c.To == ops && time.Since(o.began) < 40*time.Second {
				tries = append(tries, time.Since(o.began).Seconds())
				return refused
			}
			return shown
		}
		o.happen(0, 1)
		end := o.work(o.store)
		defer end()
		o.happen(0, 2)
		o.pass(2 * time.Minute)
		if want := []float64{1, 2, 4, 8, 16, 32}; !slices.Equal(tries, want) {
			t.Errorf("tried at %v, want %v", tries, want)
		}
		o.wantNothingDue()
	})
}

// A card nobody can write must not end the program, nor hold up the cards behind it.
func TestACardThatPanicsIsForgotten(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.chats.edit = func(_ context.Context, c monitor.Card) monitor.Settlement {
			if c.Entries[0].Subject == subject(0) {
				panic("no words for it")
			}
			return shown
		}
		end := o.work(o.store)
		defer end()
		for event := 1; event <= 3; event++ {
			o.happen(0, event)
			o.happen(1, event)
			o.pass(2 * time.Second)
		}
		o.pass(time.Minute)
		edits := map[monitor.Subject]int{}
		for _, e := range o.chats.shown() {
			edits[e.Entries[0].Subject]++
		}
		if edits[subject(0)] > 4 || edits[subject(1)] < 2 {
			t.Errorf("edits %v, want one of each card of the first in each chat, and more of the second", edits)
		}
		o.wantNothingDue()
	})
}
