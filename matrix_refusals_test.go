package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"greenwatch/simulator/botapi"
)

// subject is what a refusal of Telegram's is about. A method can be refused for what its calls name.
type subject string

const (
	ofAnything subject = "anything"
	ofChat     subject = "chat"
	ofTopic    subject = "topic"
	ofMessage  subject = "message"
	ofContent  subject = "content"
	ofPress    subject = "press"
	ofMove     subject = "move" // a chat with a new id: the group really moves, so every method meets it
)

// method is one of the Bot API that the program calls, with what can be refused of it and the story that makes it call it.
type method struct {
	name  string
	about []subject
	story story
	kind  string // of content, in Telegram's words
}

// probe finds out whether a chat that refused can be written to again. It is made of such chats alone, so that messages
// are refused along with it.
const probe = "sendChatAction"

// everyCall is no method, but all that name the chat.
var everyCall = method{"", []subject{ofChat, ofMove}, sends, ""}

func methods() []method {
	return []method{
		{"sendMessage", []subject{ofChat, ofTopic, ofContent}, sends, "text messages"},
		{"sendDocument", []subject{ofChat, ofTopic, ofContent}, files, "documents"},
		{"editMessageText", []subject{ofChat, ofMessage}, joins, ""},
		{"editMessageMedia", []subject{ofChat, ofMessage, ofContent}, growingList, "documents"},
		{probe, []subject{ofChat, ofTopic}, sends, ""},
		{"answerCallbackQuery", []subject{ofPress}, presses, ""},
		{"getUpdates", nil, sends, ""},
		{"getMe", nil, starts, ""},
		{"setMyCommands", nil, starts, ""},
		everyCall,
	}
}

// outOfTheWay are called too, but no alert, answer or verdict hangs on them while the program runs: init's and doctor's
// questions, a menu that nobody chose, and what is made good at the next start.
var outOfTheWay = []string{"getChat", "getChatMember", "deleteMessage", "deleteMyCommands", "getWebhookInfo", "deleteWebhook"}

// refusal is a class of answers that are none, in Telegram's words.
type refusal struct {
	name  string
	about subject
	say   func(m method) botapi.Fault

	topical bool // it is met in a topic alone: General can be written to
}

const unreadable = "ok, with a result that cannot be read"

