package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"greenwatch/dial/dialtest"
	"greenwatch/fleet"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/telegram"
)

func TestConfigOfProxies(t *testing.T) {
	t.Parallel()
	cfg, warnings, err := loadConfig(environWith("TELEGRAM_PROXY=socks5h://u:the-password@h:1, http://h\ndirect http://h"), noDotenv(t))
	if err != nil || warnings != nil || len(cfg.Proxies) != 4 {
		t.Fatal(err, warnings, len(cfg.Proxies))
	}
	encoded, err := json.Marshal(cfg.Proxies)
	if err != nil {
		t.Fatal(err)
	}
	if shown := fmt.Sprintf("%v %+v %#v", cfg, cfg, cfg) + string(encoded); strings.Contains(shown, "the-password") {
		t.Errorf("the password is shown: %s", shown)
	}
	if cfg, _, err = loadConfig(environWith("TELEGRAM_PROXY= "), noDotenv(t)); err != nil || cfg.Proxies != nil {
		t.Error(err, len(cfg.Proxies))
	}

	_, _, err = loadConfig(environWith(
		"TELEGRAM_PROXY=direct tg://proxy?server=h x https://t.me/proxy?server=h,socks5://u:p@h:1 mtproto://h y",
	), noDotenv(t))
	if err == nil {
		t.Fatal("accepted")
	}
	for _, part := range []string{"MTProto proxy at entry 2, 4, 6, which serves Telegram's apps", "HTTPS", "cannot be read at entry 3, 7; want ", "socks5://"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in: %v", part, err)
		}
	}
}

// plainProxy is an HTTP proxy that carries plain requests, and lists the hosts.
type plainProxy struct {
	mu    sync.Mutex
	hosts map[string]int
	auth  string
}

func (p *plainProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.hosts[r.Host]++
	p.auth = r.Header.Get("Proxy-Authorization")
	p.mu.Unlock()
	r.RequestURI = ""
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

func (p *plainProxy) seen() (hosts map[string]int, auth string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hosts, p.auth
}

// serve is h behind a real listener; signal is closed after the first request of which path is a part.
func serve(t *testing.T, h http.Handler, path string) (s *httptest.Server, signal <-chan struct{}) {
	t.Helper()
	came := make(chan struct{})
	var once sync.Once
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if strings.Contains(r.URL.Path, path) {
				once.Do(func() { close(came) })
			}
		}()
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s, came
}

func expectSoon(t *testing.T, what string, signal <-chan struct{}) {
	t.Helper()
	select {
	case <-signal:
	case <-time.After(20 * time.Second):
		t.Errorf("%s never came", what)
	}
}

