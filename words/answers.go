package words

import (
	"errors"

	"greenwatch/monitor"
)

// Answer is a fixed short text: for the answer to a press or, through [Plain], a message.
type Answer string

// The short answers.
const (
	NotHere    Answer = "not_here"   // nothing is done in this chat
	NoMessage  Answer = "no_message" // the press came without its message
	TooLate    Answer = "too_late"   // the confirmation has expired
	NotYours   Answer = "not_yours"  // somebody else asked for the confirmation
	WasAway    Answer = "was_away"   // the command is older than five minutes
	Asking     Answer = "asking"     // a check is on its way
	Cancelled  Answer = "cancelled"
	NotWatched Answer = "not_watched" // the number has left the list
	OldButton  Answer = "old_button"  // a button of an earlier version, or nobody's
	Crowded    Answer = "crowded"     // too many questions at a time
	WhichOne   Answer = "which_one"   // a command without its id
	NoCommand  Answer = "no_command"  // an unknown command
	Adopted    Answer = "adopted"     // the known ones will ring from now on
	Trouble    Answer = "trouble"     // our own fault; it is in the log
	NoQueues   Answer = "no_queues"   // queues are not looked at

	ListChanged  Answer = "list_changed"  // the list of instances is another one by now
	ListAnswered Answer = "list_answered" // somebody has answered the question about it

	HookLate     Answer = "hook_late"      // the question about notifications has expired
	HookNotYours Answer = "hook_not_yours" // somebody else asked for it
	HookUndo     Answer = "hook_undo"      // the settings before are on their way back
	HookNoUndo   Answer = "hook_no_undo"   // they are not known any more
	HookWhich    Answer = "hook_which"     // the command without its id
)

// Say gives a short answer: plain text of at most [MaxToast] units.
func (v Voice) Say(a Answer) string { return v.toast("answer."+string(a), nil) }

// NotAllowed tells somebody that only operators may do what they want, and how to become one; the zero Person is one
// who cannot be known. Plain text of at most [MaxToast].
func (v Voice) NotAllowed(who monitor.Person) string {
	if who.ID == 0 {
		return v.toast("answer.nobody", nil)
	}
	return v.toast("answer.not_allowed", vars{"Person": digits(who.ID)})
}

// NotTaken says why a press was not taken, by the error of [monitor.Case.Press]. Plain text of at most [MaxToast].
func (v Voice) NotTaken(err error) string {
	var busy *monitor.BusyError
	var soon *monitor.TooSoonError
	var again *monitor.RepeatedError
	switch {
	case errors.As(err, &busy) && settings(busy.Action):
		return v.toast("set.busy", v.actFacts(busy.Action))
	case errors.As(err, &soon) && settings(soon.Last):
		return v.toast("set.too_soon", v.actFacts(soon.Last).with("Again", v.clock(soon.Again)))
	case errors.As(err, &busy):
		return v.toast("answer.busy", v.actFacts(busy.Action))
	case errors.As(err, &soon):
		return v.toast("answer.too_soon", v.actFacts(soon.Last).with("Again", v.clock(soon.Again)))
	case errors.As(err, &again):
		return v.toast("answer.repeated", nil)
	default:
		return v.Say(Trouble)
	}
}

// Plain makes a message of a plain text.
func Plain(text string) Message { return Message{HTML: string(escape(cut(text, MaxMessage)))} }

// maxNear is how many near matches are offered.
const maxNear = 5

// Unknown says that no number goes by what was asked for, and which ones come near.
func (v Voice) Unknown(asked string, near []monitor.Instance) Message {
	x := vars{"Asked": cut(clean(asked), maxWord)}
	if len(near) == 0 {
		return Message{HTML: string(v.say("unknown.line", x))}
	}
	all := []html{v.say("unknown.near", x)}
	for _, i := range near[:min(maxNear, len(near))] {
		all = append(all, listed(i))
	}
	if len(near) > maxNear {
		all = append(all, v.say("unknown.more", vars{"N": len(near) - maxNear}))
	}
	return Message{HTML: string(lines(all...))}
}

// Help lists what can be written to the bot, by its name without the @.
func (v Voice) Help(bot string, mayReboot bool) Message {
	x := vars{"Bot": cut(clean(bot), maxPerson), "Reboot": mayReboot}
	return Message{HTML: string(blocks(headline(green, v.say("help.title", x)), v.say("help.commands", x), v.say("help.marks", x)))}
}

// Greeting answers somebody the bot does not know: the ids that whoever runs it needs. The zero Person is one who cannot
// be known.
func (v Voice) Greeting(here monitor.Address, who monitor.Person) Message {
	x := vars{"Chat": html(digits(here.Chat)), "Topic": html(""), "Person": html("")}
	if here.Topic != 0 {
		x["Topic"] = html(digits(int64(here.Topic)))
	}
	if who.ID != 0 {
		x["Person"] = html(digits(who.ID))
	}
	return Message{HTML: string(blocks(headline(green, v.say("greeting.title", x)), v.say("greeting.line", x)))}
}
