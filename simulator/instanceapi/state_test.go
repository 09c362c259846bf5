package instanceapi_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator/instanceapi"
)

func TestNewInstance(t *testing.T) {
	virtual(t, instanceapi.Options{CreateTime: time.Minute}, func(b *bench) {
		const id = "7105000001"
		b.must(b.api.Add(instanceapi.Instance{ID: id, Token: token, State: instanceapi.Creating}))
		ask := func(method string) reply {
			time.Sleep(time.Second)
			return b.do(b.t.Context(), "GET", "/waInstance"+id+"/"+method+"/"+token, "")
		}
		b.expect(ask("getStateInstance"), 200, "null")
		b.expect(ask("reboot"), 400, "instance in starting process try later")
		time.Sleep(time.Minute)
		b.expect(ask("getStateInstance"), 200, `{"stateInstance":"notAuthorized"}`)
		b.must(b.api.Link(id))
		b.expect(ask("getStateInstance"), 200, `{"stateInstance":"starting"}`)
		time.Sleep(30 * time.Second)
		b.expect(ask("getStateInstance"), 200, `{"stateInstance":"authorized"}`)
	})
}

func TestAnyWord(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		for _, word := range []instanceapi.State{
			instanceapi.Blocked, instanceapi.SleepMode, instanceapi.PendingCode, instanceapi.PendingPassword,
			"quarantined", "AUTHORIZED", "", instanceapi.Creating,
		} {
			b.must(b.api.Set(number, word))
			b.expectState(string(word))
		}
	})
}

func TestRebootLeadsBack(t *testing.T) {
	for _, tc := range []struct {
		name string
		prep func(b *bench) error
		want string
	}{
		{"authorized", func(*bench) error { return nil }, "authorized"},
		{"notAuthorized", func(b *bench) error { return b.api.Set(number, "notAuthorized") }, "notAuthorized"},
		{"blocked", func(b *bench) error { return b.api.Set(number, "blocked") }, "blocked"},
		{"starting", func(b *bench) error { return b.api.Set(number, "starting") }, "authorized"},
		{"an unknown word", func(b *bench) error { return b.api.Set(number, "odd") }, "odd"},
		{"false logout", func(b *bench) error { return b.api.FalseLogout(number) }, "authorized"},
		{"as ordered", func(b *bench) error { return b.api.AfterReboot(number, "blocked") }, "blocked"},
		{"stuck", func(b *bench) error { return b.api.StickStarting(number) }, "starting"},
		{"linking", func(b *bench) error {
			return errors.Join(b.api.Set(number, "notAuthorized"), b.api.Link(number))
		}, "authorized"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			virtual(t, instanceapi.Options{RebootTime: 40 * time.Second}, func(b *bench) {
				b.must(tc.prep(b))
				b.expect(b.get("reboot"), 200, `{"isReboot":true}`)
				b.expectState("starting")
				time.Sleep(37 * time.Second)
				b.expectState("starting") // 39 s after the reboot
				b.expectState(tc.want)
				time.Sleep(time.Hour)
				b.expectState(tc.want)
			})
		})
	}
}

func TestRebootTwice(t *testing.T) {
	virtual(t, instanceapi.Options{RebootTime: 40 * time.Second}, func(b *bench) {
		b.must(b.api.Set(number, instanceapi.Blocked))
		b.get("reboot")
		time.Sleep(30 * time.Second)
		b.get("reboot")
		time.Sleep(30 * time.Second)
		b.expectState("starting")
		time.Sleep(10 * time.Second)
		b.expectState("blocked")
		c := b.counters()
		if len(c.Reboots) != 2 || c.Reboots[1].Sub(c.Reboots[0]) != 30*time.Second {
			b.t.Errorf("reboots: %v", c.Reboots)
		}
	})
}

func TestRebootTimes(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.SetRebootTime(number, 0))
		b.get("reboot")
		b.expectState("authorized")
		b.must(b.api.SetRebootTime(number, 4*time.Minute))
		b.get("reboot")
		if left := time.Until(b.snapshot().ChangesAt); left != 4*time.Minute {
			b.t.Errorf("changes in %v", left)
		}
	})
}

func TestStuckIsCured(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.StickStarting(number))
		b.expect(b.get("logout"), 200, `{"isLogout":true}`)
		b.get("reboot")
		time.Sleep(time.Minute)
		b.expectState("notAuthorized")
		b.must(b.api.StickStarting(number))
		b.must(b.api.Set(number, instanceapi.Authorized))
		b.get("reboot")
		time.Sleep(time.Minute)
		b.expectState("authorized")
		if n := len(b.counters().Logouts); n != 1 {
			b.t.Errorf("%d logouts", n)
		}
	})
}

func TestRestrictions(t *testing.T) {
	for _, word := range []instanceapi.State{instanceapi.YellowCard, instanceapi.Suspended} {
		t.Run(string(word), func(t *testing.T) {
			virtual(t, instanceapi.Options{}, func(b *bench) {
				b.must(b.api.Set(number, word))
				for range 2 {
					b.expectState(string(word))
					b.get("reboot")
					time.Sleep(20 * time.Second)
					b.get("reboot") // one more on the way changes nothing
					time.Sleep(time.Hour)
					b.expectState("authorized")
					b.get("reboot") // and neither does one when it has been lifted
					time.Sleep(time.Hour)
					b.expectState("authorized")
					b.must(b.api.Enqueue(number, 1, 0))
				}
				b.expectState(string(word))
				if v := b.snapshot(); v.Sent != 2 || v.Queue != 0 {
					b.t.Errorf("%d sent, %d wait", v.Sent, v.Queue)
				}
			})
		})
	}
}

