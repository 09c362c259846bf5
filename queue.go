package main

import (
	"greenwatch/bot"
	"greenwatch/greenapi"
	"greenwatch/watcher"
)

// queues is who counts the messages that wait; nil: nobody does.
func queues(cfg config, green *greenapi.Client) watcher.Queues {
	if cfg.QueueSchedule == nil {
		return nil
	}
	return green
}

// queuesForBot is who knows of them; nil: nobody does.
func (a *app) queuesForBot(cfg config) bot.Queues {
	if cfg.QueueSchedule == nil {
		return nil
	}
	return a.watcher
}
