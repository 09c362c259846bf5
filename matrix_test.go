package main

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/outside/outsidetest"
	"greenwatch/simulator"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/simtest"
	"greenwatch/simulator/soak/judge"
	"greenwatch/storage/storagetest"
)

// doom is the step at which a program dies: the n-th of one kind, as the order among several at one moment is anybody's.
type doom struct {
	kind       string
	n          int  // from 1; 0: it lives
	after      bool // that step is carried out, and only its answer is not seen
	statements bool // steps are what changes the database; else they are the calls of Telegram and GREEN-API
}

// fate stops a program dead: from then on nothing that it does reaches anybody.
type fate struct {
	doom
	mu     sync.Mutex
	steps  []doom // that were taken
	counts map[string]int
	failed int // steps of the database that failed otherwise
	over   bool
	dead   chan struct{}
	end    func() // ends the program
	close  func() // cuts it off from its database
}

var (
	errDead   = errors.New("the program is dead")
	errOutage = errors.New("the database is away")
)

// comes counts a step, unless its kind is empty, and reports whether the program is dead, and whether it dies of this one.
func (f *fate) comes(kind string) (over, now bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if kind == "" || f.over {
		return f.over, false
	}
	if f.counts == nil {
		f.counts = make(map[string]int)
	}
	f.counts[kind]++
	f.steps = append(f.steps, doom{kind: kind, n: f.counts[kind], statements: f.statements})
	return false, f.kind == kind && f.n == f.counts[kind]
}

// step takes one step: it is carried out unless the program dies before it or is dead, and then its answer is seen unless
// the program has died meanwhile.
func step[T any](f *fate, kind string, do func() (T, error)) (result T, err error) {
	over, now := f.comes(kind)
	if now && !f.after {
		f.die()
	}
	if over || now && !f.after {
		return result, errDead
	}
	result, err = do()
	if now {
		f.die()
	}
	if errors.Is(err, errOutage) {
		f.mu.Lock()
		f.failed++
		f.mu.Unlock()
	}
	if f.isOver() {
		return result, errors.Join(errDead, err)
	}
	return result, err
}

func (f *fate) isOver() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.over
}

func (f *fate) die() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		return
	}
	f.over = true
	f.end()
	if f.close != nil {
		f.close()
	}
	close(f.dead)
}

// guarded is a transport of a program that has a fate.
type guarded struct {
	*fate
	inner http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	kind := ""
	if !g.statements {
		kind = callKind.FindString(r.URL.Path)
	}
	resp, err := step(g.fate, kind, func() (*http.Response, error) { return g.inner.RoundTrip(r) })
	if err == nil {
		return resp, nil
	}
	if resp != nil {
		_ = resp.Body.Close()
	}
	return nil, err
}

// callKind is the method in a path of either API.
var callKind = regexp.MustCompile(`(get|set|send|edit|answer|delete|pin|reboot)[A-Za-z]*`)

// trial is a house with a witness, in which the program can be stopped dead.
type trial struct {
	*house
	witness *judge.Witness
	outage  storagetest.Outage // of the database
	kills   int
	keeper  sync.WaitGroup

	fate   *fate // of the program that runs now
	mail   *outsidetest.Mail
	rules  judge.Rules
	was    map[int64]int64 // see judge.Judge
	aways  []judge.Away
	mails  []judge.Mail
	judged judge.Tally // in the end
}

// inTrial runs a story with n instances, told to the group and to the operator, and gives what was told of it.
func inTrial(t *testing.T, n int, f *fate, story func(t *testing.T, tr *trial)) (judged judge.Tally) {
	t.Helper()
	return inTrialOf(t, n, func(tr *trial) { tr.live(f) }, story)
}

