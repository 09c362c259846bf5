package main

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"greenwatch/monitor"
	"greenwatch/notify"
	"greenwatch/storage"
	"greenwatch/watcher"
	"greenwatch/web"
)

// metrics are what /metrics shows; docs/metrics.md lists them. No chat and no person is a label, and an instance only
// where METRICS_PER_INSTANCE is on. What happens is counted here; what is, is looked up at the scrape.
type metrics struct {
	registry *prometheus.Registry

	checks   counters
	latency  prometheus.Histogram
	missed   prometheus.Counter
	sweeps   prometheus.Histogram
	beliefs  counters
	alerts   counters
	tries    counters
	rings    counters
	delay    prometheus.Histogram
	edits    counters
	actions  counters
	database counters
	webhook  counters
	claims   counters
	looks    counters
}

// verdicts are those of a belief.
var verdicts = []monitor.Verdict{monitor.Good, monitor.Settling, monitor.Bad, monitor.Odd, monitor.Denied, monitor.Blind}

// The ends of an edit.
const (
	editShown  = "shown"
	editGone   = "gone"
	editFailed = "failed"
)

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.gaugeFunc("build_info", "The version that runs, and the Go that built it; always 1.",
		prometheus.Labels{"version": version(), "goversion": runtime.Version()}, func() float64 { return 1 })

	m.checks = newCounters(m, "checks_total", "Calls of getStateInstance, by outcome.", "outcome",
		monitor.Answered, monitor.NoAnswer, monitor.Refused, monitor.Throttled, monitor.Unasked)
	m.latency = m.histogram("check_duration_seconds", "How long calls of getStateInstance took.",
		.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60)
	m.missed = m.counter("checks_missed_total", "Checks of a sweep that were not made: the next sweep came first, or greenwatch itself could not ask.")
	m.sweeps = m.histogram("sweep_duration_seconds", "How long sweeps over all instances took; spread on purpose over nine tenths of a minute, or of a shorter interval.",
		1, 5, 10, 30, 45, 54, 60, 90, 120, 300, 900)
	m.beliefs = newCounters(m, "beliefs_total", "Changes believed, by what they mean.", "verdict", verdicts...)
	m.alerts = newCounters(m, "alerts_total", "Alerts committed, by why people are told.", "kind",
		monitor.Opened, monitor.Changed, monitor.Reopened, monitor.StillOut, monitor.Resolved, monitor.Proved,
		monitor.Dropped, monitor.ActedOn, monitor.Arrived, monitor.Returned, monitor.Reported,
		monitor.ListChanged, monitor.ListRefused, monitor.ListAsked, monitor.Expiring,
		monitor.HookRefused, monitor.PoolDown, monitor.PoolUp, monitor.LossNear, monitor.NotSending, monitor.SendsAgain, monitor.NotRead, monitor.OtherPhone)
	m.tries = newCounters(m, "note_tries_total", "Tries to tell a chat of an alert, by their end.", "end",
		monitor.SettledTold, monitor.SettledAgain, monitor.SettledRefused, monitor.SettledFailed)
	m.rings = newCounters(m, "rings_total", "Messages that rang, by the kind of the chat.", "chat", chatGroup, chatPrivate)
	m.delay = m.histogram("belief_to_message_seconds", "From a change that is believed to Telegram's answer to the message or edit that told it, for each chat.",
		.25, .5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 900, 3600)
	m.edits = newCounters(m, "card_edits_total", "Edits of messages that must show the present, by their end.", "end", editShown, editGone, editFailed)
	m.actions = newCounters(m, "actions_total", "Actions that have ended, by outcome.", "outcome",
		monitor.OutcomeWorked, monitor.OutcomeNoChange, monitor.OutcomeRefused, monitor.OutcomeUnknown, monitor.OutcomeExpired, monitor.OutcomeHeld)
	m.database = newCounters(m, "database_errors_total", "Errors of the database, by kind.", "kind", databaseKinds...)
	m.webhook = newCounters(m, "webhook_requests_total", "Requests to the webhook, by how they ended.", "reason", web.Reasons()...)
	m.claims = newCounters(m, "webhook_claims_total", "Changes that notifications told of first, told of late or missed, and notifications that GREEN-API's own answer refuted.", "end",
		watcher.ClaimFirst, watcher.ClaimLate, watcher.ClaimMissed, watcher.ClaimRefuted)
	m.looks = newCounters(m, "queue_looks_total", "Looks at the messages that wait to leave an instance, by outcome.", "outcome",
		monitor.Answered, monitor.NoAnswer, monitor.Refused, monitor.Throttled, monitor.Unasked)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry, ErrorHandling: promhttp.ContinueOnError})
}

func (m *metrics) checked(r monitor.Reading, took time.Duration) {
	m.checks.add(string(r.Answer), 1)
	m.latency.Observe(took.Seconds())
}

