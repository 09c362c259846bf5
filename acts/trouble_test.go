package acts_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"greenwatch/acts"
	"greenwatch/monitor"
)

// callsOfAStory is more than an action takes until its outcome is kept: two reads, the start, the outcome, and some looks.
const callsOfAStory = 8

func TestRunsOnceWhicheverCallToTheStoreFails(t *testing.T) {
	t.Parallel()
	inShop(t, func(_ *testing.T, s *shop) {
		for _, met := range []trouble{undone, unheard} {
			for failing := 1; failing <= callsOfAStory; failing++ {
				for _, takes := range []time.Duration{0, 3 * time.Second} {
					id := s.next(takes)
					_, end := s.work(&line{store: s.store, meet: func(call int) trouble {
						if call == failing {
							return met
						}
						return none
					}})
					s.pass(14 * time.Second)
					end()
					s.wantEndedAndToldOnce(id, fmt.Sprintf("call %d of the store %s, the API takes %s", failing, met, takes))
				}
			}
		}
	})
}

// A process that dies is one whose store answers nothing any more, from some call on. The next one begins on what is kept.
func TestRunsAtMostOnceWhereverTheProcessDies(t *testing.T) {
	t.Parallel()
	inShop(t, func(_ *testing.T, s *shop) {
		for _, met := range []trouble{undone, unheard} {
			for died := 1; died <= callsOfAStory; died++ {
				for _, takes := range []time.Duration{0, 3 * time.Second} {
					id := s.next(takes)
					_, end := s.work(&line{store: s.store, meet: func(call int) trouble {
						switch {
						case call < died:
							return none
						case call == died:
							return met
						default:
							return undone
						}
					}})
					s.pass(5 * time.Second)
					end()
					_, end = s.work(s.store)
					s.pass(5 * time.Second)
					end()
					s.wantEndedAndToldOnce(id, fmt.Sprintf("died at call %d, %s, the API takes %s", died, met, takes))
				}
			}
		}
	})
}

// next is another instance, of which a reboot is wanted that will be refused.
func (s *shop) next(takes time.Duration) monitor.InstanceID {
	s.t.Helper()
	s.instances++
	id := monitor.InstanceID(fmt.Sprint(7105000100 + s.instances))
	s.phone = &phone{answer: slowly(takes, monitor.Outcome{Kind: monitor.OutcomeRefused, Detail: "no"})}
	s.press(id)
	return id
}

// wantEndedAndToldOnce: the call was made and its outcome is kept, or what became of it is not known.
func (s *shop) wantEndedAndToldOnce(id monitor.InstanceID, story string) {
	s.t.Helper()
	a := s.action(id)
	known := a.Outcome.Kind == monitor.OutcomeRefused && s.phone.count() == 1
	unknown := a.Outcome.Kind == monitor.OutcomeUnknown && s.phone.count() <= 1
	if a.State != monitor.Ended || !known && !unknown {
		s.t.Errorf("%s: %d calls, and the action is %s with outcome %q", story, s.phone.count(), a.State, a.Outcome.Kind)
	}
	s.wantTold(id, 1)
}

func TestTheStoreIsAwayForAWhile(t *testing.T) {
	t.Parallel()
	for _, away := range []struct {
		name        string
		from, until time.Duration
		calls       int
		kind        monitor.OutcomeKind
	}{
		{"before the start", 0, 50 * time.Second, 1, monitor.OutcomeRefused},
		{"for too long before the start", 0, 90 * time.Second, 0, monitor.OutcomeExpired},
		{"before the outcome", time.Second, 10 * time.Minute, 1, monitor.OutcomeRefused},
	} {
		t.Run(away.name, func(t *testing.T) {
			t.Parallel()
			inShop(t, func(t *testing.T, s *shop) {
				s.phone.answer = slowly(3*time.Second, monitor.Outcome{Kind: monitor.OutcomeRefused, Detail: "no"})
				s.press(kazan)
				_, end := s.work(&line{store: s.store, meet: between(away.from, away.until, undone)})
				defer end()
				s.pass(11 * time.Minute)
				s.wantCalls(away.calls)
				s.want(kazan, monitor.Ended, away.kind)
				s.wantTold(kazan, 1)
				if lines := s.log.count("actions not read"); lines > 2 {
					t.Errorf("%d log lines say that the store is away", lines)
				}
			})
		})
	}
}

// late is a store at which the answers to starting two actions are lost: kazan's after 6 s, samara's at once. Ending
// samara's takes 10 s.
type late struct {
	acts.Store
	mu    sync.Mutex
	calls map[monitor.Subject]int
}

func (l *late) UpdateAll(ctx context.Context, changes []monitor.Change) ([]monitor.Case, error) {
	subject := changes[0].Subject
	l.mu.Lock()
	l.calls[subject]++
	start := l.calls[subject] == 1
	l.mu.Unlock()
	cases, err := l.Store.UpdateAll(ctx, changes)
	switch {
	case start && subject == kazan.Subject():
		time.Sleep(6 * time.Second)
	case !start && subject == samara.Subject():
		time.Sleep(10 * time.Second)
	}
	if start {
		return nil, errOff
	}
	return cases, err
}

// While one orphan is ended, another action is left behind: it must be found too.
func TestAnOrphanMadeWhileOrphansAreEndedIsFound(t *testing.T) {
	t.Parallel()
	inShop(t, func(_ *testing.T, s *shop) {
		s.press(kazan)
		s.press(samara)
		_, end := s.work(&late{Store: s.store, calls: make(map[monitor.Subject]int)})
		defer end()
		s.pass(time.Minute)
		s.want(kazan, monitor.Ended, monitor.OutcomeUnknown)
		s.want(samara, monitor.Ended, monitor.OutcomeUnknown)
		s.wantCalls(0)
		s.wantTold(kazan, 1)
		s.wantTold(samara, 1)
	})
}
