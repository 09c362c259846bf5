package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/page"
)

// demoPace is a step of the demo's clock: the settings with which the program runs, and how long a reboot takes.
type demoPace struct {
	page.Speed
	check           string // CHECK_SCHEDULE
	confirm, reboot time.Duration
	relapse         time.Duration
}

// demoPaces begin with the one at the start.
func demoPaces() []demoPace {
	return []demoPace{
		{
			page.Speed{Key: "×60", Means: page.Text{
				EN: "Checks about once a second instead of once a minute, confirms after 0.2 s instead of 10 s, probation lasts 1 min instead of 1 h. A reboot takes 6 s.",
				RU: "Проверка примерно раз в секунду, а не раз в минуту, подтверждение через 0,2 с, а не через 10 с, испытательный срок 1 мин, а не 1 ч. Перезагрузка длится 6 с.",
			}},
			"@every 1s", time.Second / 5, 6 * time.Second, time.Minute,
		},
		{
			page.Speed{Key: "×10", Means: page.Text{
				EN: "Checks every 6 s instead of once a minute, confirms after 1 s instead of 10 s, probation lasts 6 min instead of 1 h. A reboot takes 10 s.",
				RU: "Проверка каждые 6 с, а не раз в минуту, подтверждение через 1 с, а не через 10 с, испытательный срок 6 мин, а не 1 ч. Перезагрузка длится 10 с.",
			}},
			"@every 6s", time.Second, 10 * time.Second, 6 * time.Minute,
		},
		{
			page.Speed{Key: "×1", Means: page.Text{
				EN: "As in earnest: checks once a minute, confirms after 10 s, probation lasts 1 h. A reboot takes 30 s.",
				RU: "Как на самом деле: проверка раз в минуту, подтверждение через 10 с, испытательный срок 1 ч. Перезагрузка длится 30 с.",
			}},
			"@every 1m", 10 * time.Second, 30 * time.Second, time.Hour,
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
	app   *app // made, and not run yet
}

type demoTurn struct {
	pace demoPace
	done chan error
}

// make makes the program with the settings of a pace.
func (p *demoProgram) make(ctx context.Context, pace demoPace) error {
	cfg := p.cfg
	var err error
	if cfg.Schedule, err = parseSchedule(pace.check); err != nil {
		return err
	}
	cfg.Policy = monitor.Policy{ConfirmAfter: pace.confirm, UnreachableAfter: 3, RelapseWindow: pace.relapse}
	for _, i := range demoFleet() {
		if err := p.green.SetRebootTime(i.id, pace.reboot); err != nil {
			return err
		}
	}
	p.app, err = newApp(ctx, cfg, p.log, p.reach)
	return err
}

// run ends with ctx, or with an error of the program's.
func (p *demoProgram) run(ctx context.Context) error {
	for {
		life, end := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- p.app.run(life) }()
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
