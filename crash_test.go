package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/soak/judge"
)

var crashSeed = flag.Uint64("crash-seed", 0, "what TestCrash draws its accidents from; 0: another one each time")

const (
	crashPrograms  = 5
	crashKills     = 10
	crashNumbers   = 12
	crashRebooted  = 2 // of the numbers: these are false logouts, which somebody reboots
	crashStorm     = 20 * time.Second
	crashSettles   = 12 * time.Second // every number is asked twice after the last accident, and that is written down
	crashPatience  = 45 * time.Second
	crashConfirm   = time.Second
	crashCheckTime = 5 * time.Second
)

// TestCrash kills the real binary at random moments while numbers drop out, come back and are rebooted.
func TestCrash(t *testing.T) {
	skipWhereSlow(t)
	t.Parallel()
	if testing.Short() {
		t.Skip("takes real time")
	}
	binary := filepath.Join(t.TempDir(), "greenwatch")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	seed := *crashSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-crash-seed %d", seed)
	victims := make([]*victim, 0, crashPrograms)
	for n := range crashPrograms {
		victims = append(victims, newVictim(t, binary, rand.New(rand.NewPCG(seed, uint64(n)))))
	}
	var side sync.WaitGroup // side by side, however many tests may run in parallel
	for _, v := range victims {
		side.Go(v.story)
	}
	side.Wait()
}

// victim is one program that is killed again and again, with the services it talks to.
type victim struct {
	t        *testing.T
	rand     *rand.Rand
	telegram *botapi.Server
	green    *instanceapi.Server
	judge    *judge.Judge
	command  func() *exec.Cmd
	database string
	logged   *record

	running *exec.Cmd
	presses sync.WaitGroup
}

func crashName(n int) (id, name string) {
	return fmt.Sprint(7105000001 + n), fmt.Sprintf("Crash_%02d", n+1)
}

func newVictim(t *testing.T, binary string, r *rand.Rand) *victim {
	t.Helper()
	v := &victim{
		t: t, rand: r, logged: &record{}, database: filepath.Join(t.TempDir(), "victim.db"),
		telegram: botapi.New(botapi.Options{Token: botToken, Username: "watch_bot", NoLimits: true}),
		green:    instanceapi.New(instanceapi.Options{RebootTime: 2 * time.Second}),
	}
	v.telegram.AddChat(botapi.Chat{ID: opsGroup, Kind: botapi.Supergroup, Title: "Ops", Members: []botapi.Person{operator}})
	v.telegram.Open(operator)
	v.judge = &judge.Judge{
		Witness: judge.NewWitness(v.green), Telegram: v.telegram, Chats: []int64{opsGroup, operator.ID},
		Rules: judge.Rules{Confirm: crashConfirm + 100*time.Millisecond, Margin: 2 * time.Second},
	}
	var entries []string
	for n := range crashNumbers {
		id, name := crashName(n)
		if err := v.green.Add(instanceapi.Instance{ID: id, Token: instanceapi.Secret(apiToken(id))}); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, id+":"+apiToken(id)+"="+name)
		v.judge.Instances = append(v.judge.Instances, judge.Instance{ID: id, Name: name})
	}
	bot, api := httptest.NewServer(v.telegram), httptest.NewServer(v.judge.Witness)
	v.command = func() *exec.Cmd {
		cmd := exec.Command(binary)
		cmd.Dir, cmd.Stdout, cmd.Stderr = filepath.Dir(v.database), v.logged, v.logged
		cmd.Env = append(os.Environ(),
			"TELEGRAM_BOT_TOKEN="+botToken, "TELEGRAM_API_URL="+bot.URL, "GREEN_API_URL="+api.URL,
			fmt.Sprintf("TELEGRAM_CHATS=%d,%d", opsGroup, operator.ID), fmt.Sprintf("TELEGRAM_OPERATORS=%d", operator.ID),
			"GREEN_API_INSTANCES="+strings.Join(entries, ","), "DATABASE_URL="+v.database, "HTTP_ADDR=off",
			"CHECK_SCHEDULE=@every 5s", "CONFIRM_AFTER="+crashConfirm.String(), "CHECK_TIMEOUT="+crashCheckTime.String(),
		)
		return cmd
	}
	t.Cleanup(func() {
		v.kill()
		for _, s := range []*httptest.Server{bot, api} {
			s.CloseClientConnections()
			s.Close()
		}
	})
	return v
}

func (v *victim) start() {
	v.t.Helper()
	program := v.command()
	v.judge.Witness.Born()
	if err := program.Start(); err != nil {
		v.t.Error(err)
		return
	}
	v.running = program
}

// kill is kill -9.
func (v *victim) kill() {
	if v.running == nil {
		return
	}
	v.judge.Witness.Died()
	_ = v.running.Process.Kill()
	_ = v.running.Wait() // it says that it was killed
	v.running = nil
}

// end asks the program to end, as a service manager does.
func (v *victim) end() {
	v.t.Helper()
	v.judge.Witness.Died()
	if err := errors.Join(v.running.Process.Signal(syscall.SIGTERM), v.running.Wait()); err != nil {
		v.t.Errorf("the program ended with %v\n%s", err, v.logged)
	}
	v.running = nil
}

