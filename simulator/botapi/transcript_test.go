package botapi_test

import (
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator/botapi"
)

func TestTranscript(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		start := time.Now()
		ask := b.sim.Say(group, boris(), "/status")
		time.Sleep(time.Second)
		id := b.send(group, "<b>ok</b>", params{
			"parse_mode": "HTML", "disable_notification": true, "reply_parameters": params{"message_id": ask},
			"reply_markup": keyboard(params{"text": "ID", "copy_text": params{"text": "1101"}}, params{"text": "Do", "callback_data": "do", "style": "danger"}),
		})
		ring := b.send(group, "alert")
		gone := b.send(group, "gone")
		b.ok("deleteMessage", params{"chat_id": group, "message_id": gone})
		all := b.sim.Transcript(group)
		if len(all) != 3 || all[0].ID != ask || all[0].From != "Boris B" || all[0].FromID != 502 || all[0].Bot || !all[0].SentAt.Equal(start) {
			t.Fatalf("got %+v", all)
		}
		m := all[1]
		if m.ID != id || !m.Bot || m.From != "Watch" || m.Text != "ok" || m.HTML != "<b>ok</b>" || m.ReplyTo != ask || !m.Silent ||
			m.SentAt.Sub(start) != time.Second || m.Edits != 0 || !m.EditedAt.IsZero() {
			t.Errorf("got %+v", m)
		}
		if k := m.Keyboard; len(k) != 1 || k[0][0].Copy != "1101" || k[0][1].Data != "do" || k[0][1].Style != "danger" {
			t.Errorf("got %+v", k)
		}
		if r := b.sim.Rings(); len(r) != 2 || r[0].MessageID != ring || r[0].Chat != group || r[0].Text != "alert" {
			t.Errorf("rang %+v", r)
		}
		if b.sim.Transcript(9) != nil {
			t.Error("a chat that there is not")
		}
	})
}

func TestChanged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		var id int
		for name, change := range map[string]func(){
			"a post":   func() { b.sim.Say(group, anna(), "x") },
			"a send":   func() { id = b.send(501, "x") },
			"a member": func() { b.sim.SetBot(basic, "left", anna()) },
		} {
			changed := b.sim.Changed()
			change()
			select {
			case <-changed:
			default:
				t.Errorf("%s is not told", name)
			}
		}
		changed := b.sim.Changed()
		b.ok("getMe", nil)
		select {
		case <-changed:
			t.Error("nothing changed")
		default:
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			time.Sleep(time.Minute)
			b.ok("editMessageText", params{"chat_id": 501, "message_id": id, "text": "y"})
		}()
		<-changed
		<-done
	})
}

func TestTypingAndMembers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		typing := func(what string, want bool) {
			t.Helper()
			if got := b.sim.Typing(501); got != want {
				t.Errorf("%s: typing is %t", what, got)
			}
		}
		changed := b.sim.Changed()
		typing("at first", false)
		b.ok("sendChatAction", params{"chat_id": 501, "action": "typing"})
		typing("said so", true)
		select {
		case <-changed:
		default:
			t.Error("it is not told")
		}
		b.send(501, "there")
		typing("a message came", false)
		b.ok("sendChatAction", params{"chat_id": 501, "action": "typing"})
		time.Sleep(5 * time.Second)
		typing("5 s later", false)
		if b.sim.Typing(9) || b.sim.Members(9) != 0 {
			t.Error("a chat that there is not")
		}
		before := b.sim.Members(group)
		b.sim.SetMember(group, boris(), botapi.Kicked)
		b.sim.SetBot(group, botapi.Left, anna())
		if after := b.sim.Members(group); before < 3 || after != before-2 {
			t.Errorf("%d members, then %d", before, after)
		}
	})
}