func TestRestrictionOfSoManyMessages(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.Restrict(number, instanceapi.Suspended, 5))
		b.must(b.api.Enqueue(number, 8, 0))
		time.Sleep(time.Hour)
		b.get("reboot") // 30 s starting, then one message a second
		time.Sleep(34 * time.Second)
		b.expectState("suspended")
		if v := b.snapshot(); v.Sent != 5 || v.Queue != 3 || time.Since(v.Since) != 0 {
			b.t.Errorf("%d sent, %d wait, suspended %v ago", v.Sent, v.Queue, time.Since(v.Since))
		}
		b.must(b.api.Restrict(number, instanceapi.Suspended, 0))
		b.get("reboot")
		time.Sleep(time.Hour)
		b.expectState("authorized")
		if v := b.snapshot(); v.Queue != 0 {
			b.t.Errorf("%d wait", v.Queue)
		}
		if b.api.Restrict(number, instanceapi.Blocked, 1) == nil {
			b.t.Error("blocked is no restriction")
		}
	})
}

func TestPlan(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.Plan(number, instanceapi.Step{After: 10 * time.Second, State: "starting"}, instanceapi.Step{After: 3 * time.Minute, State: "notAuthorized"}))
		b.expectState("authorized")
		time.Sleep(9 * time.Second)
		b.expectState("starting")
		time.Sleep(170 * time.Second)
		b.expectState("notAuthorized")
		b.must(b.api.Set(number, instanceapi.Suspended))
		b.get("reboot")
		time.Sleep(time.Hour)
		b.must(b.api.Plan(number, instanceapi.Step{After: 3 * time.Second, State: "blocked"}))
		b.must(b.api.Enqueue(number, 9, 0)) // one leaves now and one each second, the restriction is forgotten
		b.expectState("authorized")
		time.Sleep(time.Hour)
		b.expectState("blocked")
		if v := b.snapshot(); v.Sent != 3 {
			b.t.Errorf("%d sent before the third second", v.Sent)
		}
		if b.api.Plan(number, instanceapi.Step{After: 2}, instanceapi.Step{After: 1}) == nil {
			b.t.Error("a plan that goes back in time was taken")
		}
	})
}

func TestAccounts(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		for account, words := range map[instanceapi.Account]string{
			instanceapi.Expired: "Instance account is expired. Renew your instance from personal area",
			instanceapi.Deleted: "Instance is deleted",
		} {
			b.must(b.api.SetAccount(number, account))
			b.expect(b.get("getStateInstance"), http.StatusBadRequest, words)
			b.expect(b.get("reboot"), http.StatusBadRequest, words)
			if v := b.snapshot(); v.Answer != "400 "+words || v.Account != account {
				b.t.Errorf("snapshot: %q, %v", v.Answer, v.Account)
			}
			time.Sleep(time.Second)
		}
		b.must(b.api.SetAccount(number, instanceapi.Active))
		b.expectState("authorized")
		if n := len(b.counters().Reboots); n != 0 {
			b.t.Errorf("%d reboots", n)
		}
		if b.api.SetAccount(number, 3) == nil {
			b.t.Error("an unknown kind of account was taken")
		}
	})
}

// An instance that is asked all the time and one that is asked once at the end must have had the same life.
func TestLookingChangesNothing(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				watched, alone := newBench(t, instanceapi.Options{}), newBench(t, instanceapi.Options{})
				dice := rand.New(rand.NewPCG(seed, 0))
				for range 40 {
					for range 1 + dice.IntN(20) {
						time.Sleep(time.Duration(dice.IntN(20_000)) * time.Millisecond)
						watched.snapshot()
					}
					what, n := dice.IntN(len(deeds)), 1+dice.IntN(30)
					watched.must(deeds[what](watched, n))
					alone.must(deeds[what](alone, n))
				}
				time.Sleep(time.Duration(dice.IntN(40_000)) * time.Millisecond)
				if a, b := watched.snapshot(), alone.snapshot(); fmt.Sprint(a) != fmt.Sprint(b) {
					t.Errorf("watched %+v\nalone   %+v", a, b)
				}
				for _, method := range []string{"getStateInstanceHistory", "getMessagesCount", "showMessagesQueue"} {
					if a, b := watched.get(method), alone.get(method); a.body != b.body {
						t.Errorf("%s:\nwatched %s\nalone   %s", method, a.body, b.body)
					}
				}
			})
		})
	}
}

var deeds = []func(*bench, int) error{
	func(b *bench, _ int) error { return b.get("reboot").err },
	func(b *bench, _ int) error { return b.get("logout").err },
	func(b *bench, _ int) error { return b.api.Link(number) },
	func(b *bench, n int) error { return b.api.Enqueue(number, n, 0) },
	func(b *bench, n int) error { return b.api.Enqueue(number, n, 24*time.Hour-10*time.Second) },
	func(b *bench, n int) error { return b.api.HoldQueue(number, n%2 == 0) },
	func(b *bench, n int) error { return b.api.Restrict(number, instanceapi.Suspended, n) },
	func(b *bench, _ int) error { return b.api.Set(number, instanceapi.Authorized) },
	func(b *bench, _ int) error {
		return b.post("setSettings", `{"delaySendMessagesMilliseconds":7000}`).err
	},
	func(b *bench, n int) error {
		return b.api.Plan(number, instanceapi.Step{After: time.Duration(n) * time.Second, State: instanceapi.Authorized})
	},
}
