package main

import (
	"context"

	"greenwatch/bot"
	"greenwatch/fleet"
	"greenwatch/greenapi"
	"greenwatch/secret"
)

// lists follows the file that lists the instances: the keeper is nil where there is none.
type lists struct {
	keeper *fleet.Keeper
	green  *greenapi.Client
	hide   func(...secret.Text) // in the log
}

// followList says which version of the list is watched, before anything follows from it.
func (a *app) followList(ctx context.Context, cfg config, green *greenapi.Client, hide func(...secret.Text)) (err error) {
	a.lists = lists{green: green, hide: hide}
	if cfg.Fleet.File() == "" {
		return nil
	}
	a.lists.keeper, err = fleet.NewKeeper(ctx, fleet.KeeperOptions{
		Fleet: cfg.Fleet, Schedule: cfg.Schedule, Store: a.store, Apply: a.applyList, Log: a.log,
	})
	return err
}

// applyList makes everybody follow a new version. Who leaves the list is asked no more before the token is gone, and who
// joins it has a token before being asked.
func (a *app) applyList(ctx context.Context, c fleet.Change) error {
	if a.lists.hide != nil {
		for _, cred := range c.Credentials {
			a.lists.hide(cred.Token)
		}
	}
	if err := a.watcher.Remove(ctx, c.Gone...); err != nil {
		return err
	}
	if err := a.lists.green.Replace(greenCredentials(c.Credentials)); err != nil {
		return err
	}
	a.watcher.Add(c.Added...)
	a.watcher.Renew(c.Renewed...)
	return nil
}

func greenCredentials(all []fleet.Credential) []greenapi.Credential {
	credentials := make([]greenapi.Credential, 0, len(all))
	for _, c := range all {
		credentials = append(credentials, greenapi.Credential{ID: c.ID, Token: c.Token, URL: c.URL})
	}
	return credentials
}

// stage is what runs beside the watcher.
func (l lists) stage() stage {
	if l.keeper == nil {
		return nil
	}
	return stage{{"list of instances", l.keeper.Run}}
}

// forBot is nil where there is no file: an interface that holds a nil pointer is not.
func (l lists) forBot() bot.List {
	if l.keeper == nil {
		return nil
	}
	return l.keeper
}
