// Package words is how greenwatch says things: an incident, an alert or an answer, in a chat's language and zone,
// becomes a Telegram message in HTML with the buttons that belong under it.
//
// It decides wording, never rules. The texts stand in the message files active.*.json, one per language, by key;
// whatever comes from outside (names, tags, the API's words) is cleaned, bounded and escaped on its way into them.
package words

import (
	"time"

	"greenwatch/monitor"
)

// Limits of Telegram, in UTF-16 units of the visible text; https://core.telegram.org/bots/api#sendmessage and
// https://core.telegram.org/bots/api#answercallbackquery.
const (
	MaxMessage = 4096
	MaxToast   = 200
)

// maxTitle is what a lock screen shows of a message's first line.
const maxTitle = 60

// Voice is who is spoken to, and when. The zero Language is English.
type Voice struct {
	Language string         // a BCP 47 tag
	Zone     *time.Location // nil: the chat has named none; times are UTC and say so
	Now      time.Time      // what "today" is measured from
	InText   bool           // the chat takes no files: what would be in one is in messages below
}

// Message is a text with its buttons. HTML is valid in Telegram's HTML mode and at most [MaxMessage] long; the first
// line is at most 60 units, and is bold where something is told.
type Message struct {
	HTML    string
	Buttons [][]Button
}

// Text is the message without markup; links become "text (address)".
func (m Message) Text() string { return plain(html(m.HTML), true) }

// Button is something to press under a message. It does not know how Telegram carries it.
type Button struct {
	Label    string
	Do       Do
	Instance monitor.InstanceID // empty where it concerns none
	Version  string             // of the list of instances, or of a webhookUrl, where it answers about that; of the change, where it undoes it
}

// Do is what a button is for.
type Do string

// What buttons do. Reboot asks for a confirmation, which is answered with Confirm or Cancel.
const (
	Check   Do = "check"
	Reboot  Do = "reboot"
	Confirm Do = "confirm"
	Cancel  Do = "cancel"
	Adopt   Do = "adopt" // treat those that were bad at first sight as numbers that should work
	Drop    Do = "drop"  // watch the numbers no more that are gone from the list
	Keep    Do = "keep"  // go on watching them

	HookAsk     Do = "hook"     // send an instance's notifications here; it is asked about first
	HookReplace Do = "hookover" // the same, where it replaces another's address, which is asked about twice
	HookSet     Do = "hookset"  // the answer yes
	HookNo      Do = "hookno"
	Undo        Do = "undo" // bring back the settings before
)

// buttons makes one row.
func (v Voice) buttons(id monitor.InstanceID, dos ...Do) [][]Button {
	if len(dos) == 0 {
		return nil
	}
	row := make([]Button, 0, len(dos))
	for _, do := range dos {
		row = append(row, Button{Label: v.toast("button."+string(do), nil), Do: do, Instance: id})
	}
	return [][]Button{row}
}

// Repeated marks a message that an earlier try may have delivered already.
func (v Voice) Repeated(m Message) Message {
	m.HTML = string(lines(html(m.HTML), "<i>"+v.say("repeat", nil)+"</i>"))
	return m
}
