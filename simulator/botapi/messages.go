package botapi

import (
	"slices"
	"strings"
	"time"
)

// Sizes in UTF-16 code units of the visible text, but for maxRaw, in bytes of what was sent.
const (
	maxText    = 4096
	maxCaption = 1024
	maxRaw     = 32768
)

// text reads a text and its style; name is "text" or "caption".
func (c *call) text(name string) (formatted, error) {
	raw := c.params[name]
	if len(raw) > maxRaw {
		return formatted{}, bad("%s is too long", name)
	}
	f, err := c.styled(raw, c.params["parse_mode"], name)
	if err != nil {
		return f, err
	}
	return f.trimmed(), nil
}

func (c *call) styled(raw, mode, name string) (formatted, error) {
	switch strings.ToLower(mode) {
	case "html":
		return parseHTML(raw)
	case "":
	default: // the simulator speaks no Markdown
		return formatted{}, bad("unsupported parse_mode")
	}
	f, field := plain(raw), "entities"
	if name == "caption" {
		field = "caption_entities"
	}
	_, err := c.object(field, &f.entities)
	return f, err
}

// body reads the text of a message that has no media.
func (c *call) body() (formatted, error) {
	if c.params["text"] == "" {
		return formatted{}, bad("message text is empty")
	}
	f, err := c.text("text")
	switch {
	case err != nil:
		return f, err
	case f.text == "":
		return f, bad("text must be non-empty")
	case units(f.text) > maxText:
		return f, bad("message is too long")
	}
	return f, nil
}

func (c *call) caption() (formatted, error) {
	f, err := c.text("caption")
	if err == nil && units(f.text) > maxCaption {
		err = bad("message caption is too long")
	}
	return f, err
}

// sendMessage: https://core.telegram.org/bots/api#sendmessage
func (s *Server) sendMessage(c *call) (any, error) {
	f, err := c.body()
	if err != nil {
		return nil, err
	}
	var preview map[string]any
	if _, err := c.object("link_preview_options", &preview); err != nil {
		return nil, err
	}
	return s.send(c, "text messages", &entry{body: f})
}

// send puts an entry of the bot's into the chat of the call.
func (s *Server) send(c *call, what string, e *entry) (any, error) {
	ch, err := s.target(c, what)
	if err != nil {
		return nil, err
	}
	if e.markup, err = c.markup(false); err != nil {
		return nil, err
	}
	if e.topic, err = ch.thread(c); err != nil {
		return nil, err
	}
	if e.replyTo, err = ch.replied(c); err != nil {
		return nil, err
	}
	if r := ch.entries[e.replyTo]; r != nil && e.topic == 0 {
		e.topic = r.topic
	}
	if err := s.spend(c, ch); err != nil {
		return nil, err
	}
	ch.typingTill = time.Time{}
	e.ours, e.silent, e.protected = true, c.flag("disable_notification"), c.flag("protect_content")
	return s.wire(ch, s.put(ch, e)), nil
}

// replied reads reply_parameters or, where there are none, the older fields.
func (ch *chat) replied(c *call) (int, error) {
	var to struct {
		Message int  `json:"message_id"`
		Without bool `json:"allow_sending_without_reply"`
	}
	given, err := c.object("reply_parameters", &to)
	if err != nil {
		return 0, err
	}
	if !given {
		to.Message, to.Without = int(c.integer("reply_to_message_id")), c.flag("allow_sending_without_reply")
	}
	switch {
	case to.Message == 0 || ch.entries[to.Message] != nil:
		return to.Message, nil
	case to.Without:
		return 0, nil
	}
	return 0, bad("message to be replied not found")
}

// typingTime is how long a chat action is seen, unless a message of the bot's comes first.
const typingTime = 5 * time.Second

// sendChatAction: https://core.telegram.org/bots/api#sendchataction
func (s *Server) sendChatAction(c *call) (any, error) {
	ch, err := s.target(c, "messages")
	if err != nil {
		return nil, err
	}
	if _, err := ch.thread(c); err != nil {
		return nil, err
	}
	actions := []string{
		"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
		"choose_sticker", "find_location", "record_video_note", "upload_video_note",
	}
	if !slices.Contains(actions, strings.ToLower(c.params["action"])) {
		return nil, bad("wrong parameter action in request")
	}
	ch.typingTill = c.now.Add(typingTime)
	s.notify()
	return true, nil
}
