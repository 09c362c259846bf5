package botapi_test

import (
	"encoding/json"
	"testing"

	"greenwatch/simulator/botapi"
)

func TestWhereTheBotMayNotWrite(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	say := func(chat any) params { return params{"chat_id": chat, "text": "x"} }
	b.refused("sendMessage", say(9), 400, "Bad Request: chat not found")
	b.refused("sendMessage", say("@nobody"), 400, "Bad Request: chat not found")
	b.refused("sendMessage", say(""), 400, "Bad Request: chat_id is empty")
	b.refused("sendMessage", say(boris().ID), 403, "Forbidden: bot can't initiate conversation with a user")
	b.ok("sendMessage", say("@ops"))

	b.sim.Block(anna())
	b.refused("sendMessage", say(501), 403, "Forbidden: bot was blocked by the user")
	b.refused("sendChatAction", params{"chat_id": 501, "action": "typing"}, 403, "blocked")
	b.sim.Unblock(anna())
	b.ok("sendMessage", say(501))
	b.sim.Delete(501)
	b.refused("sendMessage", say(501), 403, "Forbidden: user is deactivated")

	b.sim.SetBot(group, botapi.Muted, anna())
	b.refused("sendMessage", say(group), 400, "not enough rights to send text messages to the chat")
	b.sim.RemoveBot(group, anna())
	b.refused("sendMessage", say(group), 403, "Forbidden: bot was kicked from the supergroup chat")
	b.sim.AddBot(group, anna())
	b.ok("sendMessage", say(group))
	b.ok("leaveChat", params{"chat_id": group})
	b.refused("sendMessage", say(group), 403, "Forbidden: bot is not a member of the supergroup chat")
	b.sim.RemoveBot(basic, anna())
	b.refused("sendMessage", say(basic), 403, "Forbidden: bot was kicked from the group chat")
	b.sim.Delete(basic)
	b.refused("sendMessage", say(basic), 403, "Forbidden: the group chat was deleted")

	b.ok("sendMessage", say(radio))
	b.sim.SetBot(radio, botapi.Member, anna())
	b.refused("sendMessage", say(radio), 400, "need administrator rights in the channel chat")
	b.sim.RemoveBot(radio, anna())
	b.refused("sendMessage", say(radio), 403, "Forbidden: bot was kicked from the channel chat")
}

func TestMyChatMember(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sim.Block(anna())
	b.sim.Unblock(anna())
	b.sim.RemoveBot(basic, anna())
	b.sim.AddBot(basic, anna())
	b.sim.RemoveBot(radio, anna())
	b.sim.AddBot(radio, anna())
	b.sim.SetBot(group, botapi.Admin, anna())
	var story []string
	for _, u := range b.drain() {
		switch {
		case u.Mine != nil:
			story = append(story, u.Mine.Old.Status+">"+u.Mine.New.Status)
		case u.Message.Joined != nil:
			story = append(story, "joined")
		case u.Message.Left != nil:
			story = append(story, "left")
		}
	}
	want := []string{
		"member>kicked", "kicked>member", // blocked and not
		"member>kicked", "left", "kicked>member", "joined",
		"administrator>kicked", "kicked>administrator",
		"member>administrator",
	}
	if got, _ := json.Marshal(story); string(got) != text(want) {
		t.Errorf("got %s, want %s", got, text(want))
	}
}

