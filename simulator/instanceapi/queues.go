package instanceapi

import "encoding/json"

// https://green-api.com/en/docs/api/queues/GetMessagesCount/
func (s *Server) getMessagesCount(c *call) answer { return c.in.count(c.in.counted) }

// https://green-api.com/en/docs/api/queues/GetWebhooksCount/
func (s *Server) getWebhooksCount(c *call) answer { return c.in.count(len(c.in.notices)) }

func (in *instance) count(n int) answer {
	key := "count"
	if in.CyrillicCount {
		key = "\u0441ount"
	}
	return ok(map[string]any{key: n})
}

// showMessagesQueue shows the first 500 (https://green-api.com/en/telegram/docs/api/queues/ShowMessagesQueue/).
func (s *Server) showMessagesQueue(c *call) answer {
	id := "messageID"
	if c.in.Line != WhatsApp {
		id = "idMessage"
	}
	items := []map[string]any{}
	for _, m := range c.in.queue[:min(500, len(c.in.queue))] {
		items = append(items, map[string]any{
			id: m.id, "type": "sendMessage", "body": map[string]any{"chatId": m.chat, "message": m.text},
		})
	}
	return ok(items)
}

// https://green-api.com/en/docs/api/queues/ClearMessagesQueue/
func (s *Server) clearMessagesQueue(c *call) answer {
	c.in.queue = nil
	s.changed()
	return ok(map[string]any{"isCleared": true})
}

// sendMessage takes a message in every state of the instance: nothing in its answer says that none will leave
// (https://green-api.com/en/docs/api/sending/SendMessage/).
func (s *Server) sendMessage(c *call) answer {
	var m struct {
		ChatID  string `json:"chatId"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal(c.body, &m); err != nil {
		return s.bad("Unexpected token _ in JSON at position 0")
	}
	if m.ChatID == "" || m.Message == "" || len([]rune(m.Message)) > 20000 {
		return s.bad("Bad Request Validation failed")
	}
	id := c.in.put(c.now, m.ChatID, m.Message)
	c.in.catchUp(c.now)
	s.changed()
	return ok(map[string]any{"idMessage": id})
}
