package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greenwatch/monitor"
)

const (
	testBotToken      = "123456:test-only-token-of-no-bot"
	testInstanceToken = "test-only-token-of-no-instance"
)

// noDotenv is a path at which there is nothing.
func noDotenv(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), ".env")
}

func writeDotenv(t *testing.T, content string) string {
	t.Helper()
	path := noDotenv(t)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// environWith is a complete environment with these on top.
func environWith(more ...string) []string {
	return append([]string{
		"TELEGRAM_BOT_TOKEN=" + testBotToken, "GREEN_API_INSTANCES=1101000001:" + testInstanceToken + "=Shop",
		"TELEGRAM_CHATS=-100123", "TELEGRAM_OPERATORS=42", "PATH=/bin",
	}, more...)
}

func TestConfigDefaults(t *testing.T) {
	t.Parallel()
	cfg, warnings, err := loadConfig(environWith("CHECK_TIMEOUT=", "LOG_LEVEL= "), noDotenv(t))
	if err != nil || warnings != nil {
		t.Fatal(err, warnings)
	}
	if cfg.BotToken.Reveal() != testBotToken || cfg.Credentials[0].Token.Reveal() != testInstanceToken {
		t.Error("the tokens are not those of the environment")
	}
	expectDefaults(t, cfg)
	if diff := cmp.Diff([]monitor.Address{{Chat: -100123}}, cfg.Chats); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{42}, cfg.Operators); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]monitor.Instance{{ID: "1101000001", Name: "Shop", Pool: "1101"}}, cfg.Fleet.Instances()); diff != "" {
		t.Error(diff)
	}
}

