package main

import (
	"fmt"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// chatFaults are what becomes of chats, and a storm within their limits.
func chatFaults() []fault {
	chat := func(name string, story func(tr *trial) (injected int)) fault {
		return fault{name, func(t *testing.T) tally {
			injected := 0
			got := inTrial(t, 4, nil, func(_ *testing.T, tr *trial) { injected = story(tr) })
			return tally{}.plus(injected, got)
		}}
	}
	return []fault{
		chat("chat: the group becomes a supergroup, said by an update", func(tr *trial) int { return tr.migrates(true) }),
		chat("chat: the group becomes a supergroup, found by a message", func(tr *trial) int { return tr.migrates(false) }),
		chat("chat: kicked out of the group, and back", func(tr *trial) int {
			return tr.away(func() { tr.telegram.RemoveBot(opsGroup, guest) }, func() { tr.telegram.AddBot(opsGroup, operator) })
		}),
		chat("chat: blocked by a person, and unblocked", func(tr *trial) int {
			return tr.away(func() { tr.telegram.Block(operator) }, func() { tr.telegram.Unblock(operator) })
		}),
		chat("chat: the topic is closed", func(tr *trial) int { return tr.topicGoes((*botapi.Server).CloseTopic) }),
		chat("chat: the topic is deleted", func(tr *trial) int {
			return tr.topicGoes(func(s *botapi.Server, chat int64, topic int, _ botapi.Person) { s.DeleteTopic(chat, topic) })
		}),
		{"storm: 100 numbers drop out at once, and come back", storm},
	}
}

// tellOnly goes on with other chats.
func (tr *trial) tellOnly(chats ...monitor.Address) {
	tr.end()
	tr.witness.Died()
	tr.cfg.Chats = chats
	tr.live(nil)
}

// migrates has a basic group become a supergroup while numbers drop out and come back. Without its update only a message
// that is refused shows it.
func (tr *trial) migrates(heard bool) int {
	const basic, super = -4001, -1001000004001
	tr.telegram.AddChat(botapi.Chat{ID: basic, Kind: botapi.Group, Title: "Basic", Members: []botapi.Person{operator}})
	tr.tellOnly(monitor.Address{Chat: basic})
	tr.pass(2 * time.Minute)
	deaf := &botapi.Injected{}
	if !heard {
		deaf = tr.telegram.Inject(botapi.Fault{Method: "getUpdates", Effect: botapi.BlackHole()})
		tr.pass(pollLife)
	}
	tr.telegram.Migrate(basic, super)
	tr.cfg.Chats = []monitor.Address{{Chat: super}} // for the judge
	tr.comeAndGo(10 * time.Minute)
	if !heard {
		deaf.Off()
	}
	tr.recover()
	return 1
}

// recover has all come back.
func (tr *trial) recover() {
	tr.pass(2 * time.Minute)
	tr.set(first, instanceapi.Authorized)
	tr.set(third, instanceapi.Authorized)
	tr.pass(5 * time.Minute)
}

// away has a chat lost while numbers drop out, and found again before they come back.
func (tr *trial) away(lose, find func()) int {
	tr.pass(2 * time.Minute)
	lose()
	tr.set(first, instanceapi.NotAuthorized)
	tr.set(third, instanceapi.Blocked)
	tr.pass(5 * time.Minute)
	find()
	tr.recover()
	return 1
}

func (tr *trial) topicGoes(spoil func(s *botapi.Server, chat int64, topic int, by botapi.Person)) int {
	topic := tr.telegram.CreateTopic(forum, "Alerts", operator)
	tr.tellOnly(monitor.Address{Chat: forum, Topic: topic})
	tr.pass(2 * time.Minute)
	tr.set(second, instanceapi.Suspended)
	tr.pass(2 * time.Minute)
	spoil(tr.telegram, forum, topic, operator)
	tr.comeAndGo(10 * time.Minute)
	tr.recover()
	return 1
}

func storm(t *testing.T) tally {
	const n = 100
	got := inTrial(t, n, nil, func(t *testing.T, tr *trial) {
		turn := func(to instanceapi.State) {
			for i := range n {
				tr.set(fmt.Sprint(7105000001+i), to)
			}
			tr.pass(5 * time.Minute)
		}
		tr.pass(2 * time.Minute)
		turn(instanceapi.NotAuthorized)
		turn(instanceapi.Authorized)
		if limited := tr.telegram.Limited(); limited > 0 {
			t.Errorf("%d answers of 429", limited)
		}
	})
	return tally{}.plus(n, got)
}
