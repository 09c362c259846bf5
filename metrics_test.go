package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"greenwatch/monitor"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/storage"
)

// samples are what one scrape gave: name{label="value"} -> value, without greenwatch_.
type samples map[string]float64

// scrape reads /metrics of the running program.
func (h *house) scrape() samples {
	h.t.Helper()
	text := h.metricsPage()
	found := make(samples)
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, ours := strings.CutPrefix(name, "greenwatch_")
		if !ours {
			continue
		}
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			h.t.Fatalf("%q: %v", line, err)
		}
		found[name] = number
	}
	return found
}

// metricsPage is kept for the search for secrets; chats, names and, unless that is wanted, ids must not be in it either.
func (h *house) metricsPage() string {
	h.t.Helper()
	w := httptest.NewRecorder()
	h.app.server.Handler.ServeHTTP(w, httptest.NewRequestWithContext(h.t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		h.t.Fatalf("/metrics says %d: %s", w.Code, w.Body)
	}
	text := w.Body.String()
	_, _ = h.logged.Write([]byte(text))

	unwanted := []string{"Kazan", "Ops", "ops_a", "Guest", "Forum", "watch_bot", ".example", fmt.Sprint(operator.ID)}
	for _, chat := range h.chats() {
		unwanted = append(unwanted, strings.TrimPrefix(fmt.Sprint(chat), "-"))
	}
	if !h.cfg.MetricsPerInstance {
		unwanted = append(unwanted, "710500")
	}
	for line := range strings.Lines(text) {
		for _, word := range unwanted {
			if strings.HasPrefix(line, "greenwatch_") && strings.Contains(strings.SplitN(line, "} ", 2)[0], word) {
				h.t.Errorf("a line holds %q: %s", word, line)
			}
		}
	}
	return text
}

// expect fails where a sample is missing or another one.
func (s samples) expect(t *testing.T, want samples) {
	t.Helper()
	for name, value := range want {
		if got, there := s[name]; !there || got != value {
			t.Errorf("%s is %v (there: %t), want %v", name, got, there, value)
		}
	}
}

// grew fails where a sample is not greater than it was.
func (s samples) grew(t *testing.T, since samples, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, there := since[name]; !there || s[name] <= since[name] {
			t.Errorf("%s was %v, and is %v", name, since[name], s[name])
		}
	}
}

func TestMetricsOfAnIncident(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.scrape().expect(t, samples{`instances{verdict="unseen"}`: 3, "sweep_last_end_timestamp_seconds": 0, `checks_total{outcome="answered"}`: 0})
		h.pass(2 * time.Minute)
		quiet := h.scrape()
		quiet.expect(t, samples{
			`instances{verdict="good"}`: 3, `instances{verdict="bad"}`: 0, `instances{verdict="unseen"}`: 0, `beliefs_total{verdict="good"}`: 3,
			"notes_waiting": 0, "notes_oldest_age_seconds": 0, "cards_stale": 0, "database_up": 1, "telegram_up": 1,
			"sweep_lag_seconds": 0, "sweep_interval_seconds": 60, "checks_missed_total": 0,
			`alerts_total{kind="arrived"}`: 1, `note_tries_total{end="told"}`: 3, "belief_to_message_seconds_count": 0,
			"check_duration_seconds_count": quiet[`checks_total{outcome="answered"}`],
		})
		if ago := float64(time.Now().Unix()) - quiet["sweep_last_end_timestamp_seconds"]; ago < 0 || ago > 60 {
			t.Errorf("the last sweep ended %v s ago", ago)
		}

		if err := h.green.FalseLogout(first); err != nil {
			t.Fatal(err)
		}
		h.pass(90 * time.Second)
		bad := h.scrape()
		bad.grew(t, quiet, `checks_total{outcome="answered"}`, "sweep_duration_seconds_count", "sweep_duration_seconds_sum")
		bad.expect(t, samples{
			`instances{verdict="good"}`: 2, `instances{verdict="bad"}`: 1, `beliefs_total{verdict="bad"}`: 1, `alerts_total{kind="opened"}`: 1,
			"belief_to_message_seconds_count": 3, `belief_to_message_seconds_bucket{le="2"}`: 3, `note_tries_total{end="told"}`: 6,
		})

		h.telegram.Inject(botapi.Fault{Method: "editMessageText", Chat: forum, Times: 1, Effect: botapi.Gateway(502)})
		h.press(opsGroup, h.find(opsGroup, "logged out of WhatsApp").ID, "Reboot", operator)
		h.pass(2 * time.Second)
		prompt := h.find(opsGroup, "Reboot Kazan_01")
		h.press(opsGroup, prompt.ID, prompt.Keyboard[0][0].Text, operator)
		h.pass(5 * time.Minute)
		over := h.scrape()
		over.grew(t, bad, `card_edits_total{end="shown"}`, `card_edits_total{end="failed"}`)
		over.expect(t, samples{
			`instances{verdict="good"}`: 3, `actions_total{outcome="worked"}`: 1, `actions_total{outcome="refused"}`: 0,
			`alerts_total{kind="acted"}`: 1, `alerts_total{kind="resolved"}`: 1, "cards_stale": 0, `database_errors_total{kind="other"}`: 0,
			"belief_to_message_seconds_count": 3,
		})
	})
}