// inTrialOf is inTrial with the start of the program in the caller's hands.
func inTrialOf(t *testing.T, n int, start func(tr *trial), story func(t *testing.T, tr *trial)) (judged judge.Tally) {
	t.Helper()
	database := filepath.Join(t.TempDir(), "trial.db")
	check := simtest.New(t)
	synctest.Test(t, func(t *testing.T) {
		tr := &trial{house: newHouse(t, n, database, check)}
		tr.cfg.Chats = append(tr.cfg.Chats[:1:1], tr.cfg.Chats[2])
		tr.witness = judge.NewWitness(tr.green)
		tr.witness.Patience = tr.cfg.CheckTimeout - time.Second
		tr.rules.Confirm = tr.cfg.Policy.ConfirmAfter
		defer tr.searchSecrets()
		defer tr.end()
		start(tr)
		story(t, tr)
		tr.keeper.Wait()
		judged = tr.judge().Tally(tr.telegram.Requests())
		tr.judged = judged
		tr.hold(judged)
	})
	return judged
}

// hold fails the test for each thing that was not told as it had to be.
func (tr *trial) hold(y judge.Tally) {
	for what, list := range map[string][]string{
		"lost": y.Lost, "late": y.Late, "shows what is not so": y.Stale, "told again without a mark": y.Unmarked,
	} {
		for _, one := range list {
			tr.t.Errorf("%s: %s", what, one)
		}
		if len(list) > 0 {
			tr.t.Log(tr.transcript(tr.now(tr.cfg.Chats[0].Chat)))
		}
	}
}

// now is the id that a chat has by now.
func (tr *trial) now(chat int64) int64 {
	for id, was := range tr.was {
		if was == chat {
			return id
		}
	}
	return chat
}

func (tr *trial) judge() *judge.Judge {
	j := &judge.Judge{Witness: tr.witness, Telegram: tr.telegram, Rules: tr.rules, Was: tr.was, Away: tr.aways, Outside: tr.mails}
	for _, chat := range tr.cfg.Chats {
		j.Chats = append(j.Chats, tr.now(chat.Chat))
	}
	for _, i := range tr.cfg.Fleet.Instances() {
		j.Instances = append(j.Instances, judge.Instance{ID: string(i.ID), Name: i.Name})
	}
	return j
}

// live starts the program with a fate. When it has died, another one is started that lives.
func (tr *trial) live(f *fate) {
	if f == nil {
		f = &fate{}
	}
	ctx, stop := context.WithCancel(context.Background())
	tr.stop, tr.stopped, f.dead = stop, make(chan error, 1), make(chan struct{})
	tr.fate = f
	f.end = func() {
		tr.witness.Died()
		stop()
	}
	tr.witness.Born()
	a, err := newApp(ctx, tr.cfg, slog.New(slog.NewTextHandler(tr.logged, nil)), transports{
		telegram: guarded{f, simulator.Transport(tr.telegram)}, green: guarded{f, simulator.Transport(tr.witness)},
		database:  func(c driver.Connector) driver.Connector { return &mortalConnector{tr.outage.Wrap(c), f} },
		heartbeat: tr.heartbeat,
	})
	tr.app = a
	switch ended := tr.stopped; {
	case err == nil:
		tr.app = a
		f.mu.Lock()
		f.close = func() { _ = a.store.Close() }
		f.mu.Unlock()
		go func() { ended <- a.run(ctx) }()
	case f.isOver():
		ended <- nil
	default:
		stop()
		tr.t.Errorf("the program does not start: %v", err)
		return
	}
	if f.n > 0 {
		tr.keeper.Go(func() { tr.succeed(f, tr.stopped) })
	}
}

// succeed starts another program when one has died.
func (tr *trial) succeed(f *fate, ended <-chan error) {
	select {
	case <-f.dead:
	case <-time.After(time.Hour): // it ended before its step came
		return
	}
	if err := <-ended; err != nil {
		tr.t.Logf("the dead program ended with %v", err)
	}
	tr.kills++
	time.Sleep(2 * time.Second)
	tr.live(nil)
}

