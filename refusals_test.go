package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// readyz is the page that says whether everything works.
func (h *house) readyz() (status int, page string) {
	h.t.Helper()
	answer := httptest.NewRecorder()
	h.app.server.Handler.ServeHTTP(answer, httptest.NewRequestWithContext(h.t.Context(), http.MethodGet, "/readyz", nil))
	return answer.Code, answer.Body.String()
}

// since says how the heart has beaten since the last call.
func (c *clinic) since() (alive int, fails []string) {
	alive, fails = c.noticed()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.alive, c.fails = 0, nil
	return alive, fails
}

// inOneChat is a story in which nobody but the group is told.
func inOneChat(t *testing.T, story func(t *testing.T, h *house, c *clinic)) {
	t.Helper()
	inIdleHouse(t, 80, func(t *testing.T, h *house) {
		c := &clinic{}
		h.heartbeat, h.cfg.Heartbeat, h.cfg.FallbackAfter = c, secret.New("https://hc.example/"+heartKey), 2*time.Minute
		h.cfg.Chats = []monitor.Address{{Chat: opsGroup}}
		h.start()
		h.pass(3 * time.Minute)
		c.since()
		story(t, h, c)
	})
}

// askedInPrivate writes a command to the bot in private and gives the answer.
func (h *house) askedInPrivate(command string) string {
	h.t.Helper()
	h.telegram.Say(operator.ID, operator, command)
	h.pass(5 * time.Second)
	all := h.bots(operator.ID)
	return all[len(all)-1].Text
}

// chatRefusals are Telegram's words for a chat that cannot be written to.
var chatRefusals = map[string]botapi.Effect{
	"rights":      botapi.Refuse(400, "Bad Request: not enough rights to send text messages to the chat"),
	"not found":   botapi.Refuse(400, "Bad Request: chat not found"),
	"forbidden":   botapi.Refuse(400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
	"no rights":   botapi.Refuse(400, "Bad Request: have no rights to send a message"),
	"kicked":      botapi.Refuse(403, "Forbidden: bot was kicked from the supergroup chat"),
	"deactivated": botapi.Refuse(403, "Forbidden: user is deactivated"),
	"not ours":    botapi.Refuse(403, "Forbidden: bot is not a member of the supergroup chat"),
	"private":     botapi.Refuse(400, "Bad Request: CHANNEL_PRIVATE"),
	"plain":       botapi.Refuse(400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN"),
}

// A group refuses for a moment, and no event says that it is over.
func TestRefusalOfAChatPasses(t *testing.T) {
	t.Parallel()
	for name, refusal := range chatRefusals {
		for _, how := range []string{"by a probe", "by a restart", "by an answer"} {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				inOneChat(t, func(t *testing.T, h *house, c *clinic) {
					refused := h.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "sendMessage", Effect: refusal})
					probe := h.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "sendChatAction", Effect: refusal})
					h.set(first, instanceapi.Blocked)
					for refused.Hits() == 0 {
						h.pass(time.Second)
					}
					h.pass(20 * time.Second)
					if status, page := h.readyz(); status != http.StatusServiceUnavailable || !strings.Contains(page, fmt.Sprint(opsGroup)) {
						t.Errorf("/readyz while nobody can be told: %d %s", status, page)
					}
					refused.Off()
					probe.Off()
					switch how {
					case "by a restart":
						h.restart()
						h.pass(20 * time.Second)
					case "by an answer":
						h.telegram.Say(opsGroup, operator, "/help")
						h.pass(15 * time.Second)
					default:
						h.pass(90 * time.Second)
					}
					h.tellsOf(opsGroup, "Kazan_01: blocked")
					h.pass(3 * time.Minute)
					c.since()
					h.pass(3 * time.Minute)
					if alive, fails := c.since(); alive == 0 || len(fails) > 0 {
						t.Errorf("heartbeat after it: %d good, %v", alive, fails)
					}
					if status, page := h.readyz(); status != http.StatusOK {
						t.Errorf("/readyz after it: %d %s", status, page)
					}
					if n := strings.Count(h.transcript(opsGroup), "Kazan_01: blocked"); n != 1 {
						t.Errorf("told %d times:\n%s", n, h.transcript(opsGroup))
					}
				})
			})
		}
	}
}

// While nobody at all can be told, the heart complains though nothing is due, and again and again.
func TestNobodyCanBeTold(t *testing.T) {
	t.Parallel()
	inOneChat(t, func(t *testing.T, h *house, c *clinic) {
		h.telegram.RemoveBot(opsGroup, guest)
		h.pass(10 * time.Minute)
		if alive, fails := c.since(); alive > 0 || len(fails) < 8 || !strings.Contains(fails[0], "nobody can be told") {
			t.Errorf("heartbeat: %d good, %v", alive, fails)
		}
		if status, page := h.readyz(); status != http.StatusServiceUnavailable || !strings.Contains(page, "kicked") {
			t.Errorf("/readyz: %d %s", status, page)
		}
	})
}

