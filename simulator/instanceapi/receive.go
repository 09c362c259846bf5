package instanceapi

import (
	"context"
	"strconv"
	"time"
)

const (
	deleteNotification = "deleteNotification"

	webhookSet = "Message cannot be received because custom webhook url is set"
)

// receiveNotification waits for 5 s, or for as long as receiveTimeout says
// (https://green-api.com/en/docs/api/receiving/technology-http-api/ReceiveNotification/).
func (s *Server) receiveNotification(c *call) answer {
	if c.in.webhookURL() != "" {
		return s.bad(webhookSet)
	}
	if c.over.IsZero() {
		seconds := 5
		if c.query.Has("receiveTimeout") {
			seconds, _ = strconv.Atoi(c.query.Get("receiveTimeout"))
		}
		if seconds < 5 || seconds > 60 {
			return s.bad("Validation failed. Details: 'receiveTimeout' must be a number from 5 to 60")
		}
		c.over = c.now.Add(time.Duration(seconds) * time.Second)
	}
	if n, some := c.in.notice(c.now); some {
		return ok(map[string]any{"receiptId": n.receipt, "body": n.body})
	}
	nothing := ok(nil)
	if c.now.Before(c.over) {
		nothing.until = earlier(c.over, c.in.stirs(c.now))
	}
	return nothing
}

// https://green-api.com/en/docs/api/receiving/technology-http-api/DeleteNotification
func (s *Server) deleteNotification(c *call) answer {
	receipt, err := strconv.Atoi(c.tail)
	switch {
	case c.in.webhookURL() != "":
		return s.bad(webhookSet)
	case err != nil:
		return s.bad("Parameter receiptId must be a Number")
	case !c.in.dismiss(receipt):
		return ok(map[string]any{"result": false, "reason": "notification not found"})
	}
	s.changed()
	return ok(map[string]any{"result": true, "reason": ""})
}

// hold answers, a long poll when there is something to answer or its time is over.
func (s *Server) hold(ctx context.Context, c *call) answer {
	a := s.answer(c)
	for !a.until.IsZero() && ctx.Err() == nil {
		changed := s.Changed()
		if a = s.answer(c); a.until.IsZero() { // it may have changed before
			break
		}
		timer := time.NewTimer(time.Until(a.until))
		select {
		case <-timer.C:
		case <-changed:
		case <-ctx.Done():
		}
		timer.Stop()
	}
	return a
}
