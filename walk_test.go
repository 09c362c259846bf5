package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/outside/outsidetest"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/soak/judge"
)

var (
	walkSeed = flag.Uint64("walk-seed", 0, "what TestWalk draws its only walk from")
	walks    = flag.Int("walks", 0, "how many walks TestWalk makes, each another one: some 5 s each")
)

const (
	walkNumbers = 12
	walkLength  = 3 * time.Hour
	canary      = "7105000012" // is left alone until the end
	// walkReturn is what a chat that was dead for long may take: an hourly probe, and what it has to be told.
	walkReturn = 65 * time.Minute
	// aliveWithin is how soon a chat that can be written to is told of one more number.
	aliveWithin = 4 * time.Minute
	// sureFor is how old the answer may be that a gate is sure by: five minutes, and the check that notices, with its time.
	sureFor = 5*time.Minute + 2*time.Minute
)

// What people may be asked to bear of one number, in one chat, within some hours, however it swings.
const (
	bearRings    = 4
	bearMessages = 12
	bearFor      = 6 * time.Hour
)

// TestWalk lets everything happen at any time for some hours, and looks whether what the program promises held: what was
// due was told, or told outside; what was told was shown; no chat stays silent once it can be written to; no gate is sure
// of what nobody has answered; and nobody was rung for each swing.
func TestWalk(t *testing.T) {
	if *walks == 0 && *walkSeed == 0 {
		t.Skip("a search, and no check: -walks 20")
	}
	seeds := []uint64{*walkSeed}
	if *walkSeed == 0 {
		seeds = nil
		for range *walks {
			seeds = append(seeds, rand.Uint64())
		}
	}
	fmt.Println("-walk-seed", seeds)
	for _, seed := range seeds {
		t.Run(fmt.Sprintf("walk-seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			walkFrom(t, seed)
		})
	}
}

func walkFrom(t *testing.T, seed uint64) {
	t.Helper()
	mail := outsidetest.NewMail(t)
	inTrialOf(t, walkNumbers, func(tr *trial) {
		tr.telegram.AddChat(botapi.Chat{ID: basicGroup, Kind: botapi.Group, Title: "Basic", Members: []botapi.Person{operator}})
		topic := tr.telegram.CreateTopic(forum, "Alerts", operator)
		tr.cfg.Chats = []monitor.Address{{Chat: basicGroup}, {Chat: forum, Topic: topic}, {Chat: operator.ID}}
		tr.locked()
		tr.mailTo(mail)
		tr.rules.Late, tr.rules.Return, tr.rules.Passing = 6*time.Minute, walkReturn, true
		tr.live(nil)
	}, func(t *testing.T, tr *trial) {
		w := &walk{trial: tr, rand: rand.New(rand.NewPCG(seed, 0)), sure: make(map[string]time.Time)} //nolint:gosec // accidents are no secret
		tr.spend(3 * time.Minute)
		w.wander()
		w.arrive(t)
		if t.Failed() {
			t.Logf("go test -run 'TestWalk$' . -walk-seed %d\n%s", seed, strings.Join(w.diary, "\n"))
		}
	})
}

// walk is a trial to which anything happens.
type walk struct {
	*trial
	rand   *rand.Rand
	later  []appointment
	over   bool // nothing begins any more
	diary  []string
	looked time.Time            // at the gates
	sure   map[string]time.Time // the answers that a gate was wrongly sure by
}

// appointment is what happens at some time: the end of a trouble, the next swing.
type appointment struct {
	at time.Time
	do func()
}

// wander is the walk itself.
func (w *walk) wander() {
	end := time.Now().Add(walkLength)
	next := time.Now()
	for time.Now().Before(end) {
		w.spend(5 * time.Second)
		w.keepAppointments(time.Now())
		w.watchGates()
		if time.Now().Before(next) {
			continue
		}
		next = time.Now().Add(w.between(10*time.Second, 2*time.Minute))
		w.something()
	}
}

func (w *walk) keepAppointments(until time.Time) {
	for {
		n := slices.IndexFunc(w.later, func(a appointment) bool { return !a.at.After(until) })
		if n < 0 {
			return
		}
		a := w.later[n]
		w.later = slices.Delete(w.later, n, n+1)
		a.do()
	}
}

func (w *walk) in(d time.Duration, do func()) {
	w.later = append(w.later, appointment{time.Now().Add(d), do})
}

