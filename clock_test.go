package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
	"greenwatch/web"
)

// inClock is inHouse with queues that are looked at.
func inClock(t *testing.T, n int, story func(t *testing.T, h *house)) {
	t.Helper()
	inIdleHouse(t, n, func(t *testing.T, h *house) {
		h.countQueues()
		h.start()
		story(t, h)
	})
}

func (h *house) countQueues() {
	h.t.Helper()
	every, err := cron.ParseStandard("@every 10m")
	if err != nil {
		h.t.Fatal(err)
	}
	h.cfg.QueueSchedule = every
}

func (h *house) enqueue(id string, n int) {
	h.t.Helper()
	if err := h.green.Enqueue(id, n, 0); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) hold(id string, held bool) {
	h.t.Helper()
	if err := h.green.HoldQueue(id, held); err != nil {
		h.t.Fatal(err)
	}
}

// alerted is how many alerts of a kind were committed so far, over all starts.
func (h *house) alerted(kind monitor.AlertKind) int {
	return strings.Count(h.logged.String(), fmt.Sprintf("msg=alert kind=%s ", kind))
}

// wantAlerted checks how many alerts of kinds were committed so far; kinds that are not named are not looked at.
func (h *house) wantAlerted(when string, want map[monitor.AlertKind]int) {
	h.t.Helper()
	for kind, n := range want {
		if got := h.alerted(kind); got != n {
			h.t.Errorf("%s: %d alerts %s, want %d", when, got, kind, n)
		}
	}
}

// onlyAt runs the program around a time alone: from five minutes before to so long after.
func (h *house) onlyAt(at time.Time, after time.Duration) {
	h.t.Helper()
	h.end()
	h.pass(time.Until(at.Add(-5 * time.Minute)))
	h.start()
	h.pass(5*time.Minute + after)
}