func expectDefaults(t *testing.T, cfg config) {
	t.Helper()
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	got := []any{
		cfg.Policy, cfg.Schedule.Next(begin), cfg.QueueSchedule.Next(begin), cfg.CheckTimeout, cfg.LogJSON, cfg.LogLevel,
		cfg.TelegramURL, cfg.Credentials[0].URL, cfg.Database, cfg.HTTPAddr, cfg.Zone.String(), cfg.MetricsPerInstance, cfg.Language,
	}
	policy := monitor.DefaultPolicy()
	policy.AutoReboot, policy.StartingGrace, policy.RebootWait = monitor.AutoRebootOn, time.Minute, 2*time.Minute
	policy.Interval = time.Minute
	want := []any{
		policy, begin.Add(time.Minute), begin.Add(10 * time.Minute), 30 * time.Second, false, slog.LevelInfo,
		"https://api.telegram.org", "https://api.green-api.com", "greenwatch.db", "127.0.0.1:8080", "UTC", false, "en",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestConfigValues(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := map[string]func(c config) (got, want any){
		"TELEGRAM_CHATS=-1001/7, 5\n-1001/1,5": func(c config) (any, any) {
			return c.Chats, []monitor.Address{{Chat: -1001, Topic: 7}, {Chat: 5}, {Chat: -1001}}
		},
		"TELEGRAM_OPERATORS=1 2,1,": func(c config) (any, any) { return c.Operators, []int64{1, 2} },
		"CHECK_SCHEDULE=@every 5s":  func(c config) (any, any) { return c.Schedule.Next(begin), begin.Add(5 * time.Second) },
		"CHECK_SCHEDULE=@hourly":    func(c config) (any, any) { return c.Schedule.Next(begin).Minute(), 0 },
		"CHECK_SCHEDULE=CRON_TZ=UTC 0 9 * * *": func(c config) (any, any) {
			return c.Schedule.Next(begin).UTC().Hour(), 9
		},
		"QUEUE_SCHEDULE=Off":                  func(c config) (any, any) { return c.QueueSchedule == nil, true },
		"QUEUE_SCHEDULE=@every 1m":            func(c config) (any, any) { return c.QueueSchedule.Next(begin), begin.Add(time.Minute) },
		"CHECK_TIMEOUT=2m":                    func(c config) (any, any) { return c.CheckTimeout, 2 * time.Minute },
		"CONFIRM_AFTER=1s":                    func(c config) (any, any) { return c.Policy.ConfirmAfter, time.Second },
		"UNREACHABLE_AFTER=2":                 func(c config) (any, any) { return c.Policy.UnreachableAfter, 2 },
		"RELAPSE_WINDOW=0s":                   func(c config) (any, any) { return c.Policy.RelapseWindow, time.Duration(0) },
		"DATABASE_URL=file:/var/lib/g.db":     func(c config) (any, any) { return c.Database, "file:/var/lib/g.db" },
		"DATABASE_URL=postgresql://u@/g":      func(c config) (any, any) { return c.Database, "postgresql://u@/g" },
		"HTTP_ADDR=OFF":                       func(c config) (any, any) { return c.HTTPAddr, "" },
		"HTTP_ADDR=[::1]:0":                   func(c config) (any, any) { return c.HTTPAddr, "[::1]:0" },
		"WEBHOOK_TOKEN=" + hookToken:          func(c config) (any, any) { return c.WebhookToken.Reveal(), hookToken },
		"GATE_TOKEN=" + gateToken:             func(c config) (any, any) { return c.GateToken.Reveal(), gateToken },
		"PUBLIC_URL=https://gw.test:8443/in/": func(c config) (any, any) { return c.PublicURL, "https://gw.test:8443/in" },
		"TIMEZONE=Asia/Almaty":                func(c config) (any, any) { return c.Zone.String(), "Asia/Almaty" },
		"LANGUAGE=RU":                         func(c config) (any, any) { return c.Language, "ru" },
		"LANGUAGE=en_US:en":                   func(c config) (any, any) { return c.Language, "en" },
		"LANGUAGE=de_DE.UTF-8:ru_RU.UTF-8:en": func(c config) (any, any) { return c.Language, "ru" },
		"LANGUAGE=de_DE:de":                   func(c config) (any, any) { return c.Language, "en" },
		"LOG_LEVEL=WARN":                      func(c config) (any, any) { return c.LogLevel, slog.LevelWarn },
		"METRICS_PER_INSTANCE=On":             func(c config) (any, any) { return c.MetricsPerInstance, true },
		"LOG_FORMAT=json":                     func(c config) (any, any) { return c.LogJSON, true },
		"TELEGRAM_API_URL=http://tg.test/x":   func(c config) (any, any) { return c.TelegramURL, "http://tg.test/x" },
		"GREEN_API_URL=https://api.test:1/v3": func(c config) (any, any) { return c.Credentials[0].URL, "https://api.test:1/v3" },

		"GREEN_API_PARTNER_TOKEN=" + partnerToken: func(c config) (any, any) { return c.PartnerToken.Reveal(), partnerToken },
		"GREEN_API_PARTNER_URL=https://p.test/v3": func(c config) (any, any) { return c.PartnerURL, "https://p.test/v3" },
		"PARTNER_SCHEDULE=@every 1m":              func(c config) (any, any) { return c.PartnerSchedule.Next(begin), begin.Add(time.Minute) },
	}
	for variable, check := range tests {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			cfg, _, err := loadConfig(environWith(variable), noDotenv(t))
			if err != nil {
				t.Fatal(err)
			}
			got, want := check(cfg)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestConfigScheduleIsInTheTimezone(t *testing.T) {
	t.Parallel()
	cfg, _, err := loadConfig(environWith("CHECK_SCHEDULE=30 9 * * *", "TIMEZONE=Asia/Kolkata"), noDotenv(t))
	if err != nil {
		t.Fatal(err)
	}
	got := cfg.Schedule.Next(time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC))
	if want := time.Date(2026, 1, 2, 4, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("got %s, want %s", got.UTC(), want)
	}
}

func TestConfigRejects(t *testing.T) {
	t.Parallel()
	const misplaced = "123456:test-only-token-that-was-misplaced"
	tests := map[string][]string{ // the variable's name: what it must not be
		"TELEGRAM_BOT_TOKEN": {"", misplaced + "!", "1:short", "bot" + misplaced, misplaced + ":x"},
		"TELEGRAM_API_URL":   {misplaced, "api.telegram.org", "ftp://x", "https://", "https://x?a", "https://u:" + misplaced + "@x"},
		"TELEGRAM_PROXY":     {misplaced, "socks5://u:" + misplaced + "/@h:1", "direct tg://proxy?secret=" + misplaced, "socks4://h", "h:1080"},
		"TELEGRAM_CHATS":     {misplaced, "@channel", "0", "-100/0", "-100/x", "9223372036854775808"},
		"TELEGRAM_OPERATORS": {misplaced, "-100", "0", "@name"},
		"CHECK_SCHEDULE":     {misplaced, "@every 4s", "@every -1m", "@every", "TZ=UTC", "* * * * * *", "61 * * * *", "0 0 31 2 *"},
		"QUEUE_SCHEDULE":     {misplaced, "@every 59s", "@every", "TZ=UTC", "* * * * * *", "0 0 31 2 *", "none"},
		"CHECK_TIMEOUT":      {misplaced, "30", "999ms", "2m1s", "-1s"},
		"CONFIRM_AFTER":      {misplaced, "0s", "301s"},
		"UNREACHABLE_AFTER":  {misplaced, "1", "-3", "2.5"},
		"RELAPSE_WINDOW":     {misplaced, "-1s", "1d"},
		"DATABASE_URL":       {"postgres://u:" + misplaced + "%zz@db/x", "postgresql://[x", "mysql://u:" + misplaced + "@x"},
		"HTTP_ADDR":          {misplaced, "8080", "localhost", "localhost:http", "x:70000", "x:"},
		"WEBHOOK_TOKEN":      {"misplaced", "misplaced-15-by", misplaced + " x", misplaced + "ж"},
		"GATE_TOKEN":         {"misplaced", "misplaced-15-by", misplaced + "\t" + misplaced},
		"PUBLIC_URL": {
			misplaced, "http://gw.test", "gw.test", "https://", "https://gw.test/?token=" + misplaced, "https://gw.test/#x", "https://gw.test?",
			"https://u:" + misplaced + "@gw.test", "https://localhost:8080", "https://127.0.0.1", "https://[::1]/", "https://10.1.2.3", "https://192.168.0.9",
			"https://gw.test/webhook/green-api", "https://gw.test/webhook/green-api/",
		},
		"TIMEZONE":   {misplaced, "Local", "Mars/Base", "../UTC", "GMT+25"},
		"LANGUAGE":   {misplaced, "de", "russian", "de-DE", "C"},
		"LOG_LEVEL":  {misplaced, "trace", "INFO+2"},
		"LOG_FORMAT": {misplaced, "xml"},

		"METRICS_PER_INSTANCE": {misplaced, "yes", "1"},
		"GREEN_API_URL":        {misplaced, "api.green-api.com"},
		"GREEN_API_INSTANCES": {
			"", " , ", "misplaced", "misplaced:1101000001", "1101000001", "1101000001:x y",
			"1101000001:" + testInstanceToken + " 1101000001:" + testInstanceToken,
		},
		"GREEN_API_INSTANCES_FILE": {misplaced, "/"},
		"GREEN_API_PARTNER_TOKEN":  {"misplaced x", "x", misplaced + "/" + misplaced},
		"GREEN_API_PARTNER_URL":    {misplaced, "api.green-api.com", "https://p.test/?token=" + misplaced},
		"PARTNER_SCHEDULE":         {misplaced, "@every 59s", "@every", "TZ=UTC", "0 0 31 2 *", "off"},
	}
	for name, values := range tests {
		for _, value := range values {
			t.Run(name+"="+value, func(t *testing.T) {
				t.Parallel()
				_, _, err := loadConfig(environWith(name+"="+value), noDotenv(t))
				if err == nil {
					t.Fatal("accepted")
				}
				for line := range strings.SplitSeq(err.Error(), "\n") {
					if !strings.HasPrefix(line, name) || !strings.Contains(line, "; want ") {
						t.Errorf("got %q", line)
					}
				}
				if strings.Contains(err.Error(), "misplaced") || strings.Contains(err.Error(), testInstanceToken) {
					t.Errorf("the value is shown: %v", err)
				}
			})
		}
	}
}

func TestConfigListsEverything(t *testing.T) {
	t.Parallel()
	_, warnings, err := loadConfig([]string{
		"GREEN_API_INSTANCES=x 1101000001", "CHECK_TIMEOUT=x", "CONFIRM_AFTER=1h", "TELEGRAM_CHATS=1 x 2 y",
		"TELEGRAM_TOKEN=1:x", "GREEN_API_INSTANCE=x", "CHECK_TIME_OUT=1", "LOG_LEVELS=1",
	}, noDotenv(t))
	if err == nil {
		t.Fatal("accepted")
	}
	for i, part := range []string{
		"TELEGRAM_BOT_TOKEN: is not set", "TELEGRAM_CHATS: cannot be read at entry 2, 4", "GREEN_API_INSTANCES, entry 1",
		"GREEN_API_INSTANCES, entry 2", "CHECK_TIMEOUT: cannot be read", "CONFIRM_AFTER: is out of range",
	} {
		if lines := strings.Split(err.Error(), "\n"); i >= len(lines) || !strings.HasPrefix(lines[i], part) {
			t.Errorf("line %d is not %q in\n%v", i+1, part, err)
		}
	}
	want := []string{
		"TELEGRAM_OPERATORS is empty: nobody may press the buttons",
		"CHECK_TIME_OUT is not known and does nothing; did you mean CHECK_TIMEOUT?",
		"GREEN_API_INSTANCE is not known and does nothing; did you mean GREEN_API_INSTANCES?",
		"TELEGRAM_TOKEN is not known and does nothing; did you mean TELEGRAM_BOT_TOKEN?",
	}
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Error(diff)
	}
}

func TestDotenv(t *testing.T) {
	t.Parallel()
	path := writeDotenv(t, "\ufeff# a comment\r\nTELEGRAM_BOT_TOKEN=\"1:of-the-file-and-not-used\"\r\n\r\nLOG_LEVEL=debug # why\r\n"+
		"export LOG_FORMAT=json\r\nTELEGRAM_CHATS='1\n2'\r\n")
	cfg, _, err := loadConfig(slices.DeleteFunc(environWith(), func(pair string) bool {
		return strings.HasPrefix(pair, "TELEGRAM_CHATS=")
	}), path)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.LogLevel != slog.LevelDebug || !cfg.LogJSON || len(cfg.Chats) != 2 {
		t.Errorf("got %+v", cfg)
	}
	if cfg.BotToken.Reveal() != testBotToken {
		t.Error("the file wins over the environment")
	}
}

// Systems set LANGUAGE for other programs.
func TestLocalesDoNotWinOverTheFile(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"en_US:en": "ru", "en_GB.UTF-8": "ru", "en": "en", "": "en"} {
		cfg, _, err := loadConfig(environWith("LANGUAGE="+value), writeDotenv(t, "LANGUAGE=ru\n"))
		if err != nil || cfg.Language != want {
			t.Errorf("%q: got %q, %v", value, cfg.Language, err)
		}
	}
}

func TestMalformedDotenvNamesTheLineAndNoValue(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		content string
		line    string
	}{
		"no equals sign":         {"# x\nA=1\nSECRETVALUE\nB=2\n", "line 3 "},
		"no equals sign, at end": {"A=1\nSECRETVALUE", "line 2 "},
		"no name":                {"A=1\n\n=SECRETVALUE\n", "line 3 "},
		"a list goes on":         {"A=1:x,\n1101000001:SECRETVALUE\n", "line 2 "},
		"white space in a name":  {"A 1101000001:SECRETVALUE\n", "line 1 "},
		"quotation mark open":    {"A='x\ny'\nB=\"SECRETVALUE\nC=1\n", "line 3 "},
		"text behind quotation":  {"A=1\nB=\"SECRETVALUE\" SECRETVALUE\n", "line 2 "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := loadConfig(environWith(), writeDotenv(t, tt.content))
			if err == nil || !strings.Contains(err.Error(), tt.line) || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("got %v, want %sin it", err, tt.line)
			}
		})
	}
	if _, _, err := loadConfig(environWith(), t.TempDir()); err == nil {
		t.Error("a folder was read as a .env file")
	}
}

