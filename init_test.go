package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"greenwatch/secret"
	"greenwatch/setup"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/simtest"
	"greenwatch/telegram"
)

// desk is somebody at a terminal, between the two simulated services on loopback.
type desk struct {
	t        *testing.T
	telegram *botapi.Server
	green    *instanceapi.Server
	environ  []string
	file     string
	life     time.Duration // of a link; 0: as usual

	in      *io.PipeWriter
	out     *screen
	stopped chan error
}

// screen is what a terminal shows.
type screen struct {
	mu    sync.Mutex
	text  bytes.Buffer
	read  int
	fresh chan struct{}
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.fresh <- struct{}{}:
	default:
	}
	return s.text.Write(p)
}

// find gives what pattern matches in what has not been read yet, and reads up to its end.
func (s *screen) find(pattern *regexp.Regexp) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := s.text.Bytes()[s.read:]
	at := pattern.FindIndex(rest)
	if at == nil {
		return nil
	}
	s.read += at[1]
	return pattern.FindStringSubmatch(string(rest))
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{
		t: t, green: instanceapi.New(instanceapi.Options{}), file: filepath.Join(t.TempDir(), ".env"),
		telegram: botapi.New(simtest.New(t).Watch(botapi.Options{Token: botToken, Username: "watch_bot", Name: "Watch"})),
	}
	for _, id := range []string{"7105000001", "7105000002"} {
		if err := d.green.Add(instanceapi.Instance{ID: id, Token: instanceapi.Secret(apiToken(id))}); err != nil {
			t.Fatal(err)
		}
	}
	d.telegram.AddChat(botapi.Chat{ID: opsGroup, Kind: botapi.Supergroup, Title: "Ops", Members: []botapi.Person{operator, guest}})
	api, green := httptest.NewServer(d.telegram), httptest.NewServer(d.green)
	t.Cleanup(api.Close)
	t.Cleanup(green.Close)
	d.environ = []string{"TELEGRAM_API_URL=" + api.URL, "GREEN_API_URL=" + green.URL, "LANGUAGE=en_US:en"}
	return d
}

// sit begins a dialogue; the returned function ends it as Ctrl-C does.
func (d *desk) sit() (interrupt context.CancelFunc) {
	d.t.Helper()
	ctx, cancel := context.WithCancel(d.t.Context())
	in, write := io.Pipe()
	d.in, d.out, d.stopped = write, &screen{fresh: make(chan struct{}, 1)}, make(chan error, 1)
	o := initOptions(d.environ, d.file)
	o.In, o.Out, o.CodeLife = in, d.out, d.life
	stopped := d.stopped
	go func() {
		defer close(stopped)
		stopped <- setup.Run(ctx, o)
	}()
	d.t.Cleanup(func() {
		cancel()
		_ = write.Close()
		if err := <-stopped; err != nil {
			d.t.Log("init ended with", err)
		}
	})
	return cancel
}

// sees waits for a text on the terminal, and gives what the pattern's groups match.
func (d *desk) sees(pattern string) []string {
	d.t.Helper()
	compiled := regexp.MustCompile(pattern)
	late := time.After(20 * time.Second)
	for {
		if found := d.out.find(compiled); found != nil {
			return found
		}
		select {
		case <-d.out.fresh:
		case <-late:
			d.t.Fatalf("%s never came; the terminal shows:\n%s", pattern, d.out)
		}
	}
}

// answers waits for a question and types a line.
func (d *desk) answers(question, line string) {
	d.t.Helper()
	d.sees(question)
	if _, err := io.WriteString(d.in, line+"\n"); err != nil {
		d.t.Fatal(err)
	}
}

// opens waits for a link and opens it: in the private chat of a person, or in a group.
func (d *desk) opens(chat int64, by botapi.Person) (code string) {
	d.t.Helper()
	code = d.sees(`t\.me/watch_bot\?start=([A-Za-z0-9_-]{22,64})\n`)[1]
	d.sees(`t\.me/watch_bot\?startgroup=` + code)
	if chat == by.ID {
		d.telegram.Say(chat, by, "/start "+code)
	} else {
		d.telegram.Say(chat, by, "/start@watch_bot "+code)
	}
	return code
}

func (d *desk) ended() error {
	d.t.Helper()
	err := <-d.stopped
	for _, hidden := range []string{botToken[10:], apiToken("7105000001"), apiToken("7105000002")} {
		if strings.Contains(d.out.String(), hidden) {
			d.t.Errorf("a token is shown:\n%s", d.out)
		}
	}
	return err
}

// kept is what the settings are now, as greenwatch itself reads them.
func (d *desk) kept() map[string]string {
	d.t.Helper()
	values, err := mergeEnvironment(nil, d.file)
	if err != nil {
		d.t.Fatal(err)
	}
	return values
}

func (d *desk) wantKept(want map[string]string) {
	d.t.Helper()
	kept := d.kept()
	for name, value := range want {
		if kept[name] != value {
			d.t.Errorf("%s is not as it should be", name)
		}
	}
}

