package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/botapi"
)

// card has the bot write a message with buttons: the answer to /status of a number that is out, or not.
func (r *room) card(chat int64, id monitor.InstanceID) botapi.Message {
	r.t.Helper()
	r.telegram.Say(chat, guest, fmt.Sprintf("/status@watch_bot %s", id))
	r.pass(5 * time.Second)
	return r.last(chat)
}

func TestWhoMayPress(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		card := r.card(alerts, kazan1)
		before := len(r.everywhere())
		check, reboot := fmt.Sprintf("check:%s", kazan1), fmt.Sprintf("reboot:%s", kazan1)
		confirm := func(by botapi.Person) string {
			return fmt.Sprintf("confirm:%s:%d:%d", kazan1, by.ID, time.Now().Add(time.Minute).Unix())
		}
		for _, p := range []struct {
			name, data string
			by         botapi.Person
			shown      string
		}{
			{"guest checks", check, guest, "Kazan_01: the API says authorized"},
			{"stranger checks", check, stranger, "Kazan_01: the API says authorized"},
			{"bot checks", check, otherBot, "I cannot see who you are"},
			{"guest reboots", reboot, guest, "Only operators may do this. Whoever runs me can make you one: your id is 5003."},
			{"bot reboots", reboot, otherBot, "I cannot see who you are"},
			{"guest confirms his own", confirm(guest), guest, "Only operators may do this."},
			{"guest confirms another's", confirm(opsA), guest, "Only operators may do this."},
			{"operator confirms another's", confirm(opsB), opsA, "This question is for who asked for the reboot."},
			{"operator cancels another's", strings.Replace(confirm(opsB), "confirm", "cancel", 1), opsA, "This question is for who asked"},
			{"guest adopts", "adopt", guest, "Only operators may do this."},
			{"gone", "check:7199000001", opsA, "I do not watch this number any more."},
			{"gone, guest", "reboot:7199000001", guest, "I do not watch this number any more."},
			{"forged", "reboot", opsA, "I do not know this button."},
			{"forged", "logout:" + string(kazan1), opsA, "I do not know this button."},
			{"of tomorrow", "confirm:7105000001:5001:99999999999999999", opsA, "Too late"},
		} {
			if shown := r.tap(alerts, card.ID, p.data, p.by); !strings.Contains(shown, p.shown) {
				t.Errorf("%s: shown %q, want %q", p.name, shown, p.shown)
			}
		}
		if added := len(r.everywhere()) - before; added != 0 {
			t.Errorf("%d messages that nobody asked for", added)
		}
		if done := r.reboots(); len(done) != 0 {
			t.Errorf("rebooted: %v", done)
		}
	})
}

// A card in a chat that has been taken off TELEGRAM_CHATS keeps its buttons.
func TestPressesWhereNothingIsDone(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		for chat, by := range map[int64]botapi.Person{foreign: opsA, guest.ID: guest} {
			r.telegram.Say(chat, by, "/start")
			r.pass(3 * time.Second)
			for _, data := range []string{"check:7105000001", "reboot:7105000001", "adopt", "check:7199000001", "x"} {
				if shown := r.tap(chat, r.last(chat).ID, data, by); !strings.Contains(shown, "I do nothing in this chat.") {
					t.Errorf("%s in %d: shown %q", data, chat, shown)
				}
			}
		}
		if len(r.reboots()) != 0 || r.watch.asked != 0 {
			t.Error("something was done")
		}
	})
}

func TestPressOnAnInaccessibleMessage(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		card := r.card(alerts, kazan1)
		r.telegram.MakeInaccessible(alerts, card.ID)
		if shown := r.tap(alerts, card.ID, "check:7105000001", guest); !strings.Contains(shown, "the API says authorized") {
			t.Errorf("shown %q", shown)
		}
		r.tap(alerts, card.ID, "reboot:7105000001", opsA)
		reads(t, r.last(alerts).Text, "Reboot Kazan_01?")
		r.tap(alerts, 99999, "reboot:7105000001", opsA) // a message that Telegram knows no more
		if got := r.last(alerts); got.ReplyTo != 0 || !strings.Contains(got.Text, "Reboot Kazan_01?") {
			t.Errorf("got %+v", got)
		}
	})
}

