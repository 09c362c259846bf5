package botapi

// What changes what a bot may do, and no update tells it so.

// Content is a kind of what is sent that a group may forbid its members, in the words of the refusal.
type Content string

// The kinds of content that the bots of today's tests send.
const (
	Texts     Content = "text messages"
	Photos    Content = "photos"
	Documents Content = "documents"

	anything Content = "messages" // edits, actions, pins
)

// denies reports whether the bot may not send this, as the rights of all members say.
func (ch *chat) denies(what Content) bool { return ch.denied[what] && !ch.bot.rules() }

// Forbid takes the right to send these from all members of a group: its default rights are changed, of which no bot is
// told. Where texts are forbidden, the server refuses edits and actions too.
func (s *Server) Forbid(chat int64, what ...Content) { s.allow(chat, false, what) }

// Permit gives the rights back that Forbid took; the bot is not told either.
func (s *Server) Permit(chat int64, what ...Content) { s.allow(chat, true, what) }

func (s *Server) allow(chat int64, may bool, what []Content) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil {
		return
	}
	if ch.denied == nil {
		ch.denied = make(map[Content]bool)
	}
	for _, one := range what {
		ch.denied[one] = !may
	}
}

// SetBotUntold is [Server.SetBot] without any update: it got lost, or Telegram has sent none.
func (s *Server) SetBotUntold(chat int64, to Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.chats[chat]; ch != nil {
		ch.bot = to
		s.notify()
	}
}

// Remove has an administrator delete a message, of which no bot is told. It reports whether there was one.
func (s *Server) Remove(chat int64, message int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil || ch.entries[message] == nil {
		return false
	}
	ch.remove(message)
	s.notify()
	return true
}
