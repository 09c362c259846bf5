package main

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"greenwatch/acts"
	"greenwatch/bot"
	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/notify"
	"greenwatch/secret"
	"greenwatch/storage"
	"greenwatch/telegram"
	"greenwatch/watcher"
	"greenwatch/web"
	"greenwatch/words"
)

// transports reach the two APIs, the heartbeat's service, the database, the supervisor and the log; nil is the real
// network, nothing before the engine, nobody who supervises, and nothing hidden.
type transports struct {
	telegram, green http.RoundTripper
	heartbeat       http.RoundTripper
	database        func(driver.Connector) driver.Connector
	supervisor      *supervisor
	hide            func(...secret.Text) // secrets that become known later
}

// app is the program as a value: everything but the operating system.
type app struct {
	log      *slog.Logger
	store    *storage.Store
	watcher  *watcher.Watcher
	actor    *acts.Actor
	relay    *notify.Relay
	prober   *bot.Prober
	bot      *bot.Bot
	listener net.Listener // nil: HTTP is off
	server   *http.Server
	metrics  *metrics
	pace     pace
	own      ownTrouble
	silence  silence
	lists    lists
	knocks   *knocks
	polling  atomic.Pointer[error] // what polling Telegram runs into; nil: it works

	supervisor *supervisor               // nil: none
	instances  func() []monitor.Instance // as they are listed now
}

