package instanceapi

import (
	"errors"
	"time"
)

// Pass lets time pass for one instance: all that has happened to it happened so much earlier, and what is planned for it
// comes so much sooner. What leaves or is dropped in that time is gone afterwards. Its limits, its notifications and the
// end of its paid time do not take part. It fails where d is negative.
func (s *Server) Pass(id string, d time.Duration) error {
	if d < 0 {
		return errors.New("instanceapi: passing time: it does not go back")
	}
	return s.alter(id, func(in *instance, _ time.Time) {
		in.current.at = in.current.at.Add(-d)
		for i := range in.plan {
			in.plan[i].at = in.plan[i].at.Add(-d)
		}
		for i := range in.past {
			in.past[i].at = in.past[i].at.Add(-d)
		}
		for i := range in.queue {
			in.queue[i].created = in.queue[i].created.Add(-d)
		}
		in.free = in.free.Add(-d)
	})
}

// EmptyQueue drops what waits, as the owner may in the console.
func (s *Server) EmptyQueue(id string) error {
	return s.alter(id, func(in *instance, _ time.Time) { in.queue = nil })
}
