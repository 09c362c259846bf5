package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// tellsOf fails where a chat's transcript does not have the text.
func (h *house) tellsOf(chat int64, text string) {
	h.t.Helper()
	if !strings.Contains(h.transcript(chat), text) {
		h.t.Errorf("chat %d does not tell of %q:\n%s", chat, text, h.transcript(chat))
	}
}

func TestGroupBecomesSupergroup(t *testing.T) {
	t.Parallel()
	const basic, super = -4001, -1001000004001
	inIdleHouse(t, 3, func(_ *testing.T, h *house) {
		h.telegram.AddChat(botapi.Chat{ID: basic, Kind: botapi.Group, Title: "Basic", Members: []botapi.Person{operator}})
		h.cfg.Chats = append(h.cfg.Chats, monitor.Address{Chat: basic})
		h.start()
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.Blocked)
		h.pass(2 * time.Minute)
		h.telegram.Migrate(basic, super)
		h.pass(time.Minute)
		h.tellsOf(super, "Kazan_01: blocked by WhatsApp")
		h.set(second, instanceapi.NotAuthorized)
		h.pass(2 * time.Minute)
		h.tellsOf(super, "Kazan_02: logged out")
		h.telegram.Say(super, operator, "/status")
		h.pass(3 * time.Second)
		h.tellsOf(super, "1 of 3")

		h.restart() // with the old id in the settings
		h.pass(2 * time.Minute)
		h.set(second, instanceapi.Authorized)
		h.pass(2 * time.Minute)
		h.tellsOf(super, "Kazan_02: works again")
		if !strings.Contains(h.logged.String(), "put in its new id") {
			h.t.Error("the log does not ask for the new id")
		}
	})
}

// The service messages of a migration are lost: only the next message finds out.
func TestGroupBecomesSupergroupUnheard(t *testing.T) {
	t.Parallel()
	const basic, super = -4001, -1001000004001
	inIdleHouse(t, 3, func(_ *testing.T, h *house) {
		h.telegram.AddChat(botapi.Chat{ID: basic, Kind: botapi.Group, Title: "Basic", Members: []botapi.Person{operator}})
		h.cfg.Chats = append(h.cfg.Chats, monitor.Address{Chat: basic})
		h.start()
		h.pass(2 * time.Minute)
		deaf := h.telegram.Inject(botapi.Fault{Method: "getUpdates", Effect: botapi.BlackHole()})
		h.pass(time.Minute) // a call that was under way would hear
		h.telegram.Migrate(basic, super)
		h.set(first, instanceapi.Blocked)
		h.pass(3 * time.Minute)
		h.tellsOf(super, "Kazan_01: blocked by WhatsApp")
		deaf.Off()
		h.pass(3 * time.Minute)
	})
}

// They are lost for good: who is answered in the new chat hangs on what a message, an edit or a probe found.
func TestASupergroupFoundByAMessageIsAnswered(t *testing.T) {
	t.Parallel()
	const basic, super = -4001, -1001000004001
	inIdleHouse(t, 3, func(t *testing.T, h *house) {
		h.telegram.AddChat(botapi.Chat{ID: basic, Kind: botapi.Group, Title: "Basic", Members: []botapi.Person{operator, guest}})
		h.cfg.Chats = append(h.cfg.Chats, monitor.Address{Chat: basic})
		h.start()
		h.pass(2 * time.Minute)
		deaf := h.telegram.Inject(botapi.Fault{Method: "getUpdates", Effect: botapi.BlackHole()})
		h.pass(time.Minute) // a call that was under way would hear
		h.telegram.Migrate(basic, super)
		h.set(first, instanceapi.Blocked)
		h.pass(3 * time.Minute)
		card := h.find(super, "Kazan_01: blocked by WhatsApp")
		deaf.Off()
		h.loseUpdates()
		h.pass(2 * time.Minute)
		h.telegram.Say(super, guest, "/status")
		h.pass(5 * time.Second)
		if own := h.bots(super); own[len(own)-1].ID == card.ID {
			t.Errorf("no answer:\n%s", h.transcript(super))
		}
		if shown := h.press(super, card.ID, "Check now", guest); !strings.Contains(shown, "blocked") {
			t.Errorf("a press shows %q", shown)
		}
	})
}

// loseUpdates takes away all updates that wait, as the first to ask for them does.
func (h *house) loseUpdates() {
	h.t.Helper()
	client := http.Client{Transport: simulator.Transport(h.telegram)}
	var waiting struct {
		Result []struct {
			UpdateID int `json:"update_id"`
		}
	}
	for offset := -1; offset != 0; {
		url := fmt.Sprintf("https://telegram.example/bot%s/getUpdates?offset=%d", botToken, offset)
		r, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			h.t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err != nil {
			h.t.Fatal(err)
		}
		waiting.Result = nil
		err = json.NewDecoder(answer.Body).Decode(&waiting)
		if err = errors.Join(err, answer.Body.Close()); err != nil {
			h.t.Fatal(err)
		}
		offset = 0
		for _, u := range waiting.Result {
			offset = u.UpdateID + 1
		}
	}
}

