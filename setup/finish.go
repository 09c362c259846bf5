package setup

import (
	"context"
	"runtime"
	"strings"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
)

// finish is the last step: a time zone, and an alert to see that one arrives.
func (d *dialogue) finish(ctx context.Context) error {
	if err := d.zone(ctx); err != nil {
		return err
	}
	send, err := d.confirm(ctx, "Send a test alert now?", true)
	if err == nil && send {
		err = d.rehearse(ctx)
	}
	if err != nil {
		return err
	}
	d.say("")
	d.say("greenwatch is set up. Next:")
	d.advise("greenwatch doctor    looks at everything once more")
	d.advise("greenwatch           watches, from this folder; Ctrl-C ends it")
	if runtime.GOOS == "linux" {
		d.advise("sudo greenwatch install-service    has systemd run it from now on")
	}
	return nil
}

// zone asks for a time zone unless this machine has one. Telegram tells a bot none, and a server on UTC says nothing about
// where its people are, so that there is nothing to guess from.
func (d *dialogue) zone(ctx context.Context) error {
	switch set := d.value(timezone); {
	case set != "":
		d.say("Times are shown in %s.", printable(set))
		return nil
	case d.Zone != "":
		d.say("Times are shown in %s, as on this machine (%s changes it).", d.Zone, timezone)
		return d.keep(timezone, d.Zone)
	}
	for {
		name, err := d.ask(ctx, "Time zone of those who read the alerts, as in Europe/Berlin", "UTC")
		if err != nil {
			return err
		}
		if _, err := time.LoadLocation(name); err == nil && !strings.EqualFold(name, "local") {
			return d.keep(timezone, name)
		}
		d.say("There is no such time zone. The names are those of https://en.wikipedia.org/wiki/List_of_tz_database_time_zones.")
	}
}

// rehearse sends every chat an alert as it will look, of an instance that is well.
func (d *dialogue) rehearse(ctx context.Context) error {
	all, err := d.Load(d.value(instances), d.value(instancesFile))
	if err != nil || len(all) == 0 {
		return err
	}
	voice := d.voice()
	if zone, err := time.LoadLocation(d.value(timezone)); err == nil && zone != time.UTC {
		voice.Zone = zone
	}
	alert := voice.Rehearsal(voice.Card(all[0].Instance, imagined(voice.Now)))
	for {
		for _, text := range fields(d.value(chats)) {
			if to, err := telegram.ParseAddress(text); err == nil {
				if err := d.write(ctx, to, alert); err != nil {
					return err
				}
			}
		}
		arrived, err := d.confirm(ctx, "Did it arrive?", true)
		if err != nil || arrived {
			return err
		}
		d.advise("Is the chat muted, or the bot blocked there? greenwatch doctor says which chats can be written to.")
		again, err := d.confirm(ctx, "Send it again?", true)
		if err != nil || !again {
			return err
		}
	}
}

// imagined is an incident that did not happen.
func imagined(now time.Time) monitor.Incident {
	finding := monitor.Finding{Answer: monitor.Answered, State: monitor.NotAuthorized}
	good := monitor.Finding{Answer: monitor.Answered, State: monitor.Authorized}
	trouble := monitor.Belief{Finding: finding, Since: now.Add(-time.Minute), After: now.Add(-2 * time.Minute), At: now}
	return monitor.Incident{
		Number: 1, Opened: trouble.Since, Told: finding, Now: trouble, Trouble: trouble,
		Before: monitor.Belief{Finding: good, Since: now.Add(-26 * time.Hour), At: trouble.After},
		Steps:  []monitor.Step{{At: trouble.Since, Belief: trouble}},
	}
}