func (h *house) kase(id string) monitor.Case {
	h.t.Helper()
	c, err := h.app.store.Case(h.t.Context(), monitor.InstanceID(id).Subject())
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// gate is what the page says of an instance.
func (h *house) gate(id string) web.Gate {
	h.t.Helper()
	_, body := h.call(h.app, httptest.NewRequestWithContext(h.t.Context(), http.MethodGet, "/gate/"+id, nil), gateToken)
	var g web.Gate
	if err := json.Unmarshal([]byte(body), &g); err != nil {
		h.t.Fatal(err)
	}
	return g
}

// ask writes a command into the group and gives the answer.
func (h *house) ask(command string) string {
	h.t.Helper()
	h.telegram.Say(opsGroup, guest, command)
	h.pass(5 * time.Second)
	all := h.bots(opsGroup)
	return all[len(all)-1].Text
}

// A number is logged out for a day: how many wait is on the card within seconds, each warning comes once over many
// restarts, and the end says what left and what was dropped.
func TestTheClockOf24Hours(t *testing.T) {
	t.Parallel()
	inClock(t, 2, func(t *testing.T, h *house) {
		h.pass(2*time.Minute + 5*time.Second)
		h.set(first, instanceapi.NotAuthorized)
		h.enqueue(first, 143)
		h.pass(90 * time.Second)
		c := h.kase(first)
		loss := c.Queue.FirstLoss()
		if c.Incident.Queue.Count != 143 || time.Until(loss) < 23*time.Hour || !loss.Equal(c.Incident.Queue.FirstLoss) {
			t.Fatalf("a minute later the card has %+v", c.Incident.Queue)
		}
		h.everywhere("143")
		if g := h.gate(first); g.Open || g.Queued == nil || *g.Queued != 143 || !g.FirstLoss.Equal(loss.Truncate(time.Second)) {
			t.Errorf("the gate is %+v", g)
		}
		h.wantAlerted("at first", map[monitor.AlertKind]int{monitor.Opened: 1, monitor.LossNear: 0})

		for n, before := range []time.Duration{6 * time.Hour, 2 * time.Hour, 30 * time.Minute} {
			h.onlyAt(loss.Add(-before), -2*time.Minute)
			h.wantAlerted("before "+before.String(), map[monitor.AlertKind]int{monitor.LossNear: n})
			h.enqueue(first, 2)
			h.pass(4 * time.Minute)
			h.restart()
			h.pass(2 * time.Minute)
			h.wantAlerted("after "+before.String(), map[monitor.AlertKind]int{monitor.LossNear: n + 1})
		}
		h.onlyAt(loss, 10*time.Minute)
		if q := h.kase(first).Incident.Queue; q.Count != 6 || q.Dropped != 143 {
			t.Errorf("after the first loss the card has %+v", q)
		}
		h.set(first, instanceapi.Authorized)
		h.pass(5 * time.Minute)
		if q := h.kase(first).Incident.Queue; q.Left == 0 || q.Dropped != 143 || q.Waited != q.Left+143 || !q.Lost {
			t.Errorf("at the end the card has %+v", q)
		}
		if g := h.gate(first); !g.Open || g.Queued == nil || *g.Queued != 0 || !g.FirstLoss.IsZero() {
			t.Errorf("the gate is %+v", g)
		}
		h.wantAlerted("at the end", map[monitor.AlertKind]int{monitor.Opened: 1, monitor.LossNear: 3, monitor.Resolved: 1, monitor.NotSending: 0})
	})
}

// A campaign runs into a restriction: what waits is on the card, and it is not proved over before something has left.
func TestACampaignThatIsRestricted(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 1, func(t *testing.T, h *house) {
		h.countQueues()
		h.cfg.Policy.RelapseWindow = 10 * time.Minute
		h.start()
		h.pass(2 * time.Minute)
		h.set(first, instanceapi.Suspended)
		h.enqueue(first, 8412)
		h.pass(90 * time.Second)
		if q := h.kase(first).Incident.Queue; q.Count != 8412 {
			t.Fatalf("the card has %+v", q)
		}
		h.everywhere("8,412")
		h.hold(first, true)
		h.set(first, instanceapi.Authorized)
		h.pass(15 * time.Minute)
		h.wantAlerted("while nothing leaves", map[monitor.AlertKind]int{monitor.Resolved: 1, monitor.Proved: 0, monitor.NotSending: 1})
		h.hold(first, false)
		h.pass(9 * time.Minute)
		h.wantAlerted("nine minutes after the first left", map[monitor.AlertKind]int{monitor.Proved: 0, monitor.SendsAgain: 1})
		h.pass(4 * time.Minute)
		h.wantAlerted("ten minutes after it", map[monitor.AlertKind]int{monitor.Proved: 1, monitor.SendsAgain: 1, monitor.LossNear: 0})
		if c := h.kase(first); c.Incident.Queue.Left == 0 || c.Queue.Least > 8412-500 || !c.Queued() {
			t.Errorf("the card has %+v, the case %+v", c.Incident.Queue, c.Queue)
		}
	})
}

// Authorized, and nothing moves: told once, also over a restart, and once that it moves.
func TestANumberThatDoesNotSend(t *testing.T) {
	t.Parallel()
	inClock(t, 2, func(_ *testing.T, h *house) {
		h.pass(8 * time.Minute)
		h.hold(first, true)
		h.enqueue(first, 7)
		h.pass(5 * time.Minute)
		h.wantAlerted("after a look", map[monitor.AlertKind]int{monitor.NotSending: 0})
		h.pass(12 * time.Minute)
		h.wantAlerted("after three looks", map[monitor.AlertKind]int{monitor.NotSending: 1})
		h.restart()
		h.pass(6 * time.Minute)
		h.enqueue(first, 3)
		h.pass(4 * time.Minute)
		h.wantAlerted("after many", map[monitor.AlertKind]int{monitor.NotSending: 1, monitor.SendsAgain: 0, monitor.Opened: 0})
		h.hold(first, false)
		h.pass(3 * time.Minute)
		h.restart()
		h.pass(5 * time.Minute)
		h.wantAlerted("in the end", map[monitor.AlertKind]int{monitor.NotSending: 1, monitor.SendsAgain: 1, monitor.Opened: 0})
	})
}

