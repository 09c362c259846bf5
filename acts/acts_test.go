package acts_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"greenwatch/acts"
	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/simulator"
	"greenwatch/simulator/instanceapi"
)

func TestRunsAWantedActionOnce(t *testing.T) {
	t.Parallel()
	inShop(t, func(_ *testing.T, s *shop) {
		s.phone.answer = slowly(20*time.Second, monitor.Outcome{Kind: monitor.OutcomeAccepted})
		a, end := s.work(s.store)
		defer end()
		s.pass(300 * time.Millisecond)
		s.press(kazan)
		for range 10 {
			a.Nudge()
			s.pass(0)
		}
		s.wantCalls(1)
		s.want(kazan, monitor.Running, "")
		s.pass(5 * time.Minute)
		s.wantCalls(1)
		s.want(kazan, monitor.Accepted, monitor.OutcomeAccepted)
		s.wantTold(kazan, 0) // not before the proof
	})
}

func TestFindsAnActionWithoutANudge(t *testing.T) {
	t.Parallel()
	inShop(t, func(_ *testing.T, s *shop) {
		_, end := s.work(s.store)
		defer end()
		s.pass(10 * time.Millisecond)
		s.press(kazan)
		s.pass(time.Second)
		s.wantCalls(1)
	})
}

func TestASlowCallHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	inShop(t, func(_ *testing.T, s *shop) {
		s.phone.answer = func(ctx context.Context, id monitor.InstanceID) monitor.Outcome {
			if id == kazan {
				return slowly(time.Minute, monitor.Outcome{Kind: monitor.OutcomeAccepted})(ctx, id)
			}
			return monitor.Outcome{Kind: monitor.OutcomeRefused, Detail: "no"}
		}
		a, end := s.work(s.store)
		defer end()
		s.press(kazan)
		a.Nudge()
		s.pass(time.Second)
		s.press(samara)
		a.Nudge()
		s.pass(0)
		s.want(kazan, monitor.Running, "")
		s.want(samara, monitor.Ended, monitor.OutcomeRefused)
		s.pass(time.Minute)
		s.want(kazan, monitor.Accepted, monitor.OutcomeAccepted)
		s.wantCalls(2)
	})
}

