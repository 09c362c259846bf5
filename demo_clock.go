package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/page"
)

// demoPace is a step of the demo's clock: the settings with which the program runs, and how long a reboot takes.
type demoPace struct {
	page.Speed
	check, queues   string        // CHECK_SCHEDULE and QUEUE_SCHEDULE
	timeout         time.Duration // CHECK_TIMEOUT; well below the time between two checks, or an outage is not seen in time
	confirm, reboot time.Duration
	relapse         time.Duration
	grace, wait     time.Duration // STARTING_GRACE and REBOOT_WAIT
}

// demoPaces begin with the one at the start.
func demoPaces() []demoPace {
	return []demoPace{
		{
			page.Speed{Key: "×60", Means: page.Text{
				EN: "Checks every second, not every minute; queues every 10 s, not 10 min. What hangs in its start is rebooted after 4 s, not 1 min, and judged after 10 s. Probation lasts 1 min, not 1 h, a reboot 6 s.",
				RU: "Проверка каждую секунду, а не минуту; очереди каждые 10 с, а не 10 мин. Зависшее при запуске перезагружается через 4 с, а не 1 мин, итог через 10 с. Испытательный срок 1 мин, а не 1 ч, перезагрузка 6 с.",
			}},
			"@every 1s", "@every 10s", 300 * time.Millisecond, time.Second / 5, 6 * time.Second, time.Minute, 4 * time.Second, 10 * time.Second,
		},
		{
			page.Speed{Key: "×10", Means: page.Text{
				EN: "Checks every 6 s, not every minute; queues every minute, not every 10. What hangs in its start is rebooted after 10 s, not 1 min, and judged after 20 s. Probation lasts 6 min, not 1 h, a reboot 10 s.",
				RU: "Проверка каждые 6 с, а не раз в минуту; очереди раз в минуту, а не в 10. Зависшее при запуске перезагружается через 10 с, а не 1 мин, итог через 20 с. Испытательный срок 6 мин, а не 1 ч, перезагрузка 10 с.",
			}},
			"@every 6s", "@every 1m", 5 * time.Second, time.Second, 10 * time.Second, 6 * time.Minute, 10 * time.Second, 20 * time.Second,
		},
		{
			page.Speed{Key: "×1", Means: page.Text{
				EN: "As in earnest: checks every minute, queues every 10. What hangs in its start is rebooted after 1 min and judged after 2 min. Probation lasts 1 h, a reboot 30 s.",
				RU: "Как на самом деле: проверка раз в минуту, очереди раз в 10. Зависшее при запуске перезагружается через 1 мин, итог через 2 мин. Испытательный срок 1 ч, перезагрузка 30 с.",
			}},
			"@every 1m", "@every 10m", 30 * time.Second, 10 * time.Second, 30 * time.Second, time.Hour, time.Minute, 2 * time.Minute,
		},
	}
}

func demoSpeeds() []page.Speed {
	var out []page.Speed
	for _, p := range demoPaces() {
		out = append(out, p.Speed)
	}
	return out
}

// demoProgram is the program, started anew on the same database whenever the clock is turned.
type demoProgram struct {
	cfg   config
	reach transports
	green *instanceapi.Server
	log   *slog.Logger
	turns chan demoTurn
	app   atomic.Pointer[app] // made, and not run yet at first
}

type demoTurn struct {
	pace demoPace
	done chan error
}

// make makes the program with the settings of a pace.
func (p *demoProgram) make(ctx context.Context, pace demoPace) error {
	cfg := p.cfg
	var err, wrong error
	cfg.Schedule, err = parseSchedule(pace.check)
	cfg.QueueSchedule, wrong = parseSchedule(pace.queues)
	if err := errors.Join(err, wrong); err != nil {
		return err
	}
	cfg.CheckTimeout = pace.timeout
	cfg.Policy = monitor.Policy{
		ConfirmAfter: pace.confirm, UnreachableAfter: 3, RelapseWindow: pace.relapse, Interval: interval(cfg.Schedule),
		AutoReboot: monitor.AutoRebootOn, StartingGrace: pace.grace, RebootWait: pace.wait,
	}
	for _, i := range demoFleet() {
		if err := p.green.SetRebootTime(i.id, pace.reboot); err != nil {
			return err
		}
	}
	a, err := newApp(ctx, cfg, p.log, p.reach)
	p.app.Store(a)
	return err
}

// gate has the program answer, as it does at HTTP_ADDR.
func (p *demoProgram) gate(w http.ResponseWriter, r *http.Request) {
	a := p.app.Load()
	if a == nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	a.server.Handler.ServeHTTP(w, r)
}

// run ends with ctx, or with an error of the program's.
func (p *demoProgram) run(ctx context.Context) error {
	for {
		life, end := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- p.app.Load().run(life) }()
		select {
		case err := <-ended:
			end()
			return err
		case turn := <-p.turns:
			end()
			err := <-ended
			if err == nil {
				err = p.make(ctx, turn.pace)
			}
			turn.done <- err
			if err != nil {
				return err
			}
		}
	}
}

// turn ends the program and starts it with the settings of another pace.
func (p *demoProgram) turn(ctx context.Context, key string) error {
	for _, pace := range demoPaces() {
		if pace.Key != key {
			continue
		}
		turn := demoTurn{pace, make(chan error, 1)}
		select {
		case p.turns <- turn:
			return <-turn.done
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return fmt.Errorf("demo: the clock has no step %q", key)
}
