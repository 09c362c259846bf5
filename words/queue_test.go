package words

import (
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
)

// queueLook is a look that saw so many, and the head where it has one.
func queueLook(when time.Time, count int, head string) monitor.QueueLook {
	return monitor.QueueLook{At: when, Known: true, Count: count, Head: head, Finding: monitor.Finding{Answer: monitor.Answered}}
}

// counts takes looks that are a minute apart, the first of them at the time.
func (l *life) counts(when time.Time, head string, counts ...int) *life {
	for n, count := range counts {
		look := queueLook(when.Add(time.Duration(n)*time.Minute), count, head)
		l.take(l.c.Look(look, scene(look.At)))
	}
	return l
}

func TestQueue(t *testing.T) {
	t.Parallel()
	out := func(counts ...int) monitor.Case {
		return outSince(kazan, state(monitor.NotAuthorized), at(3, 11)).counts(at(3, 12), "", counts...).c
	}
	well := func(count int, head string, looks int) monitor.Case {
		l := wellFor(kazan, 41*days, at(2, 0)).counts(at(1, 50), "", 0)
		for n := range looks {
			l.counts(at(2, 10*n), head, count)
		}
		return l.c
	}
	back := outSince(kazan, state(monitor.NotAuthorized), at(3, 11)).counts(at(3, 12), "", 143).
		becomes(authorized, at(3, 26)).counts(at(3, 27), "b", 100).c
	losing := outSince(kazan, state(monitor.NotAuthorized), at(3, 11).Add(-days)).
		counts(at(3, 12).Add(-days), "", 143, 150).counts(at(3, 14), "", 102).c
	blind := outSince(kazan, state(monitor.NotAuthorized), at(3, 11)).counts(at(3, 12), "", 12).becomes(silence, at(3, 13)).c

	now := at(3, 15)
	for name, look := range map[string]struct {
		look monitor.QueueLook
		c    monitor.Case
	}{
		"queue_out":     {queueLook(now, 1204, ""), out(12, 1204)},
		"queue_one":     {queueLook(now, 1, ""), out(1)},
		"queue_kept":    {queueLook(now, 0, ""), out(0)},
		"queue_losing":  {queueLook(now, 102, ""), losing},
		"queue_leaving": {queueLook(at(3, 27), 100, "b"), back},
		"queue_well":    {queueLook(now, 0, ""), well(0, "", 0)},
		"queue_moves":   {queueLook(now, 7, "a"), well(7, "a", 1)},
		"queue_same":    {queueLook(now, 7, "a"), well(7, "a", 2)},
		"queue_stuck":   {queueLook(now, 7, "a"), well(7, "a", 3)},
		"queue_first":   {queueLook(now, 7, ""), monitor.Case{}},
		"queue_silent":  {monitor.QueueLook{At: now, Finding: silence, Detail: "timed out after 30s"}, blind},
		"queue_refused": {monitor.QueueLook{At: now, Finding: refusal(monitor.WrongToken), Detail: "HTTP 401"}, monitor.Case{}},
		"queue_often":   {monitor.QueueLook{At: now, Finding: monitor.Finding{Answer: monitor.Throttled}}, out(12)},
		"queue_unasked": {monitor.QueueLook{At: now, Finding: monitor.Finding{Answer: monitor.Unasked}}, out(0)},
	} {
		golden(t, name, said(at(3, 30), func(v Voice) Message { return v.Queue(kazan, look.look, look.c) }))
	}
}

func TestQueues(t *testing.T) {
	t.Parallel()
	some := numbers("7105", "Kazan", 6)
	out := func(i monitor.Instance, since time.Time, count int) Seen {
		return Seen{Instance: i, Case: outSince(i, state(monitor.NotAuthorized), since).counts(since.Add(time.Minute), "", count).
			counts(at(3, 12), "", count).c}
	}
	stuck := wellFor(some[3], days, at(2, 0)).counts(at(2, 40), "", 0).counts(at(2, 50), "a", 7).counts(at(3, 1), "a", 7, 7).c
	all := []Seen{
		out(some[0], at(3, 1), 1),
		out(some[1], at(3, 3).Add(-days), 12),
		out(some[2], at(1, 1), 8412),
		{Instance: some[3], Case: stuck},
		{Instance: some[4], Case: wellFor(some[4], days, at(2, 0)).counts(at(3, 10), "", 0).c},
		{Instance: some[5], Case: wellFor(some[5], days, at(2, 0)).counts(at(2, 10), "c", 40).c},
		{Instance: promo, Case: monitor.Case{}},
	}
	golden(t, "queues", said(at(3, 15), func(v Voice) Message { return v.Queues(all) }))
	golden(t, "queues_none", said(at(3, 15), func(v Voice) Message { return v.Queues(all[4:5]) }))

	for range 300 {
		all = append(all, all[2])
	}
	for tag, m := range said(at(3, 15), func(v Voice) Message { return v.Queues(all) }) {
		checkMessage(t, m)
		if !strings.Contains(m.HTML, "/queue") {
			t.Errorf("%s: of 300 it says nothing about those that did not fit", tag)
		}
	}
}
