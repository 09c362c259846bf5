package words

import (
	"fmt"
	"strings"
	"time"

	"greenwatch/monitor"
)

// Hook is where an instance's notifications go, as it has just said itself. No secret is in it.
type Hook struct {
	Fault   string // why its settings could not be seen; nothing else but Told is set then
	URL     string // webhookUrl, as it may be shown; empty: there is none
	Ours    bool   // it is Here
	On      bool   // stateWebhook
	Token   HookToken
	Others  []string // the other kinds of notification that are on, by the vendor's names
	Version string   // of webhookUrl, for the buttons
	Here    string   // where we are told; empty: nobody has said
	Missing []string // the variables without which it cannot be set to Here
	Told    Told
}

// HookToken is whose token an instance sends along.
type HookToken string

// The tokens.
const (
	HookTokenNone    HookToken = ""
	HookTokenOurs    HookToken = "ours"
	HookTokenAnother HookToken = "another"
)

// Told is how well an instance has told of its changes since the start.
type Told struct {
	First, Late, Missed int
	Last                time.Time // when it was heard last; zero: never

	Exclusive bool     // its notifications are read from GREEN-API's queue of them
	Obstacle  Obstacle // what keeps them from being read; zero: nothing
}

// Obstacle is what in an instance's settings keeps its notifications from being read.
type Obstacle struct {
	URL    bool     // a webhookUrl is set
	Off    bool     // stateWebhook is off, so that nothing would come
	Others []string // other kinds of notification are on
}

// Is reports whether there is one.
func (o Obstacle) Is() bool { return o.URL || o.Off || len(o.Others) > 0 }

// Why settings were not changed, as the outcome's detail says it.
const (
	HookForgotten = "restarted meanwhile; press again"
	HookChanged   = "webhookUrl is another one by now; ask again"
)

// heard reports whether changes are told here.
func (h Hook) heard() bool { return h.Ours && h.On && h.Token == HookTokenOurs }

// offered reports whether its notifications may be sent here by a press.
func (h Hook) offered() bool {
	return h.Fault == "" && !h.Told.Exclusive && !h.heard() && len(h.Missing) == 0
}

// another reports whether it tells somebody else.
func (h Hook) another() bool { return h.URL != "" && !h.Ours }

// Hook answers /webhook: where notifications go, whether they are heard, and a button that sends them here.
func (v Voice) Hook(i monitor.Instance, h Hook) Message {
	x := v.hookFacts(i, h)
	mark, key := h.standing()
	if h.Fault != "" {
		text := lines(v.title(mark, key, i, x), v.say("hook.fault", x), v.identity(i))
		return Message{HTML: string(blocks(text, v.told(h.Told)))}
	}
	settings := lines(v.say("hook.url", x), v.say("hook.state", x), v.hookOthers("hook.others", h.Others))
	todo := v.hookTodo(h, x)
	m := Message{HTML: string(blocks(lines(v.title(mark, key, i, x), v.identity(i)), settings, v.told(h.Told), todo))}
	if h.offered() {
		m.Buttons = v.versioned(i, h.Version, HookAsk)
	}
	return m
}

// standing is the mark and the key of the first line.
func (h Hook) standing() (mark, key string) {
	switch {
	case h.Fault != "":
		return white, "hook.unseen"
	case h.Told.Exclusive && h.Told.Obstacle.Is():
		return orange, "hook.unread"
	case h.Told.Exclusive:
		return green, "hook.read"
	case h.heard():
		return green, "hook.here"
	case h.Ours:
		return orange, "hook.deaf"
	case h.another() && h.Here == "":
		return white, "hook.unsure"
	case h.another():
		return white, "hook.away"
	default:
		return white, "hook.none"
	}
}

// hookTodo is what keeps its changes from being told here, and what can be done about it.
func (v Voice) hookTodo(h Hook, x vars) html {
	switch {
	case h.Told.Exclusive, h.heard():
		return ""
	case len(h.Missing) > 0:
		return v.say("hook.missing", x.with("Missing", strings.Join(h.Missing, ", ")))
	case h.another():
		return v.say("hook.forward", x)
	default:
		return ""
	}
}

const (
	maxURL    = 300 // of an address that is shown
	maxOthers = 6   // kinds of notification that are named
)

