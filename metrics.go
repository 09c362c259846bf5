package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"greenwatch/monitor"
	"greenwatch/watcher"
	"greenwatch/web"
)

// metrics are what /metrics shows. No chat and no instance is a label.
type metrics struct {
	registry *prometheus.Registry
	checks   *prometheus.CounterVec
	latency  prometheus.Histogram
	notes    *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		checks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "greenwatch_checks_total", Help: "Calls of getStateInstance by what came back.",
		}, []string{"answer"}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "greenwatch_check_seconds", Help: "How long getStateInstance took.",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}),
		notes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "greenwatch_notes_total", Help: "Tries to tell, by their end: told, again or failed.",
		}, []string{"end"}),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.checks, m.latency, m.notes)
	return m
}

func (m *metrics) checked(r monitor.Reading, took time.Duration) {
	m.checks.WithLabelValues(string(r.Answer)).Inc()
	m.latency.Observe(took.Seconds())
}

func (m *metrics) settled(s monitor.Settlement) {
	m.notes.WithLabelValues(string(s.End)).Add(float64(len(s.Notes)))
}

func (m *metrics) watch(w *watcher.Watcher) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "greenwatch_last_sweep_timestamp_seconds", Help: "When the last round over all instances ended.",
	}, func() float64 {
		if swept := w.Swept(); !swept.IsZero() {
			return float64(swept.Unix())
		}
		return 0
	}))
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// readiness is true while the database answers, Telegram is heard and the sweeps end.
func (a *app) readiness(cfg config) []web.Check {
	return []web.Check{
		{Name: "database", Check: a.store.Ping},
		{Name: "sweeps", Check: func(context.Context) error {
			swept := a.watcher.Swept()
			if next := cfg.Schedule.Next(cfg.Schedule.Next(swept)); swept.IsZero() || time.Now().After(next.Add(cfg.CheckTimeout)) {
				return errors.New("no round over all instances has ended lately")
			}
			return nil
		}},
		{Name: "telegram", Check: func(context.Context) error {
			if err := a.polling.Load(); err != nil {
				return *err
			}
			return nil
		}},
	}
}
