package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"greenwatch/fleet"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/simulator"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/simtest"
	"greenwatch/storage"
	"greenwatch/telegram"
	"greenwatch/words"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token = "700000001:AAEw_this-is-the-bots-secret-0123456"

	alerts  = -1001000000001 // in TELEGRAM_CHATS
	forum   = -1001000000002 // in TELEGRAM_CHATS with its topic
	foreign = -1001000000003
	channel = -1001000000004
	basic   = -1005 // in TELEGRAM_CHATS; no supergroup

	kazan1 = monitor.InstanceID("7105000001")
	kazan2 = monitor.InstanceID("7105000002")
	ufa    = monitor.InstanceID("7103000001")
)

var (
	opsA     = botapi.Person{ID: 5001, FirstName: "Ops", Username: "ops_a"}
	opsB     = botapi.Person{ID: 5002, FirstName: "Boris <b>"}
	guest    = botapi.Person{ID: 5003, FirstName: "Guest", Username: "guest"}
	stranger = botapi.Person{ID: 5004, FirstName: "Stranger"}
	otherBot = botapi.Person{ID: 5005, FirstName: "Other", Username: "other_bot", IsBot: true}

	authorized    = monitor.Finding{Answer: monitor.Answered, State: monitor.Authorized}
	notAuthorized = monitor.Finding{Answer: monitor.Answered, State: monitor.NotAuthorized}
)

// room is the bot between a simulated Telegram, a real store and a watch that says what it is told to.
type room struct {
	t        *testing.T
	telegram *botapi.Server
	cases    *cases
	fleet    *fleet.Fleet
	watch    *watch
	hooks    *hooks
	teller   *Teller
	options  Options
	topic    int // the forum's
	logged   *safeBuffer

	stop    context.CancelFunc
	stopped chan error
}

// inRoom runs a story in virtual time with the bot running.
func inRoom(t *testing.T, story func(t *testing.T, r *room)) {
	t.Helper()
	check := simtest.New(t)
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, check)
		r.start()
		defer func() {
			r.end()
			if err := r.cases.Close(); err != nil {
				t.Error(err)
			}
			if strings.Contains(r.logged.String(), token) {
				t.Error("the token is in the log")
			}
		}()
		r.pass(time.Second)
		story(t, r)
	})
}

