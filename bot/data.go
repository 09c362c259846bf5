package bot

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
	"greenwatch/words"
)

// deed is what a pressed button asks for. The button carries it as "check:7105000017", and a confirmation also who was
// asked and until when: "confirm:7105000017:412345:1763780000", with what it is about behind that where it may change.
// Telegram allows 64 bytes.
type deed struct {
	do       words.Do
	instance monitor.InstanceID
	asked    int64     // confirm, cancel and their like: the person who was asked
	until    time.Time // confirm and its like: the answer counts until then
	version  string    // drop, keep: of the list; hook…: of the webhookUrl; undo: the change
}

// general reports whether it concerns no single instance.
func (d deed) general() bool {
	_, speaks := d.do.Speaks()
	return speaks || d.do == words.Adopt || d.aboutList()
}

func (d deed) aboutList() bool { return d.do == words.Drop || d.do == words.Keep }

func (d deed) aboutHook() bool {
	switch d.do {
	case words.HookAsk, words.HookReplace, words.HookSet, words.HookNo, words.Undo:
		return true
	default:
		return false
	}
}

// confirmWithin is how long a confirmation may take.
const confirmWithin = monitor.ConfirmWithin

func (d deed) String() string {
	if _, speaks := d.do.Speaks(); speaks {
		return string(d.do)
	}
	switch d.do {
	case words.Adopt:
		return string(d.do)
	case words.Drop, words.Keep:
		return fmt.Sprintf("%s:%s", d.do, d.version)
	case words.HookReplace, words.HookSet, words.HookNo:
		return fmt.Sprintf("%s:%s:%d:%d:%s", d.do, d.instance, d.asked, d.until.Unix(), d.version)
	case words.Undo:
		return fmt.Sprintf("%s:%s:%s", d.do, d.instance, d.version)
	case words.Confirm, words.Cancel:
		return fmt.Sprintf("%s:%s:%d:%d", d.do, d.instance, d.asked, d.until.Unix())
	default:
		return fmt.Sprintf("%s:%s", d.do, d.instance)
	}
}

// fields is how many parts the data of a button has.
var fields = map[words.Do]int{
	words.Check: 2, words.Reboot: 2, words.Confirm: 4, words.Cancel: 4, words.Adopt: 1, words.Drop: 2, words.Keep: 2,
	words.HookAsk: 2, words.HookReplace: 5, words.HookSet: 5, words.HookNo: 5, words.Undo: 3,
}

// parseDeed accepts exactly what String makes; people can send whatever they like.
func parseDeed(data string) (deed, bool) {
	parts := strings.Split(data, ":")
	d := deed{do: words.Do(parts[0])}
	if _, speaks := d.do.Speaks(); speaks {
		return d, len(parts) == 1
	}
	if fields[d.do] != len(parts) {
		return deed{}, false
	}
	if d.aboutList() {
		d.version = parts[1]
		return d, d.version != ""
	}
	if len(parts) > 1 {
		id, err := monitor.ParseInstanceID(parts[1])
		if err != nil {
			return deed{}, false
		}
		d.instance = id
	}
	if len(parts) > 3 {
		asked, _ := strconv.ParseInt(parts[2], 10, 64)
		until, _ := strconv.ParseInt(parts[3], 10, 64)
		d.asked, d.until = asked, time.Unix(until, 0)
		if until < 0 {
			return deed{}, false
		}
	}
	if len(parts) == 3 || len(parts) == 5 {
		d.version = parts[len(parts)-1]
	}
	return d, d.String() == data
}

// keyboard gives the buttons of a message to Telegram; those that confirm or cancel carry who was asked.
func keyboard(m words.Message, asked deed) [][]telegram.Button {
	rows := make([][]telegram.Button, 0, len(m.Buttons))
	for _, row := range m.Buttons {
		buttons := make([]telegram.Button, 0, len(row))
		for _, button := range row {
			d := asked
			d.do, d.instance, d.version = button.Do, button.Instance, button.Version
			buttons = append(buttons, telegram.Button{Text: button.Label, Data: d.String()})
		}
		rows = append(rows, buttons)
	}
	return rows
}
