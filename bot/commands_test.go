package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/botapi"
)

// line is one thing said, and what of the answer is looked for; nothing: there is no answer.
type line struct {
	name string
	by   botapi.Person
	chat int64
	says string
	want []string
}

var (
	help     = []string{"/status – how all numbers are", "/status@watch_bot", "🔴"}
	standing = []string{"All 3 numbers authorized"}
	ids      = func(chat int64, by botapi.Person) []string {
		return []string{"I do not know this chat", fmt.Sprintf("chat %d", chat), fmt.Sprintf("you %d", by.ID)}
	}
	question = []string{"Reboot Kazan_01?", "authorized and seems to need no reboot", "Only @ops_a can confirm, within 60 seconds"}
)

func TestConversations(t *testing.T) {
	t.Parallel()
	inRoom(t, func(_ *testing.T, r *room) {
		for _, l := range append(whoMay(), whatIsUnderstood()...) {
			r.talk(l, 0)
		}
		for _, l := range []line{
			{"status in a topic", guest, forum, "/status", standing},
			{"reboot in a topic", opsA, forum, "/reboot Kazan_01", question},
			{"start in a topic", guest, forum, "/start", help},
		} {
			r.talk(l, r.topic)
		}
	})
}

// talk says a line and holds the answer against it: one message, in the place of the question, as a reply to it.
func (r *room) talk(l line, topic int) {
	r.t.Helper()
	r.pass(time.Minute)
	before := len(r.everywhere())
	said, err := r.telegram.Write(botapi.Post{Chat: l.chat, From: l.by, Text: l.says, Topic: topic})
	if err != nil {
		r.t.Fatalf("%s: %v", l.name, err)
	}
	r.pass(3 * time.Second)
	added := len(r.everywhere()) - before
	if l.want == nil {
		if added != 0 {
			r.t.Errorf("%s: %q was answered", l.name, l.says)
		}
		return
	}
	if added != 1 {
		r.t.Fatalf("%s: %d answers to %q", l.name, added, l.says)
	}
	got := r.last(l.chat)
	sent := r.telegram.Requests("sendMessage")
	if named := sent[len(sent)-1].Params["message_thread_id"]; topic != 0 && named != fmt.Sprint(topic) { // a reply would land there without it
		r.t.Errorf("%s: sent to the topic %q", l.name, named)
	}
	if got.Topic != topic || got.ReplyTo != said {
		r.t.Errorf("%s: answered in topic %d, to message %d; want %d, %d", l.name, got.Topic, got.ReplyTo, topic, said)
	}
	for _, part := range l.want {
		if !strings.Contains(got.Text, part) {
			r.t.Errorf("%s: no %q in the answer to %q:\n%s", l.name, part, l.says, got.Text)
		}
	}
}

