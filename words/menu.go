package words

import "greenwatch/monitor"

// Command is a line of the bot's menu.
type Command struct {
	Name        string // without the slash
	Description string
}

// Menu is what the bot's menu of commands offers.
func (v Voice) Menu() []Command {
	names := []string{"status", "check", "queue", "reboot", "webhook", "language", "help"}
	menu := make([]Command, 0, len(names))
	for _, name := range names {
		menu = append(menu, Command{Name: name, Description: v.toast("menu."+name, nil)})
	}
	return menu
}

// Taken is what a confirmation reads like once the action is wanted.
func (v Voice) Taken(i monitor.Instance, a monitor.Action) Message {
	x, title := v.actFacts(a), "taken.title"
	if settings(a) {
		title = "set.taken"
	}
	return Message{HTML: string(lines(v.title(orange, title, i, x), v.say("taken.line", x), v.identity(i)))}
}

// NotRebooted is what a confirmation reads like once nothing comes of it, and why.
func (v Voice) NotRebooted(i monitor.Instance, why string) Message {
	return Message{HTML: string(lines(v.title(white, "not_rebooted.title", i, nil), escape(why), v.identity(i)))}
}

// Toast is the message as short plain text, for the answer to a press: at most [MaxToast] units.
func (m Message) Toast() string { return cut(plain(html(m.HTML), false), MaxToast) }