func TestRebootsOverTheRealClient(t *testing.T) {
	t.Parallel()
	inShop(t, func(t *testing.T, s *shop) {
		const token = "tok7105000017ffffffffffffffff"
		green := instanceapi.New(instanceapi.Options{})
		if err := green.Add(instanceapi.Instance{ID: string(kazan), Token: token}); err != nil {
			t.Fatal(err)
		}
		client, err := greenapi.New(greenapi.Options{
			Credentials: []greenapi.Credential{{ID: kazan, Token: secret.New(token), URL: "https://api.green-api.example"}},
			HTTP:        simulator.Transport(green),
		})
		if err != nil {
			t.Fatal(err)
		}
		a, err := acts.New(acts.Options{
			API: rebooter{client, &phone{}}, Store: s.store, Scene: s.sight, Log: slog.New(slog.NewTextHandler(s.log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := green.Break(instanceapi.InstanceScope(string(kazan)), instanceapi.Fault{
			Kind: instanceapi.Hang, Methods: []string{"reboot"}, Calls: 1, Executed: true,
		}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx) }()
		s.press(kazan)
		a.Nudge()
		s.pass(5 * time.Minute)
		s.want(kazan, monitor.Ended, monitor.OutcomeUnknown) // the answer was lost, and nobody tries again
		counters, err := green.Counters(string(kazan))
		if err != nil || counters.Calls["reboot"] != 1 || len(counters.Reboots) != 1 {
			t.Errorf("%+v, %v, want one call and one reboot", counters, err)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if s.log.count(token) > 0 {
			t.Error("the token was logged")
		}
	})
}

func TestAnActionNobodyTookUpExpires(t *testing.T) {
	t.Parallel()
	for _, away := range []struct {
		waited time.Duration
		calls  int
		state  monitor.ActionState
		kind   monitor.OutcomeKind
	}{
		{59 * time.Second, 1, monitor.Accepted, monitor.OutcomeAccepted},
		{60 * time.Second, 0, monitor.Ended, monitor.OutcomeExpired},
	} {
		inShop(t, func(_ *testing.T, s *shop) {
			s.press(kazan)
			s.pass(away.waited)
			_, end := s.work(s.store)
			defer end()
			s.pass(time.Minute)
			s.wantCalls(away.calls)
			s.want(kazan, away.state, away.kind)
			s.wantTold(kazan, 1-away.calls)
		})
	}
}

func TestAnOrphanIsToldAsUnknownAndNeverRun(t *testing.T) {
	t.Parallel()
	inShop(t, func(t *testing.T, s *shop) {
		s.press(kazan)
		if _, err := s.store.Update(t.Context(), kazan.Subject(), func(c monitor.Case) (monitor.Case, monitor.Effects) {
			return c.Start("press/"+string(kazan), s.scene())
		}); err != nil {
			t.Fatal(err)
		}
		s.want(kazan, monitor.Running, "")
		for range 3 {
			_, end := s.work(&line{store: s.store, meet: between(0, 10*time.Second, undone)})
			s.pass(time.Minute)
			end()
		}
		s.want(kazan, monitor.Ended, monitor.OutcomeUnknown)
		s.wantCalls(0)
		s.wantTold(kazan, 1)
	})
}

func TestAPanicEndsAsUnknown(t *testing.T) {
	t.Parallel()
	inShop(t, func(_ *testing.T, s *shop) {
		s.phone.answer = func(_ context.Context, id monitor.InstanceID) monitor.Outcome {
			if id == kazan {
				panic("at the phone")
			}
			return monitor.Outcome{Kind: monitor.OutcomeAccepted}
		}
		_, end := s.work(s.store)
		defer end()
		s.press(kazan)
		s.press(samara)
		s.pass(time.Minute)
		s.want(kazan, monitor.Ended, monitor.OutcomeUnknown)
		s.want(samara, monitor.Accepted, monitor.OutcomeAccepted)
		s.wantCalls(2)
		s.wantTold(kazan, 1)
	})
}

func TestRefusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	inShop(t, func(_ *testing.T, s *shop) {
		_, err := s.store.Update(s.t.Context(), kazan.Subject(), func(c monitor.Case) (monitor.Case, monitor.Effects) {
			c, effects, _ := c.Press(monitor.Press{Key: "k", Verb: "fly", By: anna, To: ops}, s.scene())
			return c, effects
		})
		if err != nil {
			s.t.Fatal(err)
		}
		_, end := s.work(s.store)
		defer end()
		s.pass(time.Second)
		s.wantCalls(0)
		s.want(kazan, monitor.Ended, monitor.OutcomeRefused)
	})
}

// A call under way when the program ends has a few seconds to arrive; one that does not come is told as unknown.
func TestEndsDuringACall(t *testing.T) {
	t.Parallel()
	for _, call := range []struct {
		takes time.Duration
		state monitor.ActionState
		kind  monitor.OutcomeKind
	}{
		{2 * time.Second, monitor.Accepted, monitor.OutcomeAccepted},
		{time.Hour, monitor.Ended, monitor.OutcomeUnknown},
	} {
		t.Run(fmt.Sprint(call.takes), func(t *testing.T) {
			t.Parallel()
			inShop(t, func(t *testing.T, s *shop) {
				s.phone.answer = slowly(call.takes, monitor.Outcome{Kind: monitor.OutcomeAccepted})
				_, end := s.work(s.store)
				s.press(kazan)
				s.pass(time.Second)
				s.wantCalls(1)
				began := time.Now()
				end()
				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("ending took %s", took)
				}
				s.want(kazan, call.state, call.kind)
				_, end = s.work(s.store)
				s.pass(time.Minute)
				end()
				s.want(kazan, call.state, call.kind)
				s.wantCalls(1)
			})
		})
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	if _, err := acts.New(acts.Options{}); err == nil || !strings.HasPrefix(err.Error(), "acts: ") {
		t.Errorf("New without options gave %v", err)
	}
}
