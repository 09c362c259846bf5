package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/storage"
	"greenwatch/storage/storagetest"
)

// startOver runs the program over a database that an outage can break.
func (h *house) startOver(o *storagetest.Outage) *app {
	h.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	a, err := newApp(ctx, h.cfg, slog.New(slog.NewTextHandler(h.logged, &slog.HandlerOptions{Level: slog.LevelDebug})), transports{
		telegram: simulator.Transport(h.telegram), green: simulator.Transport(h.green), heartbeat: h.heartbeat, database: o.Wrap,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.stop, h.stopped = stop, make(chan error, 1)
	go func() { h.stopped <- a.run(ctx) }()
	return a
}

func ready(t *testing.T, a *app) (bool, string) {
	t.Helper()
	answer := httptest.NewRecorder()
	a.server.Handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
	return answer.Code == http.StatusOK, answer.Body.String()
}

// said counts the bot's messages in a chat that have the text.
func (h *house) said(chat int64, text string) int {
	n := 0
	for _, m := range h.bots(chat) {
		if strings.Contains(m.Text, text) {
			n++
		}
	}
	return n
}

// answered gives the bot's messages that answer another one.
func (h *house) answering(chat int64, message int) []botapi.Message {
	var all []botapi.Message
	for _, m := range h.bots(chat) {
		if m.ReplyTo == message {
			all = append(all, m)
		}
	}
	return all
}

const (
	sleeper = "7105000003"
	known4  = "7105000004"
)

// An outage of ten minutes, in which numbers drop out, one of them comes back, and somebody confirms a reboot.
func TestDatabaseFailsForTenMinutes(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]struct {
		begin func(o *storagetest.Outage)
		title string
	}{
		"away":      {func(o *storagetest.Outage) { o.Begin(storage.ErrAway) }, "My database does not answer"},
		"full":      {func(o *storagetest.Outage) { o.BeginWrites(storage.ErrFull) }, "My database has no space left"},
		"read only": {func(o *storagetest.Outage) { o.BeginWrites(storage.ErrReadOnly) }, "My database cannot be written"},
		"locked":    {func(o *storagetest.Outage) { o.BeginWrites(storage.ErrBusy) }, "My database is locked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inIdleHouse(t, 5, func(t *testing.T, h *house) {
				var outage storagetest.Outage
				a := h.startOver(&outage)
				h.pass(2 * time.Minute)
				h.set(known4, instanceapi.NotAuthorized)
				h.pass(2 * time.Minute)
				known := h.everywhere("Kazan_04: logged out")
				h.press(opsGroup, known[opsGroup].ID, "Reboot", operator)
				h.pass(2 * time.Second)
				prompt := h.find(opsGroup, "Reboot Kazan_04")

				kind.begin(&outage)
				if ok, page := ready(t, a); ok {
					t.Errorf("ready while the database fails: %s", page)
				}
				toast := h.press(opsGroup, prompt.ID, prompt.Keyboard[0][0].Text, operator)
				if !strings.Contains(toast, "the fault is mine") {
					t.Errorf("the press is answered %q", toast)
				}
				h.pass(30 * time.Second)
				told := h.everywhere(kind.title)
				if told[opsGroup].Silent {
					t.Error("our trouble did not ring")
				}
				h.set(first, instanceapi.NotAuthorized)
				h.set("7105000002", instanceapi.Blocked)
				h.set(sleeper, instanceapi.SleepMode)
				h.pass(3 * time.Minute)
				h.listsUnsaved(t, told, "Kazan_01", "Kazan_02", "Kazan_03")
				h.set(sleeper, instanceapi.Authorized)
				h.pass(6*time.Minute + 30*time.Second)
				h.listsUnsaved(t, told, "Kazan_01", "Kazan_02")
				if ok, page := ready(t, a); ok {
					t.Errorf("ready while the database fails: %s", page)
				}

				outage.End()
				h.pass(3 * time.Minute)
				h.caughtUp(t, told)
				if ok, page := ready(t, a); !ok {
					t.Errorf("not ready afterwards: %s", page)
				}
				if n := h.reboots(known4); n != 0 {
					t.Errorf("%d reboots came of a press that was refused", n)
				}
				before := h.count()
				h.restart()
				h.pass(5 * time.Minute)
				if n := h.count() - before; n != 0 {
					t.Errorf("%d more messages after a restart:\n%s", n, h.transcript(opsGroup))
				}
			})
		})
	}
}

// listsUnsaved checks that the messages about our trouble name exactly these numbers, and that each was rung for.
func (h *house) listsUnsaved(t *testing.T, told map[int64]botapi.Message, names ...string) {
	t.Helper()
	for chat, m := range told {
		now, _ := h.telegram.Message(chat, m.ID)
		rung := ""
		for _, answer := range h.answering(chat, m.ID) {
			if !answer.Silent {
				rung += answer.Text
			}
		}
		for _, name := range []string{"Kazan_01", "Kazan_02", "Kazan_03", "Kazan_04"} {
			listed, want := strings.Contains(now.Text, name), strings.Contains(strings.Join(names, " "), name)
			if listed != want || want && strings.Count(rung, "0000"+name[6:]+" ") != 1 {
				t.Errorf("%s is listed: %t, want %t, in %d:\n%s\nrung for:\n%s", name, listed, want, chat, now.Text, rung)
			}
		}
	}
}

