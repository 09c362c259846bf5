package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"greenwatch/telegram"
)

// watch adds what is looked up at each scrape.
func (m *metrics) watch(a *app, cfg config, client *telegram.Client) {
	m.counterFunc("telegram_throttled_total", "Calls that Telegram refused with 429, too many requests.", client.Throttled)
	m.counterFunc("telegram_updates_skipped_total", "Updates passed over: not decodable, or their handling panicked.", client.Skipped)
	m.counterFunc("telegram_unanswered_total", "Commands and presses not answered, as there were too many at a time.", a.bot.Unanswered)
	m.gaugeFunc("telegram_presses_without_message", "1 while presses come without their message: the bot's callback_query_mode is not default.", nil,
		func() float64 { return oneIf(a.bot.Nowhere()) })
	m.gaugeFunc("telegram_up", "1 while polling Telegram works; 0 from its first failure to its next success.", nil,
		func() float64 { return oneIf(a.polling.Load() == nil) })

	m.gaugeFunc("sweep_last_end_timestamp_seconds", "When the last sweep over all instances ended; 0 before the first.", nil, func() float64 {
		if swept := a.watcher.Swept(); !swept.IsZero() {
			return float64(swept.UnixMilli()) / 1000
		}
		return 0
	})
	m.gaugeFunc("sweep_lag_seconds", "How long the end of a sweep is overdue; 0 while they keep to the schedule.", nil,
		func() float64 { return a.pace.lag(a.watcher.Swept(), time.Now()).Seconds() })
	m.gaugeFunc("sweep_interval_seconds", "From the next sweep's start to that of the one after it.", nil, func() float64 {
		next := cfg.Schedule.Next(time.Now())
		return cfg.Schedule.Next(next).Sub(next).Seconds()
	})
	m.registry.MustRegister(newBacklogCollector(a.store.Backlog), newBeliefCollector(a.watcher, cfg))
	if cfg.MetricsPerInstance {
		m.registry.MustRegister(newQueueCollector(a.watcher, cfg))
	}
}

func (m *metrics) gaugeFunc(name, help string, labels prometheus.Labels, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Namespace: "greenwatch", Name: name, Help: help, ConstLabels: labels}, value))
}

func (m *metrics) counterFunc(name, help string, value func() uint64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(
		prometheus.CounterOpts{Namespace: "greenwatch", Name: name, Help: help}, func() float64 { return float64(value()) }))
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("greenwatch_"+name, help, labels, nil)
}

func gauge(d *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}
