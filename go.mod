module greenwatch

go 1.26.0

require (
	github.com/caarlos0/env/v11 v11.4.2 // the typed table of settings
	github.com/coreos/go-systemd/v22 v22.7.0 // tells systemd that it is ready and alive
	github.com/go-telegram-bot-api/telegram-bot-api/v5 v5.5.1 // chosen by the user; behind package telegram only
	github.com/google/go-cmp v0.7.0 // tests: readable differences
	github.com/jackc/pgx/v5 v5.12.0 // PostgreSQL, through database/sql
	github.com/joho/godotenv v1.5.1 // chosen by the user: .env
	github.com/nicholas-fedor/shoutrrr v0.13.2 // mail, ntfy, Slack and twenty more services, behind package outside only
	github.com/nicksnyder/go-i18n/v2 v2.7.0 // texts by key, with plural forms of each language
	github.com/pressly/goose/v3 v3.29.0 // migrations, on SQLite and PostgreSQL alike
	github.com/prometheus/client_golang v1.25.0 // /metrics
	github.com/robfig/cron/v3 v3.0.1 // chosen by the user: the schedule
	github.com/rogpeppe/go-internal v1.16.0 // tests: testscript runs the commands that the documents show
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // tests: the Bot API's schema judges requests and simulator
	github.com/urfave/cli/v3 v3.14.0 // commands, their help and shell completion; depends on nothing
	go.uber.org/goleak v1.3.0 // tests: no goroutine is left behind
	golang.org/x/term v0.47.0 // init asks for tokens without showing them
	golang.org/x/text v0.43.0 // language tags and numbers for go-i18n
	golang.org/x/time v0.16.0 // rate limits of the chats' lanes
	modernc.org/sqlite v1.61.1 // the database, without cgo: one static binary
	pgregory.net/rapid v1.3.0 // tests: random walks that shrink
)

require (
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/dustin/go-humanize v1.1.0 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/puddle/v2 v2.2.3 // indirect
	github.com/mattn/go-colorable v0.1.14 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/mfridman/interpolate v0.0.2 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/ncruces/go-strftime v1.1.0 // indirect
	github.com/prometheus/client_model v0.6.3 // indirect
	github.com/prometheus/common v0.72.0 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/sethvargo/go-retry v0.5.0 // indirect
	go.uber.org/multierr v1.11.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
	modernc.org/libc v1.79.0 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
)
