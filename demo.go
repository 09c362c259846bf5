package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

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
// needs no account and no network, and leaves nothing behind.
func demo(ctx context.Context, out io.Writer) error {
	folder, err := os.MkdirTemp("", "greenwatch-demo-")
	if err != nil {
		return fmt.Errorf("demo: making a folder for the database: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }() // it is among the system's temporary files
	log := slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelError}))
	d := newDemo(log, filepath.Join(folder, "greenwatch.db"))
	room, err := serveLocally(ctx, d.room)
	if err != nil {
		return err
	}
	api, err := serveLocally(ctx, d.green)
	if err != nil {
		return err
	}
	if err := d.begin(ctx, room.origin, api.origin); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "\n  The demo runs. Open  %s/\n\n  Nothing leaves this machine. End it with Ctrl-C.\n\n", room.origin)

	// The services end after the program, so that it can end in order.
	err = runStages(
		ctx, log,
		stage{{"story", d.page.Run}, {"prologue", d.prologue}},
		stage{{"greenwatch", d.program.run}},
		stage{{"telegram and page", room.run}, {"green-api", api.run}},
	)
	_, _ = fmt.Fprintln(out, "\n  The demo has ended.")
	return err
}

// demonstration is the program between the two services, and the page that shows them.
type demonstration struct {
	telegram *botapi.Server
	green    *instanceapi.Server
	page     *page.Page
	room     http.Handler // the page and, beside it, the Telegram that it shows
	program  *demoProgram
}

func newDemo(log *slog.Logger, database string) *demonstration {
	// A count that is up to date at each look: the demo's looks come sooner than the vendor's count is brought up to date.
	d := &demonstration{telegram: demoTelegram(), green: instanceapi.New(instanceapi.Options{CountRefresh: time.Millisecond})}
	d.program = &demoProgram{green: d.green, log: log, turns: make(chan demoTurn)}
	d.program.cfg.Database, d.program.cfg.Zone = database, demoZone(time.Now())
	d.page = page.New(page.Options{
		Telegram: d.telegram, Instances: d.green, Chat: demoGroup, Title: "Ops", Bot: "greenwatch",
		Shown: len(demoNumbers), Zone: d.program.cfg.Zone,
		People: []page.Person{
			{Person: demoOperator, Role: page.Text{EN: "may reboot", RU: "может перезагрузить"}},
			{Person: demoGuest, Role: page.Text{EN: "may look and check", RU: "смотрит и проверяет"}},
		},
		LanguageCommand: "/language", Speeds: demoSpeeds(), Turn: d.program.turn, Story: demoNight(d.program.rest),
		Gate: http.HandlerFunc(d.program.gate), Pass: d.program.pass,
	})
	mux := http.NewServeMux()
	mux.Handle("/telegram/", http.StripPrefix("/telegram", d.telegram))
	mux.Handle("/", d.page)
	d.room = mux
	return d
}

// begin makes the instances and the program, which reaches the services at these origins.
func (d *demonstration) begin(ctx context.Context, room, green string) error {
	if err := demoConfig(&d.program.cfg, d.green, room, green); err != nil {
		return err
	}
	return d.program.make(ctx, demoPaces()[0])
}

// prologue lets a number drop out soon after the start, so that there is something to see.
func (d *demonstration) prologue(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-time.After(6 * time.Second):
	}
	if d.page.Playing() {
		return nil
	}
	return d.green.FalseLogout(demoNumbers[2].id)
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