func whoMay() []line {
	anonymous, masked := botapi.AnonymousAdmin(alerts), botapi.AsChannel(channel)
	return []line{
		{"operator, private", opsA, opsA.ID, "/start", append(help, "/reboot")},
		{"operator, private", opsA, opsA.ID, "/help", append(help, "/reboot")},
		{"operator, private", opsA, opsA.ID, "/status", standing},
		{"operator, private", opsA, opsA.ID, "/check", []string{"All 3 numbers authorized", "Asked GREEN-API just now."}},
		{"operator, private", opsA, opsA.ID, "/check Kazan_01", []string{"Kazan_01: the API says authorized"}},
		{"operator, private", opsA, opsA.ID, "/reboot Kazan_01", question},
		{"operator, private", opsA, opsA.ID, "status", nil},
		{"operator, alerts", opsA, alerts, "/status", standing},
		{"operator, alerts", opsA, alerts, "/reboot Kazan_01", question},
		{"operator, basic group", opsA, basic, "/reboot Kazan_01", question},
		{"operator, foreign", opsA, foreign, "/start", ids(foreign, opsA)},
		{"operator, foreign", opsA, foreign, "/status", nil},
		{"operator, foreign", opsA, foreign, "/check", nil},
		{"operator, foreign", opsA, foreign, "/reboot Kazan_01", nil},
		{"guest, alerts", guest, alerts, "/help", []string{"/check – ask"}},
		{"guest, alerts", guest, alerts, "/status", standing},
		{"guest, alerts", guest, alerts, "/check Kazan_01", []string{"the API says authorized"}},
		{"guest, alerts", guest, alerts, "/reboot Kazan_01", []string{"Only operators may do this.", "your id is 5003"}},
		{"guest, alerts", guest, alerts, "/reboot", []string{"Only operators may do this."}},
		{"guest, private", guest, guest.ID, "/start", ids(guest.ID, guest)},
		{"guest, private", guest, guest.ID, "/status", nil},
		{"guest, private", guest, guest.ID, "/reboot Kazan_01", nil},
		{"stranger, private", stranger, stranger.ID, "/start", ids(stranger.ID, stranger)},
		{"stranger, private", stranger, stranger.ID, "/start deep-link", ids(stranger.ID, stranger)},
		{"stranger, private", stranger, stranger.ID, "/help", nil},
		{"stranger, private", stranger, stranger.ID, "/nonsense", nil},
		{"stranger, alerts", stranger, alerts, "/status", standing},
		{"anonymous admin", anonymous, alerts, "/status", standing},
		{"anonymous admin", anonymous, alerts, "/reboot Kazan_01", []string{"I cannot see who you are", "in your own name"}},
		{"as a channel", masked, alerts, "/status", standing},
		{"as a channel", masked, alerts, "/reboot Kazan_01", []string{"I cannot see who you are"}},
		{"as a channel, foreign", masked, foreign, "/start", []string{fmt.Sprintf("chat %d", foreign)}},
		{"another bot", otherBot, alerts, "/status@watch_bot", nil},
		{"another bot", otherBot, alerts, "/reboot@watch_bot Kazan_01", nil},
		{"another bot, foreign", otherBot, foreign, "/start@watch_bot", nil},
	}
}

func whatIsUnderstood() []line {
	say := func(text string, want ...string) line { return line{text, opsA, opsA.ID, text, want} }
	inGroup := func(text string, want ...string) line { return line{text, opsA, alerts, text, want} }
	unknown := "I do not know this command. /help"
	return []line{
		inGroup("/status@watch_bot", standing...),
		inGroup("/STATUS@WATCH_BOT Kazan_01", "Kazan_01: authorized"),
		inGroup("/status@other_bot"),
		inGroup("/reboot@other_bot Kazan_01"),
		inGroup("/nonsense@other_bot"),
		inGroup("/nonsense@watch_bot", unknown),
		inGroup("/nonsense@watch_bot\nmore", unknown),
		inGroup("/nonsense\nto a@b.example"),
		say("/nonsense", unknown),
		say("/statusquo", unknown),
		say("hello /status"),
		say("/status \t \n Kazan_01 \n", "Kazan_01: authorized", "Last answer"),
		say("/status kazan_01", "Kazan_01: authorized"),
		say("/status 7105000001", "Kazan_01: authorized"),
		say("/status 7103", "Ufa_01: authorized"),
		say("/status kazan", "“kazan” may be any of these:", "7105000001 Kazan_01", "7105000002 Kazan_02"),
		say("/status Perm", "I watch no number “Perm”."),
		say("/status 🦆‍🔥", "I watch no number “🦆"),
		say("/status <b>&amp;</b>", "I watch no number “<b>&amp;</b>”."),
		say("/status {{.Name}}", "I watch no number “{{.Name}}”."),
		say("/status "+strings.Repeat("🦆", 2044), "I watch no number “🦆🦆🦆"),
		say("/check kazan", "may be any of these"),
		say("/check "+strings.Repeat("W", 4089), "I watch no number “WWW"),
		say("/reboot", "Which number?", "/reboot 7105000017"),
		say("/reboot \n", "Which number?"),
		say("/reboot kazan", "may be any of these"),
		say("/reboot Perm", "I watch no number"),
	}
}

