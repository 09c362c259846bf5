package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"greenwatch/simulator/instanceapi"
)

// described is the table of docs/metrics.md, made from a page of a running house.
func described(page string) []string {
	kinds, labels, helps := map[string]string{}, map[string][]string{}, map[string]string{}
	var names []string
	label := regexp.MustCompile(`([a-z_]+)="`)
	for line := range strings.Lines(page) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 4)
		switch {
		case words[0] == "#" && words[1] == "HELP":
			helps[words[2]] = words[3]
			names = append(names, words[2])
		case words[0] == "#":
			kinds[words[2]] = words[3]
		default:
			name, set, _ := strings.Cut(words[0], "{")
			for _, found := range label.FindAllStringSubmatch(set, -1) {
				if found[1] != "le" && !slices.Contains(labels[name], found[1]) {
					labels[name] = append(labels[name], found[1])
				}
			}
		}
	}
	var rows []string
	for _, name := range names {
		if strings.HasPrefix(name, "greenwatch_") {
			quoted := ""
			if labels[name] != nil {
				quoted = "`" + strings.Join(labels[name], "`, `") + "`"
			}
			rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | %s |", name, kinds[name], quoted, helps[name]))
		}
	}
	return rows
}

// TestWhatIsWrittenOfMetrics compares the table of docs/metrics.md with the registry, and looks up every metric that the
// dashboard and the alert rules name.
func TestWhatIsWrittenOfMetrics(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 1, func(t *testing.T, h *house) {
		h.cfg.MetricsPerInstance = true
		h.countQueues()
		h.set(first, instanceapi.Authorized)
		h.start()
		h.pass(2 * time.Minute) // until a queue is counted
		rows := described(h.metricsPage())

		var written []string
		for line := range strings.Lines(read(t, "docs/metrics.md")) {
			if strings.HasPrefix(line, "| `greenwatch_") {
				written = append(written, strings.TrimSpace(line))
			}
		}
		if !slices.Equal(rows, written) {
			t.Errorf("the table of docs/metrics.md is not\n%s", strings.Join(rows, "\n"))
		}

		all := strings.Join(rows, "\n")
		for _, path := range []string{"deploy/grafana-dashboard.json", "deploy/prometheus-rules.yml", "deploy/prometheus-rules.test.yml"} {
			for _, name := range regexp.MustCompile(`\bgreenwatch_[a-z_]+`).FindAllString(read(t, path), -1) {
				family := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
				if !strings.Contains(all, "| `"+name+"` |") && !strings.Contains(all, "| `"+family+"` | histogram |") {
					t.Errorf("%s: there is no %s", path, name)
				}
			}
		}
	})
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDashboard(t *testing.T) {
	t.Parallel()
	type source struct{ Type, UID string }
	var dashboard struct {
		Title, UID string
		Templating struct {
			List []struct{ Name, Type string }
		}
		Panels []struct {
			ID         int
			Title      string
			Datasource source
			Targets    []struct {
				Expr       string
				Datasource source
			}
		}
	}
	if err := json.Unmarshal([]byte(read(t, "deploy/grafana-dashboard.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	if v := dashboard.Templating.List; len(v) == 0 || v[0].Name != "datasource" || v[0].Type != "datasource" {
		t.Errorf("the first variable is not the data source: %v", v)
	}
	chosen, ids := source{"prometheus", "${datasource}"}, map[int]bool{}
	for _, p := range dashboard.Panels {
		if p.Title == "" || ids[p.ID] || p.Datasource != chosen || len(p.Targets) == 0 {
			t.Errorf("panel %d %q has no title, an id twice, another data source or nothing to show", p.ID, p.Title)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			if target.Datasource != chosen || !strings.Contains(target.Expr, `job="$job"`) {
				t.Errorf("panel %q asks another data source or job: %s", p.Title, target.Expr)
			}
		}
	}
	if len(ids) == 0 || dashboard.Title == "" || dashboard.UID == "" {
		t.Error("the dashboard has no panel, title or uid")
	}
}
