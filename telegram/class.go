package telegram

import (
	"errors"
	"strings"
)

// Class says what to do about an error. Each but None and NotModified is a finding of the moment: what is refused now may
// be taken later, so whoever stops at one tries again some time.
type Class string

// What an error asks for.
const (
	None         Class = ""              // no error
	Retry        Class = "retry"         // no answer, or Telegram's own trouble: try again, later and later
	RetryAfter   Class = "retry_after"   // too many requests: the chat's lane pauses by itself, try again then
	Migrated     Class = "migrated"      // the group became a supergroup: use Error.MigrateTo from now on
	TopicGone    Class = "topic_gone"    // the topic is closed or deleted, or Telegram says so: use General
	ReplyGone    Class = "reply_gone"    // the message to reply to is gone
	MessageGone  Class = "message_gone"  // the message can no longer be edited or deleted: send a new one
	NotModified  Class = "not_modified"  // the message already reads like this: a success
	TooLong      Class = "too_long"      // the text must be shortened
	Unparsable   Class = "unparsable"    // the formatting is wrong: send plain text
	BadKeyboard  Class = "bad_keyboard"  // a button is wrong: send without
	PressExpired Class = "press_expired" // too late to answer the press
	KindRefused  Class = "kind_refused"  // this kind of content, a file: send what it says as text
	ChatDead     Class = "chat_dead"     // no text can be written to this chat, as far as is known now
	BotDead      Class = "bot_dead"      // the token is refused
	Conflict     Class = "conflict"      // another process polls, or a webhook is set
	Unknown      Class = "unknown"       // refused in words that stand in no table: try again, later and later
)

// classes is read from the top: the first row with the code and the lower-case text decides. It is the one place that
// knows Telegram's words; what it does not have is Unknown.
// The texts are those of https://github.com/tdlib/telegram-bot-api and of the servers behind it.
var classes = []struct {
	code  int
	text  string
	class Class
}{
	{429, "", RetryAfter},
	{401, "", BotDead},
	{404, "method not found", Unknown},
	{404, "", BotDead},
	{409, "", Conflict},
	{413, "", TooLong},
	{400, "message is not modified", NotModified},
	{400, "can't parse entities", Unparsable},
	{400, "message thread not found", TopicGone},
	{400, "topic_closed", TopicGone},
	{400, "topic_deleted", TopicGone},
	{400, "topic_id_invalid", TopicGone},
	{400, "message to be replied not found", ReplyGone},
	{400, "message to reply not found", ReplyGone},
	{400, "replied message not found", ReplyGone},
	{400, "reply_message_id_invalid", ReplyGone},
	{400, "message to edit not found", MessageGone},
	{400, "message to delete not found", MessageGone},
	{400, "message can't be edited", MessageGone},
	{400, "message can't be deleted", MessageGone},
	{400, "message_id_invalid", MessageGone},
	{400, "no text in the message to edit", MessageGone},
	{400, "reply markup is too long", BadKeyboard},
	{400, "button", BadKeyboard},
	{400, "inline keyboard", BadKeyboard},
	{400, "reply keyboard markup", BadKeyboard},
	{400, "too long", TooLong},
	{400, "too_long", TooLong},
	{400, "query is too old", PressExpired},
	{400, "query_id_invalid", PressExpired},

	// What a chat refuses. Text is the one kind that everything can be said by: without it the chat is dead.
	{400, "rights to send text", ChatDead},
	{400, "rights to send a message", ChatDead},
	{400, "rights to send messages", ChatDead},
	{400, "rights to send", KindRefused},
	{400, "chat_send_plain_forbidden", ChatDead},
	{400, "chat_send_", KindRefused}, // …_docs_forbidden, …_media_forbidden and the like
	{400, "chat not found", ChatDead},
	{400, "peer_id_invalid", ChatDead},
	{400, "chat_id_invalid", ChatDead},
	{400, "channel_invalid", ChatDead},
	{400, "channel_private", ChatDead},
	{400, "group chat was upgraded", ChatDead}, // without the new id, else it is Migrated
	{400, "group chat is deactivated", ChatDead},
	{400, "need administrator rights in the channel", ChatDead},
	{400, "chat_write_forbidden", ChatDead},
	{400, "chat_forbidden", ChatDead},
	{400, "chat_restricted", ChatDead},
	{400, "chat_admin_required", ChatDead},
	{400, "user_is_blocked", ChatDead},
	{400, "user_deactivated", ChatDead},
	{400, "user_banned_in_channel", ChatDead},
	{403, "rights to send text", ChatDead},
	{403, "rights to send a message", ChatDead},
	{403, "rights to send messages", ChatDead},
	{403, "rights to send", KindRefused},
	{403, "chat_send_plain_forbidden", ChatDead},
	{403, "chat_send_", KindRefused},
	{403, "", ChatDead},
}

// ClassOf sorts an error of this package; any other error is Unknown.
func ClassOf(err error) Class {
	if err == nil {
		return None
	}
	if refusal, ok := errors.AsType[*Error](err); ok {
		return refusal.class()
	}
	if _, ok := errors.AsType[*HTTPError](err); ok {
		return Retry
	}
	if _, ok := errors.AsType[*lostError](err); ok {
		return Retry
	}
	return Unknown
}

func (e *Error) class() Class {
	switch {
	case e.MigrateTo != 0:
		return Migrated
	case e.RetryAfter > 0:
		return RetryAfter
	case e.Code >= 500 || e.Code <= 0:
		return Retry
	}
	for _, row := range classes {
		if e.Code == row.code && e.says(row.text) {
			return row.class
		}
	}
	return Unknown
}

func (e *Error) says(text string) bool {
	return strings.Contains(strings.ToLower(e.Description), text)
}
