package main

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"greenwatch/monitor"
	"greenwatch/storage"
)

// backlogCollector asks the database what waits. Where that does not answer, it says so and is silent about the rest.
type backlogCollector struct {
	ask                      func(context.Context) (storage.Backlog, error)
	asking                   chan struct{}
	up, notes, oldest, cards *prometheus.Desc
	refusing                 *prometheus.Desc
}

const askTimeout = 2 * time.Second

func newBacklogCollector(ask func(context.Context) (storage.Backlog, error)) backlogCollector {
	return backlogCollector{
		ask: ask, asking: make(chan struct{}, 1),
		up:       desc("database_up", "1 where the database answered this scrape within 2 s."),
		notes:    desc("notes_waiting", "Alerts that wait to be told, counted once for each chat; absent while the database is away."),
		oldest:   desc("notes_oldest_age_seconds", "How long the oldest alert that waits has waited; 0 where none does; absent while the database is away."),
		refusing: desc("chats_refusing", "Chats that refuse what they should be told: everything, or some messages; absent while the database is away.", "refused"),
		cards:    desc("cards_stale", "Messages that show what is no longer so, and wait to be edited; absent while the database is away."),
	}
}

// Describe lists the metrics.
func (c backlogCollector) Describe(all chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.up, c.notes, c.oldest, c.cards, c.refusing} {
		all <- d
	}
}

// Collect gives them.
func (c backlogCollector) Collect(all chan<- prometheus.Metric) {
	b, err := c.look()
	all <- gauge(c.up, oneIf(err == nil))
	if err != nil {
		return
	}
	all <- gauge(c.notes, float64(b.Notes))
	all <- gauge(c.cards, float64(b.Cards))
	all <- gauge(c.refusing, float64(b.Dead), "everything")
	all <- gauge(c.refusing, float64(b.Refusing), "message")
	age := 0.0
	if !b.Oldest.IsZero() {
		age = max(0, time.Since(b.Oldest).Seconds())
	}
	all <- gauge(c.oldest, age)
}

// look waits no longer than askTimeout, whatever the database does, and leaves at most one question behind.
func (c backlogCollector) look() (storage.Backlog, error) {
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	select {
	case c.asking <- struct{}{}:
	case <-ctx.Done():
		cancel()
		return storage.Backlog{}, ctx.Err()
	}
	type answer struct {
		storage.Backlog
		err error
	}
	answers := make(chan answer, 1)
	go func() {
		defer func() { <-c.asking }()
		b, err := c.ask(ctx)
		answers <- answer{b, err}
	}()
	defer cancel()
	select {
	case a := <-answers:
		return a.Backlog, a.err
	case <-ctx.Done():
		return storage.Backlog{}, fmt.Errorf("metrics: asking the database: %w", ctx.Err())
	}
}

// beliefs say what is believed of an instance, and whether that can be relied on.
type beliefs interface {
	Belief(id monitor.InstanceID) monitor.Belief
	standings
}

// beliefCollector counts what is believed, and names the instances where that is wanted.
type beliefCollector struct {
	beliefs         beliefs
	instances       func() []monitor.Instance
	each            bool
	count, instance *prometheus.Desc
	unsure          *prometheus.Desc
}

func newBeliefCollector(b beliefs, cfg config) beliefCollector {
	return beliefCollector{
		beliefs: b, instances: cfg.Fleet.Instances, each: cfg.MetricsPerInstance,
		count:    desc("instances", "Instances, by what is believed of them; unseen before the first belief.", "verdict"),
		unsure:   desc("instances_unsure", "Instances of which it is not known how they are now: never seen, unreachable, limited, refused, in an unknown state, or not heard of for too long."),
		instance: desc("instance_state", "What is believed of one instance; always 1. Only with METRICS_PER_INSTANCE=on.", "id", "verdict", "state"),
	}
}

// Describe lists the metrics.
func (c beliefCollector) Describe(all chan<- *prometheus.Desc) {
	all <- c.count
	all <- c.unsure
	if c.each {
		all <- c.instance
	}
}

// Collect gives them.
func (c beliefCollector) Collect(all chan<- prometheus.Metric) {
	counts, unsure := make(map[monitor.Verdict]int), 0
	for _, i := range c.instances() {
		b := c.beliefs.Belief(i.ID)
		counts[b.Verdict()]++
		if gate, _, _ := c.beliefs.Gate(i.ID); !gate.Sure {
			unsure++
		}
		if c.each {
			all <- gauge(c.instance, 1, string(i.ID), string(b.Verdict()), stateLabel(b))
		}
	}
	all <- gauge(c.unsure, float64(unsure))
	all <- gauge(c.count, float64(counts[monitor.Unseen]), string(monitor.Unseen))
	for _, v := range verdicts {
		all <- gauge(c.count, float64(counts[v]), string(v))
	}
}

// standings say how a number stands for those who send.
type standings interface {
	Gate(id monitor.InstanceID) (gate monitor.Gate, version uint64, watched bool)
}

// queueCollector says how many messages wait, of each instance.
type queueCollector struct {
	standings standings
	instances func() []monitor.Instance
	count     *prometheus.Desc
}

func newQueueCollector(s standings, cfg config) queueCollector {
	return queueCollector{
		standings: s, instances: cfg.Fleet.Instances,
		count: desc("instance_queue", "Messages that wait to leave one instance; absent where they were not counted in the last 15 minutes. Only with METRICS_PER_INSTANCE=on.", "id"),
	}
}

// Describe lists the metrics.
func (c queueCollector) Describe(all chan<- *prometheus.Desc) { all <- c.count }

// Collect gives them.
func (c queueCollector) Collect(all chan<- prometheus.Metric) {
	for _, i := range c.instances() {
		if gate, _, _ := c.standings.Gate(i.ID); gate.QueuedKnown {
			all <- gauge(c.count, float64(gate.Queued), string(i.ID))
		}
	}
}

// stateLabel is the word that is believed, of a bounded number of words.
func stateLabel(b monitor.Belief) string {
	switch b.Verdict() {
	case monitor.Odd:
		return "unknown"
	case monitor.Unseen:
		return string(monitor.Unseen)
	}
	if b.Answer == monitor.Answered {
		return string(b.State.Canonical())
	}
	return labelValue(b.Word())
}