func TestMetricsOfGreenAPIsTrouble(t *testing.T) {
	t.Parallel()
	for kind, outcome := range map[instanceapi.Kind]string{
		instanceapi.Throttled: "throttled", instanceapi.BadGateway: "no_answer", instanceapi.Unauthorized: "refused",
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			inHouse(t, 1, func(t *testing.T, h *house) {
				h.pass(2 * time.Minute)
				before := h.scrape()
				h.breakAll(kind)
				h.pass(3 * time.Minute)
				h.scrape().grew(t, before, `checks_total{outcome="`+outcome+`"}`)
			})
		})
	}
}

func TestMetricsOfChecksThatHang(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 3, func(t *testing.T, h *house) {
		h.cfg.CheckTimeout = 2 * time.Minute
		h.start()
		h.pass(2 * time.Minute)
		before := h.scrape()
		h.breakAll(instanceapi.Hang)
		h.pass(8 * time.Minute)
		after := h.scrape()
		after.grew(t, before, "checks_missed_total", `checks_total{outcome="no_answer"}`)
		after.expect(t, samples{`check_duration_seconds_bucket{le="60"}`: before["check_duration_seconds_count"]})
	})
}

func TestMetricsWhileTelegramIsAway(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]botapi.Effect{"429": botapi.FloodWait(20), "reset": botapi.Reset()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inHouse(t, 3, func(t *testing.T, h *house) {
				h.pass(2 * time.Minute)
				before := h.scrape()
				broken := h.telegram.Inject(botapi.Fault{Effect: effect})
				h.set(first, instanceapi.NotAuthorized)
				h.pass(6 * time.Minute)
				away := h.scrape()
				away.expect(t, samples{"telegram_up": 0, "notes_waiting": 3, "belief_to_message_seconds_count": 0})
				away.grew(t, before, `note_tries_total{end="again"}`)
				if age := away["notes_oldest_age_seconds"]; age < 200 || age > 360 {
					t.Errorf("the oldest has waited %v s", age)
				}
				if name == "429" {
					away.grew(t, before, "telegram_throttled_total")
				} else {
					away.expect(t, samples{"telegram_throttled_total": 0})
				}

				broken.Off()
				h.pass(2 * time.Minute)
				h.scrape().expect(t, samples{
					"telegram_up": 1, "notes_waiting": 0, "notes_oldest_age_seconds": 0,
					"belief_to_message_seconds_count": 3, `belief_to_message_seconds_bucket{le="120"}`: 0,
				})
			})
		})
	}
}

func TestMetricsWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		before := h.scrape()
		if err := h.app.store.Close(); err != nil {
			t.Fatal(err)
		}
		h.set(first, instanceapi.Blocked)
		h.pass(2 * time.Minute)
		away := h.scrape()
		away.expect(t, samples{"database_up": 0, `instances{verdict="bad"}`: 1})
		away.grew(t, before, `checks_total{outcome="answered"}`, `database_errors_total{kind="other"}`)
		for _, name := range []string{"notes_waiting", "notes_oldest_age_seconds", "cards_stale"} {
			if _, there := away[name]; there {
				t.Errorf("%s is there", name)
			}
		}
	})
}

func TestMetricsOfADatabaseThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang, asked := make(chan struct{}), atomic.Int32{}
		registry := prometheus.NewRegistry()
		registry.MustRegister(newBacklogCollector(func(context.Context) (storage.Backlog, error) {
			asked.Add(1)
			<-hang
			return storage.Backlog{}, errors.New("away")
		}))
		for range 3 {
			began := time.Now()
			found, err := registry.Gather()
			if took := time.Since(began); took != askTimeout {
				t.Errorf("a scrape took %s", took)
			}
			if err != nil || len(found) != 1 || found[0].GetName() != "greenwatch_database_up" || found[0].GetMetric()[0].GetGauge().GetValue() != 0 {
				t.Errorf("%v, %v", found, err)
			}
		}
		if n := asked.Load(); n != 1 {
			t.Errorf("%d questions wait in the database, want 1", n)
		}
		close(hang)
	})
}