func (w *walk) between(least, most time.Duration) time.Duration {
	return least + time.Duration(w.rand.Int64N(int64(most-least)))
}

func (w *walk) note(format string, args ...any) {
	w.diary = append(w.diary, time.Now().UTC().Format(time.TimeOnly)+" "+fmt.Sprintf(format, args...))
}

// watchGates holds the gates to what was answered.
func (w *walk) watchGates() {
	if time.Since(w.looked) < time.Minute {
		return
	}
	w.looked = time.Now()
	for _, i := range w.cfg.Fleet.Instances() {
		id := string(i.ID)
		last := w.witness.Answered(id)
		if last.IsZero() || time.Since(last) <= sureFor || w.sure[id].Equal(last) {
			continue
		}
		if w.gate(id).Sure {
			w.sure[id] = last
			w.t.Errorf("%s: the gate of %s is sure, and the last answer is %s old", time.Now().UTC().Format(time.TimeOnly), id, time.Since(last).Round(time.Second))
		}
	}
}

// arrive ends all trouble and looks how it stands.
func (w *walk) arrive(t *testing.T) {
	w.note("all trouble ends")
	w.over = true
	w.keepAppointments(time.Now().Add(24 * time.Hour))
	w.telegram.ClearFaults()
	w.green.Mend(instanceapi.WholeAPI)
	w.spend(walkReturn)
	w.set(canary, instanceapi.Blocked)
	w.spend(aliveWithin)
	for _, a := range w.cfg.Chats {
		chat := w.now(a.Chat)
		if !slices.ContainsFunc(w.bots(chat), func(m botapi.Message) bool {
			return strings.Contains(m.Text, "Kazan_12") && strings.Contains(m.Text, string(instanceapi.Blocked))
		}) {
			t.Errorf("chat %d can be written to, and stays silent", chat)
		}
		w.boundRings(chat)
	}
	w.everybodyOutIsShown()
}

// boundRings counts what a chat was told of each number alone. A chat that was lost is told anew of all that lasts, and
// what may be a repeat says so.
func (w *walk) boundRings(chat int64) {
	returns := 0
	for _, a := range w.aways {
		if a.Chat == chat {
			returns++
		}
	}
	for n := range walkNumbers {
		name := fmt.Sprintf("Kazan_%02d", n+1)
		var rang, came []time.Time
		for _, m := range w.bots(chat) {
			title, _, _ := strings.Cut(m.Text, "\n")
			if !strings.Contains(title, name+":") || strings.Contains(m.Text, judge.Repeat) {
				continue
			}
			came = append(came, m.SentAt)
			if !m.Silent {
				rang = append(rang, m.SentAt)
			}
		}
		if r, m := mostIn(bearFor, rang), mostIn(bearFor, came); r > bearRings+returns || m > bearMessages+returns {
			w.t.Errorf("rings: %s rang %d times in %d, in %d messages, within %s; the chat returned %d times", name, r, chat, m, bearFor, returns)
		}
	}
}

// mostIn is the most of the times that fall into any stretch of such a length.
func mostIn(d time.Duration, times []time.Time) int {
	most := 0
	for n, from := range times {
		count := 0
		for _, at := range times[n:] {
			if at.Sub(from) < d {
				count++
			}
		}
		most = max(most, count)
	}
	return most
}

// everybodyOutIsShown fails for a number that is out and that no message of a chat shows so, unless an administrator may
// have deleted that.
func (w *walk) everybodyOutIsShown() {
	for _, s := range w.green.Snapshots() {
		if s.State == instanceapi.Authorized || s.State == instanceapi.Starting {
			continue
		}
		n := strings.TrimPrefix(s.ID, "71050000")
		for _, a := range w.cfg.Chats {
			chat := w.now(a.Chat)
			shown := slices.ContainsFunc(w.bots(chat), func(m botapi.Message) bool {
				return strings.Contains(m.Text, "Kazan_"+n) && strings.Contains(m.Text, string(s.State))
			})
			if !shown && !w.deleted(chat) {
				w.t.Errorf("%s is %s at the end, and chat %d does not show it", s.ID, s.State, chat)
			}
		}
	}
}

func (w *walk) deleted(chat int64) bool {
	return slices.ContainsFunc(w.aways, func(a judge.Away) bool { return a.Chat == chat && a.From.Equal(a.To) })
}