// A probe succeeds while messages are refused: the schedule goes on growing, and the others are told once.
func TestProbesThatDeceive(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		refused := h.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "sendMessage", Effect: chatRefusals["rights"]})
		h.set(first, instanceapi.Blocked)
		h.pass(12 * time.Hour)
		if n := refused.Hits(); n < 10 || n > 20 {
			t.Errorf("%d messages were tried in 12 hours, want about 15", n)
		}
		h.find(forum, "I cannot write to a chat any more")
		h.find(forum, "Kazan_01: blocked")
		h.find(operator.ID, "I cannot write to a chat any more")
		if status, page := h.readyz(); status != http.StatusOK || !strings.Contains(page, fmt.Sprint(opsGroup)) {
			t.Errorf("/readyz while one of three cannot be told: %d %s", status, page)
		}
		h.telegram.Say(operator.ID, operator, "/status")
		h.pass(3 * time.Second)
		h.tellsOf(operator.ID, fmt.Sprintf("Chat %d has taken no messages since", opsGroup))
		h.tellsOf(operator.ID, "not enough rights")
		h.tellsOf(operator.ID, "Next try")
		if got := h.scrape()[`chats_refusing{refused="everything"}`]; got != 1 {
			t.Errorf("greenwatch_chats_refusing is %v", got)
		}
		h.set(second, instanceapi.NotAuthorized)
		h.pass(3 * time.Minute)
		refused.Off()
		h.pass(time.Hour + time.Minute)
		h.tellsOf(opsGroup, "Kazan_01")
		h.tellsOf(opsGroup, "Kazan_02")
		before := len(h.bots(opsGroup))
		h.set(first, instanceapi.Authorized)
		h.pass(3 * time.Minute)
		h.tellsOf(opsGroup, "Kazan_01: works again")
		if n := len(h.bots(opsGroup)) - before; n != 1 {
			t.Errorf("%d messages for one that works again", n)
		}
		if got := h.scrape()[`chats_refusing{refused="everything"}`]; got != 0 {
			t.Errorf("greenwatch_chats_refusing is %v after it", got)
		}
	})
}

// What was over while the chat refused is shown there as over.
func TestCardsOfAChatThatWasLostAreBroughtUpToDate(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(_ *testing.T, h *house) {
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.Blocked)
		h.pass(2 * time.Minute)
		h.telegram.RemoveBot(opsGroup, guest)
		h.pass(time.Minute)
		h.set(first, instanceapi.Authorized)
		h.pass(3 * time.Minute)
		h.telegram.AddBot(opsGroup, operator)
		h.pass(time.Minute)
		h.tellsOf(opsGroup, "Kazan_01: works again")
	})
}

// The topic is closed, and so is General.
func TestTopicAndGeneralAreClosed(t *testing.T) {
	t.Parallel()
	inHouse(t, 3, func(t *testing.T, h *house) {
		h.pass(2 * time.Minute)
		closed := h.telegram.Inject(botapi.Fault{Chat: forum, Method: "sendMessage", Effect: botapi.Refuse(400, "Bad Request: TOPIC_CLOSED")})
		h.set(first, instanceapi.Blocked)
		h.pass(10 * time.Minute)
		h.find(opsGroup, "I cannot write to a chat any more")
		h.tellsOf(opsGroup, fmt.Sprint(forum))
		if n := closed.Hits(); n > 8 {
			t.Errorf("%d tries in 10 minutes", n)
		}
		closed.Off()
		h.pass(16 * time.Minute)
		h.tellsOf(forum, "Kazan_01: blocked")
	})
}

// Other topics of the chat live.
func TestOneTopicIsLost(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 3, func(t *testing.T, h *house) {
		other := h.telegram.CreateTopic(forum, "Other", operator)
		h.cfg.Chats = append(h.cfg.Chats, monitor.Address{Chat: forum, Topic: other})
		h.start()
		h.pass(2 * time.Minute)
		h.telegram.CloseTopic(forum, h.cfg.Chats[1].Topic, operator)
		h.telegram.CloseTopic(forum, 1, operator)
		h.set(first, instanceapi.Blocked)
		h.pass(5 * time.Minute)
		if m := h.find(forum, "Kazan_01: blocked"); m.Topic != other {
			t.Errorf("told in topic %d, want %d", m.Topic, other)
		}
	})
}

// Files are refused, and nothing else.
func TestFilesAreRefused(t *testing.T) {
	t.Parallel()
	inOneChat(t, func(t *testing.T, h *house, _ *clinic) {
		files := h.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "sendDocument", Effect: botapi.Refuse(400, "Bad Request: not enough rights to send documents to the chat")})
		for i := range 70 {
			h.set(fmt.Sprint(7105000001+i), instanceapi.NotAuthorized)
		}
		h.pass(5 * time.Minute)
		for i := range 70 {
			h.tellsOf(opsGroup, fmt.Sprintf("Kazan_%02d", i+1))
		}
		if text := h.transcript(opsGroup); strings.Contains(text, "in the file") {
			t.Errorf("a file is promised:\n%s", text)
		}
		h.set("7105000075", instanceapi.Blocked)
		h.pass(3 * time.Minute)
		h.tellsOf(opsGroup, "Kazan_75")
		if n := len(h.bots(opsGroup)); n > 8 {
			t.Errorf("%d messages:\n%s", n, h.transcript(opsGroup))
		}
		if status, page := h.readyz(); status != http.StatusOK {
			t.Errorf("/readyz: %d %s", status, page)
		}
		files.Off()
		for i := range 80 {
			h.set(fmt.Sprint(7105000001+i), instanceapi.Authorized)
		}
		h.pass(2 * time.Hour)
		for i := range 70 {
			h.set(fmt.Sprint(7105000001+i), instanceapi.NotAuthorized)
		}
		h.pass(5 * time.Minute)
		h.tellsOf(opsGroup, "in the file")
		if n := len(h.telegram.Requests("sendDocument")) - files.Hits(); n != 1 {
			t.Errorf("%d files came, want 1", n)
		}
	})
}