func newRoom(t *testing.T, check *simtest.Checker) *room {
	t.Helper()
	r := &room{t: t, logged: &safeBuffer{}, hooks: &hooks{}, watch: &watch{readings: map[monitor.InstanceID]monitor.Finding{}}}
	r.telegram = botapi.New(check.Watch(botapi.Options{Token: token, Username: "watch_bot"}))
	everybody := []botapi.Person{opsA, opsB, guest, otherBot}
	for _, chat := range []int64{alerts, foreign} {
		r.telegram.AddChat(botapi.Chat{ID: chat, Kind: botapi.Supergroup, Title: "Group", Members: everybody})
	}
	r.telegram.AddChat(botapi.Chat{ID: forum, Kind: botapi.Supergroup, Title: "Forum", Forum: true, Members: everybody})
	r.telegram.AddChat(botapi.Chat{ID: basic, Kind: botapi.Group, Title: "Basic", Members: everybody})
	r.telegram.AddChat(botapi.Chat{ID: channel, Kind: botapi.Channel, Title: "Channel", Owner: opsA})
	r.topic = r.telegram.CreateTopic(forum, "Alerts", opsA)
	for _, p := range []botapi.Person{opsA, opsB, guest, stranger} {
		r.telegram.Open(p)
	}

	f, _, err := fleet.Load(fleet.Sources{URL: "https://api.green-api.example", Entries: fmt.Sprintf(
		"%s:%s=Kazan_01,%s:%s=Kazan_02,%s:%s=Ufa_01", kazan1, apiToken, kazan2, apiToken, ufa, apiToken,
	)})
	if err != nil {
		t.Fatal(err)
	}
	r.fleet = f
	log := slog.New(slog.NewTextHandler(r.logged, nil))
	store, err := storage.Open(t.Context(), storage.Options{URL: ":memory:", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	r.cases = &cases{Store: store}
	client, err := telegram.New(telegram.Options{Token: secret.New(token), APIURL: "https://telegram.example", HTTP: simulator.Transport(r.telegram), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	chats := []monitor.Address{{Chat: alerts}, {Chat: forum, Topic: r.topic}, {Chat: basic}}
	if err := store.Subscribe(t.Context(), chats); err != nil {
		t.Fatal(err)
	}
	voices, err := NewVoices(t.Context(), r.cases, words.Voice{})
	if err != nil {
		t.Fatal(err)
	}
	r.options = Options{
		Telegram: client, Chats: chats, Operators: []int64{opsA.ID, opsB.ID}, Fleet: f,
		Cases: r.cases, States: store, Watch: r.watch, Hooks: r.hooks, Policy: monitor.DefaultPolicy(), Voices: voices, Log: log,
	}
	r.teller = &Teller{Telegram: client, Fleet: f, States: store, Voices: voices, Log: log}
	r.believe(authorized, kazan1, kazan2, ufa)
	return r
}

const apiToken = "ffffffffffffffffffffffffffffffffffffffffffffffff"

func (r *room) start() {
	r.t.Helper()
	b, err := New(r.options)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r.stop, r.stopped = stop, make(chan error, 1)
	go func() { r.stopped <- b.Run(ctx) }()
}

// end stops the bot, which must not take long whatever is under way.
func (r *room) end() {
	r.t.Helper()
	began := time.Now()
	r.stop()
	if err := <-r.stopped; err != nil {
		r.t.Errorf("the bot ended with %v", err)
	}
	if took := time.Since(began); took > 4*time.Second {
		r.t.Errorf("ending took %s", took)
	}
}

func (r *room) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// believe has the store believe a finding of the instances, as after two agreeing answers.
func (r *room) believe(f monitor.Finding, ids ...monitor.InstanceID) {
	r.t.Helper()
	now := time.Now()
	b := monitor.Belief{Finding: f, Since: now, At: now, After: now.Add(-time.Minute)}
	var changes []monitor.Change
	for _, id := range ids {
		changes = append(changes, monitor.Change{Subject: id.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
			return c.Believe(b, scene())
		}})
	}
	if _, err := r.cases.UpdateAll(r.t.Context(), changes); err != nil {
		r.t.Fatal(err)
	}
}

func scene() monitor.Scene { return monitor.Scene{Now: time.Now(), Policy: monitor.DefaultPolicy()} }

func (r *room) change(id monitor.InstanceID, apply func(monitor.Case) (monitor.Case, monitor.Effects)) monitor.Case {
	r.t.Helper()
	c, err := r.cases.Update(r.t.Context(), id.Subject(), apply)
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

// finish ends the action of an instance as refused, so that another may follow at once.
func (r *room) finish(id monitor.InstanceID) {
	r.t.Helper()
	r.change(id, func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Done(c.Action, monitor.Outcome{Kind: monitor.OutcomeRefused}, scene())
	})
}

// reboots are the reboots that were taken so far, by the audit log.
func (r *room) reboots() []monitor.AuditEntry {
	r.t.Helper()
	done, err := r.cases.AuditLog(r.t.Context(), 100)
	if err != nil {
		r.t.Fatal(err)
	}
	return done
}

// bots are the bot's messages in a chat.
func (r *room) bots(chat int64) []botapi.Message {
	var own []botapi.Message
	for _, m := range r.telegram.Transcript(chat) {
		if m.Bot && !m.Service {
			own = append(own, m)
		}
	}
	return own
}

func (r *room) last(chat int64) botapi.Message {
	r.t.Helper()
	own := r.bots(chat)
	if len(own) == 0 {
		r.t.Fatalf("no message of the bot in %d", chat)
	}
	return own[len(own)-1]
}

func (r *room) everywhere() []botapi.Message {
	var all []botapi.Message
	for _, chat := range []int64{alerts, forum, foreign, basic, channel, opsA.ID, opsB.ID, guest.ID, stranger.ID} {
		all = append(all, r.bots(chat)...)
	}
	return all
}

// tap presses what a button of a message holds, or held, and gives what the person is shown at once.
func (r *room) tap(chat int64, message int, data string, by botapi.Person) string {
	r.t.Helper()
	press, err := r.telegram.PressData(chat, message, data, by)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	answer, err := press.Wait(ctx)
	if err != nil {
		r.t.Errorf("pressing %q by %d was not answered: %v", data, by.ID, err)
	}
	r.pass(3 * time.Second)
	return answer.Text
}

// prompted has somebody ask for a reboot, and gives the question back.
func (r *room) prompted(chat int64, by botapi.Person, id monitor.InstanceID) botapi.Message {
	r.t.Helper()
	r.telegram.Say(chat, by, fmt.Sprintf("/reboot %s", id))
	r.pass(3 * time.Second)
	m := r.last(chat)
	if len(m.Keyboard) != 1 || len(m.Keyboard[0]) != 2 {
		r.t.Fatalf("no question with two buttons:\n%s", m.Text)
	}
	return m
}

func confirmButton(m botapi.Message) string { return m.Keyboard[0][0].Data }
func cancelButton(m botapi.Message) string  { return m.Keyboard[0][1].Data }

// reads fails unless the text has all the parts.
func reads(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in:\n%s", part, text)
		}
	}
}

// cases is the store, which can be taken away.
type cases struct {
	*storage.Store
	away atomic.Bool
	slow atomic.Bool // a language takes seconds to be kept
}

var errAway = fmt.Errorf("storage: reading: %w", storage.ErrFull)

func (c *cases) Case(ctx context.Context, id monitor.Subject) (monitor.Case, error) {
	if c.away.Load() {
		return monitor.Case{}, errAway
	}
	return c.Store.Case(ctx, id)
}

func (c *cases) Cases(ctx context.Context) ([]monitor.Case, error) {
	if c.away.Load() {
		return nil, errAway
	}
	return c.Store.Cases(ctx)
}

func (c *cases) UpdateAll(ctx context.Context, changes []monitor.Change) ([]monitor.Case, error) {
	if c.away.Load() {
		return nil, errAway
	}
	return c.Store.UpdateAll(ctx, changes)
}

func (c *cases) ChooseLanguage(ctx context.Context, chat int64, language string) error {
	if c.away.Load() {
		return errAway
	}
	if c.slow.Load() {
		time.Sleep(3 * time.Second)
	}
	return c.Store.ChooseLanguage(ctx, chat, language)
}

// watch answers as it is told.
type watch struct {
	mu       sync.Mutex
	readings map[monitor.InstanceID]monitor.Finding // authorized where there is none
	takes    time.Duration
	fails    func()
	asked    int
}

func (w *watch) Check(ctx context.Context, id monitor.InstanceID) (monitor.Reading, error) {
	w.mu.Lock()
	f, known := w.readings[id]
	takes, fails := w.takes, w.fails
	w.asked++
	w.mu.Unlock()
	if !known {
		f = authorized
	}
	if fails != nil {
		fails()
	}
	r := monitor.Reading{Instance: id, At: time.Now(), Via: monitor.ViaPress, Finding: f}
	select {
	case <-ctx.Done():
		return monitor.Reading{}, errors.New("watch: no answer in time")
	case <-time.After(takes):
		return r, nil
	}
}

func (w *watch) Unheard(monitor.InstanceID) bool { return false }

func (w *watch) Last(id monitor.InstanceID) (monitor.Reading, bool) {
	return monitor.Reading{Instance: id, At: time.Now(), Finding: authorized}, true
}

func (w *watch) set(change func(w *watch)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(w)
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
