package main

import (
	"context"

	"greenwatch/bot"
	"greenwatch/fleet"
	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
)

// lists follows the lists of instances that change: each is nil where there is none.
type lists struct {
	keeper  *fleet.Keeper // of the file
	partner *fleet.Partner
	green   *greenapi.Client
	hide    func(...secret.Text) // in the log
}

// followLists says which version of the file is watched, before anything follows from it.
func (a *app) followLists(ctx context.Context, cfg config, green *greenapi.Client, t transports) (err error) {
	a.lists = lists{green: green, hide: t.hide}
	if err := a.followPartner(ctx, cfg, t); err != nil || cfg.Fleet.File() == "" {
		return err
	}
	a.lists.keeper, err = fleet.NewKeeper(ctx, fleet.KeeperOptions{
		Fleet: cfg.Fleet, Schedule: cfg.Schedule, Store: a.store, Apply: a.applyList, Log: a.log, Awaited: a.lists.awaited(),
	})
	return err
}

// awaited reports which instances the partner's list may still name; nil where there is none.
func (l lists) awaited() func(monitor.InstanceID) bool {
	if l.partner == nil {
		return nil
	}
	return l.partner.Awaits
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
	var running stage
	if l.keeper != nil {
		running = append(running, component{"list of instances", l.keeper.Run})
	}
	if l.partner != nil {
		running = append(running, component{"partner's list", l.partner.Run})
	}
	return running
}

// forBot is nil where no list changes.
func (l lists) forBot() bot.List {
	if l.keeper == nil && l.partner == nil {
		return nil
	}
	return l
}

// Answer hands what an operator says to the list that asked.
func (l lists) Answer(ctx context.Context, version string, a monitor.ListAnswer, who monitor.AuditEntry) (monitor.Question, error) {
	switch partners := fleet.IsPartners(version); {
	case partners && l.partner != nil:
		return l.partner.Answer(ctx, version, a, who)
	case !partners && l.keeper != nil:
		return l.keeper.Answer(ctx, version, a, who)
	default:
		return monitor.Question{}, monitor.ErrListChanged
	}
}

// Standings says how those stand that are not watched as they are.
func (l lists) Standings() []monitor.ListStanding {
	var off []monitor.ListStanding
	if l.keeper != nil {
		if s, is := l.keeper.Standing(); is {
			off = append(off, s)
		}
	}
	if l.partner != nil {
		if s, is := l.partner.Standing(); is {
			off = append(off, s)
		}
	}
	return off
}

// File is the name of the file that has a version; empty: the partner's list has it.
func (l lists) File(version string) string {
	if fleet.IsPartners(version) || l.keeper == nil {
		return ""
	}
	return l.keeper.File()
}
