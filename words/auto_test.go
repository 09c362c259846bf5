package words

import (
	"testing"
	"time"

	"greenwatch/monitor"
)

// guide is a scene in which the vendor's guide is followed.
func guide(now time.Time, auto monitor.AutoReboot) monitor.Scene {
	s := scene(now)
	s.Policy.AutoReboot, s.Policy.StartingGrace = auto, time.Minute
	return s
}

// stuck is a number that has been starting since 03:05, with the runbook at work.
func stuck(auto monitor.AutoReboot) *life {
	l := wellFor(kazan, 41*days, at(3, 4))
	b := monitor.Belief{Finding: state(monitor.Starting), Since: at(3, 5), After: at(3, 4), At: at(3, 5).Add(10 * time.Second)}
	l.take(l.c.Believe(b, guide(b.At, auto)))
	return l.starting(at(3, 7), guide(at(3, 7), auto))
}

// starting is a reading that says so still.
func (l *life) starting(now time.Time, s monitor.Scene) *life {
	l.take(l.c.Elapse(monitor.Reading{At: now, Finding: state(monitor.Starting)}, s))
	return l
}

func (l *life) starts(s monitor.Scene) *life {
	l.take(l.c.Start(l.c.Action.Key, s))
	return l
}

func (l *life) done(o monitor.Outcome) *life {
	l.take(l.c.Done(l.c.Action, o, guide(at(3, 7).Add(4*time.Second), monitor.AutoRebootOn)))
	return l
}

func TestTheRunbookIsSeen(t *testing.T) {
	t.Parallel()
	on := guide(at(3, 7).Add(2*time.Second), monitor.AutoRebootOn)
	golden(t, "auto_wanted", stuck(monitor.AutoRebootOn).card(kazan, at(3, 7)))
	golden(t, "auto_accepted", stuck(monitor.AutoRebootOn).starts(on).done(accepted).card(kazan, at(3, 7)))

	l := stuck(monitor.AutoRebootOn).starts(on).done(accepted)
	l.starting(at(3, 9).Add(10*time.Second), guide(at(3, 9).Add(10*time.Second), monitor.AutoRebootOn)).waits(12, at(3, 9).Add(20*time.Second))
	golden(t, "auto_no_change", l.card(kazan, at(3, 10)))
	golden(t, "auto_no_change_long", l.card(kazan, at(3, 25)))
	golden(t, "auto_then_pressed", l.rebooted(opsA, at(3, 21), accepted).card(kazan, at(3, 21)))

	cured := stuck(monitor.AutoRebootOn).starting(at(3, 11), guide(at(3, 11), monitor.AutoRebootOff)).starts(on).done(accepted).becomes(authorized, at(3, 12))
	golden(t, "auto_cured", cured.card(kazan, at(3, 13)))
	golden(t, "auto_cured_detail", said(at(3, 13), func(v Voice) Message { return v.Detail(kazan, cured.c, monitor.Reading{}, nil) }))
	for name, o := range map[string]monitor.Outcome{
		"auto_refused": {Kind: monitor.OutcomeRefused, Detail: "isReboot: false"},
		"auto_unknown": {Kind: monitor.OutcomeUnknown, Detail: "timed out after 30 s"},
	} {
		golden(t, name, stuck(monitor.AutoRebootOn).starts(on).done(o).passes(at(3, 12)).card(kazan, at(3, 12)))
	}
	golden(t, "auto_expired", stuck(monitor.AutoRebootOn).starts(guide(at(3, 9), monitor.AutoRebootOn)).passes(at(3, 12)).card(kazan, at(3, 12)))
}

func TestTheRunbookHoldsBack(t *testing.T) {
	t.Parallel()
	now := at(3, 7).Add(2 * time.Second)
	shaky, busy := guide(now, monitor.AutoRebootOn), guide(now, monitor.AutoRebootOn)
	shaky.PoolShaky = true
	busy.Reboots = []time.Time{at(3, 1), at(3, 2), at(3, 3)}
	golden(t, "auto_held_pool", stuck(monitor.AutoRebootOn).starts(shaky).passes(at(3, 12)).card(kazan, at(3, 12)))
	golden(t, "auto_held_fleet", stuck(monitor.AutoRebootOn).starts(busy).passes(at(3, 12)).card(kazan, at(3, 12)))
	over := stuck(monitor.AutoRebootOn).becomes(state(monitor.NotAuthorized), at(3, 7)).starts(guide(now, monitor.AutoRebootOn))
	golden(t, "auto_held_over", over.card(kazan, at(3, 12)))
	golden(t, "auto_proposed", stuck(monitor.AutoRebootAsk).passes(at(3, 12)).card(kazan, at(3, 12)))
	golden(t, "auto_proposed_pressed", stuck(monitor.AutoRebootAsk).passes(at(3, 12)).rebooted(opsA, at(3, 13), accepted).card(kazan, at(3, 13)))
}

func TestAnswersAboutTheRunbook(t *testing.T) {
	t.Parallel()
	own := monitor.Action{Verb: monitor.Reboot, At: at(3, 10), Automatic: true}
	for name, err := range map[string]error{
		"busy_mine":     &monitor.BusyError{Action: own},
		"too_soon_mine": &monitor.TooSoonError{Last: own, Again: at(3, 20)},
	} {
		golden(t, name, said(at(3, 12), func(v Voice) Message { return v.NotRebooted(kazan, v.NotTaken(err)) }))
	}
}
