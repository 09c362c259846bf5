package botapi

import (
	"encoding/json"
	"slices"
	"time"
)

// How long an update waits to be fetched.
const (
	updateLife   = 24 * time.Hour
	callbackLife = 150 * time.Second
)

type update struct {
	id      int32
	raw     json.RawMessage
	expires time.Time
}

// queue holds what the bot has not confirmed.
type queue struct {
	pending []update
	next    int32
	allowed []string      // nil: the default set
	webhook string        // an address that takes the updates away
	arrived chan struct{} // closed at the next update; nil while nobody waits

	poll         chan struct{} // closed to end the poll under way
	lastConflict time.Time
}

// ResetUpdateIDs makes the next update's id next, as Telegram does after a week without updates and as happens when a
// bot changes servers. Updates still waiting are numbered anew.
func (s *Server) ResetUpdateIDs(next int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	waiting := s.queue.pending
	s.queue.pending, s.queue.next = nil, next
	for _, u := range waiting {
		var fields map[string]json.RawMessage
		if json.Unmarshal(u.raw, &fields) != nil {
			continue
		}
		fields["update_id"], _ = json.Marshal(s.queue.next)
		u.id = s.queue.next
		u.raw, _ = json.Marshal(fields)
		s.queue.pending = append(s.queue.pending, u)
		s.queue.next++
	}
}

// Send queues an update of the given kind with any content, for what the people's side cannot do: poisonous updates and
// kinds of tomorrow. The allowed_updates of the bot are not asked.
func (s *Server) Send(kind string, content json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue.push(kind, content, updateLife)
}

// tell queues an update, if the bot wants that kind now.
func (s *Server) tell(kind string, content any) {
	if !s.queue.wants(kind) {
		return
	}
	life := updateLife
	if kind == "callback_query" {
		life = callbackLife
	}
	raw := s.queue.push(kind, content, life)
	if s.opt.OnUpdate != nil {
		s.opt.OnUpdate(raw)
	}
}

func (q *queue) push(kind string, content any, life time.Duration) json.RawMessage {
	raw, err := json.Marshal(map[string]any{"update_id": q.next, kind: content})
	if err != nil { // only content given from outside can do that
		raw, _ = json.Marshal(map[string]any{"update_id": q.next, kind: nil})
	}
	q.pending = append(q.pending, update{id: q.next, raw: raw, expires: time.Now().Add(life)})
	q.next++
	if q.arrived != nil {
		close(q.arrived)
		q.arrived = nil
	}
	return raw
}

// wants applies allowed_updates; three kinds must be asked for by name.
func (q *queue) wants(kind string) bool {
	if q.allowed != nil {
		return slices.Contains(q.allowed, kind)
	}
	return kind != "chat_member" && kind != "message_reaction" && kind != "message_reaction_count"
}

// start confirms what offset says and returns the first id to deliver; 0 is the head of the queue.
func (q *queue) start(offset int32) int32 {
	switch {
	case offset < 0:
		keep := min(int(-int64(offset)), len(q.pending))
		q.pending = slices.Clone(q.pending[len(q.pending)-keep:])
		return 0
	case q.foreign(offset):
		return 0
	}
	return offset
}

// foreign reports whether an offset is of another sequence of ids, and so confirms nothing; the sequence may have changed
// while a poll was held.
func (q *queue) foreign(offset int32) bool { return int64(offset) > int64(q.next)-1+10 }

// take forgets what is confirmed or too old and returns up to limit of the rest.
func (q *queue) take(from int32, limit int, now time.Time) []json.RawMessage {
	if q.foreign(from) {
		from = 0
	}
	q.pending = slices.DeleteFunc(q.pending, func(u update) bool { return u.id < from || !u.expires.After(now) })
	out := []json.RawMessage{}
	for _, u := range q.pending[:min(limit, len(q.pending))] {
		out = append(out, u.raw)
	}
	return out
}

// wait returns a channel that is closed when an update arrives.
func (q *queue) wait() <-chan struct{} {
	if q.arrived == nil {
		q.arrived = make(chan struct{})
	}
	return q.arrived
}
