package botapi

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strconv"
)

// Command is a line of the command menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
	Ephemeral   bool   `json:"is_ephemeral,omitempty"`
}

// scope is where, for whom and in which language a menu is shown.
type scope struct {
	kind     string
	chat     string
	user     int64
	language string
}

// scopeOf reads scope and language_code.
func (s *Server) scopeOf(c *call) (scope, error) {
	var in struct {
		Type string          `json:"type"`
		Chat json.RawMessage `json:"chat_id"`
		User int64           `json:"user_id"`
	}
	if _, err := c.object("scope", &in); err != nil {
		return scope{}, err
	}
	out := scope{kind: cmp.Or(in.Type, "default"), language: c.params["language_code"]}
	switch out.kind {
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
		return out, nil
	case "chat_member":
		if out.user = in.User; in.User == 0 {
			return out, bad("USER_ID_INVALID")
		}
	case "chat", "chat_administrators":
	default:
		return out, bad("can't parse BotCommandScope: unsupported type specified")
	}
	text := string(in.Chat)
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	ch, err := s.reach(&call{params: map[string]string{"chat_id": text}})
	if err != nil {
		return out, err
	}
	out.chat = strconv.FormatInt(ch.id, 10)
	return out, nil
}

// setMyCommands: https://core.telegram.org/bots/api#setmycommands
func (s *Server) setMyCommands(c *call) (any, error) {
	var commands []Command
	if ok, err := c.object("commands", &commands); !ok || err != nil {
		return nil, bad("can't parse list of bot commands: expected an Array of BotCommand")
	}
	at, err := s.scopeOf(c)
	if err != nil {
		return nil, err
	}
	if len(commands) > 100 {
		return nil, bad("BOT_COMMANDS_TOO_MUCH")
	}
	name := regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	for _, command := range commands {
		switch n := units(command.Description); {
		case !name.MatchString(command.Command):
			return nil, bad("BOT_COMMAND_INVALID")
		case n < 1 || n > 256:
			return nil, bad("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	s.commands[at] = commands
	s.notify()
	return true, nil
}

// getMyCommands answers for exactly that scope and language: https://core.telegram.org/bots/api#getmycommands
func (s *Server) getMyCommands(c *call) (any, error) {
	at, err := s.scopeOf(c)
	if err != nil {
		return nil, err
	}
	return append([]Command{}, s.commands[at]...), nil
}

// deleteMyCommands: https://core.telegram.org/bots/api#deletemycommands
func (s *Server) deleteMyCommands(c *call) (any, error) {
	at, err := s.scopeOf(c)
	if err != nil {
		return nil, err
	}
	delete(s.commands, at)
	s.notify()
	return true, nil
}

// Menu is the command menu that a person sees in a chat: that of the narrowest scope, in the person's language before
// the one for all: https://core.telegram.org/bots/api#determining-list-of-commands
func (s *Server) Menu(chat int64, p Person) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chat]
	if ch == nil {
		return nil
	}
	id := strconv.FormatInt(chat, 10)
	var scopes []scope
	if ch.kind == Private {
		scopes = []scope{{kind: "chat", chat: id}, {kind: "all_private_chats"}}
	} else {
		scopes = []scope{{kind: "chat_member", chat: id, user: p.ID}}
		rules := ch.statusOf(p.ID).rules()
		if rules {
			scopes = append(scopes, scope{kind: "chat_administrators", chat: id})
		}
		scopes = append(scopes, scope{kind: "chat", chat: id})
		if rules {
			scopes = append(scopes, scope{kind: "all_chat_administrators"})
		}
		scopes = append(scopes, scope{kind: "all_group_chats"})
	}
	for _, at := range append(scopes, scope{kind: "default"}) {
		for _, language := range []string{p.Language, ""} {
			at.language = language
			if menu := s.commands[at]; len(menu) > 0 {
				return append([]Command{}, menu...)
			}
		}
	}
	return nil
}
