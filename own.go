package main

import (
	"context"
	"errors"
	"os"
	"time"

	"greenwatch/bot"
	"greenwatch/monitor"
	"greenwatch/notify"
	"greenwatch/storage"
)

// ownTrouble tells of what is our own fault, through nothing but Telegram.
type ownTrouble struct {
	database *notify.Alarm
	sockets  *notify.Alarm
}

func (a *app) watchOurselves(cfg config, teller *bot.Teller) (err error) {
	a.own.database, err = notify.NewAlarm(notify.AlarmOptions{
		Chats: cfg.Chats, Try: a.store.Probe, Fault: storage.FaultOf, Unsaved: a.watcher.Unsaved, Also: a.tellOutside(cfg, teller.Voices),
		Crier: teller, Log: a.log,
	})
	if err != nil {
		return err
	}
	a.own.sockets, err = notify.NewAlarm(notify.AlarmOptions{
		Chats: cfg.Chats, Try: openOne, Fault: func(error) monitor.Fault { return monitor.Exhausted }, Crier: teller, Log: a.log,
	})
	return err
}

// databaseFailed takes every error of the database. That somebody ran out of patience says little: the alarm has its own.
func (a *app) databaseFailed(err error) {
	a.metrics.databaseFailed(err)
	if a.own.database != nil && !errors.Is(err, context.DeadlineExceeded) {
		a.own.database.Failed(err)
	}
}

func (a *app) checked(r monitor.Reading, took time.Duration) {
	a.metrics.checked(r, took)
	if r.Answer == monitor.Unasked {
		a.own.sockets.Failed(errors.New(r.Detail))
	}
}

// openOne opens a file, which takes what a connection takes.
func openOne(context.Context) error {
	f, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	return f.Close()
}
