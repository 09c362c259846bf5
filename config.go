package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a container without zone files knows TIMEZONE too

	"github.com/caarlos0/env/v11"
	"github.com/robfig/cron/v3"

	"greenwatch/fleet"
	"greenwatch/monitor"
	"greenwatch/report"
	"greenwatch/secret"
	"greenwatch/telegram"
)

// config is everything the environment says, checked.
type config struct {
	BotToken    secret.Text
	TelegramURL string
	Proxies     []telegram.Proxy
	Chats       []monitor.Address
	Operators   []int64

	Fleet       *fleet.Fleet
	Credentials []fleet.Credential

	PartnerToken    secret.Text // empty: no partner
	PartnerURL      string
	PartnerSchedule cron.Schedule // in Zone, unless it names another one

	Schedule      cron.Schedule // in Zone, unless it names another one
	QueueSchedule cron.Schedule // the same; nil: off
	CheckTimeout  time.Duration
	Policy        monitor.Policy

	Heartbeat     secret.Text   // empty: none
	Fallbacks     []secret.Text // addresses of channels
	FallbackAfter time.Duration
	DailyReport   *report.Clock // nil: none

	Database string
	HTTPAddr string // empty: no listener

	WebhookToken secret.Text // empty: no webhook
	PublicURL    string      // without a slash at the end; empty: nobody said how GREEN-API reaches us
	GateToken    secret.Text // empty: everybody may ask

	Language string
	Zone     *time.Location
	LogLevel slog.Level
	LogJSON  bool

	MetricsPerInstance bool
}

