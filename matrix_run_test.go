package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/outside/outsidetest"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// story is what happens around a refusal, so that its method is called.
type story struct {
	numbers int
	before  func(r *scene)
	during  func(r *scene) // its first minutes
}

const (
	basicGroup, superGroup = -4001, -1001000004001
	many                   = monitor.MaxNamed + 14 // so many that a file names them, though the first go alone
)

var (
	// sends has messages and edits of one number each.
	sends = story{4, cardStands, comesAndGoes}
	// joins has numbers join a digest by an edit.
	joins = story{8, func(r *scene) {
		r.out(4, 8)
		r.until("a digest", func(m botapi.Message) bool { return strings.Count(m.Text, "Kazan_") > 1 })
	}, joinOneByOne}
	// files has so many that a file names them, and growingList more of them once it does.
	files       = story{many, func(*scene) {}, func(r *scene) { r.out(4, many); comesAndGoes(r) }}
	growingList = story{many, func(r *scene) {
		r.out(4, many)
		r.until("a file", func(m botapi.Message) bool { return m.Document != "" })
	}, joinOneByOne}
	// presses has a person press a button.
	presses = story{4, cardStands, func(r *scene) {
		card := r.until("a card", func(m botapi.Message) bool { return strings.Contains(m.Text, "Kazan_02") })
		if _, err := r.telegram.PressData(r.chat, card.ID, "reboot:"+second, operator); err != nil {
			r.t.Error(err)
		}
		comesAndGoes(r)
	}}
	// starts has the program start.
	starts = story{4, cardStands, func(r *scene) {
		r.end()
		r.witness.Died()
		r.live(nil)
		comesAndGoes(r)
	}}
)

func cardStands(r *scene) {
	r.set(second, instanceapi.NotAuthorized)
	r.spend(2 * time.Minute)
}

func comesAndGoes(r *scene) {
	r.set(first, instanceapi.NotAuthorized)
	r.spend(2 * time.Minute)
	r.set(second, instanceapi.Authorized)
	r.spend(2 * time.Minute)
}

func joinOneByOne(r *scene) {
	r.set(first, instanceapi.NotAuthorized)
	r.spend(20 * time.Second)
	r.set(second, instanceapi.NotAuthorized)
	r.spend(3*time.Minute + 40*time.Second)
}

// scene is a trial in one of whose chats Telegram refuses.
type scene struct {
	*trial
	cell
	clinic clinic
	chat   int64
	topic  int
	broken []*botapi.Injected
	began  time.Time
}

// out has the numbers from one to another drop out.
func (r *scene) out(from, to int) {
	for n := from; n <= to; n++ {
		r.set(fmt.Sprint(7105000000+n), instanceapi.NotAuthorized)
	}
}

// until waits for a message in the chat.
func (r *scene) until(what string, is func(botapi.Message) bool) botapi.Message {
	for range 150 {
		for _, m := range r.bots(r.chat) {
			if is(m) {
				return m
			}
		}
		r.spend(time.Second)
	}
	r.t.Fatalf("%s never comes:\n%s", what, r.transcript(r.chat))
	return botapi.Message{}
}

// start makes the chats, and starts the program.
func (r *scene) start() {
	r.chat = opsGroup
	switch r.about {
	case ofTopic:
		r.chat, r.topic = forum, r.telegram.CreateTopic(forum, "Alerts", operator)
	case ofMove:
		r.chat = basicGroup
		r.telegram.AddChat(botapi.Chat{ID: basicGroup, Kind: botapi.Group, Title: "Ops", Members: []botapi.Person{operator}})
	}
	r.cfg.Chats = []monitor.Address{{Chat: r.chat, Topic: r.topic}, {Chat: operator.ID}}
	r.cfg.FallbackAfter = fallbackAfter
	if r.ending == endAlone {
		r.cfg.Chats = r.cfg.Chats[:1]
	}
	r.rules.Late, r.rules.Return = toldWithin, returnWithin
	r.beatFor(&r.clinic)
	r.live(nil)
}

// pollLife is how long a poll that is under way may still bring an update.
const pollLife = 55 * time.Second

