package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

const crowd = 12 // numbers that drop out together: the first are told alone, then a digest grows

// late is the number that drops out last. Its turn is the first in a round, so that the digest grows still.
const late = "7105000007"

// goOut has the others drop out. It gives their digest in the chat, once that names the last of them.
func (tr *trial) goOut(chat int64) botapi.Message {
	tr.t.Helper()
	tr.pass(2 * time.Minute)
	for n := range crowd {
		if id := fmt.Sprint(7105000001 + n); id != late {
			tr.set(id, instanceapi.NotAuthorized)
		}
	}
	for range 90 {
		tr.pass(time.Second)
		digest := tr.bots(chat)[len(tr.bots(chat))-1]
		if tr.named(chat) == crowd-1 && strings.Contains(digest.Text, " numbers stopped") {
			return digest
		}
	}
	tr.t.Fatalf("no digest that names all:\n%s", tr.transcript(chat))
	return botapi.Message{}
}

// named counts the numbers that the chat's messages name.
func (tr *trial) named(chat int64) int {
	texts, found := tr.transcript(chat), 0
	for _, i := range tr.cfg.Fleet.Instances() {
		if strings.Contains(texts, i.Name) {
			found++
		}
	}
	return found
}

// toldIn fails unless a new message of the chat has the text within d of the operator's being shown it.
func (tr *trial) toldIn(chat int64, text string, d time.Duration) botapi.Message {
	tr.t.Helper()
	if _, shown := tr.await(operator.ID, text, 2*time.Minute); !shown {
		tr.t.Fatalf("the operator is not shown %q", text)
	}
	m, told := tr.await(chat, text, d)
	if !told {
		tr.t.Errorf("not told of %q within %s:\n%s", text, d, tr.transcript(chat))
	}
	return m
}

// A number joins a digest whose edit is refused for good: it is told by a message of its own.
func TestWhatJoinsALostDigestIsTold(t *testing.T) {
	t.Parallel()
	refused := func(text string) func(tr *trial, digest botapi.Message) {
		return func(tr *trial, _ botapi.Message) {
			tr.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "editMessageText", Effect: botapi.Refuse(400, "Bad Request: "+text)})
		}
	}
	for name, spoil := range map[string]func(tr *trial, digest botapi.Message){
		"deleted":  func(tr *trial, digest botapi.Message) { tr.telegram.RemoveMessage(opsGroup, digest.ID) },
		"too old":  refused("message can't be edited"),
		"no text":  refused("there is no text in the message to edit"),
		"too long": refused("message is too long"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTrial(t, crowd, nil, func(t *testing.T, tr *trial) {
				digest := tr.goOut(opsGroup)
				spoil(tr, digest)
				tr.set(late, instanceapi.NotAuthorized)
				m := tr.toldIn(opsGroup, "Kazan_07", 20*time.Second)
				if m.ID <= digest.ID || m.Silent {
					t.Errorf("told by %+v, want a message of its own that rings", m)
				}
				tr.pass(5 * time.Minute)
			})
		})
	}
}

// The group of the digest becomes a supergroup while a number joins it.
func TestWhatJoinsADigestIsToldInTheSupergroup(t *testing.T) {
	t.Parallel()
	const basic, super = -4001, -1001000004001
	for name, heard := range map[string]bool{"heard": true, "found by the edit": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTrial(t, crowd, nil, func(_ *testing.T, tr *trial) {
				tr.telegram.AddChat(botapi.Chat{ID: basic, Kind: botapi.Group, Title: "Basic", Members: []botapi.Person{operator}})
				tr.tellOnly(monitor.Address{Chat: basic}, monitor.Address{Chat: operator.ID})
				if !heard {
					deaf := tr.telegram.Inject(botapi.Fault{Method: "getUpdates", Effect: botapi.BlackHole()})
					defer deaf.Off()
				}
				tr.goOut(basic)
				tr.telegram.Migrate(basic, super)
				tr.cfg.Chats = []monitor.Address{{Chat: operator.ID}} // the rest was told before in the old one
				tr.set(late, instanceapi.NotAuthorized)
				tr.toldIn(super, "Kazan_07", 20*time.Second)
				tr.pass(time.Minute)
			})
		})
	}
}

// Good news on a card of many is an edit; if that card is gone, it is a message.
func TestGoodNewsOnALostDigestIsTold(t *testing.T) {
	t.Parallel()
	inTrial(t, crowd, nil, func(t *testing.T, tr *trial) {
		digest := tr.goOut(opsGroup)
		tr.pass(90 * time.Second)
		tr.telegram.RemoveMessage(opsGroup, digest.ID)
		tr.set("7105000012", instanceapi.Authorized)
		if _, told := tr.await(opsGroup, "Kazan_12: works again", 100*time.Second); !told {
			t.Errorf("no good news:\n%s", tr.transcript(opsGroup))
		}
		tr.pass(time.Minute)
	})
}

// Edits of the digest are not made for now: what joined it does not wait for them, and counts as untold meanwhile.
func TestWhatJoinsADigestDoesNotHangOnItsEdit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		effect botapi.Effect
		within time.Duration
		marked bool
	}{
		"429":       {effect: botapi.FloodWait(222), within: 50 * time.Second},
		"500":       {effect: botapi.Refuse(500, "Internal Server Error: restart"), within: 50 * time.Second, marked: true},
		"no answer": {effect: botapi.BlackHole(), within: 90 * time.Second, marked: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTrial(t, crowd, nil, func(t *testing.T, tr *trial) {
				digest := tr.goOut(opsGroup)
				edits := tr.telegram.Inject(botapi.Fault{Chat: opsGroup, Method: "editMessageText", Effect: c.effect})
				tr.set(late, instanceapi.NotAuthorized)
				if _, shown := tr.await(operator.ID, "Kazan_07", 2*time.Minute); !shown {
					t.Fatal("the operator is not shown it")
				}
				if untold, err := tr.app.store.Untold(t.Context(), time.Now()); untold != 1 || err != nil {
					t.Errorf("%d untold, %v", untold, err)
				}
				m := tr.toldIn(opsGroup, "Kazan_07", c.within)
				if m.ID <= digest.ID || m.Silent || strings.Contains(m.Text, "May be a repeat") != c.marked {
					t.Errorf("told by %+v, want a message of its own that rings", m)
				}
				edits.Off()
				tr.pass(5 * time.Minute)
			})
		})
	}
}

// The program dies before and after the edit that carries what joined.
func TestWhatJoinsADigestSurvivesAKill(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]doom{
		"before the edit":       {kind: "editMessageText", n: 1},
		"after the edit":        {kind: "editMessageText", n: 1, after: true},
		"before a later edit":   {kind: "editMessageText", n: 4},
		"after a later edit":    {kind: "editMessageText", n: 4, after: true},
		"before the message":    {kind: "sendMessage", n: 9},
		"after the last digest": {kind: "sendMessage", n: 10, after: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTrial(t, crowd, &fate{doom: at}, func(t *testing.T, tr *trial) {
				tr.pass(2 * time.Minute)
				for n := range crowd {
					tr.set(fmt.Sprint(7105000001+n), instanceapi.NotAuthorized)
				}
				tr.pass(5 * time.Minute)
				tr.keeper.Wait()
				if tr.kills != 1 {
					t.Errorf("%d kills", tr.kills)
				}
			})
		})
	}
}