func TestCheckShowsWhatIsNotBelievedYet(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.watch.set(func(w *watch) { w.readings[kazan1] = notAuthorized })
		r.talk(line{"all", guest, alerts, "/check", []string{
			"🔴 2 of 3 numbers authorized", "7105000001 Kazan_01: notAuthorized just now, authorized before", "I ask again and tell you what holds",
		}}, 0)
		r.talk(line{"one", guest, alerts, "/check Kazan_01", []string{
			"Kazan_01: the API says notAuthorized", "Until now I believed authorized. One answer is not enough",
		}}, 0)
		r.believe(blocked, kazan1)
		r.pass(time.Minute)
		r.believe(notAuthorized, kazan1)
		r.talk(line{"status", guest, alerts, "/status", []string{"🔴 2 of 3 numbers authorized", "Kazan_01: notAuthorized since"}}, 0)
		r.talk(line{"detail", guest, alerts, "/status Kazan_01", []string{
			"🔴 Kazan_01: notAuthorized", "1. Press Reboot", "Changes, the last one at the bottom:", "authorized → blocked",
		}}, 0)
		if detail := r.last(alerts).Text; strings.Index(detail, "→ blocked") > strings.Index(detail, "→ notAuthorized") {
			t.Errorf("the last change is not at the bottom:\n%s", detail)
		}
		if buttons := r.last(alerts).Keyboard; len(buttons) != 1 || buttons[0][0].Text != "Reboot" {
			t.Errorf("the detail has the buttons %v", buttons)
		}
	})
}

func TestAnswersOnTheWayOfTime(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.end()
		r.telegram.Say(opsA.ID, opsA, "/reboot Kazan_01")
		r.telegram.Say(alerts, opsA, "/check")
		r.telegram.Say(alerts, opsA, "/nonsense")
		r.telegram.Say(stranger.ID, stranger, "/start")
		r.pass(oldAfter + time.Second)
		r.telegram.Say(opsB.ID, opsB, "/status")
		r.start()
		r.pass(5 * time.Second)
		for chat, want := range map[int64]string{opsA.ID: "I was away when you wrote this. Send it again", alerts: "I was away", opsB.ID: "All 3", stranger.ID: "I do not know this chat"} {
			if own := r.bots(chat); len(own) != 1 || !strings.Contains(own[0].Text, want) {
				t.Errorf("%d after being away: %v, want one with %q", chat, own, want)
			}
		}
		if r.watch.asked != 0 {
			t.Error("an old command was carried out")
		}
	})
}

func TestForwardedAndEditedAreNoCommands(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.telegram.Send("message", json.RawMessage(fmt.Sprintf(`{"message_id": 900, "date": %d,
			"chat": {"id": 5001, "type": "private", "first_name": "Ops"}, "from": {"id": 5001, "is_bot": false, "first_name": "Ops"},
			"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "X"},
			"text": "/reboot Kazan_01", "entities": [{"type": "bot_command", "offset": 0, "length": 7}]}`, time.Now().Unix())))
		said := r.telegram.Say(opsA.ID, opsA, "hello")
		if err := r.telegram.EditPost(opsA.ID, said, "/reboot Kazan_01"); err != nil {
			t.Fatal(err)
		}
		r.pass(5 * time.Second)
		if own := r.everywhere(); len(own) != 0 {
			t.Errorf("answered: %v", own)
		}
	})
}

