package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/soak/judge"
)

const (
	botToken     = "700000001:AAEw_this-is-the-bots-secret-0123456"
	group        = -1001000000001
	confirmAfter = 2 * time.Second
)

// world is the program between the two services.
type world struct {
	options
	rand     *rand.Rand
	telegram *botapi.Server
	green    *instanceapi.Server
	judge    *judge.Judge
	program  *program
	operator botapi.Person
	servers  []*http.Server
	dir      string

	count struct{ faults, kills, changes, commands, confirmed, late, removed, rights int }

	mu       sync.Mutex
	requests []botapi.Request // that tell something
}

func newWorld(ctx context.Context, o options) (*world, error) {
	w := &world{
		options: o, rand: rand.New(rand.NewPCG(o.seed, 0)), //nolint:gosec // accidents are no secret
		operator: botapi.Person{ID: 5001, FirstName: "Ops", Username: "ops_a"}, dir: o.keep,
	}
	var err error
	if w.dir == "" {
		if w.dir, err = os.MkdirTemp("", "soak"); err != nil {
			return nil, err
		}
	} else if err = os.MkdirAll(w.dir, 0o700); err != nil {
		return nil, err
	}
	w.telegram = botapi.New(botapi.Options{Token: botToken, Username: "watch_bot", OnRequest: w.keepRequest})
	w.telegram.AddChat(botapi.Chat{ID: group, Kind: botapi.Supergroup, Title: "Ops", Members: []botapi.Person{w.operator}})
	w.telegram.Open(w.operator)
	w.green = instanceapi.New(instanceapi.Options{RebootTime: 10 * time.Second, KeepCalls: 1})
	w.judge = &judge.Judge{
		Witness: judge.NewWitness(w.green), Telegram: w.telegram, Chats: []int64{group, w.operator.ID},
		Rules: judge.Rules{Confirm: confirmAfter + 200*time.Millisecond, Slow: 30200 * time.Millisecond, Margin: 5 * time.Second},
	}
	list, err := w.addInstances()
	if err != nil {
		return nil, err
	}
	bot, err := w.serve(ctx, w.telegram)
	if err != nil {
		return nil, err
	}
	api, err := w.serve(ctx, w.judge.Witness)
	if err != nil {
		return nil, err
	}
	w.program, err = newProgram(ctx, w.dir, w.judge.Witness, []string{
		"TELEGRAM_BOT_TOKEN=" + botToken, "TELEGRAM_API_URL=" + bot, "GREEN_API_URL=" + api, "GREEN_API_INSTANCES_FILE=" + list,
		fmt.Sprintf("TELEGRAM_CHATS=%d,%d", group, w.operator.ID), fmt.Sprintf("TELEGRAM_OPERATORS=%d", w.operator.ID),
		fmt.Sprintf("CHECK_SCHEDULE=@every %s", o.every), "CONFIRM_AFTER=" + confirmAfter.String(), "CHECK_TIMEOUT=10s",
	})
	return w, err
}

// token has letters that are found nowhere else, so that a leak is.
func token(id string) string { return "tok" + id + strings.Repeat("f", 32) }

// addInstances makes the instances and the program's list of them.
func (w *world) addInstances() (string, error) {
	var list strings.Builder
	list.WriteString("id,token,name\n")
	for n := range w.instances {
		i := judge.Instance{ID: fmt.Sprint(7103000001 + 2_000_000*(n%5) + n), Name: fmt.Sprintf("Number_%04d", n+1)}
		if err := w.green.Add(instanceapi.Instance{ID: i.ID, Token: instanceapi.Secret(token(i.ID))}); err != nil {
			return "", err
		}
		fmt.Fprintf(&list, "%s,%s,%s\n", i.ID, token(i.ID), i.Name)
		w.judge.Instances = append(w.judge.Instances, i)
	}
	name := filepath.Join(w.dir, "instances.csv")
	return name, os.WriteFile(name, []byte(list.String()), 0o600)
}

func (w *world) serve(ctx context.Context, h http.Handler) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	w.servers = append(w.servers, s)
	go func() { _ = s.Serve(listener) }() // ends with close
	return "http://" + listener.Addr().String(), nil
}

// keepRequest keeps what the judge needs: the simulator's own log forgets.
func (w *world) keepRequest(r botapi.Request) {
	tells := slices.ContainsFunc([]string{"sendMessage", "editMessageText", "sendDocument", "editMessageMedia"}, r.Is)
	if len(r.Made) == 0 || !tells {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests = append(w.requests, r)
}

func (w *world) tally() judge.Tally {
	w.mu.Lock()
	kept := append([]botapi.Request(nil), w.requests...)
	w.mu.Unlock()
	return w.judge.Tally(kept)
}

// greeted waits until the first sight was told everywhere.
func (w *world) greeted(ctx context.Context) error {
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); sleep(ctx, 100*time.Millisecond) {
		if w.find(group, "Watching") != 0 && w.find(w.operator.ID, "Watching") != 0 {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return errors.New("soak: the first sight was not told within two minutes")
}

// find is the last of the bot's messages with the text; 0: there is none.
func (w *world) find(chat int64, text string) int {
	found := 0
	for _, m := range w.telegram.Transcript(chat) {
		if m.Bot && strings.Contains(m.Text, text) {
			found = m.ID
		}
	}
	return found
}

// patience is how long something may still be on its way at the end: a chat that refused for less than a minute is tried
// again within six, and what Telegram asks to wait counts up to five.
const patience = 7 * time.Minute

// settle waits until everything is told, beyond the end where it must.
func (w *world) settle(ctx context.Context, end time.Time) judge.Tally {
	w.telegram.ClearFaults()
	for _, scope := range w.green.Faults() {
		w.green.Mend(scope.Scope)
	}
	sleep(ctx, min(3*w.every, time.Until(end)/2))
	w.lastWord()
	sleep(ctx, min(3*w.every, time.Until(end)/2))
	w.count.late = len(w.tally().Lost)
	for {
		if t := w.tally(); len(t.Lost) == 0 || !time.Now().Before(end.Add(patience)) || ctx.Err() != nil {
			return t
		}
		sleep(ctx, time.Second)
	}
}

func (w *world) close() {
	if w.program != nil {
		w.program.kill()
	}
	for _, s := range w.servers {
		_ = s.Close()
	}
	if w.keep == "" {
		_ = os.RemoveAll(w.dir)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