// environment is the table of the variables: the name, what holds where it is not set or empty, and what it should
// look like.
type environment struct {
	BotToken    string `env:"TELEGRAM_BOT_TOKEN" want:"the token that @BotFather gave, as in 123456789:ABC..."`
	TelegramURL string `env:"TELEGRAM_API_URL" envDefault:"https://api.telegram.org" want:"http(s)://, a host and no query, as in https://api.telegram.org"`
	Proxy       string `env:"TELEGRAM_PROXY" want:"proxies, or direct, separated by commas or white space, each as in socks5://user:password@proxy.example.com:1080; also socks5h://, http:// and https://"`
	Chats       string `env:"TELEGRAM_CHATS" want:"ids of chats, or chat/topic, separated by commas or white space, as in -1001234567890 or -1001234567890/42"`
	Operators   string `env:"TELEGRAM_OPERATORS" want:"user ids of people, separated by commas or white space, as in 123456789"`

	Instances     string `env:"GREEN_API_INSTANCES" want:"idInstance:apiTokenInstance, as in 1101000001:TOKEN=Shop_Berlin"`
	InstancesFile string `env:"GREEN_API_INSTANCES_FILE"`
	GreenURL      string `env:"GREEN_API_URL" envDefault:"https://api.green-api.com"`

	PartnerToken    string `env:"GREEN_API_PARTNER_TOKEN" want:"the partner token that GREEN-API's support gave, as in gac.1234567890abcdef..."`
	PartnerURL      string `env:"GREEN_API_PARTNER_URL" envDefault:"https://api.green-api.com" want:"the partnerApiUrl that the console shows, as in https://api.green-api.com"`
	PartnerSchedule string `env:"PARTNER_SCHEDULE" envDefault:"@every 10m" want:"@every and a duration of at least 1m, or a cron line of five fields, as in @every 10m or */10 * * * *"`

	Schedule         string        `env:"CHECK_SCHEDULE" envDefault:"@every 1m" want:"@every and a duration of at least 5s, or a cron line of five fields, as in @every 1m or */2 * * * *"`
	QueueSchedule    string        `env:"QUEUE_SCHEDULE" envDefault:"@every 10m" want:"@every and a duration of at least 1m, a cron line of five fields, or off, as in @every 10m or */10 * * * *"`
	CheckTimeout     time.Duration `env:"CHECK_TIMEOUT" envDefault:"30s" want:"1s to 2m, as in 30s"`
	ConfirmAfter     time.Duration `env:"CONFIRM_AFTER" envDefault:"10s" want:"1s to 5m, as in 10s"`
	UnreachableAfter int           `env:"UNREACHABLE_AFTER" envDefault:"3" want:"a number of at least 2, as in 3"`
	RelapseWindow    time.Duration `env:"RELAPSE_WINDOW" envDefault:"1h" want:"a duration that is not negative, as in 1h"`
	AutoReboot       string        `env:"AUTO_REBOOT" envDefault:"on" want:"on, ask or off"`
	StartingGrace    time.Duration `env:"STARTING_GRACE" envDefault:"1m" want:"0 to 1h, as in 1m"`
	RebootWait       time.Duration `env:"REBOOT_WAIT" envDefault:"2m" want:"30s to 15m, as in 2m"`

	Heartbeat     string        `env:"HEARTBEAT_URL" want:"http(s):// and a host, as in https://hc-ping.com/the-uuid-of-your-check"`
	Fallbacks     string        `env:"FALLBACK_URLS" want:"addresses of shoutrrr's services, separated by white space, as in smtp://user:password@mail.example.com:587/?from=a@example.com&to=b@example.com or ntfy://ntfy.sh/topic"`
	FallbackAfter time.Duration `env:"FALLBACK_AFTER" envDefault:"2m" want:"10s to 24h, as in 2m"`
	DailyReport   string        `env:"DAILY_REPORT" envDefault:"09:00" want:"a time of day in TIMEZONE, as in 09:00, or off"`

	Database    string `env:"DATABASE_URL" envDefault:"greenwatch.db" want:"the path of a file, as in greenwatch.db, or postgres://user:password@host/database"`
	HTTPAddr    string `env:"HTTP_ADDR" envDefault:"127.0.0.1:8080" want:"host:port, or off, as in 127.0.0.1:8080"`
	Webhook     string `env:"WEBHOOK_TOKEN" want:"at least 16 letters, digits and signs without white space, as openssl rand -hex 32 makes them"`
	PublicURL   string `env:"PUBLIC_URL" want:"https://, a name that GREEN-API can reach and no query, as in https://watch.example.com; /webhook/green-api is added to it"`
	Gate        string `env:"GATE_TOKEN" want:"at least 16 letters, digits and signs without white space, as openssl rand -hex 32 makes them"`
	PerInstance string `env:"METRICS_PER_INSTANCE" envDefault:"off" want:"on or off"`
	Timezone    string `env:"TIMEZONE" envDefault:"UTC" want:"an IANA name, as in Europe/Berlin"`
	Language    string `env:"LANGUAGE" envDefault:"en" want:"en or ru"`
	LogLevel    string `env:"LOG_LEVEL" envDefault:"info" want:"debug, info, warn or error"`
	LogFormat   string `env:"LOG_FORMAT" envDefault:"text" want:"text or json"`
}

// loadConfig reads environ ("NAME=value") and the .env file at dotenvPath, if there is one; what environ has, wins.
// The error's text is a list of everything that is wrong, a line each. It shows no value of any variable, as a token
// may stand in the wrong one. The warnings are there also where there is an error.
func loadConfig(environ []string, dotenvPath string) (config, []string, error) {
	c, e, values, err := readEnvironment(environ, dotenvPath)
	if err != nil {
		return config{}, nil, err
	}
	cfg := c.check(e)
	return cfg, append(c.warnings(e), misspelt(values, c.names)...), c.err()
}

// loadPart is loadConfig for what needs only these variables: nothing that is wrong with others is an error.
func loadPart(environ []string, dotenvPath string, names ...string) (config, error) {
	c, e, _, err := readEnvironment(environ, dotenvPath)
	if err != nil {
		return config{}, err
	}
	cfg := c.check(e)
	maps.DeleteFunc(c.wrong, func(name, _ string) bool { return !slices.Contains(names, name) })
	return cfg, c.err()
}

