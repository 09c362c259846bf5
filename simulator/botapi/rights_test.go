package botapi_test

import (
	"testing"

	"greenwatch/simulator/botapi"
)

func TestRightsThatNoUpdateTellsOf(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	say := params{"chat_id": group, "text": "x"}
	b.ok("sendMessage", say)
	card := b.seen(group).ID
	updates := len(b.updates())

	b.sim.Forbid(group, botapi.Texts)
	b.refused("sendMessage", say, 400, "Bad Request: not enough rights to send text messages to the chat")
	b.refused("editMessageText", params{"chat_id": group, "message_id": card, "text": "y"}, 400, "Bad Request: CHAT_WRITE_FORBIDDEN")
	b.refused("sendChatAction", params{"chat_id": group, "action": "typing"}, 400, "Bad Request: CHAT_WRITE_FORBIDDEN")
	b.sim.Permit(group, botapi.Texts)
	b.ok("sendMessage", say)

	b.sim.Forbid(group, botapi.Documents)
	if r := b.upload("sendDocument", params{"chat_id": group}, "document", "all.csv", []byte("x")); r.Description != "Bad Request: not enough rights to send documents to the chat" {
		t.Errorf("got %+v", r)
	}
	b.ok("sendMessage", say)

	b.sim.SetBotUntold(group, botapi.Kicked)
	b.refused("sendMessage", say, 403, "Forbidden: bot was kicked from the supergroup chat")
	b.sim.SetBotUntold(group, botapi.Member)
	b.ok("sendMessage", say)

	if !b.sim.Remove(group, card) || b.sim.Remove(group, card) {
		t.Error("want the message deleted once")
	}
	b.refused("editMessageText", params{"chat_id": group, "message_id": card, "text": "y"}, 400, "Bad Request: message to edit not found")
	if n := len(b.updates()); n != updates {
		t.Errorf("%d updates tell of it", n-updates)
	}
}

func TestWrongAnswers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sim.Inject(botapi.Fault{Method: "sendMessage", Times: 1, Stored: true, Effect: botapi.Wrong(`["sent"]`)})
	b.sim.Inject(botapi.Fault{Method: "sendMessage", Times: 1, Effect: botapi.Migrated(-1009)})
	b.ok("sendMessage", params{"chat_id": 501, "text": "stored"})
	b.refused("sendMessage", params{"chat_id": 501, "text": "x"}, 400, "Bad Request: group chat was upgraded to a supergroup chat")
	if m := b.seen(501); m.Text != "stored" {
		t.Errorf("got %+v", m)
	}
	sent := b.sim.Requests("sendMessage")
	if string(sent[0].Result) != `["sent"]` || len(sent[0].Made) < 20 || len(sent[1].Made) != 0 {
		t.Errorf("recorded %+v", sent)
	}
}
