package instanceapi

import (
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// Telling is how an instance tells of its changes where that is not as documented; its users have met each of these.
type Telling struct {
	Lose     int           // so many of the next notifications never come
	Copies   int           // each comes so many times more
	Late     time.Duration // each comes so much later
	Reversed bool          // of several that wait the youngest comes first
	NoWid    bool          // instanceData has no wid
	Bearer   bool          // webhookUrlToken is sent as "Bearer …", not as it is
}

// SetTelling orders how an instance tells of its changes from now on. It fails for negative numbers.
func (s *Server) SetTelling(id string, t Telling) error {
	if min(t.Lose, t.Copies, int(t.Late)) < 0 {
		return errors.New("instanceapi: telling: nothing may be negative")
	}
	return s.alter(id, func(in *instance, _ time.Time) { in.telling = t })
}

// Notify makes a notification of any kind wait, as it is. It fails for a body that is not JSON.
func (s *Server) Notify(id, body string) error {
	if !json.Valid([]byte(body)) {
		return errors.New("instanceapi: notifying: the body is not JSON")
	}
	return s.alter(id, func(in *instance, now time.Time) { in.notify(now, []byte(body)) })
}

// notice is a notification that waits to be received or posted.
type notice struct {
	receipt int
	made    time.Time
	due     time.Time
	body    json.RawMessage
}

// inbox is what an instance has to tell. It waits for 24 h
// (https://green-api.com/en/docs/api/receiving/technology-http-api).
type inbox struct {
	notices  []notice // in the order of their making
	receipts int
	telling  Telling

	posting bool
	postAt  time.Time // not before this moment is the next one posted
}

// announce tells of a state, if the settings want it. Of an instance that is being created nothing is told.
func (in *instance) announce(st step) {
	if in.settings["stateWebhook"] != "yes" || st.state == Creating {
		return
	}
	data := map[string]any{"idInstance": json.Number(in.ID), "typeInstance": in.Line}
	if !in.telling.NoWid {
		data["wid"] = in.phone() + "@c.us"
	}
	in.notify(st.at, ok(map[string]any{
		"typeWebhook": "stateInstanceChanged", "instanceData": data, "timestamp": st.at.Unix(), "stateInstance": st.state,
	}).body)
}

func (in *instance) notify(made time.Time, body []byte) {
	if in.telling.Lose > 0 {
		in.telling.Lose--
		return
	}
	for range 1 + in.telling.Copies {
		in.receipts++
		in.notices = append(in.notices, notice{1234566 + in.receipts, made, made.Add(in.telling.Late), body})
	}
}

// notice is the one that comes next; false: none is due.
func (in *instance) notice(now time.Time) (notice, bool) {
	waiting := slices.Clone(in.notices)
	if in.telling.Reversed {
		slices.Reverse(waiting)
	}
	for _, n := range waiting {
		if !n.due.After(now) {
			return n, true
		}
	}
	return notice{}, false
}

// dismiss takes a notice away; false: there was none with this receipt.
func (in *instance) dismiss(receipt int) bool {
	before := len(in.notices)
	in.notices = slices.DeleteFunc(in.notices, func(n notice) bool { return n.receipt == receipt })
	return len(in.notices) < before
}

func (in *instance) forgetNotices(now time.Time) {
	in.notices = slices.DeleteFunc(in.notices, func(n notice) bool { return now.Sub(n.made) >= kept })
}

// stirs is the next moment after now at which something may come to be told by itself; zero: none is known.
func (in *instance) stirs(now time.Time) time.Time {
	var next time.Time
	if len(in.plan) > 0 {
		next = in.plan[0].at
	}
	for _, n := range in.notices {
		if n.due.After(now) {
			next = earlier(next, n.due)
		}
	}
	return next
}

// earlier takes the zero time for none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func (in *instance) webhookURL() string { return text(in.settings["webhookUrl"]) }

func text(v any) string {
	s, _ := v.(string) // validated when it was set
	return s
}
