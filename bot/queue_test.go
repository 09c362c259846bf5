package bot

import (
	"context"
	"errors"
	"testing"
	"time"

	"greenwatch/monitor"
)

// queues look as they are told; the store learns of it as from the watcher.
type queues struct {
	r     *room
	count int
	fault monitor.Finding
	away  bool
}

func (q *queues) Queue(ctx context.Context, id monitor.InstanceID) (monitor.QueueLook, error) {
	look := monitor.QueueLook{At: time.Now(), Known: q.fault.Answer == "", Count: q.count, Finding: q.fault, Detail: "HTTP 502"}
	if look.Known {
		look.Finding = monitor.Finding{Answer: monitor.Answered}
	}
	if q.away {
		<-ctx.Done()
		return monitor.QueueLook{}, errors.New("queues: no answer in time")
	}
	q.r.change(id, func(c monitor.Case) (monitor.Case, monitor.Effects) { return c.Look(look, scene()) })
	return look, nil
}

func (q *queues) Ahead(id monitor.InstanceID) (monitor.Case, bool) {
	c, err := q.r.cases.Store.Case(context.Background(), id.Subject())
	return c, err == nil
}

func TestQueue(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.talk(line{"off", guest, alerts, "/queue", []string{"QUEUE_SCHEDULE"}}, 0)
		r.end()
		q := &queues{r: r, count: 143}
		r.options.Queues = q
		r.start()
		r.pass(time.Second)

		r.talk(line{"nothing yet", guest, alerts, "/queue", []string{"No message waits", "Not counted in the last 15 minutes: 3."}}, 0)
		r.believe(notAuthorized, kazan1)
		r.pass(time.Second)
		r.talk(line{"guest", guest, alerts, "/queue Kazan_01", []string{"🔴 Kazan_01: 143 messages wait", "Nothing leaves since", "dropped about"}}, 0)
		r.talk(line{"operator", opsA, opsA.ID, "/queue " + string(kazan1), []string{"143 messages wait"}}, 0)
		r.talk(line{"all", guest, alerts, "/queue", []string{"Messages wait at 1 of 3 numbers", "Kazan_01: 143 wait"}}, 0)
		r.talk(line{"of many", guest, alerts, "/queue kazan", []string{"may be any of these"}}, 0)
		r.talk(line{"a stranger", stranger, stranger.ID, "/queue Kazan_01", nil}, 0)
		q.fault = monitor.Finding{Answer: monitor.NoAnswer}
		r.talk(line{"not seen", guest, alerts, "/queue Kazan_01", []string{"I cannot see its queue", "HTTP 502", "Counted last at"}}, 0)
		r.cases.away.Store(true)
		r.talk(line{"no store", guest, alerts, "/queue Kazan_01", []string{"the fault is mine"}}, 0)
		r.cases.away.Store(false)
		q.away = true
		r.telegram.Say(alerts, guest, "/queue Kazan_01")
		r.pass(checkTime + 3*time.Second)
		reads(t, r.last(alerts).Text, "Kazan_01: no answer from GREEN-API yet")
	})
}
