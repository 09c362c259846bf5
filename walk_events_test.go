package main

import (
	"fmt"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// something happens.
func (w *walk) something() {
	events := []struct {
		often int
		do    func()
	}{
		{30, w.swing},
		{4, w.flap},
		{4, w.crowd},
		{12, w.refuse},
		{8, w.flood},
		{5, w.throttle},
		{4, w.blind},
		{10, w.remove},
		{5, w.takeRights},
		{3, w.throwOut},
		{3, w.closeTopic},
		{2, w.move},
		{4, w.killOrRestart},
		{6, w.askSomething},
	}
	sum := 0
	for _, e := range events {
		sum += e.often
	}
	n := w.rand.IntN(sum)
	for _, e := range events {
		if n -= e.often; n < 0 {
			e.do()
			return
		}
	}
}

func oneOf[T any](w *walk, from ...T) T { return from[w.rand.IntN(len(from))] }

var walkTroubles = []instanceapi.State{
	instanceapi.NotAuthorized, instanceapi.Blocked, instanceapi.Suspended, instanceapi.YellowCard, instanceapi.SleepMode,
}

// number is any but the canary.
func (w *walk) number() string { return fmt.Sprint(7105000001 + w.rand.IntN(walkNumbers-1)) }

func (w *walk) chat() int64 { return w.now(oneOf(w, w.cfg.Chats...).Chat) }

func (w *walk) turn(id string, to instanceapi.State) {
	w.note("%s %s", id, to)
	w.set(id, to)
}

// swing has a number drop out, or come back.
func (w *walk) swing() {
	id := w.number()
	now, err := w.green.Snapshot(id)
	if err != nil {
		w.t.Fatal(err)
	}
	if now.State != instanceapi.Authorized && w.rand.IntN(4) > 0 {
		w.turn(id, instanceapi.Authorized)
		return
	}
	w.turn(id, oneOf(w, walkTroubles...))
}

// flap has a number swing at one pace for up to an hour.
func (w *walk) flap() {
	id, trouble := w.number(), oneOf(w, walkTroubles...)
	good, out := w.between(30*time.Second, 17*time.Minute), w.between(20*time.Second, 8*time.Minute)
	w.note("%s flaps: %s good, %s %s", id, good.Round(time.Second), out.Round(time.Second), trouble)
	end := time.Now().Add(w.between(10*time.Minute, time.Hour))
	var drop func()
	drop = func() {
		w.set(id, trouble)
		w.in(out, func() {
			w.set(id, instanceapi.Authorized)
			if time.Now().Before(end) && !w.over {
				w.in(good, drop)
			}
		})
	}
	drop()
}

// crowd has many drop out within seconds: a digest that others join.
func (w *walk) crowd() {
	n := 5 + w.rand.IntN(walkNumbers-6)
	w.note("%d drop out together", n)
	for i := range n {
		id := fmt.Sprint(7105000001 + i)
		w.in(w.between(0, 90*time.Second), func() { w.set(id, instanceapi.NotAuthorized) })
		w.in(w.between(2*time.Minute, 20*time.Minute), func() { w.set(id, instanceapi.Authorized) })
	}
}

// refuse has Telegram refuse one method in one chat, in a way of the matrix.
func (w *walk) refuse() {
	c := oneOf(w, cells()...)
	for c.about == ofMove || c.about == ofPress {
		c = oneOf(w, cells()...)
	}
	f := c.say(c.method)
	f.Method, f.Chat = c.method.name, w.chat()
	if c.topical {
		f.Chat, f.Topic = forum, w.cfg.Chats[1].Topic
	}
	d := w.between(10*time.Second, 15*time.Minute)
	if w.rand.IntN(6) == 0 {
		d = w.between(time.Hour, 80*time.Minute)
	}
	w.note("for %s in %d: %s", d.Round(time.Second), f.Chat, c)
	w.breaks(f, d, c.mutes() || c.about == ofChat) // for all that it says, nothing can be written there
}

// breaks injects a fault for a while; mutes says that alerts cannot be told meanwhile.
func (w *walk) breaks(f botapi.Fault, d time.Duration, mutes bool) {
	broken, back := w.telegram.Inject(f), func() {}
	if mutes {
		back = w.leave(f.Chat)
	}
	w.in(d, func() {
		broken.Off()
		back()
	})
}

// flood has Telegram ask for pauses: of edits alone, or of messages alone.
func (w *walk) flood() {
	f := botapi.Fault{Chat: w.chat(), Method: oneOf(w, "editMessageText", "sendMessage"), Effect: botapi.FloodWait(oneOf(w, 3, 40, 222, 100_000))}
	d := w.between(5*time.Second, 6*time.Minute)
	w.note("429 of %s for %s in %d", f.Method, d.Round(time.Second), f.Chat)
	w.breaks(f, d, true)
}

// throttle has GREEN-API refuse checks with 429, for everybody or for one number.
func (w *walk) throttle() {
	w.green429(oneOf(w, instanceapi.WholeAPI, instanceapi.InstanceScope(w.number())), instanceapi.Fault{
		Kind: instanceapi.Throttled, Methods: []string{"getStateInstance"},
	})
}

// blind has GREEN-API give no answer.
func (w *walk) blind() {
	w.green429(oneOf(w, instanceapi.WholeAPI, instanceapi.InstanceScope(w.number())), instanceapi.Fault{
		Kind: oneOf(w, instanceapi.BadGateway, instanceapi.Hang, instanceapi.Reset),
	})
}

func (w *walk) green429(scope instanceapi.Scope, f instanceapi.Fault) {
	d := w.between(20*time.Second, 20*time.Minute)
	w.note("GREEN-API, %s: %s for %s", scope, f.Kind, d.Round(time.Second))
	if err := w.green.Break(scope, f); err != nil {
		w.t.Fatal(err)
	}
	w.in(d, func() { w.green.Mend(scope) })
}

// remove has an administrator delete one of the last messages: cards, digests, files.
func (w *walk) remove() {
	chat := w.chat()
	all := w.bots(chat)
	if len(all) == 0 {
		return
	}
	m := all[len(all)-1-w.rand.IntN(min(4, len(all)))]
	w.note("message %d of %d is deleted", m.ID, chat)
	w.telegram.Remove(chat, m.ID)
	w.leave(chat)() // what it showed may be told anew
}

// takeRights changes what members of a group may send; no update tells of it.
func (w *walk) takeRights() {
	chat, what := oneOf(w, w.now(basicGroup), forum), oneOf(w, botapi.Texts, botapi.Documents)
	d := w.between(20*time.Second, 20*time.Minute)
	w.note("no right to send %s in %d for %s", what, chat, d.Round(time.Second))
	back := func() {}
	if what == botapi.Texts {
		back = w.leave(chat)
	}
	w.telegram.Forbid(chat, what)
	w.in(d, func() {
		w.telegram.Permit(chat, what)
		w.telegram.Permit(w.now(chat), what)
		back()
	})
}

// throwOut puts the bot out of a chat and takes it back, with or without updates that say so.
func (w *walk) throwOut() {
	chat := w.chat()
	d := w.between(30*time.Second, 15*time.Minute)
	told := w.rand.IntN(2) == 0
	w.note("the bot is out of %d for %s, told: %t", chat, d.Round(time.Second), told)
	back := w.leave(chat)
	turn := func(to botapi.Status) {
		if told {
			w.telegram.SetBot(w.now(chat), to, operator)
		} else {
			w.telegram.SetBotUntold(w.now(chat), to)
		}
	}
	turn(botapi.Kicked)
	w.in(d, func() {
		turn(botapi.Member)
		back()
	})
}

// closeTopic closes the topic; sometimes General with it, so that nothing can be told there.
func (w *walk) closeTopic() {
	const general = 1
	topic, both := w.cfg.Chats[1].Topic, w.rand.IntN(2) == 0
	d := w.between(time.Minute, 15*time.Minute)
	w.note("the topic is closed for %s, General too: %t", d.Round(time.Second), both)
	back := func() {}
	w.telegram.CloseTopic(forum, topic, operator)
	if both {
		w.telegram.CloseTopic(forum, general, operator)
		back = w.leave(forum)
	}
	w.in(d, func() {
		w.telegram.ReopenTopic(forum, topic, operator)
		w.telegram.ReopenTopic(forum, general, operator)
		back()
	})
}

// move makes a supergroup of the group, once.
func (w *walk) move() {
	if w.was != nil {
		return
	}
	w.note("the group becomes a supergroup")
	w.telegram.Migrate(basicGroup, superGroup)
	w.was = map[int64]int64{superGroup: basicGroup}
	w.leave(superGroup)()    // what lasts is told anew there
	for n := range w.aways { // what is wrong with the old one is over
		if w.aways[n].Chat == basicGroup {
			w.aways[n].Chat = superGroup
			if w.aways[n].To.IsZero() {
				w.aways[n].To = time.Now()
			}
		}
	}
}

func (w *walk) killOrRestart() {
	if w.rand.IntN(3) > 0 {
		w.note("killed")
		w.kill()
		return
	}
	w.note("restarted")
	w.end()
	w.witness.Died()
	w.spend(w.between(time.Second, 3*time.Minute))
	w.live(nil)
}

// askSomething has the operator write or press something.
func (w *walk) askSomething() {
	chat := w.chat()
	switch w.rand.IntN(3) {
	case 0:
		w.telegram.Say(chat, operator, "/status@watch_bot")
	case 1:
		w.telegram.Say(chat, operator, "/check@watch_bot "+w.number())
	default:
		for _, m := range w.bots(chat) {
			if len(m.Keyboard) > 0 && m.Keyboard[0][0].Text == "Check now" {
				if _, err := w.telegram.PressData(chat, m.ID, m.Keyboard[0][0].Data, operator); err != nil {
					w.t.Error(err)
				}
				return
			}
		}
	}
}