func (v *victim) story() {
	v.start()
	v.await(20*time.Second, func() bool { return v.says(opsGroup, "Watching") && v.says(operator.ID, "Watching") })
	began := time.Now()
	for _, a := range v.accidents() {
		time.Sleep(time.Until(began.Add(a.at)))
		a.happen()
	}
	time.Sleep(crashSettles)
	v.presses.Wait()
	var tally judge.Tally
	told := v.await(crashPatience, func() bool {
		tally = v.judge.Tally(v.telegram.Requests())
		return len(tally.Lost) == 0 && v.rebootsTold() == nil
	})
	v.end()
	v.t.Logf("%d due, %d told, %d told twice in %s", tally.Due, tally.Told, tally.Twice, time.Since(began).Round(time.Second))
	if err := v.rebootsTold(); !told || err != nil || len(tally.Unmarked) > 0 || tally.Due == 0 {
		v.t.Errorf("lost %q, unmarked %q, reboots: %v", tally.Lost, tally.Unmarked, err)
		v.show()
	}
	v.inspect()
}

// accident is something that happens, at a time from the beginning on.
type accident struct {
	at     time.Duration
	happen func()
}

// accidents are the kills, the changes of state and the presses, in order of time.
func (v *victim) accidents() []accident {
	var all []accident
	add := func(at time.Duration, happen func()) { all = append(all, accident{at, happen}) }
	within := func(from, to time.Duration) time.Duration { return from + time.Duration(v.rand.Int64N(int64(to-from))) }
	for range crashKills {
		add(within(500*time.Millisecond, crashStorm), func() {
			v.kill()
			v.start()
		})
	}
	words := []instanceapi.State{instanceapi.NotAuthorized, instanceapi.Blocked, instanceapi.Suspended, instanceapi.SleepMode}
	for n := range crashNumbers {
		id, name := crashName(n)
		if n < crashRebooted {
			add(within(0, crashStorm/10), func() { v.check(v.green.FalseLogout(id)) })
			add(within(crashStorm/10, crashStorm/4), func() { v.presses.Go(func() { v.reboot(id, name) }) })
			continue
		}
		out := within(0, crashStorm-2*time.Second)
		add(out, func() { v.check(v.green.Set(id, words[n%len(words)])) })
		if n%2 == 0 {
			add(within(out+time.Second, crashStorm), func() { v.check(v.green.Set(id, instanceapi.Authorized)) })
		}
	}
	slices.SortFunc(all, func(a, b accident) int { return int(a.at - b.at) })
	return all
}

func (v *victim) check(err error) {
	if err != nil {
		v.t.Error(err)
	}
}

// reboot asks for a reboot and confirms it, as somebody who presses again where nothing moves.
func (v *victim) reboot(id, name string) {
	greeting := v.message(opsGroup, "Watching")
	question := botapi.Message{}
	for try := 0; try < 4 && question.ID == 0; try++ {
		v.press(greeting, "reboot:"+id)
		v.await(3*time.Second, func() bool {
			question = v.message(opsGroup, "Reboot "+name)
			return question.ID != 0
		})
	}
	if question.ID == 0 || len(question.Keyboard) == 0 {
		v.t.Errorf("%s: no question", name)
		return
	}
	for range 4 {
		if v.press(question, question.Keyboard[0][0].Data) {
			return
		}
	}
}

// press presses a button and reports whether that was answered.
func (v *victim) press(m botapi.Message, data string) bool {
	tap, err := v.telegram.PressData(opsGroup, m.ID, data, operator)
	if err != nil {
		v.t.Error(err)
		return true
	}
	select {
	case <-tap.Done():
		return true
	case <-time.After(4 * time.Second):
		return false
	}
}

// rebootsTold wants of each number at most one reboot, and the end of it told.
func (v *victim) rebootsTold() error {
	var all error
	for n := range crashRebooted {
		id, name := crashName(n)
		counted, err := v.green.Counters(id)
		all = errors.Join(all, err, rebootTold(v.telegram.Transcript(opsGroup), name, len(counted.Reboots)))
	}
	return all
}

func (v *victim) message(chat int64, text string) botapi.Message {
	for _, m := range v.telegram.Transcript(chat) {
		if m.Bot && strings.Contains(m.Text, text) {
			return m
		}
	}
	return botapi.Message{}
}

func (v *victim) says(chat int64, text string) bool { return v.message(chat, text).ID != 0 }

// await reports whether it became true in time.
func (v *victim) await(within time.Duration, done func() bool) bool {
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if done() {
			return true
		}
	}
	return done()
}

// show prints what the chats were shown, without the program's log where nothing stands in it.
func (v *victim) show() {
	h := house{telegram: v.telegram}
	v.t.Logf("group:\n%s\nlog:\n%s", h.transcript(opsGroup), v.logged)
}

// inspect looks at the database that so many kills have left.
func (v *victim) inspect() {
	db, err := sql.Open("sqlite", v.database)
	if err != nil {
		v.t.Error(err)
		return
	}
	defer db.Close()
	for query, want := range map[string]string{
		`pragma quick_check`:                                                                                  "ok",
		`select count(*) from notes where trying = 1`:                                                         "0",
		`select count(*) from notes where state not in ('told', 'waiting')`:                                   "0",
		`select count(*) from notes where state = 'told' and message_id = 0`:                                  "0",
		`select count(*) from actions where state in ('wanted', 'running')`:                                   "0",
		`select count(*) - count(distinct subject) from incidents where closed_at = 0`:                        "0",
		`select count(*) from actions a where not exists (select 1 from audit u where u.subject = a.subject)`: "0",
	} {
		var got string
		if err := db.QueryRowContext(context.Background(), query).Scan(&got); err != nil || got != want {
			v.t.Errorf("%s: %s %v, want %s", query, got, err, want)
		}
	}
	if bytes.Contains([]byte(v.logged.String()), []byte(strings.SplitN(botToken, ":", 2)[1])) {
		v.t.Error("the bot's token is in the log")
	}
}