func TestMigration(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.send(basic, "before")
	const to = int64(-1009)
	b.sim.Migrate(basic, to)
	r := b.refused("sendMessage", params{"chat_id": basic, "text": "x"}, 400, "group chat was upgraded to a supergroup chat")
	if r.Parameters.Migrated != to {
		t.Errorf("got %+v", r.Parameters)
	}
	out := b.drain()
	if len(out) != 2 || out[0].Message.MigrateTo != to || out[1].Message.MigrateFrom != basic {
		t.Errorf("got %+v", out)
	}
	b.send(to, "after")
	if _, err := b.sim.Write(botapi.Post{Chat: basic, From: anna(), Text: "x"}); err == nil {
		t.Error("the old group still takes posts")
	}
	if b.sim.Say(to, boris(), "hi") == 0 {
		t.Error("the members were lost")
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var m struct{ Status string }
	for person, want := range map[int64]string{501: "creator", 502: "member", 4242: "member"} {
		b.ok("getChatMember", params{"chat_id": group, "user_id": person}, &m)
		if m.Status != want {
			t.Errorf("%d is %s", person, m.Status)
		}
	}
	b.refused("getChatMember", params{"chat_id": group, "user_id": 9}, 400, "user not found")
	b.sim.SetMember(group, boris(), botapi.Kicked)
	b.ok("getChatMember", params{"chat_id": group, "user_id": 502}, &m)
	if m.Status != "kicked" || b.sim.Say(group, boris(), "x") != 0 {
		t.Errorf("got %+v", m)
	}
	b.sim.SetMember(group, boris(), botapi.Admin)
	b.sim.SetBot(group, botapi.Admin, anna())
	var admins []struct{ User struct{ ID int64 } }
	b.ok("getChatAdministrators", params{"chat_id": group}, &admins)
	if len(admins) != 3 || admins[0].User.ID != 4242 {
		t.Errorf("got %+v", admins)
	}
	b.refused("getChatAdministrators", params{"chat_id": 501}, 400, "there are no administrators in the private chat")
	var n int
	if b.ok("getChatMemberCount", params{"chat_id": group}, &n); n != 3 {
		t.Errorf("got %d", n)
	}
	var info struct {
		Title string
		Forum bool `json:"is_forum"`
	}
	if b.ok("getChat", params{"chat_id": forum}, &info); info.Title != "Forum" || !info.Forum {
		t.Errorf("got %+v", info)
	}
}

func TestTopics(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	topic := b.sim.CreateTopic(forum, "Alerts", anna())
	to := func(thread int) params { return params{"chat_id": forum, "message_thread_id": thread, "text": "x"} }
	if out := b.drain(); len(out) != 1 || out[0].Message.Created.Name != "Alerts" || out[0].Message.Thread != topic || out[0].Message.ID != topic {
		t.Errorf("got %+v", out)
	}
	var m gotText
	b.ok("sendMessage", to(topic), &m)
	if m.Thread != topic || !m.Topic || b.seen(forum).Topic != topic {
		t.Errorf("got %+v", m)
	}
	var answer gotText
	b.ok("sendMessage", params{"chat_id": forum, "text": "x", "reply_parameters": params{"message_id": m.ID}}, &answer)
	if answer.Thread != topic {
		t.Errorf("a reply went elsewhere: %+v", answer)
	}
	b.ok("sendMessage", params{"chat_id": forum, "text": "to General"})
	b.refused("sendMessage", to(1), 400, "Bad Request: message thread not found")
	b.refused("sendMessage", to(9999), 400, "message thread not found")
	b.refused("sendMessage", params{"chat_id": group, "message_thread_id": topic, "text": "x"}, 400, "message thread not found")

	b.sim.CloseTopic(forum, topic, anna())
	b.refused("sendMessage", to(topic), 400, "TOPIC_CLOSED")
	if _, err := b.sim.Write(botapi.Post{Chat: forum, Topic: topic, From: boris(), Text: "x"}); err == nil {
		t.Error("a closed topic takes posts")
	}
	if out := b.drain(); len(out) != 1 || out[0].Message.Closed == nil {
		t.Errorf("got %+v", out)
	}
	b.sim.ReopenTopic(forum, topic, anna())
	b.ok("sendMessage", to(topic))
	b.sim.CloseTopic(forum, 1, anna())
	b.refused("sendMessage", params{"chat_id": forum, "text": "to General"}, 400, "TOPIC_CLOSED")
	b.sim.DeleteTopic(forum, topic)
	b.refused("sendMessage", to(topic), 400, "message thread not found")
	for _, m := range b.sim.Transcript(forum) {
		if m.Topic == topic {
			t.Errorf("still there: %+v", m)
		}
	}
}

func TestTheBotAndTopics(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.refused("createForumTopic", params{"chat_id": group, "name": "x"}, 400, "the chat is not a forum")
	b.refused("createForumTopic", params{"chat_id": forum, "name": "x"}, 400, "not enough rights to create a topic")
	b.sim.SetBot(forum, botapi.Admin, anna())
	b.drain()
	var topic struct {
		ID int `json:"message_thread_id"`
	}
	b.ok("createForumTopic", params{"chat_id": forum, "name": "Alerts"}, &topic)
	at := params{"chat_id": forum, "message_thread_id": topic.ID}
	b.ok("closeForumTopic", at)
	b.refused("closeForumTopic", at, 400, "TOPIC_NOT_MODIFIED")
	b.send(forum, "an administrator may", at)
	b.ok("reopenForumTopic", at)
	if out := b.drain(); len(out) != 0 {
		t.Errorf("the bot heard itself: %+v", out)
	}
}
