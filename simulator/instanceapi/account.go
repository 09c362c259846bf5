package instanceapi

import (
	"net/http"
	"time"
)

const notReady = "instance in starting process try later"

// https://green-api.com/en/docs/api/account/GetStateInstance/
func (s *Server) getStateInstance(c *call) answer {
	if c.in.current.state == Creating {
		return ok(nil)
	}
	return ok(map[string]any{"stateInstance": c.in.current.state})
}

// https://green-api.com/en/docs/api/account/Reboot/: the answer comes before the restart is over.
func (s *Server) reboot(c *call) answer {
	if c.in.current.state == Creating {
		return s.bad(notReady)
	}
	c.in.seen.reboots = append(c.in.seen.reboots, c.now)
	c.in.restart(c.now)
	s.changed()
	return ok(map[string]any{"isReboot": true})
}

// https://green-api.com/en/docs/api/account/Logout/
func (s *Server) logout(c *call) answer {
	if c.in.current.state == Creating {
		return s.bad(notReady)
	}
	c.in.seen.logouts = append(c.in.seen.logouts, c.now)
	c.in.place(c.now, NotAuthorized)
	s.changed()
	return ok(map[string]any{"isLogout": true})
}

// https://green-api.com/en/docs/api/account/GetWaSettings/
func (s *Server) getWaSettings(c *call) answer {
	if c.in.Line != WhatsApp {
		return page(http.StatusNotFound)
	}
	avatar, phone, device := "", "", ""
	if c.in.linked() {
		avatar, phone = "https://example.com/avatar.jpg", c.in.phone()
		device = phone + ":8@s.whatsapp.net"
	}
	return ok(map[string]any{
		"avatar": avatar, "phone": phone, "deviceId": device, "stateInstance": c.in.current.state,
	})
}

// https://green-api.com/v3/docs/api/account/GetAccountSettings and its Telegram page.
func (s *Server) getAccountSettings(c *call) answer {
	if c.in.Line == WhatsApp {
		return page(http.StatusNotFound)
	}
	avatar, phone := "", ""
	if c.in.linked() {
		avatar, phone = "https://example.com/avatar.jpg", c.in.phone()
	}
	reply := map[string]any{
		"avatar": avatar, "phone": phone, "chatId": c.in.chatID(), "stateInstance": c.in.current.state,
	}
	if c.in.current.state == Suspended {
		reply["suspendedUntil"] = c.in.current.at.Add(24 * time.Hour).Unix()
	}
	return ok(reply)
}
