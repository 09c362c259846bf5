package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"greenwatch/fleet"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/page"
)

const (
	demoToken = "100000001:demo-token-of-a-bot-that-does-not-exist"
	demoGroup = -1001000000001
)

// The people of the demo.
var (
	demoOperator = botapi.Person{ID: 101, FirstName: "Operator", Username: "operator"}
	demoGuest    = botapi.Person{ID: 102, FirstName: "Guest", Username: "guest"}
)

// demo is the real program on simulated services, with a page on loopback that shows the chat and a control room. It
// needs no account, no file and no network, and leaves nothing behind.
func demo(ctx context.Context, out io.Writer) error {
	telegram, green := demoTelegram(), instanceapi.New(instanceapi.Options{RebootTime: 8 * time.Second})
	room, err := serveLocally(ctx, demoRoom(telegram, green))
	if err != nil {
		return err
	}
	api, err := serveLocally(ctx, green)
	if err != nil {
		return err
	}
	cfg, err := demoConfig(green, room.origin, api.origin)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelError}))
	a, err := newApp(ctx, cfg, log, transports{})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "\n  The demo runs. Open  %s/\n\n  Nothing leaves this machine. End it with Ctrl-C.\n\n", room.origin)

	// The services end after the program, so that it can end in order.
	err = runStages(
		ctx, log,
		stage{{"greenwatch", a.run}, {"story", func(ctx context.Context) error { return demoStory(ctx, green) }}},
		stage{{"telegram and page", room.run}, {"green-api", api.run}},
	)
	_, _ = fmt.Fprintln(out, "\n  The demo has ended.")
	return err
}

// service is a simulated service on a loopback port of its own.
type service struct {
	origin   string
	listener net.Listener
	server   *http.Server
}

func serveLocally(ctx context.Context, h http.Handler) (*service, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demo: listening on loopback: %w", err)
	}
	return &service{
		origin: "http://" + listener.Addr().String(), listener: listener,
		server: &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second},
	}, nil
}

func (s *service) run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = s.server.Close() })
	defer stop()
	if err := s.server.Serve(s.listener); ctx.Err() == nil {
		return fmt.Errorf("demo: serving: %w", err)
	}
	return nil
}

func demoTelegram() *botapi.Server {
	s := botapi.New(botapi.Options{Token: demoToken, Username: "greenwatch_demo_bot", Name: "greenwatch"})
	s.AddChat(botapi.Chat{
		ID: demoGroup, Kind: botapi.Supergroup, Title: "Ops",
		Members: []botapi.Person{demoOperator, demoGuest},
	})
	return s
}

// demoRoom is the page and, beside it, the Telegram that it shows.
func demoRoom(telegram *botapi.Server, green *instanceapi.Server) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/telegram/", http.StripPrefix("/telegram", telegram))
	mux.Handle("/", page.New(page.Options{
		Telegram: telegram, Instances: green, Chat: demoGroup, Title: "Ops",
		People: []page.Person{{Person: demoOperator, Role: "operator"}, {Person: demoGuest, Role: "guest"}},
	}))
	return mux
}

// demoInstances are numbers of a shop with branches; nobody has them.
var demoInstances = []struct{ id, name string }{
	{"7103000001", "Berlin shop"},
	{"7103000002", "Berlin support"},
	{"7105000017", "Kazan 07"},
	{"7105000018", "Kazan 08"},
	{"7107000203", "Promo 3"},
	{"410022705196", "Twelve digits"},
}

// demoConfig adds the instances to the simulated API and lists them for the program.
func demoConfig(green *instanceapi.Server, telegramURL, greenURL string) (config, error) {
	csv := "id,token,name\n"
	for _, i := range demoInstances {
		token := "demo-token-" + i.id
		if err := green.Add(instanceapi.Instance{ID: i.id, Token: instanceapi.Secret(token), Name: i.name}); err != nil {
			return config{}, err
		}
		csv += fmt.Sprintf("%s,%s,%s\n", i.id, token, i.name)
	}
	f, credentials, err := fleet.Load(fleet.Sources{CSV: csv, URL: greenURL})
	if err != nil {
		return config{}, err
	}
	often, err := parseSchedule("@every 2s")
	if err != nil {
		return config{}, err
	}
	return config{
		BotToken: secret.New(demoToken), TelegramURL: telegramURL + "/telegram",
		Chats: []monitor.Address{{Chat: demoGroup}}, Operators: []int64{demoOperator.ID},
		Fleet: f, Credentials: credentials, Database: ":memory:", Zone: time.Local,
		Schedule: often, CheckTimeout: 5 * time.Second,
		Policy: monitor.Policy{ConfirmAfter: time.Second, UnreachableAfter: 3, RelapseWindow: time.Minute},
	}, nil
}

// demoStory lets the first number drop out soon after the start.
func demoStory(ctx context.Context, green *instanceapi.Server) error {
	select {
	case <-ctx.Done():
		return nil
	case <-time.After(8 * time.Second):
		return green.FalseLogout(demoInstances[2].id)
	}
}
