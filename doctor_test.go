package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"greenwatch/dial/dialtest"
	"greenwatch/monitor"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/simtest"
	"greenwatch/storage"
)

// ward is everything that doctor looks at.
type ward struct {
	t        *testing.T
	telegram *botapi.Server
	green    *instanceapi.Server
	topic    int
	late     time.Duration // of the servers' clocks
	settings map[string]string
	dir      string
}

func newWard(t *testing.T) *ward {
	t.Helper()
	w := &ward{t: t, green: instanceapi.New(instanceapi.Options{}), dir: t.TempDir()}
	w.telegram = botapi.New(simtest.New(t).Watch(botapi.Options{Token: botToken, Username: "watch_bot"}))
	w.telegram.AddChat(botapi.Chat{ID: opsGroup, Kind: botapi.Supergroup, Title: "Ops\x1b[2J", Members: []botapi.Person{operator}})
	w.telegram.AddChat(botapi.Chat{ID: forum, Kind: botapi.Supergroup, Title: "Forum", Forum: true, Members: []botapi.Person{operator}})
	w.topic = w.telegram.CreateTopic(forum, "WhatsApp", operator)
	w.telegram.Open(operator)
	w.telegram.AddPerson(guest)
	for _, id := range []string{"7105000001", "7105000002"} {
		if err := w.green.Add(instanceapi.Instance{ID: id, Token: instanceapi.Secret(apiToken(id))}); err != nil {
			t.Fatal(err)
		}
	}
	w.settings = map[string]string{
		"TELEGRAM_BOT_TOKEN": botToken, "TELEGRAM_API_URL": w.serve(w.telegram), "GREEN_API_URL": w.serve(w.green),
		"TELEGRAM_OPERATORS": "5001", "TELEGRAM_CHATS": fmt.Sprintf("%d %d/%d", opsGroup, forum, w.topic),
		"GREEN_API_INSTANCES": "7105000001:" + apiToken("7105000001") + "=Shop 7105000002:" + apiToken("7105000002"),
		"DATABASE_URL":        filepath.Join(w.dir, "greenwatch.db"), "HTTP_ADDR": "127.0.0.1:0",
	}
	return w
}

// serve gives the address of a server.
func (w *ward) serve(h http.Handler) string {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Date", time.Now().Add(-w.late).UTC().Format(http.TimeFormat))
		h.ServeHTTP(rw, r)
	}))
	w.t.Cleanup(server.Close)
	return server.URL
}

// examine gives what doctor says, and looks for secrets in it.
func (w *ward) examine() (said string, failed int) {
	w.t.Helper()
	file := filepath.Join(w.dir, ".env")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		w.t.Fatal(err)
	}
	var environ []string
	for name, value := range w.settings {
		environ = append(environ, name+"="+value)
	}
	var out strings.Builder
	d := &doctor{out: &out, file: file}
	d.examine(w.t.Context(), environ)
	for _, hidden := range []string{botToken[10:], apiToken("7105000001"), apiToken("7105000002"), "proxy-password", "hook-secret", "\x1b"} {
		if strings.Contains(out.String(), hidden) {
			w.t.Errorf("it shows %q:\n%s", hidden, &out)
		}
	}
	return out.String(), d.failed
}

func (w *ward) wants(said string, lines ...string) {
	w.t.Helper()
	for _, line := range lines {
		if !regexp.MustCompile(`(?m)^` + line).MatchString(said) {
			w.t.Errorf("no line %q in:\n%s", line, said)
		}
	}
}

func TestDoctorFindsNothing(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	said, failed := w.examine()
	if failed > 0 || strings.Contains(said, "warn ") || !strings.HasSuffix(said, "\nNothing fails, 0 warnings.\n") {
		t.Errorf("it says:\n%s", said)
	}
	w.wants(said,
		"ok    settings   2 instances, 2 chats, 1 operator", "ok    database   .*none yet", "ok    disk       .* free at ",
		"ok    http       127.0.0.1:0: free", "ok    telegram   answers directly in ", "ok    bot        @watch_bot; privacy mode is on",
		`ok    chat       -1001000000001 ".*: can be written to`, `ok    chat       -1001000000002/\d+ "Forum"`,
		`ok    operator   5001 "Ops"`, "ok    instance   2 of 2 can be watched", "ok    clock      agrees with Telegram's", "ok    clock      agrees with GREEN-API's")
	if texts := w.telegram.Transcript(opsGroup); len(texts) != 0 {
		t.Errorf("somebody was written to: %v", texts)
	}
}