func refusals() []refusal {
	always := func(e botapi.Effect) func(method) botapi.Fault {
		return func(method) botapi.Fault { return botapi.Fault{Effect: e} }
	}
	says := func(name string, about subject, code int, text string) refusal {
		return refusal{name: name, about: about, say: always(botapi.Refuse(code, text))}
	}
	all := []refusal{
		says("500 Internal Server Error", ofAnything, 500, "Internal Server Error: restart"),
		{name: "502 with a page of HTML", about: ofAnything, say: always(botapi.Gateway(502))},
		{name: "connection reset", about: ofAnything, say: always(botapi.Reset())},
		{name: "no answer at all", about: ofAnything, say: always(botapi.BlackHole())},
		{name: "done, and the answer cut off", about: ofAnything, say: always(botapi.Truncate())},
		{name: unreadable, about: ofAnything, say: func(m method) botapi.Fault {
			// A message may have been sent or not; ok to an edit is ok, whatever comes with it.
			return botapi.Fault{Effect: botapi.Wrong(`[{"wrong":["things"]}]`), Stored: strings.HasPrefix(m.name, "edit")}
		}},
	}
	for _, seconds := range []int{3, 222, 100_000} {
		name := fmt.Sprintf("429, retry after %d s", seconds)
		all = append(all, refusal{name: name, about: ofAnything, say: always(botapi.FloodWait(seconds))})
	}
	for _, unknown := range []struct {
		code int
		text string
	}{{400, "Bad Request: PEER_FLOOD"}, {400, "Bad Request: SOMETHING_NEW"}, {406, "Not Acceptable: UPDATE_APP_TO_LOGIN"}, {418, "I'm a teapot"}, {302, "Found"}} {
		all = append(all, says(fmt.Sprintf("%d %s", unknown.code, strings.TrimPrefix(unknown.text, "Bad Request: ")), ofAnything, unknown.code, unknown.text))
	}
	return append(all,
		refusal{name: "400 not enough rights to send this kind of content", about: ofContent, say: func(m method) botapi.Fault {
			return botapi.Fault{Effect: botapi.Refuse(400, "Bad Request: not enough rights to send "+m.kind+" to the chat")}
		}},
		says("400 have no rights to send a message", ofChat, 400, "Bad Request: have no rights to send a message"),
		says("400 CHAT_WRITE_FORBIDDEN", ofChat, 400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
		says("400 chat not found", ofChat, 400, "Bad Request: chat not found"),
		says("400 upgraded to a supergroup, without its id", ofChat, 400, "Bad Request: group chat was upgraded to a supergroup chat"),
		says("403 kicked", ofChat, 403, "Forbidden: bot was kicked from the supergroup chat"),
		says("403 blocked", ofChat, 403, "Forbidden: bot was blocked by the user"),
		refusal{name: "400 upgraded to a supergroup, with its id", about: ofMove},
		refusal{name: "400 topic closed", about: ofTopic, say: always(botapi.Refuse(400, "Bad Request: TOPIC_CLOSED")), topical: true},
		refusal{name: "400 topic deleted", about: ofTopic, say: always(botapi.Refuse(400, "Bad Request: message thread not found")), topical: true},
		says("400 topic and General closed", ofTopic, 400, "Bad Request: TOPIC_CLOSED"),
		says("400 message to edit not found", ofMessage, 400, "Bad Request: message to edit not found"),
		says("400 message can't be edited", ofMessage, 400, "Bad Request: message can't be edited"),
		says("400 query is too old", ofPress, 400, "Bad Request: query is too old and response timeout expired or query ID is invalid"),
	)
}

// ending is what becomes of a refusal.
type ending string

const (
	endHeals  ending = "heals after 10 minutes"
	endKilled ending = "the same, killed in between"
	endNever  ending = "never heals"
	endAlone  ending = "heals, nobody else to tell" // the chat is the only one, and there is no other channel
)

var endings = []ending{endHeals, endKilled, endNever, endAlone}

const (
	healsAfter = 10 * time.Minute
	killsAfter = 5 * time.Minute
	// returnWithin is how long a chat that was refused for ten minutes may still wait: the longest pause by then between
	// two tries, which is a quarter of an hour, and the time of a check.
	returnWithin = 16 * time.Minute
	// toldWithin is how long it may take where nothing is refused: a check, its confirmation, a digest's gathering.
	toldWithin = 3 * time.Minute
)

// cell is one of the matrix.
type cell struct {
	method method
	refusal
	ending
}

func (c cell) String() string {
	name := c.method.name
	if name == "" {
		name = "every call"
	}
	return fmt.Sprintf("%s: %s, %s", name, c.refusal.name, c.ending)
}

// cells are all that make sense, by these rules.
func cells() []cell {
	var all []cell
	for _, r := range refusals() {
		for _, m := range methods() {
			for _, e := range endings {
				if c := (cell{m, r, e}); c.makesSense() {
					all = append(all, c)
				}
			}
		}
	}
	return all
}

func (c cell) makesSense() bool {
	switch {
	case c.about != ofAnything && !slices.Contains(c.method.about, c.about):
		return false // its calls do not name what the refusal is about
	case c.about == ofMove:
		return c.ending == endHeals || c.ending == endKilled // it never goes back, and each call from then on says where to
	case c.refusal.name == unreadable && c.method.name == "":
		return false // each method has results of its own
	case c.ending == endAlone:
		return c.writes() && !c.topical // otherwise people are told all the same
	}
	return true
}

// writes holds for refusals that meet every new message.
func (c cell) writes() bool { return c.method.name == "sendMessage" || c.method.name == "" }

// mutes reports whether the refusal keeps alerts from the chat for as long as it lasts: where it speaks of one kind of
// call, of one message or of one topic, they go another way. What may pass may be waited for.
func (c cell) mutes() bool {
	switch c.method.name {
	case probe:
		return true
	case "", "sendMessage":
		return !c.topical && c.about != ofMove
	case "editMessageText", "sendDocument", "editMessageMedia":
		return c.about == ofAnything
	}
	return false
}
