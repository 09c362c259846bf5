package words

import (
	"strings"

	"greenwatch/monitor"
)

// The marks repeat the words, never replace them.
const (
	red    = "🔴" // does not send, a person is needed
	yellow = "🟡" // restricted, haste does harm
	orange = "🟠" // may pass by itself
	white  = "⚪" // we cannot see it
	green  = "🟢" // works
)

// topic is what a finding is talked about as: the key of its texts, its mark and what can be pressed.
type topic struct {
	key  string
	mark string
	does []Do
	kept bool // what is sent meanwhile waits for about 24 hours
	view bool // our view of the number, not the number itself
}

var (
	goodTopic    = topic{key: "good", mark: green, does: []Do{Check, Reboot}}
	unseenTopic  = topic{key: "unseen", mark: white, does: []Do{Check}, view: true}
	oddTopic     = topic{key: "odd", mark: white, does: []Do{Check}, view: true}
	blindTopic   = topic{key: "blind", mark: white, does: []Do{Check}, view: true}
	limitedTopic = topic{key: "limited", mark: white, does: []Do{Check}, view: true}
	deniedTopic  = topic{key: "denied", mark: orange, does: []Do{Check}, view: true}
)

var stateTopics = map[monitor.State]topic{
	monitor.Authorized:      goodTopic,
	monitor.NotAuthorized:   {key: "logged_out", mark: red, does: []Do{Reboot, Check}, kept: true},
	monitor.Blocked:         {key: "blocked", mark: red, does: []Do{Check, Reboot}, kept: true},
	monitor.Suspended:       {key: "restricted", mark: yellow, does: []Do{Check, Reboot}, kept: true},
	monitor.SleepMode:       {key: "asleep", mark: red, does: []Do{Check}, kept: true},
	monitor.Starting:        {key: "starting", mark: orange, does: []Do{Check, Reboot}, kept: true},
	monitor.Null:            {key: "creating", mark: orange, does: []Do{Check}},
	monitor.PendingCode:     {key: "code", mark: orange, does: []Do{Check}, kept: true},
	monitor.PendingPassword: {key: "password", mark: orange, does: []Do{Check}, kept: true},
}

var refusalTopics = map[monitor.Refusal]topic{
	monitor.WrongToken:   {key: "token", mark: orange, does: []Do{Check}, view: true},
	monitor.WrongAddress: {key: "address", mark: orange, does: []Do{Check}, view: true},
	monitor.NotFound:     {key: "missing", mark: orange, does: []Do{Check}, view: true},
	monitor.Expired:      {key: "unpaid", mark: red, does: []Do{Check}},
	monitor.Deleted:      {key: "deleted", mark: red, does: []Do{Check}},
}

func topicOf(f monitor.Finding) topic {
	switch f.Answer {
	case monitor.Answered:
		if t, known := stateTopics[f.State.Canonical()]; known {
			return t
		}
		return oddTopic
	case monitor.NoAnswer:
		return blindTopic
	case monitor.Throttled:
		return limitedTopic
	case monitor.Refused:
		if t, known := refusalTopics[f.Refusal]; known {
			return t
		}
		return deniedTopic
	default:
		return unseenTopic
	}
}

// What is let in of texts from outside, in UTF-16 units.
const (
	maxName    = 32
	maxPerson  = 32
	maxWord    = 24
	maxTag     = 24
	maxTags    = 6
	maxDetail  = 200
	maxContact = 64
)

// word is the finding in the API's own word, or in ours where it said none.
func (v Voice) word(f monitor.Finding) string {
	if f.Answer == monitor.Answered {
		return cut(clean(string(f.State)), maxWord)
	}
	return v.toast("word."+topicOf(f).key, vars{"Word": cut(clean(f.Word()), maxWord)})
}

// fullWord also gives the other name of a restriction, which has two.
func (v Voice) fullWord(f monitor.Finding) string {
	switch {
	case !f.Restriction():
		return v.word(f)
	case strings.EqualFold(string(f.State), string(monitor.YellowCard)):
		return v.toast("word.yellow_card", vars{"Word": v.word(f)})
	default:
		return v.toast("word.suspended", vars{"Word": v.word(f)})
	}
}

// name is the human name, or the id where there is none.
func name(i monitor.Instance) string {
	if n := clean(i.Name); n != "" {
		return n
	}
	return string(i.ID)
}

func code(id monitor.InstanceID) html { return "<code>" + escape(clean(string(id))) + "</code>" }

// title is the first line. The name gives way, never the words.
func (v Voice) title(mark, key string, i monitor.Instance, x vars) html {
	rest := v.say(key, x.with("Name", ""))
	room := maxTitle - len16(mark) - 1 - visible(rest)
	return headline(mark, v.say(key, x.with("Name", cut(name(i), room))))
}

// headline is a first line that names nobody.
func headline(mark string, text html) html { return "<b>" + html(mark) + " " + text + "</b>" }

// fit is the first headline that is short enough, or else the last.
func (v Voice) fit(mark string, x vars, keys ...string) html {
	var text html
	for _, key := range keys {
		if text = headline(mark, v.say(key, x)); visible(text) <= maxTitle {
			break
		}
	}
	return text
}

// identity is the line by which the number is found: its id to copy, and its tags.
func (v Voice) identity(i monitor.Instance) html {
	var tags []string
	for _, t := range i.Tags {
		if t = cut(clean(t), maxTag); t != "" && len(tags) < maxTags {
			tags = append(tags, t)
		}
	}
	if len(tags) == 0 {
		return code(i.ID)
	}
	return code(i.ID) + " · " + escape(strings.Join(tags, ", "))
}

// listed is an instance in a list.
func listed(i monitor.Instance) html {
	if n := cut(name(i), maxName); n != string(i.ID) {
		return code(i.ID) + " " + escape(n)
	}
	return code(i.ID)
}