// refuse begins the refusal; the function that it gives heals it.
func (r *scene) refuse() (heal func()) {
	r.began = time.Now()
	if r.about == ofMove {
		deaf := r.telegram.Inject(botapi.Fault{Method: "getUpdates", Effect: botapi.BlackHole()})
		r.broken = append(r.broken, deaf)
		r.spend(pollLife)
		r.began = time.Now()
		r.telegram.Migrate(basicGroup, superGroup)
		r.chat, r.was = superGroup, map[int64]int64{superGroup: basicGroup}
		r.leave(r.chat)() // what lasts is told anew there
		return deaf.Off
	}
	f := r.say(r.method)
	f.Method = r.method.name
	if f.Method == "" || r.method.about != nil && f.Method != "answerCallbackQuery" {
		f.Chat = r.chat
	}
	if r.topical {
		f.Topic = r.topic
	}
	r.broken = append(r.broken, r.telegram.Inject(f))
	if r.method.name == probe {
		f.Method, f.Topic, f.Effect = "sendMessage", 0, botapi.Refuse(400, "Bad Request: chat not found")
		r.broken = append(r.broken, r.telegram.Inject(f))
	}
	back := func() {}
	if r.mutes() {
		back = r.leave(r.chat)
	}
	return func() {
		for _, b := range r.broken {
			b.Off()
		}
		back()
	}
}

// at lets time pass until so long after the refusal began.
func (r *scene) at(d time.Duration) { r.spend(max(0, time.Until(r.began.Add(d)))) }

// play is the whole of it.
func (r *scene) play() {
	r.spend(2 * time.Minute)
	r.method.story.before(r)
	heal := r.refuse()
	r.method.story.during(r)
	r.at(killsAfter)
	if r.ending == endKilled {
		r.kill()
	}
	r.set(third, instanceapi.Blocked)
	r.at(8 * time.Minute)
	r.saysSo()
	r.at(healsAfter)
	if r.ending != endNever {
		heal()
	}
	r.at(healsAfter + returnWithin + time.Minute)
	if r.ending == endAlone {
		if h := r.vitals(&r.clinic, 0); !h.ready || !h.beats {
			r.t.Errorf("it is over, and the program is not well: /readyz %s, heartbeat %t", h.page, h.beats)
		}
	}
	r.set(second, instanceapi.Blocked) // the last word
	r.spend(toldWithin)
	r.set(first, instanceapi.Authorized)
	r.spend(toldWithin + time.Minute)
	r.boundTries()
}

// saysSo fails unless the program says of itself that somebody is not told.
func (r *scene) saysSo() {
	switch {
	case r.ending == endAlone:
		if h := r.vitals(&r.clinic, 0); h.ready || h.beats {
			r.t.Errorf("silent: nobody at all is told, and /readyz says %t, the heartbeat %t", h.ready, h.beats)
		}
	case r.mutes() && (r.writes() || r.method.name == probe):
		if h := r.vitals(nil, operator.ID); !h.namesChat(r.chat) || !h.muted {
			r.t.Errorf("silent: the chat is not told, and a metric says so: %t, and /status: %s", h.muted, h.status)
		}
	}
}

// boundTries fails if it was tried far too often: by then half an hour has passed.
func (r *scene) boundTries() {
	most := 150
	if r.about != ofAnything {
		most = 50
	}
	if n := r.broken[0].Hits(); n > most && r.method.name != "getUpdates" {
		r.t.Errorf("hammers: refused %d times", n)
	}
}

// run plays the cell. What was told is on the trial also where the test has failed.
func (c cell) run(t *testing.T, r *scene) {
	t.Helper()
	r.cell = c
	mail := outsidetest.NewMail(t)
	inTrialOf(t, c.method.story.numbers, func(tr *trial) {
		r.trial = tr
		if c.ending != endAlone {
			tr.mailTo(mail)
		}
		r.start()
	}, func(*testing.T, *trial) { r.play() })
}

// outcome is whether the refusal was met at all, and what was told.
func (r *scene) outcome() (met bool, y tally) {
	if r.trial == nil || len(r.broken) == 0 {
		return false, y
	}
	hits := r.broken[0].Hits()
	if r.about == ofMove {
		hits = 1
	}
	return hits > 0, y.plus(hits, r.judged)
}