func (m *metrics) believed(b monitor.Belief) { m.beliefs.add(string(b.Verdict()), 1) }

func (m *metrics) claimed(e watcher.ClaimEnd) { m.claims.add(string(e), 1) }

func (m *metrics) looked(q monitor.QueueLook) { m.looks.add(string(q.Finding.Answer), 1) }

// swept counts a sweep over n instances.
func (m *metrics) swept(s monitor.Sweep, n int) {
	m.sweeps.Observe(s.Ended.Sub(s.Started).Seconds())
	m.missed.Add(float64(max(0, n-s.Asked)))
}

func (m *metrics) committed(e monitor.Effects) {
	for _, alert := range e.Alerts {
		m.alerts.add(string(alert.Kind), 1)
	}
	for _, act := range e.Actions {
		if act.State == monitor.Ended {
			m.actions.add(string(act.Outcome.Kind), 1)
		}
	}
}

func (m *metrics) settled(s monitor.Settlement) {
	m.tries.add(string(s.End), len(s.Notes))
	if s.End != monitor.SettledTold || s.To == monitor.Outside {
		return
	}
	if s.Rang {
		m.rings.add(string(kindOfChat(s.To.Chat)), 1)
	}
	for _, n := range s.Notes {
		switch n.Alert.Kind {
		case monitor.Opened, monitor.Changed, monitor.Reopened:
			m.delay.Observe(s.At.Sub(newsSince(n)).Seconds())
		}
	}
}

// chatKind is where a message rings.
type chatKind string

const (
	chatGroup   chatKind = "group"
	chatPrivate chatKind = "private"
)

// kindOfChat goes by the sign of Telegram's ids: https://core.telegram.org/bots/api#chat.
func kindOfChat(id int64) chatKind {
	if id > 0 {
		return chatPrivate
	}
	return chatGroup
}

// newsSince is when there was something to tell: when the answer that settled the belief was asked for, so that a
// database that was away counts too. It is when the alert was made where an answer was waited for in vain, and where the
// alert is held back on purpose: states that may pass, and what is seen for the first time.
func newsSince(n monitor.Note) time.Time {
	switch n.Alert.Belief.Verdict() {
	case monitor.Blind, monitor.Settling:
		return n.Alert.At
	}
	if n.Incident.Before.Verdict() == monitor.Unseen {
		return n.Alert.At
	}
	return n.Alert.Belief.At
}

// shower counts the edits that s makes.
func (m *metrics) shower(s notify.Shower) notify.Shower { return countedShower{s, m} }

type countedShower struct {
	notify.Shower
	m *metrics
}

// Show edits the card and counts how that ended.
func (c countedShower) Show(ctx context.Context, card monitor.Card) monitor.Settlement {
	s := c.Shower.Show(ctx, card)
	switch s.End {
	case monitor.SettledTold:
		c.m.edits.add(editShown, 1)
	case monitor.SettledFailed:
		c.m.edits.add(editGone, 1)
	default:
		c.m.edits.add(editFailed, 1)
	}
	return s
}

var databaseKinds = []string{"away", "busy", "full", "read_only", "corrupt", "timeout", "other"}

func (m *metrics) databaseFailed(err error) {
	kind := "other"
	for i, known := range []error{storage.ErrAway, storage.ErrBusy, storage.ErrFull, storage.ErrReadOnly, storage.ErrCorrupt, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			kind = databaseKinds[i]
			break
		}
	}
	m.database.add(kind, 1)
}

// counters are one for each value of a label. All stand at 0 from the start, and none costs an allocation later.
type counters struct {
	all   *prometheus.CounterVec
	known map[string]prometheus.Counter
}

func newCounters[T ~string](m *metrics, name, help, label string, values ...T) counters {
	c := counters{known: make(map[string]prometheus.Counter, len(values))}
	c.all = prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "greenwatch", Name: name, Help: help}, []string{label})
	m.registry.MustRegister(c.all)
	for _, v := range values {
		c.known[string(v)] = c.all.WithLabelValues(labelValue(string(v)))
	}
	return c
}

func (c counters) add(value string, n int) {
	counter := c.known[value]
	if counter == nil {
		counter = c.all.WithLabelValues(labelValue(value))
	}
	counter.Add(float64(n))
}

// labelValue makes one word of what may be two.
func labelValue(s string) string { return strings.ReplaceAll(s, " ", "_") }

func (m *metrics) counter(name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: "greenwatch", Name: name, Help: help})
	m.registry.MustRegister(c)
	return c
}

func (m *metrics) histogram(name, help string, buckets ...float64) prometheus.Histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "greenwatch", Name: name, Help: help, Buckets: buckets})
	m.registry.MustRegister(h)
	return h
}