// TestTheProxyIsForTelegramAlone runs the whole program on real listeners behind a real proxy.
func TestTheProxyIsForTelegramAlone(t *testing.T) {
	t.Parallel()
	green := instanceapi.New(instanceapi.Options{})
	if err := green.Add(instanceapi.Instance{ID: first, Token: instanceapi.Secret(apiToken(first))}); err != nil {
		t.Fatal(err)
	}
	bot, told := serve(t, botapi.New(botapi.Options{Token: botToken, Username: "watch_bot"}), "/getMe")
	api, asked := serve(t, green, "/getStateInstance/")
	proxy := &plainProxy{hosts: map[string]int{}}
	behind, _ := serve(t, proxy, "/")

	way, err := telegram.ParseProxy(strings.Replace(behind.URL, "http://", "http://the-user:the-password@", 1))
	if err != nil {
		t.Fatal(err)
	}
	schedule, err := parseSchedule("@every 1s")
	if err != nil {
		t.Fatal(err)
	}
	cfg := config{
		BotToken: secret.New(botToken), TelegramURL: bot.URL, Proxies: []telegram.Proxy{way},
		Schedule: schedule, CheckTimeout: 30 * time.Second, Policy: monitor.DefaultPolicy(),
		Database: filepath.Join(t.TempDir(), "house.db"), Zone: time.UTC,
	}
	cfg.Fleet, cfg.Credentials, err = fleet.Load(fleet.Sources{Entries: first + ":" + apiToken(first), URL: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	logged := &record{}
	a, err := newApp(t.Context(), cfg, slog.New(slog.NewTextHandler(logged, nil)), transports{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.run(ctx) }()
	expectSoon(t, "getMe", told)
	expectSoon(t, "getStateInstance", asked)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	hosts, auth := proxy.seen()
	if host := strings.TrimPrefix(bot.URL, "http://"); len(hosts) != 1 || hosts[host] == 0 {
		t.Errorf("the proxy was asked for %v, want %s alone", hosts, host)
	}
	if want := "Basic " + base64.StdEncoding.EncodeToString([]byte("the-user:the-password")); auth != want {
		t.Error("the proxy was not given its user and password")
	}
	if text := logged.String(); strings.Contains(text, "the-user") || strings.Contains(text, "the-password") {
		t.Errorf("logged: %s", text)
	}
}

// TestTheEnvironmentsProxiesAreNotHeeded runs alone, before the parallel tests: net/http reads HTTP_PROXY once.
func TestTheEnvironmentsProxiesAreNotHeeded(t *testing.T) {
	var used atomic.Bool
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { used.Store(true) }))
	defer proxy.Close()
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	t.Setenv("NO_PROXY", "")
	t.Setenv("no_proxy", "")
	green := instanceapi.New(instanceapi.Options{})
	if err := green.Add(instanceapi.Instance{ID: first, Token: instanceapi.Secret(apiToken(first))}); err != nil {
		t.Fatal(err)
	}
	bot, _ := serve(t, botapi.New(botapi.Options{Token: botToken, Username: "watch_bot"}), "/")
	api, _ := serve(t, green, "/")
	unspecified := func(s *httptest.Server) string { // net/http never uses a proxy for 127.0.0.1
		return "http://" + net.JoinHostPort("0.0.0.0", s.URL[strings.LastIndex(s.URL, ":")+1:])
	}
	request := httptest.NewRequest(http.MethodGet, unspecified(bot), nil)
	if u, err := http.ProxyFromEnvironment(request); err != nil || u == nil { // an earlier run's will do: it is dead by now
		t.Fatalf("net/http does not see the environment's proxy: %v; the test proves nothing", err)
	}

	client, err := telegram.New(telegram.Options{Token: secret.New(botToken), APIURL: unspecified(bot)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Me(t.Context()); err != nil {
		t.Errorf("telegram: %v", err)
	}
	_, credentials, err := fleet.Load(fleet.Sources{Entries: first + ":" + apiToken(first), URL: unspecified(api)})
	if err != nil {
		t.Fatal(err)
	}
	caller, err := newGreenAPI(config{Credentials: credentials, CheckTimeout: 10 * time.Second}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := caller.State(t.Context(), monitor.InstanceID(first)); r.Answer != monitor.Answered {
		t.Errorf("greenapi: %+v", r)
	}
	if used.Load() {
		t.Error("the environment's proxy was used")
	}
}

// The names of both APIs have two addresses, the first of which accepts and resets: the whole program goes on by the other.
func TestTheOtherFamilyIsTaken(t *testing.T) {
	t.Parallel()
	green := instanceapi.New(instanceapi.Options{})
	if err := green.Add(instanceapi.Instance{ID: first, Token: instanceapi.Secret(apiToken(first))}); err != nil {
		t.Fatal(err)
	}
	telegrams := botapi.New(botapi.Options{Token: botToken, Username: "watch_bot"})
	telegrams.AddChat(botapi.Chat{ID: opsGroup, Kind: botapi.Supergroup, Title: "Ops", Members: []botapi.Person{operator}})
	if err := green.Set(first, instanceapi.Blocked); err != nil {
		t.Fatal(err)
	}
	bot, told := serve(t, telegrams, "/sendMessage")
	api, _ := serve(t, green, "/getStateInstance/")
	for _, s := range []*httptest.Server{bot, api} {
		dialtest.Beside(t, s.Listener.Addr(), dialtest.Resets)
	}
	twice := func(s *httptest.Server) string { return strings.Replace(s.URL, "127.0.0.1", dialtest.Name, 1) }
	schedule, err := parseSchedule("@every 1s")
	if err != nil {
		t.Fatal(err)
	}
	cfg := config{
		BotToken: secret.New(botToken), TelegramURL: twice(bot), Chats: []monitor.Address{{Chat: opsGroup}},
		Schedule: schedule, CheckTimeout: 5 * time.Second, Policy: monitor.DefaultPolicy(),
		Database: filepath.Join(t.TempDir(), "house.db"), Zone: time.UTC,
	}
	cfg.Policy.ConfirmAfter = time.Second
	cfg.Fleet, cfg.Credentials, err = fleet.Load(fleet.Sources{Entries: first + ":" + apiToken(first), URL: twice(api)})
	if err != nil {
		t.Fatal(err)
	}
	logged := &record{}
	a, err := newApp(t.Context(), cfg, slog.New(slog.NewTextHandler(logged, nil)), transports{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.run(ctx) }()
	expectSoon(t, "the alert", told)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if text := logged.String(); strings.Count(text, "an address family fails") != 2 || !strings.Contains(text, "family=IPv6") {
		t.Errorf("logged: %s", text)
	}
}
