package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/botapi"
	"greenwatch/telegram"
)

// Fifty commands at once in one chat get a bounded number of answers, within Telegram's limits; others do not wait, and
// neither does what must be told.
func TestFiftyCommandsAtOnce(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		for n := range 50 {
			r.telegram.Say(alerts, guest, []string{"/status", "/check", "/check Kazan_01", "/help"}[n%4])
		}
		r.telegram.Say(opsA.ID, opsA, "/status")
		r.telegram.Say(basic, opsB, "/reboot Kazan_01")
		told := make(chan time.Duration, 1)
		began := time.Now()
		go func() {
			if r.options.Telegram.Turn(t.Context(), alerts, telegram.ForNote) == nil {
				told <- time.Since(began)
			}
		}()
		r.pass(3 * time.Second)
		reads(t, r.last(opsA.ID).Text, standing...)
		reads(t, r.last(basic).Text, "Reboot Kazan_01?")
		r.pass(3 * time.Minute)
		if n := len(r.bots(alerts)); n < 8 || n > 25 {
			t.Errorf("%d answers to fifty commands", n)
		}
		if waited := <-told; waited > 15*time.Second {
			t.Errorf("an alert waited %s behind them", waited)
		}
		if n := r.telegram.Limited(); n != 0 {
			t.Errorf("%d times limited", n)
		}
		r.talk(line{"afterwards", guest, alerts, "/status", standing}, 0)
	})
}

// While GREEN-API hangs and everybody presses Check now, what is known is still answered and reboots can be asked for.
func TestHangingChecksHoldUpNothing(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		card := r.card(alerts, kazan1)
		r.watch.set(func(w *watch) { w.takes = time.Hour })
		var taps []*botapi.Tap
		for range 12 {
			tap, err := r.telegram.Press(alerts, card.ID, "Check now", guest)
			if err != nil {
				t.Fatal(err)
			}
			taps = append(taps, tap)
		}
		r.telegram.Say(alerts, guest, "/check")
		r.pass(5 * time.Second)
		crowded := 0
		for _, tap := range taps {
			if a, answered := tap.Answer(); answered && strings.Contains(a.Text, "I am still busy with other questions") {
				crowded++
			}
		}
		if crowded != 4 {
			t.Errorf("%d of 12 presses were told at once that there are too many, want 4", crowded)
		}
		reads(t, r.last(alerts).Text, "I am still busy with other questions")
		r.talk(line{"status", guest, alerts, "/status", standing}, 0)
		r.tap(alerts, card.ID, "reboot:7105000001", opsA)
		reads(t, r.last(alerts).Text, "Reboot Kazan_01?")
		for n, tap := range taps {
			if _, answered := tap.Answer(); !answered {
				t.Errorf("press %d was not answered", n)
			}
		}
	})
}

// Presses are answered also where nothing can be written to the chat.
func TestPressesInAFloodedChat(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		card := r.card(alerts, kazan1)
		question := r.prompted(alerts, opsA, kazan1)
		r.telegram.Inject(botapi.Fault{Method: "editMessageText", Times: 1, Effect: botapi.FloodWait(100)})
		r.telegram.Inject(botapi.Fault{Method: "sendMessage", Times: 1, Effect: botapi.FloodWait(100)})
		for range 20 {
			tap, err := r.telegram.Press(alerts, card.ID, "Reboot", opsA)
			if err != nil {
				t.Fatal(err)
			}
			other, err := r.telegram.PressData(alerts, question.ID, cancelButton(question), opsA) // whose edit has to wait
			if err != nil {
				t.Fatal(err)
			}
			r.pass(time.Second)
			for _, tap := range []*botapi.Tap{tap, other} {
				if _, answered := tap.Answer(); !answered {
					t.Error("a press was not answered within a second")
				}
			}
		}
	})
}

func TestAnswersWaitOutTelegramsPause(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		limited := r.telegram.Inject(botapi.Fault{Method: "sendMessage", Chat: alerts, Times: 2, Effect: botapi.FloodWait(20)})
		r.telegram.Say(alerts, guest, "/status")
		r.telegram.Say(opsA.ID, opsA, "/status")
		r.pass(3 * time.Second)
		reads(t, r.last(opsA.ID).Text, standing...)
		r.pass(time.Minute)
		if own := r.bots(alerts); len(own) != 1 || limited.Hits() != 2 {
			t.Errorf("%d answers after %d pauses", len(own), limited.Hits())
		}
		question := r.prompted(alerts, opsA, kazan1)
		r.telegram.Inject(botapi.Fault{Method: "editMessageText", Times: 1, Effect: botapi.FloodWait(20)})
		r.tap(alerts, question.ID, confirmButton(question), opsA)
		r.pass(30 * time.Second)
		now, _ := r.telegram.Message(alerts, question.ID)
		reads(t, now.Text, "reboot on its way")
	})
}

// The end does not wait for answers that hang.
func TestEndWhileAnswersHang(t *testing.T) {
	t.Parallel()
	inRoom(t, func(_ *testing.T, r *room) {
		card := r.card(alerts, kazan1)
		r.watch.set(func(w *watch) { w.takes = time.Hour })
		r.telegram.Say(alerts, guest, "/check")
		r.tap(alerts, card.ID, "check:7105000001", guest)
		r.telegram.Inject(botapi.Fault{Method: "sendMessage", Effect: botapi.BlackHole()})
		r.telegram.Say(alerts, guest, "/status")
		r.pass(time.Second)
		r.end()
		r.start()
	})
}

// A stranger who writes much costs nobody anything.
func TestStrangersAreBounded(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		for n := range 100 {
			r.telegram.Say(stranger.ID, stranger, fmt.Sprintf("/start %d", n))
		}
		r.pass(time.Minute)
		if n := len(r.bots(stranger.ID)); n == 0 || n > 15 {
			t.Errorf("%d answers", n)
		}
		r.talk(line{"others", guest, alerts, "/status", standing}, 0)
	})
}

func TestMembershipIsLogged(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.telegram.RemoveBot(alerts, opsA)
		r.pass(3 * time.Second)
		reads(t, r.logged.String(), "membership changed", fmt.Sprint(alerts))
		r.telegram.AddBot(alerts, opsA)
		r.believe(monitor.Finding{Answer: monitor.NoAnswer}, kazan1)
		r.talk(line{"afterwards", guest, alerts, "/status@watch_bot", []string{"2 of 3 numbers"}}, 0)
	})
}