// await is the first bot message with the text that a chat gets within some time; false: there was none.
func (tr *trial) await(chat int64, text string, within time.Duration) (botapi.Message, bool) {
	for end := time.Now().Add(within); ; tr.pass(time.Second) {
		for _, m := range tr.bots(chat) {
			if strings.Contains(m.Text, text) {
				return m, true
			}
		}
		if time.Now().After(end) {
			return botapi.Message{}, false
		}
	}
}

// insist presses until the press is answered.
func (tr *trial) insist(m botapi.Message, data string) {
	for range 5 {
		tap, err := tr.telegram.PressData(opsGroup, m.ID, data, operator)
		if err != nil {
			tr.t.Error(err)
			return
		}
		select {
		case <-tap.Done():
			return
		case <-time.After(15 * time.Second):
		}
	}
}

const second = "7105000002"

// matrixStory is first sight, good to bad, a reboot that is asked for, confirmed and proved, recovery, and the next incident.
func matrixStory(t *testing.T, tr *trial) {
	tr.pass(25 * time.Second)
	if err := tr.green.FalseLogout(first); err != nil {
		t.Fatal(err)
	}
	card, told := tr.await(opsGroup, "Kazan_01: logged out", 4*time.Minute)
	if !told {
		t.Fatalf("no card:\n%s", tr.transcript(opsGroup))
	}
	var question botapi.Message
	for asked := false; !asked; {
		tr.insist(card, "reboot:"+first)
		question, asked = tr.await(opsGroup, "Reboot Kazan_01", 20*time.Second)
	}
	tr.insist(question, question.Keyboard[0][0].Data)
	tr.pass(80 * time.Second)
	if tr.reboots(first) == 0 {
		tr.set(first, instanceapi.Authorized) // somebody has linked it
	}
	tr.set(second, instanceapi.Blocked)
	tr.pass(2 * time.Minute)
	if err := rebootTold(tr.bots(opsGroup), "Kazan_01", tr.reboots(first)); err != nil {
		t.Errorf("%v\n%s", err, tr.transcript(opsGroup))
	}
}

// rebootEnds are the ends of a reboot that can be told, and whether its call was made then.
var rebootEnds = map[string]string{
	": Reboot worked":                             "yes",
	": Reboot changed nothing":                    "yes",
	": authorized again, still under observation": "yes",
	": not known whether Reboot arrived":          "perhaps",
	": Reboot was refused":                        "no",
	": Reboot was not made":                       "no",
}

// rebootTold is how the end of a reboot was told: exactly once but for repeats, and so that it can be true.
func rebootTold(messages []botapi.Message, name string, rebooted int) error {
	ends := map[string]bool{}
	made := ""
	for _, m := range messages {
		for end, called := range rebootEnds {
			if strings.Contains(m.Text, name+end) {
				ends[end], made = true, called
			}
		}
	}
	if len(ends) != 1 || rebooted > 1 || rebooted == 1 && made == "no" || rebooted == 0 && made == "yes" {
		return fmt.Errorf("%s: %d reboots, told as %v", name, rebooted, ends)
	}
	return nil
}

// everyStep runs the story once to count its steps, and then again with the program stopped dead at every stride-th.
func everyStep(t *testing.T, how doom, stride int) tally {
	t.Helper()
	count := &fate{doom: doom{statements: how.statements}}
	inTrial(t, 2, count, matrixStory)
	var sum tally
	var mu sync.Mutex
	t.Run("step", func(t *testing.T) {
		for n := stride - 1; n < len(count.steps); n += stride {
			at := count.steps[n]
			at.after = how.after
			t.Run(fmt.Sprintf("%d %.30s %d", n, at.kind, at.n), func(t *testing.T) {
				t.Parallel()
				kills, f := 0, &fate{doom: at}
				got := inTrial(t, 2, f, func(t *testing.T, tr *trial) {
					matrixStory(t, tr)
					tr.keeper.Wait()
					kills = tr.kills
				})
				mu.Lock()
				defer mu.Unlock()
				sum = sum.plus(kills, got)
			})
		}
	})
	return sum
}