func TestCheckPressed(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		card := r.card(alerts, kazan1)
		r.watch.set(func(w *watch) { w.readings[kazan1] = notAuthorized; w.takes = 2 * time.Second })
		shown := r.tap(alerts, card.ID, "check:7105000001", guest)
		reads(t, shown, "Kazan_01: the API says notAuthorized", "Until now I believed authorized. One answer is not enough: I ask again in a few seconds and tell you if it holds.")
		if n := len(r.bots(alerts)); n != 1 {
			t.Errorf("%d messages", n)
		}

		r.watch.set(func(w *watch) { w.takes = 30 * time.Second })
		began := time.Now()
		reads(t, r.tap(alerts, card.ID, "check:7105000001", guest), "GREEN-API takes its time. I write here")
		if took := time.Since(began); took > 14*time.Second {
			t.Errorf("the press was answered after %s", took)
		}
		r.pass(30 * time.Second)
		got := r.last(alerts)
		reads(t, got.Text, "Kazan_01: the API says notAuthorized")
		if got.ReplyTo != card.ID || len(got.Keyboard) == 0 {
			t.Errorf("the late answer is %+v", got)
		}

		r.watch.set(func(w *watch) { w.takes = time.Hour })
		r.tap(alerts, card.ID, "check:7105000001", guest)
		r.pass(checkTime)
		reads(t, r.last(alerts).Text, "Kazan_01: no answer from GREEN-API yet", "I ask again at the next check")
		r.telegram.Say(alerts, guest, "/check")
		r.pass(checkTime + 3*time.Second)
		reads(t, r.last(alerts).Text, "All 3 numbers authorized", "Not answered in time: 3, shown as I saw them last.")
	})
}

func TestCheckInATopicAnswersThere(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		if _, err := r.telegram.Write(botapi.Post{Chat: forum, From: guest, Text: "/status Kazan_01", Topic: r.topic}); err != nil {
			t.Fatal(err)
		}
		r.pass(3 * time.Second)
		card := r.last(forum)
		r.watch.set(func(w *watch) { w.takes = 20 * time.Second })
		r.tap(forum, card.ID, "check:7105000001", guest)
		r.tap(forum, card.ID, "reboot:7105000001", opsA)
		r.pass(30 * time.Second)
		if own := r.bots(forum); len(own) != 3 || own[1].Topic != r.topic || own[2].Topic != r.topic {
			t.Errorf("answers outside the topic %d: %+v", r.topic, own)
		}
		r.telegram.CloseTopic(forum, r.topic, opsA)
		r.tap(forum, card.ID, "reboot:7105000001", opsA)
		if got := r.last(forum); got.Topic != 0 || !strings.Contains(got.Text, "Reboot Kazan_01?") {
			t.Errorf("with the topic closed: %+v", got)
		}
	})
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		card := r.card(alerts, kazan1)
		r.change(ufa, func(monitor.Case) (monitor.Case, monitor.Effects) {
			now := time.Now()
			c := monitor.Case{Subject: ufa.Subject(), Belief: monitor.Belief{Finding: notAuthorized, Since: now, At: now}, Known: true}
			return c, monitor.Effects{}
		})
		for range 2 {
			reads(t, r.tap(alerts, card.ID, "adopt", opsA), "Watched. I alert you to them from now on.")
		}
		now, err := r.cases.Case(t.Context(), ufa.Subject())
		if err != nil || now.Known || now.Incident.Number != 1 {
			t.Errorf("after being adopted: %+v, %v", now, err)
		}
		if due, err := r.cases.Due(t.Context(), monitor.Address{Chat: alerts}, time.Now()); err != nil || len(due) != 1 {
			t.Errorf("due to be told: %v, %v", due, err)
		}
	})
}

func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	const trouble = "I could not do that: the fault is mine"
	inRoom(t, func(t *testing.T, r *room) {
		card := r.card(alerts, kazan1)
		question := r.prompted(opsA.ID, opsA, kazan1)
		r.cases.away.Store(true)
		for _, says := range []string{"/status", "/status Kazan_01", "/check", "/check Kazan_01", "/reboot Kazan_01"} {
			r.telegram.Say(alerts, opsA, says)
			r.pass(5 * time.Second)
			reads(t, r.last(alerts).Text, trouble)
		}
		for _, data := range []string{"check:7105000001", "adopt"} {
			reads(t, r.tap(alerts, card.ID, data, opsA), trouble)
		}
		r.tap(alerts, card.ID, "reboot:7105000001", opsA)
		reads(t, r.last(alerts).Text, trouble)
		reads(t, r.tap(opsA.ID, question.ID, confirmButton(question), opsA), trouble)
		if now := r.last(opsA.ID); len(now.Keyboard) == 0 || len(r.reboots()) != 0 {
			t.Errorf("the question is gone, or something was done: %+v", now)
		}
		r.cases.away.Store(false)
		r.pass(time.Minute)
		reads(t, r.tap(opsA.ID, question.ID, confirmButton(question), opsA), "Too late")
		if !strings.Contains(r.logged.String(), "level=ERROR") {
			t.Error("our own trouble is not in the log")
		}
	})
}

func TestAPanicIsAnsweredAndSurvived(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		card := r.card(alerts, kazan1)
		r.watch.set(func(w *watch) { w.fails = func() { panic("boom") } })
		reads(t, r.tap(alerts, card.ID, "check:7105000001", guest), "the fault is mine")
		r.telegram.Say(alerts, guest, "/check")
		r.telegram.Say(alerts, guest, "/check Kazan_01")
		r.pass(5 * time.Second)
		r.talk(line{"status", guest, alerts, "/status", standing}, 0)
	})
}
