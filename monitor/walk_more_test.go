package monitor_test

import (
	"time"

	"pgregory.net/rapid"

	"greenwatch/monitor"
)

// What a walker does besides polling and pressing: claims, the runbook's reboots, queues and outages.

// carryOut mostly does at once what the runbook wants.
func (w *walker) carryOut() {
	a := w.c.Action
	if !a.Automatic || a.State != monitor.Wanted || rapid.IntRange(0, 3).Draw(w.t, "late") == 0 {
		return
	}
	w.take(a.Key)
	if w.c.Action.State == monitor.Running {
		w.change("done", func() (monitor.Case, monitor.Effects) {
			return w.c.Done(a, monitor.Outcome{Kind: monitor.OutcomeAccepted}, w.scene())
		})
	}
}

// take starts an action, one at a time over the fleet.
func (w *walker) take(key string) {
	was := w.c.Action.State
	w.change("start", func() (monitor.Case, monitor.Effects) { return w.c.Start(key, w.scene()) })
	if a := w.c.Action; a.Automatic && was == monitor.Wanted && a.State == monitor.Running {
		w.laws.rebooted(w.c, w.scene())
		w.fleet = append(w.fleet, w.now)
	}
}

// claim is a notification, or several copies of it.
func (w *walker) claim(t *rapid.T) {
	age := time.Duration(rapid.IntRange(-60, 600).Draw(t, "age")) * time.Second
	c := monitor.Claim{Instance: instance, State: finding(drawWord(t)).State, At: w.now.Add(-age), Heard: w.now}
	for range rapid.IntRange(1, 3).Draw(t, "copies") {
		was := w.watch
		var next monitor.Next
		w.watch, next = was.Claim(c, w.policy)
		w.laws.claimed(was, w.watch, c, next)
		w.askAt = next.AskAt
	}
}

// queue is a look at the messages that wait: a few more, a few less, or the same.
func (w *walker) queue(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.SampledFrom([]int{1, 60, 60, 600, 10000}).Draw(t, "later")) * time.Second)
	w.waiting = max(0, w.waiting+rapid.SampledFrom([]int{0, 0, 0, 5, 100, -1, -1000}).Draw(t, "more"))
	q := monitor.QueueLook{At: w.now, Known: rapid.IntRange(0, 5).Draw(t, "seen") > 0, Count: w.waiting}
	if q.Count > 0 {
		q.Head = rapid.SampledFrom([]string{"a", "a", "a", "b", ""}).Draw(t, "head")
	}
	w.look(q)
}

func (w *walker) look(q monitor.QueueLook) {
	learns := w.c.Learns(q, w.scene())
	was := w.c
	w.change("queue", func() (monitor.Case, monitor.Effects) { return w.c.Look(q, w.scene()) })
	w.laws.looked(was, w.c, q, learns)
}

// slump is a number that works, and then starts for some minutes.
func (w *walker) slump(t *rapid.T) {
	w.live("authorized", time.Duration(rapid.IntRange(60, 900).Draw(t, "good"))*time.Second, 0)
	w.live("starting", time.Duration(rapid.IntRange(30, 900).Draw(t, "starting"))*time.Second, 0)
}

// siege is a number that is out for more than a day, with messages that wait.
func (w *walker) siege(t *rapid.T) {
	word := rapid.SampledFrom([]string{"blocked", "notAuthorized", "suspended"}).Draw(t, "word")
	for range rapid.IntRange(2, 9).Draw(t, "looks") {
		w.live(word, time.Minute, 0)
		w.now = w.now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "minutes")) * time.Minute)
		w.waiting = max(1, w.waiting+rapid.IntRange(-20, 20).Draw(t, "more"))
		w.look(monitor.QueueLook{At: w.now, Known: true, Count: w.waiting, Head: "a"})
	}
}

// clog is a number that works, and whose queue does not move.
func (w *walker) clog(t *rapid.T) {
	w.live("authorized", time.Minute, 0)
	w.waiting = max(1, w.waiting)
	for range rapid.IntRange(2, 5).Draw(t, "looks") {
		w.live("authorized", time.Duration(rapid.IntRange(60, 600).Draw(t, "seconds"))*time.Second, 0)
		w.look(monitor.QueueLook{At: w.now, Known: true, Count: w.waiting, Head: "c"})
	}
}

// pool is an outage that begins or ends; mostly its members are told of the end.
func (w *walker) pool(t *rapid.T) {
	w.shaky = rapid.Bool().Draw(t, "shaky")
	was := w.down
	w.down = rapid.IntRange(0, 2).Draw(t, "down") == 0
	w.laws.outage(w.down || was, w.now)
	if was && !w.down && rapid.IntRange(0, 3).Draw(t, "forgotten") > 0 {
		w.change("outlast", func() (monitor.Case, monitor.Effects) { return w.c.Outlast(w.scene()) })
	}
}

// elsewhere is that others of the fleet are rebooted.
func (w *walker) elsewhere(t *rapid.T) {
	for range rapid.IntRange(1, 3).Draw(t, "others") {
		w.fleet = append(w.fleet, w.now)
	}
}

func (w *walker) appear(*rapid.T) {
	w.change("appear", func() (monitor.Case, monitor.Effects) { return w.c.Appear(w.scene()) })
}

// silence is a number of which nothing is said for a while, in a mixture.
func (w *walker) silence(t *rapid.T) {
	word := rapid.SampledFrom([]string{"429", "429", "mute", "401", "403", "404"})
	for range rapid.IntRange(2, 12).Draw(t, "readings") {
		w.live(word.Draw(t, "word"), time.Duration(rapid.IntRange(1, 90).Draw(t, "seconds"))*time.Second, 0)
	}
}
