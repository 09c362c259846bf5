package telegram

import (
	"context"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// Me is the bot itself.
type Me struct {
	ID       int64
	Name     string
	Username string
	ReadsAll bool // privacy mode is off: in groups it sees every message
}

// Me asks Telegram who the bot is, which also proves the token.
func (c *Client) Me(ctx context.Context) (Me, error) {
	var wire struct {
		wireUser
		ReadsAll bool `json:"can_read_all_group_messages"`
	}
	if err := c.call(ctx, request{method: "getMe"}, &wire); err != nil {
		return Me{}, err
	}
	me := Me{ID: wire.ID, Name: wire.name(), Username: wire.Username, ReadsAll: wire.ReadsAll}
	c.me.Store(&me)
	return me, nil
}

// AnswerCallback ends the waiting of the person who pressed, and shows text (at most 200 characters, "" for nothing) at
// the top of the chat or, as an alert, in a window. Telegram takes one answer a press, and none after some seconds (see
// PressExpired). It counts in no lane.
func (c *Client) AnswerCallback(ctx context.Context, id, text string, alert bool) error {
	p := tgbotapi.Params{"callback_query_id": id}
	p.AddNonEmpty("text", text)
	p.AddBool("show_alert", alert)
	return c.call(ctx, request{method: "answerCallbackQuery", params: p}, nil)
}

// Command is a line of the menu that opens at "/".
type Command struct {
	Name        string `json:"command"`     // 1 to 32 of a-z, 0-9 and _, without the slash
	Description string `json:"description"` // 1 to 256 characters
}

// ScopeKind says for whom a menu is; the more particular wins.
type ScopeKind string

// The scopes. See https://core.telegram.org/bots/api#botcommandscope.
const (
	ScopeDefault ScopeKind = "default"
	ScopePrivate ScopeKind = "all_private_chats"
	ScopeGroups  ScopeKind = "all_group_chats"
	ScopeAdmins  ScopeKind = "all_chat_administrators"
	ScopeChat    ScopeKind = "chat"        // with Chat
	ScopeMember  ScopeKind = "chat_member" // with Chat and User
)

// Scope is who sees a menu; Language, a two-letter code, narrows it to people with that language.
type Scope struct {
	Kind     ScopeKind `json:"type"`
	Chat     int64     `json:"chat_id,omitempty"`
	User     int64     `json:"user_id,omitempty"`
	Language string    `json:"-"`
}

// SetCommands replaces the menu of scope, of at most 100 commands; none takes the menu away.
func (c *Client) SetCommands(ctx context.Context, scope Scope, commands []Command) error {
	p := tgbotapi.Params{"scope": encode(scope)}
	p.AddNonEmpty("language_code", scope.Language)
	if len(commands) == 0 {
		return c.call(ctx, request{method: "deleteMyCommands", params: p}, nil)
	}
	p["commands"] = encode(commands)
	return c.call(ctx, request{method: "setMyCommands", params: p}, nil)
}

// WebhookInfo is what Telegram says about a webhook. While one is set, Poll gets Conflict.
type WebhookInfo struct {
	URL       string // "" where none is set
	Pending   int    // updates that wait
	LastError string
	ErrorAt   time.Time // zero where there was none
	Allowed   []string  // the kinds of updates that Telegram keeps for us
}

// WebhookInfo asks for a webhook that an earlier program may have left, and for what waits.
func (c *Client) WebhookInfo(ctx context.Context) (WebhookInfo, error) {
	var wire struct {
		URL       string   `json:"url"`
		Pending   int      `json:"pending_update_count"`
		ErrorAt   int64    `json:"last_error_date"`
		LastError string   `json:"last_error_message"`
		Allowed   []string `json:"allowed_updates"`
	}
	if err := c.call(ctx, request{method: "getWebhookInfo"}, &wire); err != nil {
		return WebhookInfo{}, err
	}
	return WebhookInfo{URL: wire.URL, Pending: wire.Pending, LastError: wire.LastError, ErrorAt: unixTime(wire.ErrorAt), Allowed: wire.Allowed}, nil
}

// DeleteWebhook removes the webhook and keeps the updates that wait.
func (c *Client) DeleteWebhook(ctx context.Context) error {
	return c.call(ctx, request{method: "deleteWebhook", params: tgbotapi.Params{"drop_pending_updates": strconv.FormatBool(false)}}, nil)
}