func TestChatIsLostAndComesBack(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.Blocked)
		h.pass(2 * time.Minute)
		h.telegram.RemoveBot(opsGroup, guest)
		h.pass(10 * time.Second)
		h.tellsOf(operator.ID, "I cannot write to a chat any more")
		h.telegram.Say(operator.ID, operator, "/status")
		h.pass(3 * time.Second)
		h.tellsOf(operator.ID, fmt.Sprintf("Chat %d has taken no messages since", opsGroup))
		h.set(second, instanceapi.NotAuthorized)
		h.pass(2 * time.Minute)
		before := len(h.bots(opsGroup))
		h.telegram.AddBot(opsGroup, operator)
		h.pass(10 * time.Second)
		h.tellsOf(opsGroup, "Kazan_02: logged out")
		if n := len(h.bots(opsGroup)) - before; n > 3 {
			t.Errorf("%d messages at the return", n)
		}
		h.set(second, instanceapi.Authorized)
		h.pass(2 * time.Minute)
		h.tellsOf(opsGroup, "Kazan_02: works again")
	})
}

// A send finds out before any update says so.
func TestChatIsLostAtASend(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]botapi.Effect{
		"kicked":    botapi.Refuse(403, "Forbidden: bot was kicked from the supergroup chat"),
		"blocked":   botapi.Refuse(403, "Forbidden: bot was blocked by the user"),
		"not found": botapi.Refuse(400, "Bad Request: chat not found"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inHouse(t, 3, func(t *testing.T, h *house) {
				h.pass(2 * time.Minute)
				h.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "sendMessage", Effect: refusal})
				h.set(first, instanceapi.Blocked)
				h.pass(3 * time.Minute)
				h.tellsOf(operator.ID, "I cannot write to a chat any more")
				h.tellsOf(forum, "Kazan_01: blocked")
				if n := len(h.telegram.Requests("sendMessage")); n > 12 {
					t.Errorf("%d sends: a dead chat is written to again and again", n)
				}
			})
		})
	}
}

func TestTopicIsClosedOrDeleted(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(h *house, topic int){
		"closed":  func(h *house, topic int) { h.telegram.CloseTopic(forum, topic, operator) },
		"deleted": func(h *house, topic int) { h.telegram.DeleteTopic(forum, topic) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inHouse(t, 3, func(_ *testing.T, h *house) {
				h.pass(2 * time.Minute)
				spoil(h, h.cfg.Chats[1].Topic)
				h.set(first, instanceapi.Blocked)
				h.pass(2 * time.Minute)
				if m := h.find(forum, "Kazan_01: blocked"); m.Topic != 0 {
					h.t.Errorf("it is in topic %d, want General", m.Topic)
				}
			})
		})
	}
}

// A twin takes the updates: people are told once, alerts go on.
func TestTwinTakesTheUpdates(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(_ *testing.T, h *house) {
		h.pass(2 * time.Minute)
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			defer close(done)
			client := &http.Client{Transport: simulator.Transport(h.telegram)}
			for ctx.Err() == nil {
				r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://telegram.example/bot"+botToken+"/getUpdates?timeout=20", nil)
				if answer, err := client.Do(r); err == nil {
					_, _ = io.Copy(io.Discard, answer.Body)
					_ = answer.Body.Close()
				}
				select {
				case <-ctx.Done():
				case <-time.After(time.Second):
				}
			}
		}()
		h.set(first, instanceapi.Blocked)
		h.pass(5 * time.Minute)
		stop()
		<-done
		h.everywhere("Buttons and commands may not reach me")
		h.everywhere("Kazan_01: blocked")
	})
}

func TestForgottenWebhook(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(_ *testing.T, h *house) {
		h.pass(time.Minute)
		h.telegram.SetWebhook("https://example.com/hook")
		h.pass(2 * time.Minute)
		h.telegram.Say(operator.ID, operator, "/status")
		h.pass(time.Minute)
		h.tellsOf(operator.ID, "All 3")
	})
}

func TestUpdateIDsStartAgainAndPoison(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(_ *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.telegram.Say(operator.ID, operator, "/status")
		h.pass(5 * time.Second)
		h.telegram.ResetUpdateIDs(7)
		h.telegram.Send("message", json.RawMessage(`{"message_id":"not a number","chat":[]}`))
		h.telegram.Say(operator.ID, operator, "/help")
		h.pass(2 * time.Minute)
		h.tellsOf(operator.ID, "I watch GREEN-API numbers")
	})
}
