package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"greenwatch/bot"
	"greenwatch/monitor"
	"greenwatch/notify"
	"greenwatch/outside"
	"greenwatch/report"
	"greenwatch/storage"
)

// silence is what lets people notice that they are not told: each part is nil where it is off.
type silence struct {
	channels *outside.Channels
	heart    *outside.Heart
	reporter *report.Reporter
	limit    time.Duration // an alert that nobody was told of for so long is trouble of our own
}

const (
	outsideTime = time.Minute // what the channels may take once it is their turn
	relayIdle   = time.Minute // a relay that has not looked at the outbox for so long has stopped
)

// subscribe makes the chats those that are told, and where there are other channels, those as well, later.
func (a *app) subscribe(ctx context.Context, cfg config) error {
	chats := cfg.Chats
	if len(cfg.Fallbacks) > 0 {
		chats = append(chats[:len(chats):len(chats)], monitor.Outside)
	}
	if err := a.store.Subscribe(ctx, chats); err != nil {
		return err
	}
	return a.store.TellOutside(ctx, cfg.FallbackAfter)
}

func (a *app) breakSilence(cfg config, t transports) (err error) {
	a.silence.limit = cfg.FallbackAfter
	if len(cfg.Fallbacks) > 0 {
		a.silence.limit += outsideTime
		if a.silence.channels, err = outside.NewChannels(cfg.Fallbacks, a.log); err != nil {
			return err
		}
	}
	if cfg.Heartbeat.Reveal() != "" {
		a.silence.heart, err = outside.NewHeart(outside.HeartOptions{URL: cfg.Heartbeat, HTTP: t.heartbeat, Log: a.log})
		if err != nil {
			return err
		}
	}
	if cfg.DailyReport != nil {
		a.silence.reporter, err = report.New(report.Options{
			At: *cfg.DailyReport, Instances: cfg.Fleet.Instances, Policy: cfg.Policy, Store: a.store, Log: a.log,
		})
	}
	return err
}

// stage is what runs, while the relay and the watcher do.
func (s silence) stage() stage {
	var running stage
	if s.heart != nil {
		running = append(running, component{"heart", s.heart.Run})
	}
	if s.reporter != nil {
		running = append(running, component{"report", s.reporter.Run})
	}
	return running
}

// teller tells chats in Telegram, and the other channels where there are any.
func (a *app) teller(chats *bot.Teller) notify.Teller {
	if a.silence.channels == nil {
		return chats
	}
	compose := func(notes []monitor.Note) (string, []monitor.Note) {
		m, carried := chats.Compose(notes)
		return chats.Voices.Own().Outside(m), carried
	}
	return byAddress{chats: chats, outside: &outside.Teller{Channels: a.silence.channels, Compose: compose}}
}

type byAddress struct{ chats, outside notify.Teller }

func (b byAddress) of(to monitor.Address) notify.Teller {
	if to == monitor.Outside {
		return b.outside
	}
	return b.chats
}

// TurnToTell waits as the address's own teller does.
func (b byAddress) TurnToTell(ctx context.Context, to monitor.Address) error {
	return b.of(to).TurnToTell(ctx, to)
}

// Tell lets the address's own teller tell.
func (b byAddress) Tell(ctx context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement {
	return b.of(to).Tell(ctx, to, notes)
}

// tellOutside tells the other channels of our own trouble; nil where there are none.
func (a *app) tellOutside(cfg config, voices *bot.Voices) func(context.Context, monitor.Trouble) {
	if a.silence.channels == nil {
		return nil
	}
	named := func(id monitor.InstanceID) monitor.Instance {
		if i, ok := cfg.Fleet.Instance(id); ok {
			return i
		}
		return monitor.Instance{ID: id}
	}
	return func(ctx context.Context, t monitor.Trouble) {
		if err := a.silence.channels.Send(ctx, voices.Own().Trouble(t, named).Text()); err != nil {
			a.log.ErrorContext(ctx, "nobody outside told of our own trouble", "error", err)
		}
	}
}

// sweeps keeps the sweeps, and lets the heart beat after each.
type sweeps struct {
	*storage.Store
	app *app
}

// EndSweep keeps a sweep that has ended. Without it, and where it asked nobody, the heart is silent; so it is where the
// relay has stopped.
func (s sweeps) EndSweep(ctx context.Context, sweep monitor.Sweep) error {
	err := s.Store.EndSweep(ctx, sweep)
	if heart := s.app.silence.heart; heart != nil && sweep.Asked > 0 && ctx.Err() == nil {
		if trouble := s.app.trouble(ctx, err); trouble != "" || time.Since(s.app.relay.Looked()) < relayIdle {
			heart.Beat(trouble)
		}
	}
	return err
}

// trouble is what the heart complains of, in words without secrets.
func (a *app) trouble(ctx context.Context, kept error) string {
	untold, err := 0, cmp.Or(kept, a.own.database.Failing())
	var nobody error
	if err == nil {
		_, nobody, err = a.untellable(ctx)
	}
	if err == nil {
		untold, err = a.store.Untold(ctx, time.Now().Add(-a.silence.limit))
	}
	switch {
	case err != nil:
		return "the database fails"
	case nobody != nil:
		return nobody.Error()
	case untold > 0:
		return fmt.Sprintf("alerts that nobody could be told of: %d", untold)
	default:
		return ""
	}
}
