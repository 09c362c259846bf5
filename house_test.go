package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robfig/cron/v3"
	"go.uber.org/goleak"

	"greenwatch/dial/dialtest"
	"greenwatch/fleet"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/simulator"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/simtest"
)

// skipWhereSlow leaves out under the race detector what takes minutes there; it runs without.
func skipWhereSlow(t *testing.T) {
	t.Helper()
	if racing {
		t.Skip("takes minutes under the race detector; run without it")
	}
}

func TestMain(m *testing.M) {
	dialtest.Install()
	if os.Getenv(beGreenwatch) != "" {
		os.Exit(run(os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}

const (
	botToken = "700000001:AAEw_this-is-the-bots-secret-0123456"
	opsGroup = -1001000000001
	topicID  = 7
)

var (
	operator = botapi.Person{ID: 5001, FirstName: "Ops", Username: "ops_a"}
	guest    = botapi.Person{ID: 5002, FirstName: "Guest", Username: "guest_b"}
)

// house is the whole program between the two simulated services, in virtual time.
type house struct {
	t        *testing.T
	telegram *botapi.Server
	green    *instanceapi.Server
	cfg      config
	logged   *record

	heartbeat http.RoundTripper
	secrets   []string // more that must not be emitted

	app     *app // as it runs now
	stop    context.CancelFunc
	stopped chan error
}

// record keeps everything that a run emits, for the search for secrets.
type record struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.String()
}

func apiToken(id string) string { return "tok" + id + strings.Repeat("f", 32) }

// inHouse runs a story with n instances, 7105000001 and on, told to the group, to a topic of a forum and to the operator.
func inHouse(t *testing.T, n int, story func(t *testing.T, h *house)) {
	t.Helper()
	inIdleHouse(t, n, func(t *testing.T, h *house) {
		h.start()
		story(t, h)
	})
}

// inIdleHouse is inHouse before the program has ever been started.
func inIdleHouse(t *testing.T, n int, story func(t *testing.T, h *house)) {
	t.Helper()
	dir := t.TempDir()
	check := simtest.New(t)
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, n, filepath.Join(dir, "house.db"), check)
		defer h.searchSecrets()
		defer h.end()
		story(t, h)
	})
}

const forum = -1001000000002

func newHouse(t *testing.T, n int, database string, check *simtest.Checker) *house {
	t.Helper()
	h := &house{
		t: t, logged: &record{},
		telegram: botapi.New(check.Watch(botapi.Options{Token: botToken, Username: "watch_bot"})),
		green:    instanceapi.New(instanceapi.Options{}),
	}
	h.telegram.AddChat(botapi.Chat{ID: opsGroup, Kind: botapi.Supergroup, Title: "Ops", Members: []botapi.Person{operator, guest}})
	h.telegram.AddChat(botapi.Chat{ID: forum, Kind: botapi.Supergroup, Title: "Forum", Forum: true, Members: []botapi.Person{operator}})
	topic := h.telegram.CreateTopic(forum, "WhatsApp", operator)
	h.telegram.Open(operator)
	h.telegram.AddPerson(guest)

	for i := range n {
		id := fmt.Sprint(7105000001 + i)
		if err := h.green.Add(instanceapi.Instance{ID: id, Token: instanceapi.Secret(apiToken(id))}); err != nil {
			t.Fatal(err)
		}
	}
	every, err := cron.ParseStandard("@every 1m")
	if err != nil {
		t.Fatal(err)
	}
	h.cfg = config{
		BotToken: secret.New(botToken), TelegramURL: "https://telegram.example", Operators: []int64{operator.ID},
		Chats:    []monitor.Address{{Chat: opsGroup}, {Chat: forum, Topic: topic}, {Chat: operator.ID}},
		Schedule: every, CheckTimeout: 30 * time.Second,
		Policy: monitor.DefaultPolicy(), Database: database, Zone: time.UTC, LogLevel: slog.LevelDebug,
	}
	h.list(7105000001, n)
	return h
}

