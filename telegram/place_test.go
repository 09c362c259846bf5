package telegram_test

import (
	"testing"

	"greenwatch/simulator/botapi"
	"greenwatch/telegram"
)

// What a chat is, what the bot is in it, and whether it may write there, are told apart.
func TestSimulatedPlaces(t *testing.T) {
	t.Parallel()
	o := newOps(t, telegram.Options{})
	c, err := o.client.Chat(t.Context(), opsGroup)
	if want := (telegram.Chat{ID: opsGroup, Type: "supergroup", Title: "Ops", Forum: true}); err != nil || c != want {
		t.Errorf("the group is %+v, %v", c, err)
	}
	if s, err := o.client.Standing(t.Context(), c); err != nil || s != (telegram.Standing{Status: "administrator", CanWrite: true}) {
		t.Errorf("there the bot is %+v, %v", s, err)
	}
	if c, err := o.client.Chat(t.Context(), ann.ID); err != nil || !c.Private() || c.Title != "Ann" {
		t.Errorf("a private chat is %+v, %v", c, err)
	}
	if _, err := o.client.Chat(t.Context(), bob.ID); telegram.ClassOf(err) != telegram.ChatDead {
		t.Errorf("somebody who has not started the bot: %v", err)
	}
	here := telegram.Address{Chat: opsGroup, Topic: o.topic}
	if err := o.client.Typing(t.Context(), here); err != nil {
		t.Errorf("typing: %v", err)
	}
	o.server.DeleteTopic(opsGroup, o.topic)
	if err := o.client.Typing(t.Context(), here); telegram.ClassOf(err) != telegram.TopicGone {
		t.Errorf("typing in a topic that is gone: %v", err)
	}
	o.server.SetBot(opsGroup, botapi.Muted, ann)
	if s, err := o.client.Standing(t.Context(), c); err != nil || s != (telegram.Standing{Status: "restricted"}) {
		t.Errorf("muted, the bot is %+v, %v", s, err)
	}
	if err := o.client.Typing(t.Context(), telegram.Address{Chat: opsGroup}); telegram.ClassOf(err) != telegram.ChatDead {
		t.Errorf("typing where nobody lets it: %v", err)
	}
}
