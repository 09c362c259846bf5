package main

import (
	"context"
	"fmt"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// What happens in the storm, on average.
const (
	changeAgain  = 5 * time.Minute // for one instance
	faultAgain   = 8 * time.Second
	mostFault    = 40 * time.Second
	askAgain     = 10 * time.Second
	removeAgain  = 20 * time.Second
	rightsAgain  = time.Minute
	killsInAll   = 8 // all in the first third, so that the last life is a long one
	shortestLife = 5 * time.Second
	step         = 50 * time.Millisecond
)

// storm lasts until the time given.
func (w *world) storm(ctx context.Context, until time.Time) {
	began := time.Now()
	kills, change := until.Sub(began)/3, min(changeAgain, until.Sub(began))
	longest := min(mostFault, until.Sub(began)/4)
	for now := began; now.Before(until) && ctx.Err() == nil; now = time.Now() {
		if w.happens(change / time.Duration(w.instances)) {
			w.change()
		}
		if w.happens(min(faultAgain, until.Sub(began)/10)) {
			w.breakSomething(longest)
		}
		if w.happens(askAgain) {
			w.ask()
		}
		if w.happens(min(removeAgain, until.Sub(began)/6)) {
			w.remove()
		}
		if w.happens(min(rightsAgain, until.Sub(began)/3)) {
			w.takeRights(longest)
		}
		if now.Sub(began) < kills && w.happens(max(kills/killsInAll, shortestLife)) {
			w.count.kills++
			w.program.kill()
			if err := w.program.start(); err != nil {
				return // its end is found at the end
			}
		}
		sleep(ctx, step)
	}
}

// happens is true once in so long, on average.
func (w *world) happens(again time.Duration) bool {
	return w.rand.Float64() < float64(step)/float64(again)
}

func pick[T any](w *world, from []T) T { return from[w.rand.IntN(len(from))] }

// change has an instance drop out, or come back.
func (w *world) change() {
	id := pick(w, w.judge.Instances).ID
	now, err := w.green.Snapshot(id)
	if err != nil {
		return
	}
	w.count.changes++
	if now.State != instanceapi.Authorized {
		_ = w.green.Set(id, instanceapi.Authorized)
		return
	}
	switch w.rand.IntN(6) {
	case 0:
		_ = w.green.FalseLogout(id)
	case 1:
		_ = w.green.StickStarting(id)
	default:
		_ = w.green.Set(id, pick(w, []instanceapi.State{
			instanceapi.NotAuthorized, instanceapi.Blocked, instanceapi.Suspended, instanceapi.YellowCard, instanceapi.SleepMode,
		}))
	}
}

// breakSomething breaks one of the services for a while.
func (w *world) breakSomething(longest time.Duration) {
	w.count.faults++
	d := time.Duration(w.rand.Int64N(int64(longest)))
	switch w.rand.IntN(6) {
	case 0, 1:
		w.breakTelegram(d, w.telegramFault())
		return
	case 2:
		w.breakTelegram(d, w.refusal())
		return
	}
	scope := pick(w, []instanceapi.Scope{
		instanceapi.WholeAPI, instanceapi.PoolScope("7105"), instanceapi.PoolScope("7109"),
		instanceapi.InstanceScope(pick(w, w.judge.Instances).ID),
	})
	f := instanceapi.Fault{Kind: pick(w, instanceapi.Kinds()), Status: 466}
	switch {
	case scope == instanceapi.WholeAPI && f.Kind == instanceapi.Huge:
		f.Kind = instanceapi.Reset // 100 MB for everybody is a test of the simulator
	case f.Kind == instanceapi.Throttled:
		f.Methods = []string{"getStateInstance"} // somebody else asks with the same token
	}
	if w.green.Break(scope, f) == nil {
		time.AfterFunc(d, func() { w.green.Mend(scope) })
	}
}

func (w *world) telegramFault() botapi.Fault {
	f := botapi.Fault{
		Method: pick(w, []string{"", "sendMessage", "editMessageText", "getUpdates", "answerCallbackQuery"}),
		Chat:   pick(w, []int64{0, 0, group, w.operator.ID}),
		Stored: w.rand.IntN(3) == 0,
		Effect: pick(w, []botapi.Effect{
			botapi.Gateway(502), botapi.Gateway(504), botapi.Refuse(500, "Internal Server Error: restart"),
			botapi.Truncate(), botapi.Drip(5 * time.Second), botapi.Reset(), botapi.BlackHole(),
			botapi.Echo(502, "text/html"), botapi.Unsolicited(),
		}),
	}
	if f.Method == "getUpdates" {
		f.Chat, f.Stored = 0, false
	}
	return f
}

// ask has the operator write or press something.
func (w *world) ask() {
	w.count.commands++
	id := pick(w, w.judge.Instances).ID
	switch w.rand.IntN(4) {
	case 0:
		w.telegram.Say(group, w.operator, "/status@watch_bot")
	case 1:
		w.telegram.Say(w.operator.ID, w.operator, "/check "+id)
	case 2:
		w.telegram.Say(group, w.operator, "/reboot@watch_bot "+id)
	default:
		w.confirm()
	}
}

// confirm presses the confirmation that stands in the group, if there is one.
func (w *world) confirm() {
	question := w.find(group, "Only @ops_a can confirm")
	m, found := w.telegram.Message(group, question)
	if !found || len(m.Keyboard) == 0 {
		return
	}
	if _, err := w.telegram.PressData(group, question, m.Keyboard[0][0].Data, w.operator); err == nil {
		w.count.confirmed++
	}
}

// rebooted says whether more reboots were made than people confirmed and the runbook may make: three in ten minutes.
func (w *world) rebooted() error {
	made := 0
	for _, s := range w.green.Snapshots() {
		made += s.Reboots
	}
	const most, within = 3, 10 * time.Minute
	runbook := most * (1 + int((w.length+w.rest)/within))
	if made > w.count.confirmed+runbook {
		return fmt.Errorf("soak: %d reboots for %d confirmations and %d of the runbook's", made, w.count.confirmed, runbook)
	}
	return nil
}