// readEnvironment reads the table. What cannot be read is noted in the check.
func readEnvironment(environ []string, dotenvPath string) (*configCheck, environment, map[string]string, error) {
	var e environment
	values, err := mergeEnvironment(environ, dotenvPath)
	if err != nil {
		return nil, e, nil, err
	}
	c := newConfigCheck()
	err = env.ParseWithOptions(&e, env.Options{Environment: values})
	if parsing, ok := errors.AsType[env.AggregateError](err); ok {
		for _, err := range parsing.Errors {
			if err, ok := errors.AsType[env.ParseError](err); ok {
				c.reject(c.byField[err.Name], "cannot be read")
			}
		}
	} else if err != nil {
		return nil, e, nil, fmt.Errorf("reading the environment: %w", err)
	}
	return c, e, values, nil
}

// configCheck turns the table's texts into values and collects what is wrong with them.
type configCheck struct {
	names   []string          // in the table's order
	byField map[string]string // the environment struct's field -> name
	wants   map[string]string // by name
	wrong   map[string]string // by name: what is wrong, and what is wanted
}

func newConfigCheck() *configCheck {
	c := &configCheck{byField: map[string]string{}, wants: map[string]string{}, wrong: map[string]string{}}
	for field := range reflect.TypeFor[environment]().Fields() {
		name := field.Tag.Get("env")
		c.names = append(c.names, name)
		c.byField[field.Name] = name
		c.wants[name] = field.Tag.Get("want")
	}
	return c
}

// reject notes what is wrong with a variable. The first complaint stays.
func (c *configCheck) reject(name, what string) {
	if c.wrong[name] == "" {
		c.wrong[name] = fmt.Sprintf("%s: %s; want %s", name, what, c.wants[name])
	}
}

func (c *configCheck) rejectIf(wrong bool, name, what string) {
	if wrong {
		c.reject(name, what)
	}
}

