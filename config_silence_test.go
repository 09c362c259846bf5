package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestConfigOfSilence(t *testing.T) {
	t.Parallel()
	cfg, _, err := loadConfig(environWith(), noDotenv(t))
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Heartbeat.Reveal() != "" || len(cfg.Fallbacks) != 0 || cfg.FallbackAfter != 2*time.Minute ||
		cfg.DailyReport == nil || cfg.DailyReport.Hour != 9 || cfg.DailyReport.Minute != 0 || cfg.DailyReport.Zone != time.UTC {
		t.Errorf("the defaults are %+v", cfg)
	}
	cfg, _, err = loadConfig(environWith(
		"HEARTBEAT_URL=https://hc.test/uuid?x=1", "FALLBACK_AFTER=10s", "DAILY_REPORT=OFF", "TELEGRAM_CHATS=",
		"FALLBACK_URLS=smtp://u:p@h:587/?from=a@b.c&to=d@e.f,g@h.i \n ntfy://ntfy.sh/topic\tgeneric+https://h/x?y=1,2",
	), noDotenv(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Fallbacks) != 3 || cfg.Fallbacks[2].Reveal() != "generic+https://h/x?y=1,2" || cfg.FallbackAfter != 10*time.Second ||
		cfg.DailyReport != nil || cfg.Heartbeat.Reveal() != "https://hc.test/uuid?x=1" {
		t.Errorf("got %+v", cfg)
	}
	cfg, _, err = loadConfig(environWith("DAILY_REPORT=18:30", "TIMEZONE=Asia/Almaty"), noDotenv(t))
	if err != nil || cfg.DailyReport.Zone.String() != "Asia/Almaty" || cfg.DailyReport.Minute != 30 {
		t.Errorf("got %+v, %v", cfg.DailyReport, err)
	}
}

func TestConfigOfSilenceRejects(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]string{
		"HEARTBEAT_URL=hc.test/misplaced": "HEARTBEAT_URL: is not a usable URL; want ",
		"HEARTBEAT_URL=ftp://misplaced":   "HEARTBEAT_URL: is not a usable URL; want ",
		"FALLBACK_AFTER=9s":               "FALLBACK_AFTER: is out of range; want ",
		"FALLBACK_AFTER=misplaced":        "FALLBACK_AFTER: cannot be read; want ",
		"DAILY_REPORT=misplaced":          "DAILY_REPORT: is no time of day; want ",
		"DAILY_REPORT=24:00":              "DAILY_REPORT: is no time of day; want ",
		"FALLBACK_URLS=ntfy://h/t telegram://misplaced@telegram?chats=1": "FALLBACK_URLS: entry 2 is Telegram, ",
		"FALLBACK_URLS=misplaced ntfy://misplaced":                       "FALLBACK_URLS: entry 1 is no address of a service; entry 2 is not as its service wants it; want ",
	} {
		_, _, err := loadConfig(environWith(variable), noDotenv(t))
		if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "; want ") || strings.Contains(err.Error(), "misplaced") {
			t.Errorf("%s: got %v", variable, err)
		}
	}
	_, warnings, _ := loadConfig(environWith("FALLBACK_URL=x", "HEARTBEAT=x", "DAILY_REPORTS=x"), noDotenv(t))
	if text := strings.Join(warnings, "\n"); !strings.Contains(text, "FALLBACK_URL is not known and does nothing; did you mean FALLBACK_URLS?") ||
		!strings.Contains(text, "DAILY_REPORTS is not known") {
		t.Errorf("warned %q", warnings)
	}
}

func TestConfigOfSilenceShowsNoSecret(t *testing.T) {
	t.Parallel()
	const key, password = "4a5b6c7d-0000-n3verseen", "pa55word-unseen"
	cfg, _, err := loadConfig(environWith("HEARTBEAT_URL=https://hc.test/"+key, "FALLBACK_URLS=smtp://u:"+password+"@h/?from=a@b.c&to=d@e.f"), noDotenv(t))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Schedule, cfg.DailyReport = nil, nil
	encoded, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	log := newLog(newMask(&logged, cfg), cfg)
	log.Log(t.Context(), slog.LevelError, "x", "config", cfg, "slipped", key+" "+password+" "+cfg.Fallbacks[0].Reveal())
	shown := fmt.Sprintf("%v %+v %#v", cfg, cfg, cfg) + string(encoded) + logged.String()
	if strings.Contains(shown, key) || strings.Contains(shown, password) {
		t.Errorf("a secret is shown: %s", shown)
	}
}