// start runs the program.
func (h *house) start() {
	h.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	a, err := newApp(ctx, h.cfg, slog.New(slog.NewTextHandler(h.logged, &slog.HandlerOptions{Level: slog.LevelDebug})), transports{
		telegram: simulator.Transport(h.telegram), green: simulator.Transport(h.green), heartbeat: h.heartbeat,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.app, h.stop, h.stopped = a, stop, make(chan error, 1)
	go func() { h.stopped <- a.run(ctx) }()
}

// end stops the program as a signal would, if it runs.
func (h *house) end() {
	h.t.Helper()
	if h.stop == nil {
		return
	}
	h.emitPages()
	began := time.Now()
	h.stop()
	if err := <-h.stopped; err != nil {
		h.t.Errorf("the program ended with %v", err)
	}
	h.stop = nil
	if took := time.Since(began); took > stopWithin {
		h.t.Errorf("ending took %s", took)
	}
	synctest.Wait()
}

// list makes these instances the ones that are watched from the next start on.
func (h *house) list(first, n int) {
	h.t.Helper()
	entries := make([]string, 0, n)
	for i := range n {
		id := fmt.Sprint(first + i)
		entries = append(entries, fmt.Sprintf("%s:%s=Kazan_%02d", id, apiToken(id), first+i-7105000000))
	}
	f, credentials, err := fleet.Load(fleet.Sources{Entries: strings.Join(entries, ","), URL: "https://api.green-api.example"})
	if err != nil {
		h.t.Fatal(err)
	}
	h.cfg.Fleet, h.cfg.Credentials = f, credentials
}

func (h *house) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// set changes what the API says of an instance.
func (h *house) set(id string, s instanceapi.State) {
	h.t.Helper()
	if err := h.green.Set(id, s); err != nil {
		h.t.Fatal(err)
	}
}

// bots lists the bot's messages in a chat that a person sees.
func (h *house) bots(chat int64) []botapi.Message {
	var own []botapi.Message
	for _, m := range h.telegram.Transcript(chat) {
		if m.Bot && !m.Service {
			own = append(own, m)
		}
	}
	return own
}

// find gives the only bot message in a chat that has the text.
func (h *house) find(chat int64, text string) botapi.Message {
	h.t.Helper()
	var found []botapi.Message
	for _, m := range h.bots(chat) {
		if strings.Contains(m.Text, text) {
			found = append(found, m)
		}
	}
	if len(found) != 1 {
		h.t.Fatalf("%d messages with %q in chat %d, want 1:\n%s", len(found), text, chat, h.transcript(chat))
	}
	return found[0]
}

func (h *house) transcript(chat int64) string {
	var all strings.Builder
	for _, m := range h.telegram.Transcript(chat) {
		fmt.Fprintf(&all, "--- %d %s %s (silent %t, reply to %d, edits %d)\n%s\n", m.ID, m.SentAt.Format(time.TimeOnly), m.From, m.Silent, m.ReplyTo, m.Edits, m.Text)
		for _, row := range m.Keyboard {
			for _, b := range row {
				fmt.Fprintf(&all, "[%s] ", b.Text)
			}
		}
		all.WriteString("\n")
	}
	return all.String()
}

// press has somebody press a button, and gives what they are shown.
func (h *house) press(chat int64, message int, button string, by botapi.Person) string {
	h.t.Helper()
	tap, err := h.telegram.Press(chat, message, button, by)
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	answer, err := tap.Wait(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	synctest.Wait()
	return answer.Text
}

// pressData presses what a button held, though it may have gone by now.
func (h *house) pressData(chat int64, message int, data string, by botapi.Person) {
	h.t.Helper()
	if _, err := h.telegram.PressData(chat, message, data, by); err != nil {
		h.t.Fatal(err)
	}
	synctest.Wait()
}

// restart ends the program and starts it again.
func (h *house) restart() {
	h.t.Helper()
	h.end()
	h.start()
}

func (h *house) reboots(id string) int {
	h.t.Helper()
	c, err := h.green.Counters(id)
	if err != nil {
		h.t.Fatal(err)
	}
	return len(c.Reboots)
}

// emitPages puts the pages into what the run has emitted.
func (h *house) emitPages() {
	h.t.Helper()
	if h.app == nil {
		return // it runs elsewhere
	}
	for _, page := range []string{"/readyz", "/metrics"} {
		answer := httptest.NewRecorder()
		h.app.server.Handler.ServeHTTP(answer, httptest.NewRequestWithContext(h.t.Context(), http.MethodGet, "http://127.0.0.1"+page, http.NoBody))
		_, _ = fmt.Fprintln(h.logged, page, answer.Header(), answer.Body)
	}
}

// searchSecrets looks for every token in everything that the run has emitted.
func (h *house) searchSecrets() {
	h.t.Helper()
	emitted := h.logged.String()
	for _, chat := range h.cfg.Chats {
		emitted += h.transcript(chat.Chat)
	}
	for _, r := range h.telegram.Requests() {
		emitted += fmt.Sprint(r.Params)
	}
	files, _ := filepath.Glob(h.cfg.Database + "*") // with what is written ahead, and copies
	for _, file := range files {
		if kept, err := os.ReadFile(file); err == nil {
			emitted += string(kept)
		}
	}
	emitted += secret.Decoded(emitted)
	tokens := []string{botToken, strings.SplitN(botToken, ":", 2)[1], hookToken, gateToken}
	for _, c := range h.cfg.Credentials {
		tokens = append(tokens, c.Token.Reveal())
	}
	for n, token := range append(tokens, h.secrets...) {
		if strings.Contains(emitted, token) {
			h.t.Errorf("token %d was emitted", n)
		}
	}
}