func TestMenu(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.end()
		down := r.telegram.Inject(botapi.Fault{Effect: botapi.Gateway(502)})
		r.start()
		r.pass(3 * time.Minute)
		down.Off()
		limited := r.telegram.Inject(botapi.Fault{Method: "setMyCommands", Times: 1, Effect: botapi.FloodWait(30)})
		r.pass(2*menuAgain + time.Second)
		if limited.Hits() != 1 {
			t.Error("the menu was not set again once Telegram was back")
		}
		before := len(r.telegram.Requests("setMyCommands"))
		var names []string
		for _, c := range r.telegram.Menu(alerts, guest) {
			names = append(names, c.Command)
		}
		if got := strings.Join(names, " "); got != "status check queue reboot webhook language help" {
			t.Errorf("the menu is %q", got)
		}
		r.pass(time.Hour)
		if again := len(r.telegram.Requests("setMyCommands")); again != before {
			t.Errorf("the menu was set %d times more", again-before)
		}
		r.telegram.Say(alerts, guest, "/status")
		r.pass(3 * time.Second)
		reads(t, r.last(alerts).Text, standing...)
	})
}

func TestBotDemandsWhatItNeeds(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{}); err == nil {
		t.Error("a bot was made of nothing")
	}
}

// Three hundred numbers, many of them out: one message each, within Telegram's limits, and the counts are of all.
func TestManyNumbers(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		many := make(crowd, 0, 300)
		for n := range 300 {
			id := monitor.InstanceID(fmt.Sprint(7105000100 + n))
			many = append(many, monitor.Instance{ID: id, Name: fmt.Sprintf("Shop <%d> 🛒 & co", n), Pool: "7105"})
		}
		r.end()
		r.options.Fleet = many
		r.start()
		var out []monitor.InstanceID
		for _, i := range many[:200] {
			out = append(out, i.ID)
		}
		r.believe(notAuthorized, out...)
		r.watch.set(func(w *watch) { w.readings[many[299].ID] = notAuthorized })
		r.talk(line{"status", guest, alerts, "/status", []string{"0 of 300 numbers authorized", "200 notAuthorized, 100 not seen yet", "and 2", "more: /status with an id"}}, 0)
		r.talk(line{"check", guest, alerts, "/check", []string{"🔴 299 of 300 numbers authorized", "notAuthorized just now"}}, 0)
		if n := r.telegram.Limited(); n != 0 {
			t.Errorf("%d times limited", n)
		}
	})
}

func TestCheckOfTheOnlyNumber(t *testing.T) {
	t.Parallel()
	inRoom(t, func(_ *testing.T, r *room) {
		r.end()
		r.options.Fleet = crowd{{ID: ufa, Name: "Ufa_01"}}
		r.start()
		r.talk(line{"check", guest, alerts, "/check", []string{"Ufa_01: the API says authorized"}}, 0)
		r.end()
		r.options.Fleet = crowd{}
		r.start()
		r.talk(line{"check of none", guest, alerts, "/check", []string{"I watch no number"}}, 0)
	})
}

// A menu that Telegram does not take is tried again once an hour.
func TestMenuRefused(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.end()
		refused := r.telegram.Inject(botapi.Fault{Method: "setMyCommands", Effect: botapi.Refuse(400, "Bad Request: can't be so")})
		r.start()
		r.pass(time.Hour + time.Minute)
		reads(t, r.logged.String(), "menu not set")
		if refused.Hits() != 2 {
			t.Errorf("tried %d times", refused.Hits())
		}
	})
}

// crowd is a fleet of any size.
type crowd []monitor.Instance

func (c crowd) Instances() []monitor.Instance { return c }

func (c crowd) Instance(id monitor.InstanceID) (monitor.Instance, bool) {
	for _, i := range c {
		if i.ID == id {
			return i, true
		}
	}
	return monitor.Instance{}, false
}

func (c crowd) Named(id monitor.InstanceID) monitor.Instance {
	if i, ok := c.Instance(id); ok {
		return i
	}
	return monitor.Instance{ID: id}
}

func (c crowd) Find(string) []monitor.Instance { return nil }
