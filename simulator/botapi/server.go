// Package botapi is a Telegram Bot API server that runs in the process: one bot, its chats, and the people in them.
//
// It answers as https://core.telegram.org/bots/api describes, keeps time by the time package alone (so that it runs
// under testing/synctest) and leaves no goroutine behind. Bots talk to it over HTTP; people are moved from Go.
package botapi

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options say which bot lives on a Server.
type Options struct {
	Token    string // required, as BotFather gives it: "<id>:<secret>"
	BotID    int64  // the number in front of the token's colon when 0, else 1
	Username string // without @; "simulated_bot" when empty
	Name     string // the first name; the username when empty

	PrivacyOff bool // the bot sees everything that is said in groups
	NoLimits   bool // no rate limits, and so no 429 of the server's own

	// OnRequest is told of every request once its answer is known. It may be called from several goroutines.
	OnRequest func(Request)
	// OnUpdate is told of every update when it is queued. It must not call the Server.
	OnUpdate func(json.RawMessage)
}

// Server is one bot's Bot API. It is safe for concurrent use; make it with New.
type Server struct {
	opt     Options
	methods map[string]handler

	mu       sync.Mutex
	people   map[int64]Person
	chats    map[int64]*chat
	lastID   int // of messages in private chats and basic groups, which share one sequence
	files    map[string]*media
	queue    queue
	taps     map[string]*Tap
	inline   bool // the bot's callback_query_mode
	commands map[scope][]Command
	faults   []*Injected
	requests []*Request
	rings    []Ring
	limited  int
	changed  chan struct{}
}

// handler answers one method; the Server is locked while it runs.
type handler func(*call) (any, error)

// New makes a server without chats.
func New(o Options) *Server {
	if o.BotID == 0 {
		o.BotID = 1
		if id, err := strconv.ParseInt(strings.SplitN(o.Token, ":", 2)[0], 10, 64); err == nil {
			o.BotID = id
		}
	}
	if o.Username == "" {
		o.Username = "simulated_bot"
	}
	if o.Name == "" {
		o.Name = o.Username
	}
	s := &Server{
		opt:      o,
		people:   map[int64]Person{},
		chats:    map[int64]*chat{},
		lastID:   100,
		files:    map[string]*media{},
		queue:    queue{next: 500_000_001},
		taps:     map[string]*Tap{},
		commands: map[scope][]Command{},
	}
	s.methods = s.table()
	return s
}

func (s *Server) table() map[string]handler {
	return map[string]handler{
		"getme":                  s.getMe,
		"setwebhook":             s.setWebhook,
		"deletewebhook":          s.deleteWebhook,
		"getwebhookinfo":         s.getWebhookInfo,
		"sendmessage":            s.sendMessage,
		"sendphoto":              s.sendPhoto,
		"senddocument":           s.sendDocument,
		"sendchataction":         s.sendChatAction,
		"editmessagetext":        s.editMessageText,
		"editmessagecaption":     s.editMessageCaption,
		"editmessagemedia":       s.editMessageMedia,
		"editmessagereplymarkup": s.editMessageReplyMarkup,
		"deletemessage":          s.deleteMessage,
		"deletemessages":         s.deleteMessages,
		"pinchatmessage":         s.pinChatMessage,
		"unpinchatmessage":       s.unpinChatMessage,
		"setmessagereaction":     s.setMessageReaction,
		"answercallbackquery":    s.answerCallbackQuery,
		"setmycommands":          s.setMyCommands,
		"getmycommands":          s.getMyCommands,
		"deletemycommands":       s.deleteMyCommands,
		"getchat":                s.getChat,
		"getchatmember":          s.getChatMember,
		"getchatadministrators":  s.getChatAdministrators,
		"getchatmembercount":     s.getChatMemberCount,
		"getchatmemberscount":    s.getChatMemberCount,
		"leavechat":              s.leaveChat,
		"createforumtopic":       s.createForumTopic,
		"reopenforumtopic":       s.reopenForumTopic,
		"closeforumtopic":        s.closeForumTopic,
		"getupdates":             nil, // waits, and so takes the lock itself
	}
}

// ServeHTTP implements http.Handler for /bot<token>/<method> and /bot<token>/test/<method>, methods in any case.
//
// It panics with http.ErrAbortHandler where the connection is to break; package simulator's Transport, like net/http's
// own server, makes that an error of the client's.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token, method, ok := route(r.URL.Path)
	if !ok {
		failed(&apiError{code: http.StatusNotFound, text: "Not Found"}).write(w)
		return
	}
	c, err := readCall(r, method)
	rec := s.record(c, token)
	if token != s.opt.Token {
		err = &apiError{code: http.StatusUnauthorized, text: "Unauthorized"}
	}
	fault := s.faultFor(c)
	var a answer
	switch {
	case fault != nil && !fault.Stored && !fault.Effect.needsAnswer():
	case err != nil:
		a = failed(err)
	default:
		a = s.run(c)
	}
	if fault == nil {
		s.settle(rec, a, a.result, "")
		a.write(w)
		return
	}
	s.settle(rec, fault.Effect.changed(a), a.result, fault.Effect.name)
	fault.Effect.write(w, r, a)
}

// run calls the method.
func (s *Server) run(c *call) answer {
	name := strings.ToLower(c.method)
	if name == "getupdates" {
		return answered(s.getUpdates(c))
	}
	h := s.methods[name]
	if h == nil {
		return failed(&apiError{code: http.StatusNotFound, text: "Not Found: method not found"})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = time.Now()
	return answered(h(c))
}

// route takes the token and the method out of a path.
func route(path string) (token, method string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/bot")
	if !ok {
		return "", "", false
	}
	token, method, ok = strings.Cut(rest, "/")
	method = strings.TrimPrefix(method, "test/")
	if !ok || !strings.Contains(token, ":") || method == "" || strings.Contains(method, "/") {
		return "", "", false
	}
	return token, method, true
}

func (s *Server) getMe(*call) (any, error) {
	me, yes, no := s.bot(), true, false
	me.CanJoinGroups, me.ReadsAllGroups, me.InlineQueries = &yes, &s.opt.PrivacyOff, &no
	return me, nil
}

// notify tells whoever watches the transcripts that something moved.
func (s *Server) notify() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}