// texts are the messages of the bot in a chat.
func (d *desk) texts(chat int64) string {
	var all strings.Builder
	for _, m := range d.telegram.Transcript(chat) {
		if m.Bot {
			all.WriteString(m.Text + "\n\n")
		}
	}
	return all.String()
}

// The whole dialogue: a person in private, then a group, in Russian, with a name that has a space.
func TestInit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	anna := botapi.Person{ID: 5003, FirstName: "Анна", Language: "ru-RU"}
	if err := d.green.Set("7105000002", instanceapi.NotAuthorized); err != nil {
		t.Fatal(err)
	}
	d.sit()
	d.sees("Step 1 of 4")
	d.answers("The bot's token", "not a token")
	d.answers("does not look like.*\nThe bot's token", "“Use this token: "+botToken+" and keep it”")
	d.sees("This is @watch_bot")
	d.sees("Step 2 of 4")
	d.answers("Instance 1", "7105000001 "+apiToken("7105000001")+" Лавка Berlin")
	d.sees("Лавка_Berlin: authorized")
	d.answers("Instance 2", "7105000002")
	d.answers("apiTokenInstance of 7105000002", `"`+apiToken("7105000002")+`"`)
	d.sees("7105000002: notAuthorized .logged out")
	d.answers("Instance 3", "")
	d.sees("Step 3 of 4")
	d.telegram.Say(guest.ID, guest, "/start AAAAAAAAAAAAAAAAAAAAAA")
	d.opens(anna.ID, anna)
	d.sees("passed over: 1")
	d.sees("Анна opened it")
	d.answers("Add another chat", "y")
	code := d.sees(`start=([A-Za-z0-9_-]{22,64})\n`)[1]
	d.telegram.Say(opsGroup, guest, "/start@watch_bot "+code) // has read it over Anna's shoulder
	d.telegram.Say(opsGroup, anna, "/start@watch_bot "+code)
	d.sees("passed over: 1")
	d.sees("“Ops” is told")
	d.answers("Add another chat", "")
	d.sees("Step 4 of 4")
	d.answers("Time zone", "Berlin")
	d.answers("no such time zone.*\nTime zone", "Europe/Berlin")
	d.answers("Send a test alert", "")
	d.answers("Did it arrive", "y")
	d.sees("greenwatch doctor")
	if err := d.ended(); err != nil {
		t.Fatal(err)
	}
	d.wantKept(map[string]string{
		"TELEGRAM_BOT_TOKEN": botToken, "TELEGRAM_CHATS": "5003 -1001000000001", "TELEGRAM_OPERATORS": "5003",
		"LANGUAGE": "ru", "TIMEZONE": "Europe/Berlin",
		"GREEN_API_INSTANCES": "7105000001:" + apiToken("7105000001") + "=Лавка_Berlin\n7105000002:" + apiToken("7105000002"),
	})
	if _, warnings, err := loadConfig(d.environ, d.file); err != nil || warnings != nil {
		t.Errorf("greenwatch reads them with %v, %v", warnings, err)
	}
	for _, chat := range []int64{anna.ID, opsGroup} {
		if said := d.texts(chat); !strings.Contains(said, "Теперь пишу в этот чат") || !strings.Contains(said, "ничего не случилось") ||
			!strings.Contains(said, "Лавка_Berlin") {
			t.Errorf("chat %d was told: %s", chat, said)
		}
	}
	if said := d.texts(guest.ID); said != "" {
		t.Errorf("a stranger was told: %s", said)
	}
	info, err := os.Stat(d.file)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// What goes wrong is told with what to do, and can be put right on the spot.
func TestInitMends(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.telegram.SetWebhook("https://other.example.com/hook-with-a-secret")
	stale := d.environ[1]
	d.environ[1] = "GREEN_API_URL=http://127.0.0.1:1"
	interrupt := d.sit()
	d.answers("The bot's token", "700000001:this-is-not-the-token-of-the-bot")
	d.sees("401 Unauthorized")
	d.answers("The bot's token", botToken)
	d.sees("webhook at other.example.com:")
	d.answers("Take the webhook away", "y")
	d.sees("webhook is gone")
	d.answers("Instance 1", "7105000001 wrong-token-of-the-instance")
	d.answers("no answer.*\nTry it again", "u")
	d.answers("apiUrl of 7105000001", strings.TrimPrefix(stale, "GREEN_API_URL="))
	d.sees(`token refused \(401\)`)
	d.answers(`Try it again.* \[t\]`, "")
	d.answers("apiTokenInstance of 7105000001", apiToken("7105000001"))
	d.sees("authorized")
	d.answers("Instance 2", "7105000001 twice-given-token")
	d.sees("listed already")
	d.answers("Instance 2", "7105000009 token-of-no-instance")
	d.answers("Try it again", "x")
	d.answers("Instance 2", "no-such.csv")
	d.sees("cannot be used")
	d.answers("Instance 2", "")
	d.sees("Waiting")
	if strings.Contains(d.out.String(), "hook-with-a-secret") {
		t.Error("the webhook's path is shown")
	}
	interrupt()
	if err := d.ended(); !errors.Is(err, setup.ErrStopped) {
		t.Errorf("ended with %v", err)
	}
	want := "7105000001:" + apiToken("7105000001") + "@" + strings.TrimPrefix(stale, "GREEN_API_URL=")
	d.wantKept(map[string]string{"TELEGRAM_BOT_TOKEN": botToken, "GREEN_API_INSTANCES": want})
}