// Each thing that is wrong has its line, with what to do; none hides another.
func TestDoctorFindsAll(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	w.late = 3 * time.Minute
	w.telegram.SetWebhook("https://other.example.com/hook-secret")
	w.telegram.SetBot(opsGroup, botapi.Muted, operator)
	w.telegram.DeleteTopic(forum, w.topic)
	w.settings["TELEGRAM_CHATS"] += " -1009999999999 5002 -1001000000002"
	w.settings["TELEGRAM_OPERATORS"] = "5001 5002"
	w.settings["GREEN_API_INSTANCES"] += "x"
	w.settings["LOG_LEVEL"] = "loud"
	if err := w.green.Set("7105000001", instanceapi.Blocked); err != nil {
		t.Fatal(err)
	}
	var config net.ListenConfig
	taken, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	w.settings["HTTP_ADDR"] = taken.Addr().String()
	if err := os.WriteFile(w.settings["DATABASE_URL"], []byte(strings.Repeat("a shopping list\n", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	// The listener accepts and says nothing: the look at it ends by its own time limit.
	said, failed := w.examine()
	if failed != 9 {
		t.Errorf("%d failures:\n%s", failed, said)
	}
	w.wants(said,
		"FAIL  settings   LOG_LEVEL", "FAIL  database   .*damaged", " +-> .*greenwatch restore", "FAIL  http  .*in use", "warn  bot        a webhook at other.example.com ",
		"FAIL  chat       -1001000000001 .*restricted", "warn  chat       -1001000000002/.*thread not found", "FAIL  chat       -1009999999999: .*chat not found",
		"FAIL  chat       5002", "ok    chat       -1001000000002 ", "warn  operator   5002 has not started the bot", "ok    operator   5001",
		"warn  instance   7105000001 Shop: blocked", "FAIL  instance   7105000002: token refused", "ok    instance   1 of 2 can be watched",
		"FAIL  clock      this machine's differs from Telegram's by 3m", "FAIL  clock      this machine's differs from GREEN-API's by 3m")
}

// A greenwatch that is running is found by its lock and its page, and is no trouble; one dead proxy of two is a warning.
func TestDoctorBesideGreenwatch(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	running, err := storage.Open(t.Context(), storage.Options{URL: w.settings["DATABASE_URL"]})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	page := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/metrics" {
			_, _ = fmt.Fprintln(rw, "# TYPE\ngreenwatch_telegram_presses_without_message 1")
		}
	}))
	t.Cleanup(page.Close)
	w.settings["HTTP_ADDR"] = strings.TrimPrefix(page.URL, "http://")
	w.settings["TELEGRAM_PROXY"] = "socks5://user:proxy-password@127.0.0.1:1 direct"
	said, failed := w.examine()
	if failed != 0 {
		t.Errorf("%d failures:\n%s", failed, said)
	}
	w.wants(said, "ok    database   .*in use by a running greenwatch", "ok    http       .*a greenwatch is running",
		"warn  telegram   cannot be reached by proxy 1: ", "ok    telegram   answers directly", "ok    bot",
		"warn  bot        presses come without their message", " +-> .*callback_query_mode: set it to default")

	if err := running.Subscribe(t.Context(), []monitor.Address{{Chat: opsGroup}}); err != nil {
		t.Fatal(err)
	}
	lost := monitor.LostChat{Address: monitor.Address{Chat: opsGroup}, Why: "400 Bad Request: CHAT_WRITE_FORBIDDEN"}
	if err := running.LoseChat(t.Context(), lost); err != nil {
		t.Fatal(err)
	}
	if said, failed = w.examine(); failed != 1 || strings.Contains(said, `"Ops": can be written to`) {
		t.Errorf("%d failures of a chat that refuses:\n%s", failed, said)
	}
	w.wants(said, `FAIL  chat       -1001000000001 ".*: it may be typed there, but chat .* cannot be written to since .*CHAT_WRITE_FORBIDDEN.* tried again at `)
	if _, err := running.ReviveChat(t.Context(), opsGroup); err != nil {
		t.Fatal(err)
	}

	w.settings["TELEGRAM_PROXY"] = "socks5://user:proxy-password@127.0.0.1:1"
	if said, failed = w.examine(); failed != 1 {
		t.Errorf("%d failures:\n%s", failed, said)
	}
	w.settings["TELEGRAM_PROXY"], w.settings["TELEGRAM_BOT_TOKEN"] = "", "700000001:another-token-of-nobody"
	if said, failed = w.examine(); failed != 1 {
		t.Errorf("%d failures:\n%s", failed, said)
	}
	w.wants(said, "ok    telegram", "FAIL  bot        Telegram refuses the token", "ok    instance", "ok    clock")
}

// A server's name has two addresses, one of them accepts and does not answer: a warning names both families.
func TestDoctorNamesTheFamilyThatFails(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	for _, name := range []string{"TELEGRAM_API_URL", "GREEN_API_URL"} {
		address, err := net.ResolveTCPAddr("tcp", strings.TrimPrefix(w.settings[name], "http://"))
		if err != nil {
			t.Fatal(err)
		}
		dialtest.Beside(t, address, dialtest.Resets)
		w.settings[name] = strings.Replace(w.settings[name], "127.0.0.1", dialtest.Name, 1)
	}
	said, _ := w.examine()
	w.wants(said, "warn  telegram   "+dialtest.Name+": IPv6 fails .*, IPv4 works", "warn  instance   "+dialtest.Name+": IPv6 fails .*, IPv4 works")
}

// What somebody else asks about with the same token cannot be watched well; the network is not to blame.
func TestDoctorSeesTheLimit(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	if err := w.green.Break(instanceapi.InstanceScope("7105000001"), instanceapi.Fault{Kind: instanceapi.Throttled}); err != nil {
		t.Fatal(err)
	}
	said, failed := w.examine()
	if failed > 0 {
		t.Errorf("%d failures:\n%s", failed, said)
	}
	w.wants(said, `warn  instance   7105000001 Shop: limited \(429\) .*\n +-> somebody else asks about it with the same token`)
}
