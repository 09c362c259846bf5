package botapi_test

import (
	"testing"

	"greenwatch/simulator/botapi"
)

func TestPrivateChatIsStarted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	carla := botapi.Person{ID: 503, FirstName: "Carla"}
	b.sim.AddPerson(carla)
	b.refused("sendMessage", params{"chat_id": 503, "text": "x"}, 403, "can't initiate conversation")
	b.sim.Say(503, carla, "/start code")
	out := b.drain()
	if len(out) != 1 || out[0].Message.Text != "/start code" || out[0].Message.Entities[0].Length != 6 || out[0].Message.From.ID != 503 {
		t.Fatalf("got %+v", out)
	}
	b.send(503, "welcome")
	b.sim.Block(carla)
	if b.sim.Say(503, carla, "x") != 0 {
		t.Error("wrote to a blocked bot")
	}
	if b.sim.Say(501, carla, "x") != 0 {
		t.Error("wrote in another person's private chat")
	}
}

func TestCommandEntities(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for in, want := range map[string][]int{ // offset and length of each command
		"/status":                 {0, 7},
		"/status@watch_bot all":   {0, 17},
		"😀 /mute 5":               {3, 5},
		"Привет /start":           {7, 6},
		"/a /b":                   {0, 2, 3, 2},
		"(/a)":                    {1, 2},
		"a/b":                     nil,
		"/usr/bin":                nil,
		"http://x.example/status": nil,
		"/":                       nil,
	} {
		b.sim.Say(501, anna(), in)
		var got []int
		for _, e := range b.drain()[0].Message.Entities {
			if e.Type == "bot_command" {
				got = append(got, e.Offset, e.Length)
			}
		}
		if text(got) != text(want) {
			t.Errorf("%s: got %v, want %v", in, got, want)
		}
	}
}

func TestPrivacyMode(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ours := b.send(group, "ours")
	theirs := b.sim.Say(group, anna(), "theirs")
	rival := botapi.Person{ID: 600, FirstName: "Rival", IsBot: true}
	heard := func() bool { return len(b.drain()) == 1 }
	say := func(text string, replyTo int) bool {
		b.drain()
		b.sim.Reply(group, replyTo, boris(), text)
		return heard()
	}
	for _, tc := range []struct {
		text    string
		replyTo int
		want    bool
	}{
		{"hello", 0, false},
		{"hello @watch_bot", 0, false},
		{"/status", 0, true},
		{"/status@WATCH_BOT now", 0, true},
		{"/status@rival_bot", 0, false},
		{"look: /status", 0, false},
		{"yes", ours, true},
		{"yes", theirs, false},
	} {
		if got := say(tc.text, tc.replyTo); got != tc.want {
			t.Errorf("%q: heard %v", tc.text, got)
		}
	}
	b.sim.Say(group, rival, "I am the last bot")
	if say("/status", 0) {
		t.Error("heard a plain command after another bot")
	}
	b.send(group, "now it is me")
	if !say("/status", 0) {
		t.Error("did not hear a plain command")
	}
	b.sim.SetBot(group, botapi.Admin, anna())
	if !say("hello", 0) {
		t.Error("an administrator hears all")
	}
	open := newBench(t, func(o *botapi.Options) { o.PrivacyOff = true })
	open.sim.Say(group, boris(), "hello")
	if len(open.drain()) != 1 {
		t.Error("without privacy mode the bot hears all")
	}
}

func TestWhoIsNobody(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(o *botapi.Options) { o.PrivacyOff = true })
	b.sim.Say(group, botapi.AnonymousAdmin(group), "as the group")
	b.sim.Say(group, botapi.AsChannel(radio), "as a channel")
	b.sim.Say(radio, anna(), "a post")
	out := b.drain()
	if len(out) != 3 {
		t.Fatalf("got %+v", out)
	}
	if m := out[0].Message; m.From.ID != 1087968824 || !m.From.Is || m.Sender.ID != group {
		t.Errorf("got %+v", m)
	}
	if m := out[1].Message; m.From.ID != 136817688 || m.Sender.ID != radio {
		t.Errorf("got %+v", m)
	}
	if m := out[2].Post; m == nil || m.From != nil || m.Sender.ID != radio {
		t.Errorf("got %+v", m)
	}
	for _, chat := range []int64{group, radio} {
		if m := b.seen(chat); m.From != "Radio" {
			t.Errorf("people see %q", m.From)
		}
	}
}

func TestThreadsOutsideTopics(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	root := b.send(group, "card")
	first := b.sim.Reply(group, root, boris(), "why?")
	b.sim.Reply(group, b.send(group, "because", params{"reply_parameters": params{"message_id": first}}), boris(), "ah")
	for _, u := range b.drain() {
		if m := u.Message; m.Thread != root || m.Topic || m.ReplyTo == nil {
			t.Errorf("got %+v", m)
		}
	}
}

func TestEditedPosts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.sim.Say(501, anna(), "/statsu")
	if err := b.sim.EditPost(501, id, "/status"); err != nil {
		t.Fatal(err)
	}
	out := b.drain()
	if len(out) != 2 || out[1].Edited == nil || out[1].Edited.Text != "/status" || out[1].Edited.Edit == 0 {
		t.Errorf("got %+v", out)
	}
	if err := b.sim.EditPost(501, b.send(501, "ours"), "x"); err == nil {
		t.Error("edited what is not theirs")
	}
}
