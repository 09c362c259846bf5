package botapi_test

import (
	"strings"
	"testing"

	"greenwatch/simulator/botapi"
)

func TestCommandMenus(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	set := func(name, scope, language string) {
		p := params{"commands": []params{{"command": name, "description": "d"}}}
		if scope != "" {
			p["scope"] = scope
		}
		if language != "" {
			p["language_code"] = language
		}
		b.ok("setMyCommands", p)
	}
	menu := func(chat int64, p botapi.Person) string {
		if m := b.sim.Menu(chat, p); len(m) > 0 {
			return m[0].Command
		}
		return ""
	}
	here := `,"chat_id":-1001}`
	for _, step := range []struct{ name, scope, language, anna, boris string }{ // what the two see in the group
		{"any", "", "", "any", "any"},
		{"any_de", "", "de", "any_de", "any"},
		{"groups", `{"type":"all_group_chats"}`, "", "groups", "groups"},
		{"admins", `{"type":"all_chat_administrators"}`, "", "admins", "groups"},
		{"here", `{"type":"chat"` + here, "", "here", "here"},
		{"heads", `{"type":"chat_administrators"` + here, "", "heads", "here"},
		{"mine", `{"type":"chat_member","user_id":502` + here, "", "heads", "mine"},
	} {
		set(step.name, step.scope, step.language)
		if a, o := menu(group, anna()), menu(group, boris()); a != step.anna || o != step.boris {
			t.Errorf("%s: got %s and %s", step.name, a, o)
		}
	}
	if got := menu(501, anna()); got != "any_de" {
		t.Errorf("in private: %s", got)
	}
	var list []botapi.Command
	if b.ok("getMyCommands", params{"language_code": "de"}, &list); len(list) != 1 || list[0].Command != "any_de" {
		t.Errorf("got %+v", list)
	}
	if b.ok("getMyCommands", params{"language_code": "ru"}, &list); len(list) != 0 {
		t.Errorf("got %+v", list)
	}
	b.ok("deleteMyCommands", params{"language_code": "de"})
	if got := menu(501, anna()); got != "any" {
		t.Errorf("after deleting: %s", got)
	}
}

func TestBadCommands(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	list := func(name, description string) params {
		return params{"commands": []params{{"command": name, "description": description}}}
	}
	b.refused("setMyCommands", list("Status", "d"), 400, "BOT_COMMAND_INVALID")
	b.refused("setMyCommands", list(strings.Repeat("a", 33), "d"), 400, "BOT_COMMAND_INVALID")
	b.refused("setMyCommands", list("status", ""), 400, "BOT_COMMAND_DESCRIPTION_INVALID")
	b.refused("setMyCommands", list("status", strings.Repeat("x", 257)), 400, "BOT_COMMAND_DESCRIPTION_INVALID")
	p := list("status", "d")
	p["scope"] = `{"type":"chat","chat_id":9}`
	b.refused("setMyCommands", p, 400, "chat not found")
	raw := unchecked(t)
	raw.refused("setMyCommands", params{"commands": "null"}, 400, "expected an Array of BotCommand")
	raw.refused("setMyCommands", params{"commands": "[]", "scope": `{"type":"moon"}`}, 400, "unsupported type")
}