func (c *configCheck) err() error {
	var lines []string
	for _, name := range c.names {
		if line := c.wrong[name]; line != "" {
			lines = append(lines, line)
		}
	}
	if lines == nil {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}

func (c *configCheck) check(e environment) config {
	cfg := config{
		BotToken: c.botToken(e.BotToken), TelegramURL: c.url("TELEGRAM_API_URL", e.TelegramURL), Proxies: c.proxies(e.Proxy),
		Chats: c.chats(e.Chats), Operators: c.operators(e.Operators),
		CheckTimeout: e.CheckTimeout,
		Policy: monitor.Policy{
			ConfirmAfter: e.ConfirmAfter, UnreachableAfter: e.UnreachableAfter, RelapseWindow: e.RelapseWindow,
			AutoReboot: monitor.AutoReboot(strings.ToLower(e.AutoReboot)), StartingGrace: e.StartingGrace, RebootWait: e.RebootWait,
		},
		Database: c.database(e.Database), HTTPAddr: c.httpAddr(e.HTTPAddr), Zone: c.zone(e.Timezone),
		WebhookToken: c.ownToken("WEBHOOK_TOKEN", e.Webhook), GateToken: c.ownToken("GATE_TOKEN", e.Gate),
		PublicURL: c.publicURL(e.PublicURL),
		Language:  c.language(e.Language),
		LogLevel:  c.logLevel(e.LogLevel), LogJSON: strings.EqualFold(e.LogFormat, "json"),
		MetricsPerInstance: strings.EqualFold(e.PerInstance, "on"),
	}
	c.rejectIf(e.CheckTimeout < time.Second || e.CheckTimeout > 2*time.Minute, "CHECK_TIMEOUT", "is out of range")
	c.rejectIf(e.ConfirmAfter < time.Second || e.ConfirmAfter > 5*time.Minute, "CONFIRM_AFTER", "is out of range")
	c.rejectIf(e.UnreachableAfter < 2, "UNREACHABLE_AFTER", "is too small: one lost answer is no news")
	c.rejectIf(e.RelapseWindow < 0, "RELAPSE_WINDOW", "is negative")
	c.rejectIf(!cfg.Policy.AutoReboot.Known(), "AUTO_REBOOT", "is not known")
	c.rejectIf(e.StartingGrace < 0 || e.StartingGrace > time.Hour, "STARTING_GRACE", "is out of range")
	c.rejectIf(e.RebootWait < 30*time.Second || e.RebootWait > 15*time.Minute, "REBOOT_WAIT", "is out of range")
	c.rejectIf(!cfg.LogJSON && !strings.EqualFold(e.LogFormat, "text"), "LOG_FORMAT", "is not known")
	c.rejectIf(!cfg.MetricsPerInstance && !strings.EqualFold(e.PerInstance, "off"), "METRICS_PER_INSTANCE", "is not known")
	cfg.Heartbeat, cfg.Fallbacks, cfg.FallbackAfter = c.heartbeat(e.Heartbeat), c.fallbacks(e.Fallbacks), e.FallbackAfter
	c.rejectIf(e.FallbackAfter < 10*time.Second || e.FallbackAfter > 24*time.Hour, "FALLBACK_AFTER", "is out of range")
	if cfg.HTTPAddr == "" {
		cfg.PublicURL = "" // nobody would answer there
	}
	cfg.DailyReport = c.dailyReport(e.DailyReport, cfg.Zone)
	cfg.Schedule, cfg.QueueSchedule = c.checkSchedule(e.Schedule, cfg.Zone), c.queueSchedule(e.QueueSchedule, cfg.Zone)
	cfg.Policy.Interval = interval(cfg.Schedule)
	c.partner(e, &cfg)
	cfg.Fleet, cfg.Credentials = c.fleet(e)
	return cfg
}

// fleet keeps the lines as they come: they name the variable and the place in it.
func (c *configCheck) fleet(e environment) (*fleet.Fleet, []fleet.Credential) {
	const name = "GREEN_API_INSTANCES"
	f, credentials, err := fleet.Load(fleet.Sources{Entries: e.Instances, File: e.InstancesFile, URL: e.GreenURL})
	switch {
	case err != nil:
		c.wrong[name] = err.Error()
	case len(credentials) == 0 && e.PartnerToken == "":
		c.reject(name, "neither it nor GREEN_API_INSTANCES_FILE names an instance, and GREEN_API_PARTNER_TOKEN is not set")
	}
	return f, credentials
}

func (c *configCheck) warnings(e environment) []string {
	var out []string
	if strings.TrimSpace(e.Chats) == "" && strings.TrimSpace(e.Fallbacks) == "" {
		out = append(out, "TELEGRAM_CHATS is empty: nobody is told anything")
	}
	if strings.TrimSpace(e.Operators) == "" {
		out = append(out, "TELEGRAM_OPERATORS is empty: nobody may press the buttons")
	}
	if strings.TrimSpace(e.PublicURL) != "" && (strings.TrimSpace(e.Webhook) == "" || strings.EqualFold(strings.TrimSpace(e.HTTPAddr), "off")) {
		out = append(out, "PUBLIC_URL does nothing without WEBHOOK_TOKEN and HTTP_ADDR")
	}
	return out
}

// misspelt warns of variables that look like ours and are not.
func misspelt(values map[string]string, names []string) []string {
	var out []string
	for name := range values {
		ours := slices.ContainsFunc([]string{"GREEN_API_", "TELEGRAM_", "CHECK_", "QUEUE_", "PARTNER_", "METRICS_PER_", "HEARTBEAT_", "FALLBACK_", "DAILY_REPORT", "WEBHOOK_TOKEN", "PUBLIC_URL", "GATE_TOKEN"}, func(prefix string) bool {
			return strings.HasPrefix(name, prefix)
		})
		if !ours || slices.Contains(names, name) {
			continue
		}
		nearest := slices.MinFunc(names, func(a, b string) int { return cmp.Compare(distance(name, a), distance(name, b)) })
		out = append(out, fmt.Sprintf("%s is not known and does nothing; did you mean %s?", name, nearest))
	}
	slices.Sort(out)
	return out
}

// distance is how many letters must be put in, taken out or changed to make one word of the other (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0]++
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
