package instanceapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// settable lists the settings that setSettings takes (https://green-api.com/en/docs/api/account/SetSettings/) with the
// values of a new instance: flags are "yes" or "no", and off.
func settable() map[string]any {
	set := map[string]any{
		"webhookUrl": "", "webhookUrlToken": "", "delaySendMessagesMilliseconds": 1000, "autoTyping": 0,
		"linkPreview": true, "enableLidMode": false,
	}
	for _, flag := range []string{
		"markIncomingMessagesReaded", "markIncomingMessagesReadedOnReply", "outgoingWebhook", "outgoingMessageWebhook",
		"outgoingAPIMessageWebhook", "incomingWebhook", "deviceWebhook", "stateWebhook", "keepOnlineStatus",
		"pollMessageWebhook", "incomingBlockWebhook", "incomingCallWebhook", "editedMessageWebhook",
		"deletedMessageWebhook",
	} {
		set[flag] = "no"
	}
	return set
}

// https://green-api.com/en/docs/api/account/GetSettings/
func (s *Server) getSettings(c *call) answer {
	reply := maps.Clone(c.in.settings)
	reply["wid"] = c.in.chatID()
	reply["typeInstance"] = c.in.Line
	return ok(reply)
}

// setSettings restarts the instance; getSettings shows the old values until that is over.
func (s *Server) setSettings(c *call) answer {
	if c.in.current.state == Creating {
		return s.bad(notReady)
	}
	var asked map[string]any
	if err := json.Unmarshal(c.body, &asked); err != nil {
		return s.bad("Unexpected token _ in JSON at position 0")
	}
	if len(asked) == 0 {
		return s.bad("bad request data")
	}
	known := settable()
	for key, value := range asked {
		if wrong := objection(known, key, value); wrong != "" {
			return s.bad("Validation failed. Details: " + wrong)
		}
	}
	if c.in.pending == nil {
		c.in.pending = map[string]any{}
	}
	maps.Copy(c.in.pending, asked)
	c.in.restart(c.now)
	s.changed()
	return ok(map[string]any{"saveSettings": true})
}

func objection(known map[string]any, key string, value any) string {
	old, allowed := known[key]
	if !allowed {
		return fmt.Sprintf("'%s' is not allowed", key)
	}
	right, form := true, "a string"
	switch old.(type) {
	case int:
		n, isNumber := value.(float64)
		right, form = isNumber && n >= 0, "a number"
		if key == "delaySendMessagesMilliseconds" {
			right, form = isNumber && n >= 500 && n <= 600000, "a number from 500 to 600000"
		}
	case bool:
		_, right = value.(bool)
		form = "a boolean"
	case string:
		_, right = value.(string)
		if !strings.HasPrefix(key, "webhookUrl") {
			right, form = value == "yes" || value == "no", "one of [yes, no]"
		}
	}
	if right {
		return ""
	}
	return fmt.Sprintf("'%s' must be %s", key, form)
}