// newApp wires the program up. It makes no call to either API, so that it starts while they are down.
func newApp(ctx context.Context, cfg config, log *slog.Logger, t transports) (*app, error) {
	a := &app{
		log: log, metrics: newMetrics(), supervisor: t.supervisor, instances: cfg.Fleet.Instances,
		pace: pace{started: time.Now(), schedule: cfg.Schedule, timeout: cfg.CheckTimeout},
	}
	a.knocks = newKnocks(a)
	if err := a.listen(ctx, cfg.HTTPAddr); err != nil {
		return nil, err
	}
	store, err := openStore(ctx, log, func(ctx context.Context) (*storage.Store, error) {
		return storage.Open(ctx, storage.Options{
			URL: cfg.Database, Log: log, Committed: a.committed, Failed: a.databaseFailed, Wrap: t.database,
		})
	})
	if err != nil {
		a.close()
		return nil, err
	}
	a.store = store
	if err := a.build(ctx, cfg, t); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func (a *app) build(ctx context.Context, cfg config, t transports) error {
	m := a.metrics
	client, err := telegram.New(telegram.Options{
		Token: cfg.BotToken, APIURL: cfg.TelegramURL, Proxies: cfg.Proxies, HTTP: t.telegram,
		Log: a.log, OnTrouble: a.telegramTrouble(ctx),
	})
	if err != nil {
		return err
	}
	green, err := newGreenAPI(cfg, t.green, a.log)
	if err != nil {
		return err
	}
	if err := a.subscribe(ctx, cfg); err != nil {
		return err
	}
	if err := errors.Join(a.breakSilence(cfg, t), a.followLists(ctx, cfg, green, t)); err != nil {
		return err
	}
	if err := a.newWatcher(ctx, cfg, green); err != nil {
		return err
	}
	teller, err := a.newTeller(ctx, cfg, client)
	if err != nil {
		return err
	}
	a.relay, err = notify.New(notify.Options{
		Outbox: a.store, Cards: a.store, Lists: a.store, Joins: a.store,
		Teller: a.teller(teller), Shower: m.shower(teller), Log: a.log, Settled: m.settled,
	})
	if err != nil {
		return err
	}
	a.prober = &bot.Prober{Teller: teller}
	if err := a.watchOurselves(cfg, teller); err != nil {
		return err
	}
	hooks := a.newHooks(cfg, green)
	a.actor, err = acts.New(acts.Options{API: actsAPI{green, hooks}, Store: a.store, Scene: a.watcher.Scene, Log: a.log})
	if err != nil {
		return err
	}
	homes, err := a.homes(ctx, cfg)
	if err != nil {
		return err
	}
	a.bot, err = bot.New(bot.Options{
		Telegram: client, Chats: homes, Operators: cfg.Operators, Fleet: cfg.Fleet,
		Cases: a.store, States: a.store, Watch: a.watcher, Hooks: hooks, Queues: a.queuesForBot(cfg), List: a.lists.forBot(),
		Policy: cfg.Policy, Voices: teller.Voices, Log: a.log,
	})
	if err != nil {
		return err
	}
	teller.Moved = a.bot.LetIn
	m.watch(a, cfg, client)
	a.server = web.NewServer(web.ServerOptions{Pages: a.pages(cfg), Connections: connections(), ErrorLog: librariesLog(a.log)})
	return nil
}

func (a *app) newWatcher(ctx context.Context, cfg config, green *greenapi.Client) (err error) {
	m := a.metrics
	a.watcher, err = watcher.New(ctx, watcher.Options{
		Instances: cfg.Fleet.Instances(), Awaited: a.lists.awaited(), Schedule: cfg.Schedule, Policy: cfg.Policy,
		API: green, History: history{green}, Phones: newPhones(cfg, green), Cases: a.store, Sweeps: sweeps{a.store, a}, Log: a.log,
		Checked: a.checked, Believed: m.believed, Claimed: m.claimed, Inbox: inbox{green},
		Queues: queues(cfg, green), QueueSchedule: cfg.QueueSchedule, Looked: m.looked,
		Ended: func(s monitor.Sweep) { m.swept(s, cfg.Fleet.Count()) },
	})
	return err
}

func (a *app) newTeller(ctx context.Context, cfg config, client *telegram.Client) (*bot.Teller, error) {
	voices, err := bot.NewVoices(ctx, a.store, words.Voice{Language: cfg.Language, Zone: namedZone(cfg.Zone)})
	if err != nil {
		return nil, err
	}
	return &bot.Teller{Telegram: client, Fleet: cfg.Fleet, States: a.store, Voices: voices, Log: a.log}, nil
}

// homes are the chats of the settings, and what they have become.
func (a *app) homes(ctx context.Context, cfg config) ([]monitor.Address, error) {
	moves, err := a.store.Moves(ctx)
	if err != nil {
		return nil, err
	}
	homes := slices.Clone(cfg.Chats)
	for _, c := range cfg.Chats {
		if to := moves[c.Chat]; to != 0 {
			a.log.WarnContext(ctx, "TELEGRAM_CHATS names a group that is a supergroup now, put in its new id", "chat", c.Chat, "new_id", to)
			homes = append(homes, monitor.Address{Chat: to})
		}
	}
	return homes, nil
}

func newGreenAPI(cfg config, rt http.RoundTripper, log *slog.Logger) (*greenapi.Client, error) {
	return greenapi.New(greenapi.Options{
		Credentials: greenCredentials(cfg.Credentials), Timeout: cfg.CheckTimeout, HTTP: rt, UserAgent: "greenwatch/" + version(), Log: log,
	})
}

// namedZone is nil for UTC: texts then say that their times are UTC.
func namedZone(zone *time.Location) *time.Location {
	if zone == time.UTC {
		return nil
	}
	return zone
}

// committed logs what a commit brought and actsAPI it on. Nobody is waited for; a nudge that is lost is found by a look.
func (a *app) committed(e monitor.Effects) {
	for _, alert := range e.Alerts {
		a.log.Info("alert", "kind", alert.Kind, "subject", alert.Subject, "word", alert.Belief.Word(), "detail", alert.Belief.Detail)
	}
	a.metrics.committed(e)
	if a.relay != nil {
		a.relay.Nudge()
	}
	if a.actor == nil || a.watcher == nil {
		return
	}
	for _, alert := range e.Alerts {
		a.watcher.Nudge(alert.Subject)
	}
	for _, act := range e.Actions {
		a.actor.Nudge()
		a.watcher.Nudge(act.Subject)
	}
}

// telegramTrouble logs what polling runs into, once per change.
func (a *app) telegramTrouble(ctx context.Context) func(error) {
	return func(err error) {
		a.polling.Store(nil)
		if err != nil {
			a.polling.Store(&err)
		}
		switch telegram.ClassOf(err) {
		case telegram.None:
			a.log.InfoContext(ctx, "telegram answers")
		case telegram.Conflict:
			a.log.ErrorContext(ctx, "somebody else receives this bot's updates: another greenwatch, or a webhook", "error", err)
			a.bot.Deaf(ctx, err)
		case telegram.BotDead:
			a.log.ErrorContext(ctx, "telegram refuses TELEGRAM_BOT_TOKEN", "error", err)
		default:
			a.log.WarnContext(ctx, "telegram does not answer; alerts wait and are sent when it does", "error", err)
		}
	}
}

// listen binds before anything starts, so that a taken port is an error at once.
func (a *app) listen(ctx context.Context, addr string) error {
	if addr == "" {
		return nil
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("HTTP_ADDR: cannot listen on %s: %w; choose another address, or off", addr, err)
	}
	a.listener = listener
	return nil
}

// run watches until ctx ends, and then ends in order: what comes in, checks and actions, telling, HTTP, database.
func (a *app) run(ctx context.Context) error {
	defer a.close()
	return runStages(
		ctx, a.log,
		stage{{"supervisor", a.attend}},
		stage{{"bot", a.bot.Run}, {"refused notifications", a.knocks.run}},
		append(stage{{"watcher", a.watcher.Run}, {"acts", a.actor.Run}}, a.lists.stage()...),
		append(stage{{"relay", a.relay.Run}, {"prober", a.prober.Run}, {"alarm", a.own.database.Run}, {"alarm of connections", a.own.sockets.Run}}, a.silence.stage()...),
		stage{{"http", a.serve}},
	)
}

func (a *app) serve(ctx context.Context) error {
	if a.listener == nil {
		<-ctx.Done()
		return nil
	}
	a.log.InfoContext(ctx, "listening", "address", a.listener.Addr().String())
	a.server.BaseContext = func(net.Listener) context.Context { return ctx } // a held gate does not hold up the end
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_ = a.server.Shutdown(ctx) // what did not end in time is cut by the process's end
	})
	defer stop()
	if err := a.server.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-ended
	return nil
}

func (a *app) close() {
	if a.listener != nil {
		_ = a.listener.Close() // closed already where the server ran
	}
	if a.store == nil {
		return
	}
	if err := a.store.Close(); err != nil {
		a.log.Error("database not closed", "error", err)
	}
}