func TestMetricsPerInstance(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 3, func(t *testing.T, h *house) {
		h.cfg.MetricsPerInstance = true
		h.set("7105000002", "brandNewWord")
		h.start()
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.YellowCard)
		h.pass(2 * time.Minute)
		if err := h.green.Break(instanceapi.InstanceScope("7105000003"), instanceapi.Fault{Kind: instanceapi.Hang}); err != nil {
			t.Fatal(err)
		}
		h.pass(5 * time.Minute)
		now := h.scrape()
		now.expect(t, samples{
			`instance_state{id="7105000001",state="suspended",verdict="bad"}`:   1,
			`instance_state{id="7105000002",state="unknown",verdict="odd"}`:     1,
			`instance_state{id="7105000003",state="no_answer",verdict="blind"}`: 1,
		})
		n := 0
		for name := range now {
			if strings.HasPrefix(name, "instance_state{") {
				n++
			}
		}
		if n != 3 {
			t.Errorf("%d states of 3 instances", n)
		}
		dump(t, h.metricsPage())
	})
}

// dump judges a page as promtool does, and writes it to the file METRICS_DUMP, for promtool itself.
func dump(t *testing.T, page string) {
	t.Helper()
	problems, err := promlint.New(strings.NewReader(page)).Lint()
	if err != nil {
		t.Error(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "greenwatch_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	if path := os.Getenv("METRICS_DUMP"); path != "" {
		if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
			t.Error(err)
		}
	}
}

func TestNewsSince(t *testing.T) {
	t.Parallel()
	asked := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	kept := asked.Add(5 * time.Minute)
	believed := func(s monitor.State) monitor.Belief {
		return monitor.Belief{Finding: monitor.Finding{Answer: monitor.Answered, State: s}, At: asked}
	}
	blind := monitor.Belief{Finding: monitor.Finding{Answer: monitor.NoAnswer}, At: asked}
	for name, c := range map[string]struct {
		before, now monitor.Belief
		want        time.Time
	}{
		"told at once, kept late":   {believed(monitor.Authorized), believed(monitor.Blocked), asked},
		"held back as it may pass":  {believed(monitor.Authorized), believed(monitor.Starting), kept},
		"waited for in vain":        {believed(monitor.Authorized), blind, kept},
		"gathered at first sight":   {monitor.Belief{}, believed(monitor.Blocked), kept},
		"from one trouble to other": {believed(monitor.Starting), believed(monitor.Blocked), asked},
	} {
		note := monitor.Note{Incident: monitor.Incident{Before: c.before}, Alert: monitor.Alert{At: kept, Belief: c.now}}
		if got := newsSince(note); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestLagOfSweeps(t *testing.T) {
	t.Parallel()
	every, err := parseSchedule("*/10 9-17 * * *")
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.Local)
	at := func(hour, minute int) time.Time { return day.Add(time.Duration(60*hour+minute) * time.Minute) }
	p := pace{started: at(9, 0), schedule: every, timeout: 30 * time.Second}
	for name, c := range map[string]struct {
		swept, now time.Time
		want       time.Duration
	}{
		"the first is under way":      {time.Time{}, at(9, 1), 0},
		"the first does not end":      {time.Time{}, at(9, 5), 3*time.Minute + 30*time.Second},
		"one has just ended":          {at(9, 1), at(9, 1), 0},
		"the next may still run":      {at(9, 1), at(9, 20), 0},
		"the next has not ended":      {at(9, 1), at(9, 21), 30 * time.Second},
		"nothing is due in the night": {at(17, 51), at(24, 0), 0},
	} {
		if got := p.lag(c.swept, c.now); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// A check that changes nothing is counted without a trace on the heap.
func TestCountingAllocatesNothing(t *testing.T) {
	m := newMetrics()
	r := monitor.Reading{Finding: monitor.Finding{Answer: monitor.NoAnswer}}
	allocated := testing.AllocsPerRun(100, func() {
		m.checked(r, 120*time.Millisecond)
		m.believed(monitor.Belief{Finding: r.Finding})
		m.settled(monitor.Settlement{End: monitor.SettledTold})
		m.swept(monitor.Sweep{}, 1)
		m.databaseFailed(storage.ErrBusy)
	})
	if allocated > 0 {
		t.Errorf("%v allocations", allocated)
	}
}