// The count under its Cyrillic key, and a method that never answers: nothing is said of it, and nothing breaks.
func TestQueuesThatAreHardToRead(t *testing.T) {
	t.Parallel()
	inIdleHouse(t, 2, func(t *testing.T, h *house) {
		h.countQueues()
		const cyrillic, second = "7105000003", "7105000002"
		if err := h.green.Add(instanceapi.Instance{ID: cyrillic, Token: instanceapi.Secret(apiToken(cyrillic)), CyrillicCount: true}); err != nil {
			t.Fatal(err)
		}
		h.list(7105000001, 3)
		if err := h.green.Break(instanceapi.InstanceScope(second), instanceapi.Fault{
			Kind: instanceapi.Hang, Methods: []string{"getMessagesCount", "showMessagesQueue"},
		}); err != nil {
			t.Fatal(err)
		}
		h.start()
		h.pass(2 * time.Minute)
		for _, id := range []string{cyrillic, second} {
			h.set(id, instanceapi.NotAuthorized)
			h.enqueue(id, 21)
		}
		h.pass(4 * time.Minute)
		if q := h.kase(cyrillic).Incident.Queue; q.Count != 21 {
			t.Errorf("counted in Cyrillic: %+v", q)
		}
		if q := h.kase(second).Incident.Queue; !q.At.IsZero() {
			t.Errorf("not counted: %+v", q)
		}
		if g := h.gate(second); g.Open || g.Queued != nil || !g.FirstLoss.IsZero() {
			t.Errorf("the gate is %+v", g)
		}
		h.set(second, instanceapi.Authorized)
		h.pass(3 * time.Minute)
		h.wantAlerted("in the end", map[monitor.AlertKind]int{monitor.Opened: 2, monitor.Resolved: 1, monitor.LossNear: 0})
		if s := h.scrape(); s[`queue_looks_total{outcome="no_answer"}`] < 3 || s[`queue_looks_total{outcome="answered"}`] < 3 {
			t.Errorf("%v looks without an answer", s[`queue_looks_total{outcome="no_answer"}`])
		}
	})
}

// /queue counts now, and says why it cannot; alone it names all with something waiting, the nearest loss first.
func TestQueueCommand(t *testing.T) {
	t.Parallel()
	inClock(t, 3, func(t *testing.T, h *house) {
		const second = "7105000002"
		h.pass(8 * time.Minute)
		h.hold(second, true)
		h.enqueue(second, 5)
		h.set(first, instanceapi.NotAuthorized)
		h.enqueue(first, 143)
		h.pass(30 * time.Second)
		if got := h.ask("/queue Kazan_02"); !strings.Contains(got, "Kazan_02: 5 messages wait") {
			t.Errorf("/queue of one that is stuck: %s", got)
		}
		h.pass(3 * time.Minute)
		if got := h.ask("/queue " + first); !strings.Contains(got, "143 messages wait") || !strings.Contains(got, "dropped about") {
			t.Errorf("/queue of one that is out: %s", got)
		}
		got := h.ask("/queue")
		one, two := strings.Index(got, "Kazan_01"), strings.Index(got, "Kazan_02")
		if one < 0 || two < one || strings.Contains(got, "Kazan_03") || !strings.Contains(got, "2 of 3") {
			t.Errorf("/queue: %s", got)
		}
		if err := h.green.Break(instanceapi.InstanceScope(second), instanceapi.Fault{
			Kind: instanceapi.NotFound, Methods: []string{"getMessagesCount"},
		}); err != nil {
			t.Fatal(err)
		}
		if got := h.ask("/queue Kazan_02"); !strings.Contains(got, "cannot see its queue") || !strings.Contains(got, "404") {
			t.Errorf("/queue of one that is not shown: %s", got)
		}
		h.cfg.QueueSchedule = nil
		h.restart()
		h.pass(10 * time.Second)
		if got := h.ask("/queue Kazan_02"); !strings.Contains(got, "QUEUE_SCHEDULE") {
			t.Errorf("/queue where it is off: %s", got)
		}
	})
}