func (v Voice) hookFacts(i monitor.Instance, h Hook) vars {
	return vars{
		"ID": string(i.ID), "URL": cut(clean(h.URL), maxURL), "Here": cut(clean(h.Here), maxURL), "Ours": h.Ours, "On": h.On,
		"Token": string(h.Token), "Fault": cut(clean(h.Fault), maxDetail), "Others": others(h.Others), "Known": h.Here != "",
		"Person": "",
	}
}

func others(all []string) string {
	shown := make([]string, 0, maxOthers+1)
	for _, name := range all[:min(maxOthers, len(all))] {
		shown = append(shown, cut(clean(name), maxWord))
	}
	if len(all) > maxOthers {
		shown = append(shown, fmt.Sprintf("+%d", len(all)-maxOthers))
	}
	return strings.Join(shown, ", ")
}

func (v Voice) hookOthers(key string, all []string) html {
	if len(all) == 0 {
		return ""
	}
	return v.say(key, vars{"Others": others(all)})
}

// told is how well an instance tells of its changes, and why its notifications are not read; nothing where it never has
// told of one, and is not to.
func (v Voice) told(t Told) html {
	var counted, wrong html
	if !t.Last.IsZero() {
		counted = v.say("hook.told", vars{"First": t.First, "Late": t.Late, "Missed": t.Missed, "At": v.clock(t.Last)})
	}
	if t.Exclusive && t.Obstacle.Is() {
		var why []string
		for _, reason := range []struct {
			is  bool
			key string
		}{{t.Obstacle.URL, "hook.wrong_url"}, {t.Obstacle.Off, "hook.wrong_off"}, {len(t.Obstacle.Others) > 0, "hook.wrong_others"}} {
			if reason.is {
				why = append(why, string(v.say(reason.key, vars{"Others": others(t.Obstacle.Others)})))
			}
		}
		wrong = v.say("hook.wrong", vars{"Why": html(strings.Join(why, "; "))})
	}
	return lines(counted, wrong)
}

// WithTold adds to an answer about an instance how well it tells of its changes.
func (v Voice) WithTold(m Message, t Told) Message {
	m.HTML = string(blocks(html(m.HTML), v.told(t)))
	return m
}

// HookAsk asks an operator whether notifications are to be sent here: what that sets and replaces, and that the instance
// restarts. Where it replaces another's address, HookReplace asks once more.
func (v Voice) HookAsk(i monitor.Instance, h Hook, person string) Message {
	x := v.hookFacts(i, h)
	replaced, do := v.say("hook.ask_free", x), HookSet
	switch {
	case h.another():
		replaced, do = v.say("hook.ask_taken", x), HookReplace
	case h.Ours:
		replaced = ""
	}
	x["Person"] = cut(clean(person), maxPerson)
	text := blocks(
		lines(v.title(orange, "hook.ask", i, x), v.identity(i)),
		lines(v.say("hook.ask_sets", x), replaced, v.hookOthers("hook.ask_others", h.Others), v.say("hook.ask_restart", x)),
		v.say("confirm.who", x),
	)
	return Message{HTML: string(text), Buttons: v.versioned(i, h.Version, do, HookNo)}
}

// HookReplace asks once more before another's address is replaced, and says what can be done instead.
func (v Voice) HookReplace(i monitor.Instance, h Hook, person string) Message {
	x := v.hookFacts(i, h)
	x["Person"] = cut(clean(person), maxPerson)
	text := blocks(
		lines(v.title(red, "hook.replace", i, x), v.identity(i)),
		v.say("hook.replace_line", x),
		v.say("hook.replace_instead", x),
		v.say("hook.replace_undo", x),
		v.say("confirm.who", x),
	)
	m := Message{HTML: string(text), Buttons: v.versioned(i, h.Version, HookNo, HookSet)}
	m.Buttons[0][1].Label = v.toast("button.hookset_over", nil)
	return m
}

// HookAskedAgain is what the first question reads like while the second one stands.
func (v Voice) HookAskedAgain(i monitor.Instance) Message {
	return Message{HTML: string(lines(v.title(orange, "hook.ask", i, nil), v.say("hook.again", nil), v.identity(i)))}
}

// NotSet is what a question reads like once nothing comes of it, and why.
func (v Voice) NotSet(i monitor.Instance, why string) Message {
	return Message{HTML: string(lines(v.title(white, "set.left", i, nil), escape(why), v.identity(i)))}
}

func (v Voice) versioned(i monitor.Instance, version string, dos ...Do) [][]Button {
	rows := v.buttons(i.ID, dos...)
	for n := range rows[0] {
		rows[0][n].Version = version
	}
	return rows
}
