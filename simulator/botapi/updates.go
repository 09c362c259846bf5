package botapi

import (
	"encoding/json"
	"slices"
	"time"
)

const (
	longestPoll   = 50 * time.Second
	conflictPause = 3 * time.Second // between one 409 and the next
)

// kinds are the updates that may be asked for.
func kinds() []string {
	return []string{
		"message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
		"edited_business_message", "deleted_business_messages", "guest_message", "message_reaction",
		"message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
		"pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
		"chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot", "subscription",
		"stopped_message_generation",
	}
}

// getUpdates waits without the lock.
func (s *Server) getUpdates(c *call) (any, error) {
	s.mu.Lock()
	if s.queue.webhook != "" {
		s.mu.Unlock()
		return nil, conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	s.queue.allow(c)
	mine := make(chan struct{})
	if s.queue.poll != nil {
		close(s.queue.poll)
	}
	s.queue.poll = mine
	from := s.queue.start(int32(c.integer("offset"))) // a larger number wraps, as Telegram's parser lets it
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.queue.poll == mine {
			s.queue.poll = nil
		}
	}()
	return s.hold(c, from, mine)
}

// hold answers with the first updates, with none when the time is over, or with a conflict when mine is no longer the
// poll of this bot.
func (s *Server) hold(c *call, from int32, mine chan struct{}) (any, error) {
	limit := int(c.integer("limit"))
	if limit < 1 || limit > 100 {
		limit = 100
	}
	timeout := min(max(time.Duration(c.integer("timeout"))*time.Second, 0), longestPoll)
	over := time.NewTimer(timeout)
	defer over.Stop()
	for ended := timeout == 0; ; {
		s.mu.Lock()
		if s.queue.poll != mine {
			s.mu.Unlock()
			return nil, s.conflicted(c)
		}
		out, arrived := s.queue.take(from, limit, time.Now()), s.queue.wait()
		s.mu.Unlock()
		if len(out) > 0 || ended {
			return out, nil
		}
		select {
		case <-arrived:
		case <-over.C:
			ended = true
		case <-mine: // closed by a younger poll
		case <-c.ctx.Done():
			return nil, errGone
		}
	}
}

// conflicted is the end of the older of two polls; a second one within three seconds is held back.
func (s *Server) conflicted(c *call) error {
	s.mu.Lock()
	pause := time.Until(s.queue.lastConflict.Add(conflictPause))
	s.queue.lastConflict = time.Now().Add(max(pause, 0))
	s.mu.Unlock()
	if pause > 0 {
		select {
		case <-time.After(pause):
		case <-c.ctx.Done():
			return errGone
		}
	}
	return conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
}

// allow keeps the list of a request until another one comes. A null, like no list, changes nothing; an empty list, and
// one that holds only unknown names, is the default set.
func (q *queue) allow(c *call) {
	var names []string
	if json.Unmarshal([]byte(c.params["allowed_updates"]), &names) != nil || names == nil {
		return
	}
	known := kinds()
	q.allowed = nil
	for _, name := range names {
		if slices.Contains(known, name) {
			q.allowed = append(q.allowed, name)
		}
	}
}

// SetWebhook sets an address, as somebody else's program might have done. Nothing is delivered to it; getUpdates is
// refused until deleteWebhook.
func (s *Server) SetWebhook(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue.webhook = url
}

func (s *Server) setWebhook(c *call) (any, error) {
	s.queue.webhook = c.params["url"]
	s.queue.allow(c)
	s.dropPending(c)
	return true, nil
}

func (s *Server) deleteWebhook(c *call) (any, error) {
	s.queue.webhook = ""
	s.dropPending(c)
	return true, nil
}

func (s *Server) dropPending(c *call) {
	if c.flag("drop_pending_updates") {
		s.queue.pending = nil
	}
}

func (s *Server) getWebhookInfo(c *call) (any, error) {
	s.queue.take(0, 0, c.now)
	return struct {
		URL         string   `json:"url"`
		Certificate bool     `json:"has_custom_certificate"`
		Pending     int      `json:"pending_update_count"`
		Allowed     []string `json:"allowed_updates,omitempty"`
	}{URL: s.queue.webhook, Pending: len(s.queue.pending), Allowed: s.queue.allowed}, nil
}