// It goes on where it was ended, asks before it does, and leaves what is not its own as it is.
func TestInitGoesOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	list := filepath.Join(t.TempDir(), "instances.csv")
	if err := os.WriteFile(list, []byte("id,token,name\n7105000002,"+apiToken("7105000002")+",Shop\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const before = "# Mine\nexport CHECK_TIMEOUT = 20s # slow\n\nGREEN_API_INSTANCES=''\nOTHER='TIMEZONE=x\nLANGUAGE=y'\n"
	if err := os.WriteFile(d.file, []byte(before), 0o644); err != nil {
		t.Fatal(err)
	}
	d.sit()
	d.answers(`Go on with it\? \[y/N\]`, "")
	if err := d.ended(); !errors.Is(err, setup.ErrStopped) {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(d.file); err != nil || string(text) != before {
		t.Fatalf("not asked for, the file now reads %s, %v", text, err)
	}

	d.sit()
	d.answers("Go on with it", "y")
	d.answers("The bot's token", botToken)
	d.answers("Instance 1", list)
	d.sees("Shop: authorized")
	d.sees("Instance 2")
	_ = d.in.Close()
	if err := d.ended(); !errors.Is(err, setup.ErrStopped) {
		t.Fatalf("at the end of the input: %v", err)
	}

	d.sit()
	d.answers("Go on with it", "y")
	d.answers("already set. Keep it", "")
	d.sees("1 instance is listed already")
	d.answers("Add another instance", "")
	d.opens(opsGroup, operator)
	d.answers("Add another chat", "")
	d.answers("Time zone", "")
	d.answers("Send a test alert", "n")
	if err := d.ended(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(d.file)
	if err != nil || !strings.HasPrefix(string(text), before) {
		t.Errorf("the file now reads %s, %v", text, err)
	}
	d.wantKept(map[string]string{
		"CHECK_TIMEOUT": "20s", "OTHER": "TIMEZONE=x\nLANGUAGE=y", "GREEN_API_INSTANCES_FILE": list, "GREEN_API_INSTANCES": "",
		"TELEGRAM_CHATS": "-1001000000001", "TELEGRAM_OPERATORS": "5001", "TIMEZONE": "UTC", "LANGUAGE": "en",
	})

	d.sit()
	d.answers("Go on with it", "y")
	d.answers("already set. Keep it", "")
	d.answers("Add another instance", "")
	d.sees("told: “Ops”")
	d.answers("Keep them", "n")
	d.opens(guest.ID, guest)
	d.answers("Add another chat", "")
	d.answers("Send a test alert", "n")
	if err := d.ended(); err != nil {
		t.Fatal(err)
	}
	d.wantKept(map[string]string{"TELEGRAM_CHATS": "5002", "TELEGRAM_OPERATORS": "5002"})
}

// A link holds for its time, and not for somebody whom nobody can know again.
func TestInitLink(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	content := "TELEGRAM_BOT_TOKEN=" + botToken + "\nGREEN_API_INSTANCES=7105000001:" + apiToken("7105000001") + "\n"
	if err := os.WriteFile(d.file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	d.life = 200 * time.Millisecond
	d.sit()
	d.answers("Go on with it", "y")
	d.answers("already set. Keep it", "")
	d.answers("Add another instance", "")
	first := d.sees(`start=([A-Za-z0-9_-]{22,64})\n`)[1]
	d.answers("Make a new one", "")
	if second := d.sees(`start=([A-Za-z0-9_-]{22,64})\n`)[1]; second == first {
		t.Error("the code is the same again")
	}
	d.telegram.Say(operator.ID, operator, "/start "+first)
	d.answers("Make a new one", "n")
	if err := d.ended(); !errors.Is(err, setup.ErrStopped) {
		t.Fatal(err)
	}

	d.life = 0
	d.sit()
	d.answers("Go on with it", "y")
	d.answers("already set. Keep it", "")
	d.answers("Add another instance", "")
	code := d.sees(`start=([A-Za-z0-9_-]{22,64})\n`)[1]
	d.telegram.Say(opsGroup, botapi.AnonymousAdmin(opsGroup), "/start@watch_bot "+code)
	d.sees("anonymous there")
	// Another program asks for updates: it takes the poll over.
	other, err := telegram.New(telegram.Options{
		Token: secret.New(botToken), APIURL: strings.TrimPrefix(d.environ[0], "TELEGRAM_API_URL="),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { _ = other.Poll(ctx, func(context.Context, telegram.Update) {}) }()
	d.sees("Another program receives")
	stop()
	d.telegram.Say(operator.ID, operator, "/start "+code)
	d.sees("opened it")
}