// caughtUp checks that after the outage everything that lasted has its own card, once, and our trouble is told as over.
func (h *house) caughtUp(t *testing.T, told map[int64]botapi.Message) {
	t.Helper()
	for chat, m := range told {
		now, _ := h.telegram.Message(chat, m.ID)
		if !strings.Contains(now.Text, "My database works again") || strings.Contains(now.Text, "Kazan") {
			t.Errorf("our trouble in %d reads:\n%s", chat, now.Text)
		}
		over := 0
		for _, answer := range h.answering(chat, m.ID) {
			if strings.Contains(answer.Text, "My database works again") && answer.Silent {
				over++
			}
		}
		for what, want := range map[string]int{
			"Kazan_01: logged out of WhatsApp": 1, "Kazan_02: blocked by WhatsApp": 1, "Kazan_03: works again": 1,
			"Kazan_04: logged out": 1, "My database": 2,
		} {
			if n := h.said(chat, what); n != want {
				t.Errorf("%q stands in %d messages of %d, want %d:\n%s", what, n, chat, want, h.transcript(chat))
			}
		}
		if over != 1 {
			t.Errorf("%d silent answers that it is over in %d", over, chat)
		}
	}
}

// What comes and goes is one trouble, and what is over at once is none.
func TestDatabaseFlaps(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 3, func(t *testing.T, h *house) {
		var outage storagetest.Outage
		h.startOver(&outage)
		h.pass(2 * time.Minute)
		before := h.count()
		for range 10 {
			outage.Begin(storage.ErrAway)
			h.pass(8 * time.Second)
			outage.End()
			h.pass(time.Minute)
		}
		if n := h.count() - before; n != 0 {
			t.Fatalf("%d messages about trouble of seconds:\n%s", n, h.transcript(opsGroup))
		}
		for range 30 {
			outage.Begin(storage.ErrAway)
			h.pass(time.Minute)
			outage.End()
			h.pass(time.Minute)
		}
		h.pass(10 * time.Minute)
		if n := h.count() - before; n > 3*len(h.chats()) {
			t.Errorf("%d messages about an hour of coming and going:\n%s", n, h.transcript(opsGroup))
		}
		for _, chat := range h.chats() {
			if n := h.said(chat, "It failed 00:15 to 01:12"); n != 2 || h.said(chat, "does not answer") != 0 {
				t.Errorf("not told as over in %d:\n%s", chat, h.transcript(chat))
			}
		}
	})
}

// Telegram is away as well: what is over by the time it answers needs no message.
func TestDatabaseAndTelegramFail(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 3, func(_ *testing.T, h *house) {
		var outage storagetest.Outage
		h.startOver(&outage)
		h.pass(2 * time.Minute)
		broken := h.telegram.Inject(botapi.Fault{Effect: botapi.Gateway(502)})
		outage.Begin(storage.ErrAway)
		h.set(first, instanceapi.Blocked)
		h.pass(5 * time.Minute)
		outage.End()
		h.pass(2 * time.Minute)
		broken.Off()
		h.pass(2 * time.Minute)
		h.everywhere("Kazan_01: blocked")
		h.nowhere("My database")
	})
}

// For five minutes the database saves and its answers are lost: nobody is told twice without a mark, nothing is done
// twice, and all is told in the end.
func TestDatabaseAnswersAreLost(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 3, func(t *testing.T, h *house) {
		var outage storagetest.Outage
		h.startOver(&outage)
		h.pass(2 * time.Minute)
		if err := h.green.FalseLogout("7105000002"); err != nil {
			t.Fatal(err)
		}
		h.pass(2 * time.Minute)
		card := h.find(opsGroup, "Kazan_02: logged out")
		h.press(opsGroup, card.ID, "Reboot", operator)
		h.pass(2 * time.Second)
		prompt := h.find(opsGroup, "Reboot Kazan_02")

		outage.LoseAnswers(storage.ErrAway)
		h.press(opsGroup, prompt.ID, prompt.Keyboard[0][0].Text, operator)
		h.set(first, instanceapi.Blocked)
		h.pass(5 * time.Minute)
		h.everywhere("My database does not answer")
		outage.End()
		h.pass(5 * time.Minute)
		h.restart()
		h.pass(5 * time.Minute)
		h.everywhere("Kazan_01: blocked by WhatsApp")
		h.nowhere("does not answer")
		if n := h.reboots("7105000002"); n > 1 {
			t.Errorf("%d reboots of one press", n)
		}
		for _, chat := range h.chats() {
			told := make(map[string]int)
			for _, m := range h.bots(chat) {
				if !strings.Contains(m.Text, "repeat") && m.ReplyTo == 0 {
					told[m.Text]++
				}
			}
			for text, n := range told {
				if n > 1 {
					t.Errorf("told %d times in %d without a mark:\n%s", n, chat, text)
				}
			}
		}
	})
}

// A group becomes a supergroup while the database is away: it is told there, in one message that is kept up to date.
func TestDatabaseFailsWhileAGroupMoves(t *testing.T) {
	t.Parallel()
	const basic, super = -4001, -1001000004001
	inIdleHouse(t, 3, func(t *testing.T, h *house) {
		h.telegram.AddChat(botapi.Chat{ID: basic, Kind: botapi.Group, Title: "Basic", Members: []botapi.Person{operator}})
		h.cfg.Chats = append(h.cfg.Chats, monitor.Address{Chat: basic})
		var outage storagetest.Outage
		h.startOver(&outage)
		h.pass(2 * time.Minute)
		outage.Begin(storage.ErrAway)
		h.pass(time.Minute)
		h.telegram.Migrate(basic, super)
		h.set(first, instanceapi.Blocked)
		h.pass(5 * time.Minute)
		if m := h.find(super, "My database does not answer"); !strings.Contains(m.Text, "Kazan_01") {
			t.Errorf("not up to date:\n%s", m.Text)
		}
		outage.End()
		h.pass(3 * time.Minute)
		if n := h.said(super, "My database works again"); n != 2 {
			t.Errorf("%d messages, want the card and its answer:\n%s", n, h.transcript(super))
		}
	})
}
