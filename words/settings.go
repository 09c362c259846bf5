package words

import (
	"strconv"

	"greenwatch/monitor"
)

// settings reports whether an action changes an instance's settings.
func settings(a monitor.Action) bool {
	return a.Verb == monitor.SetSettings || a.Verb == monitor.UndoSettings
}

// setWent is how a change of settings went, where that is not told as of a reboot.
var setWent = map[string]string{"accepted": "set.accepted", "worked": "set.worked", "no_change": "set.no_change"}

// setLine is a change of settings, who and when and what came of it.
func (v Voice) setLine(a monitor.Action) html {
	x, did := v.actFacts(a), "set.did"
	if a.Verb == monitor.UndoSettings {
		did = "set.undid"
	}
	switch a.Outcome.Detail {
	case HookForgotten:
		x["Detail"] = v.toast("set.forgotten", nil)
	case HookChanged:
		x["Detail"] = v.toast("set.changed", nil)
	}
	key := setWent[went(a)]
	if key == "" {
		key = "act." + went(a)
	}
	return v.say("act.line", x.with("Did", v.say(did, x)).with("Went", v.say(key, x)))
}

// setActed tells how a change of settings ended. What SetSettings has changed, or may have, can be undone.
func (v Voice) setActed(i monitor.Instance, alert monitor.Alert) Message {
	a := *alert.Action
	x := vars{"ID": string(i.ID), "Until": v.clock(a.Called.Add(monitor.UndoWithin))}
	mark, key, next, undo := white, "set.not", html(""), a.Verb == monitor.SetSettings
	switch a.Outcome.Kind {
	case monitor.OutcomeWorked, monitor.OutcomeNoChange:
		mark, key, next = topicOf(alert.Belief.Finding).mark, "set.done", v.say("set.done_next", x)
		if !undo {
			key, next = "set.back", v.say("set.back_next", x)
		}
	case monitor.OutcomeUnknown:
		mark, key, next = orange, "set.unknown", v.say("set.unknown_next", x)
	default:
		undo = false
	}
	m := Message{HTML: string(blocks(lines(v.title(mark, key, i, x), v.setLine(a), v.identity(i)), next))}
	m.Buttons = v.buttons(i.ID, Check)
	if undo {
		m.Buttons = v.versioned(i, Undoes(a), Undo, Check)
	}
	return m
}

// Undoes names the change that a button undoes: an instance has no two within a second.
func Undoes(a monitor.Action) string { return strconv.FormatInt(a.At.Unix(), 10) }