// An address at which nobody answers, or with whatever token, is not what an instance is told.
func TestPublicURLNeedsAWebhook(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		with, want string
		warned     bool
	}{
		{"WEBHOOK_TOKEN=" + hookToken, "https://gw.test", false},
		{"WEBHOOK_TOKEN=", "https://gw.test", true},
		{"HTTP_ADDR=off", "", true},
	} {
		cfg, warnings, err := loadConfig(environWith("PUBLIC_URL=https://gw.test", test.with), noDotenv(t))
		warned := slices.ContainsFunc(warnings, func(w string) bool { return strings.HasPrefix(w, "PUBLIC_URL does nothing") })
		if err != nil || cfg.PublicURL != test.want || warned != test.warned {
			t.Errorf("with %s it is %q, warned %t, %v", test.with[:9], cfg.PublicURL, warned, err)
		}
	}
}

func TestDotenvExampleIsCompleteAndTrue(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(".env.example")
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`(?m)^# ([A-Z_]+=)`).ReplaceAllString(string(text), "$1") // with what is commented out
	for _, content := range []string{string(text), said} {
		cfg, warnings, err := loadConfig(nil, writeDotenv(t, content))
		if err != nil || warnings != nil {
			t.Fatal(warnings, err)
		}
		expectDefaults(t, cfg)
	}
	for _, name := range newConfigCheck().names {
		if !strings.Contains(said, "\n"+name+"=") {
			t.Errorf("%s is not in it", name)
		}
	}
}

func TestConfigShowsNoToken(t *testing.T) {
	t.Parallel()
	cfg, _, err := loadConfig(environWith("WEBHOOK_TOKEN="+hookToken, "GATE_TOKEN="+gateToken, "GREEN_API_PARTNER_TOKEN="+partnerToken), noDotenv(t))
	if err != nil {
		t.Fatal(err)
	}
	if cfg.WebhookToken.Reveal() != hookToken || cfg.GateToken.Reveal() != gateToken {
		t.Error("the tokens of the pages are not read")
	}
	cfg.Schedule, cfg.QueueSchedule = nil, nil // their bits are no news
	encoded, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("test", "config", cfg)
	shown := fmt.Sprintf("%v %+v %#v", cfg, cfg, cfg) + string(encoded) + logged.String()
	var masked strings.Builder
	if _, err := fmt.Fprint(newMask(&masked, cfg), testBotToken, testInstanceToken, hookToken, gateToken, partnerToken); err != nil {
		t.Fatal(err)
	}
	shown += masked.String()
	for _, token := range []string{testBotToken, testInstanceToken, hookToken, gateToken, partnerToken} {
		if strings.Contains(shown, token) {
			t.Errorf("a token is shown: %s", shown)
		}
	}
}
