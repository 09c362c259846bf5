package telegram_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/secret"
	"greenwatch/simulator"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/simtest"
	"greenwatch/telegram"
)

const (
	simToken = "700000001:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
	opsGroup = -1001234567890
)

var (
	ann = botapi.Person{ID: 501, FirstName: "Ann", Username: "ann", Language: "en"}
	bob = botapi.Person{ID: 502, FirstName: "Bob"}
)

// ops is a simulated Telegram with a forum, two people in it, and our client; every request and update is checked
// against the Bot API's schema.
type ops struct {
	server *botapi.Server
	client *telegram.Client
	topic  int
}

func newOps(t *testing.T, o telegram.Options) *ops {
	t.Helper()
	server := botapi.New(simtest.New(t).Watch(botapi.Options{Token: simToken, Username: "watch_bot"}))
	server.AddChat(botapi.Chat{
		ID: opsGroup, Kind: botapi.Supergroup, Title: "Ops", Forum: true, Bot: botapi.Admin, Owner: ann, Members: []botapi.Person{bob},
	})
	server.Open(ann)
	server.Say(opsGroup, ann, "The first message of a chat has the id 1, as General has.")
	o.Token, o.HTTP = secret.New(simToken), simulator.Transport(server)
	client, err := telegram.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return &ops{server, client, server.CreateTopic(opsGroup, "Alerts", ann)}
}

// poll collects updates until the returned function is called.
func (o *ops) poll(t *testing.T) (updates func() []telegram.Update) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var got []telegram.Update
	var done sync.WaitGroup
	done.Go(func() {
		if err := o.client.Poll(ctx, func(_ context.Context, u telegram.Update) { got = append(got, u) }); err != nil {
			t.Errorf("Poll: %v", err)
		}
	})
	return func() []telegram.Update {
		cancel()
		done.Wait()
		return got
	}
}

func keyboard() [][]telegram.Button {
	return [][]telegram.Button{
		{{Text: "Reboot", Data: "reboot:1", Style: telegram.StyleDanger}, {Text: "Copy id", Copy: "7103000000"}},
		{{Text: "Console", URL: "https://console.green-api.com"}},
	}
}

func TestSimulatedMessages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOps(t, telegram.Options{})
		ctx := t.Context()
		topic := telegram.Address{Chat: opsGroup, Topic: o.topic}

		card, err := o.client.Send(ctx, telegram.Message{To: topic, HTML: "<b>Down</b> &lt;7103&gt;", Keyboard: keyboard()})
		if err != nil {
			t.Fatal(err)
		}
		note, err := o.client.Send(ctx, telegram.Message{To: topic, HTML: "Still down", ReplyTo: card, Silent: true})
		if err != nil {
			t.Fatal(err)
		}
		if m, _ := o.server.Message(opsGroup, note); m.ReplyTo != card || m.Topic != o.topic || !m.Silent {
			t.Errorf("the reply is %+v", m)
		}
		edit := telegram.Edit{Chat: opsGroup, MessageID: card, HTML: "<b>Works again</b>"}
		for range 2 { // the second changes nothing
			if err := o.client.Edit(ctx, edit); err != nil {
				t.Error(err)
			}
		}
		if m, _ := o.server.Message(opsGroup, card); m.Text != "Works again" || len(m.Keyboard) != 0 || m.Edits != 1 {
			t.Errorf("the card is %+v", m)
		}
		for range 2 { // the second finds nothing
			if err := o.client.Delete(ctx, opsGroup, note); err != nil {
				t.Error(err)
			}
		}
		file, err := o.client.Send(ctx, telegram.Message{
			To: telegram.Address{Chat: ann.ID}, HTML: "<i>report</i>", Document: &telegram.Document{Name: "r.csv", Bytes: []byte("a;b")},
		})
		if got, ok := o.server.Media(ann.ID, file); err != nil || !ok || string(got.Bytes) != "a;b" {
			t.Errorf("the document: %v, %v", got, err)
		}
	})
}

func TestSimulatedRefusals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOps(t, telegram.Options{})
		send := func(m telegram.Message) (int, telegram.Class) {
			id, err := o.client.Send(t.Context(), m)
			time.Sleep(10 * time.Second)
			return id, telegram.ClassOf(err)
		}
		general := telegram.Address{Chat: opsGroup, Topic: 1}
		if _, class := send(telegram.Message{To: general, HTML: "x"}); class != telegram.None {
			t.Errorf("General: %s", class)
		}
		id, class := send(telegram.Message{To: general, HTML: "<b>1 <instance> &amp; 2", ReplyTo: 9999})
		if m, _ := o.server.Message(opsGroup, id); class != telegram.None || m.Text != "1 <instance> & 2" {
			t.Errorf("broken formatting: %s, %q", class, m.Text)
		}
		id, class = send(telegram.Message{To: general, HTML: "x", Keyboard: [][]telegram.Button{{{Text: "x", Data: strings.Repeat("x", 65)}}}})
		if m, _ := o.server.Message(opsGroup, id); class != telegram.None || m.Text != "x" || m.Keyboard != nil {
			t.Errorf("broken button: %s, %+v", class, m)
		}
		id, class = send(telegram.Message{To: general, HTML: strings.Repeat("x", 4097)})
		if m, _ := o.server.Message(opsGroup, id); class != telegram.None || !strings.HasSuffix(m.Text, "x …") {
			t.Errorf("too long: %s, %q", class, m.Text)
		}
		o.server.CloseTopic(opsGroup, o.topic, ann)
		topic := telegram.Address{Chat: opsGroup, Topic: o.topic}
		_, closed := send(telegram.Message{To: topic, HTML: "x"})
		o.server.DeleteTopic(opsGroup, o.topic)
		if _, class := send(telegram.Message{To: topic, HTML: "x"}); class != telegram.TopicGone {
			t.Errorf("closed topic: %s, deleted: %s", closed, class)
		}
		if err := o.client.Edit(t.Context(), telegram.Edit{Chat: opsGroup, MessageID: 9999, HTML: "x"}); telegram.ClassOf(err) != telegram.MessageGone {
			t.Errorf("editing nothing: %v", err)
		}
		o.server.Block(ann)
		if _, class := send(telegram.Message{To: telegram.Address{Chat: ann.ID}, HTML: "x"}); class != telegram.ChatDead {
			t.Errorf("blocked: %s", class)
		}
		o.server.RemoveBot(opsGroup, ann)
		if _, class := send(telegram.Message{To: general, HTML: "x"}); class != telegram.ChatDead {
			t.Errorf("kicked: %s", class)
		}
	})
}

func TestSimulatedMigration(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOps(t, telegram.Options{})
		const group, supergroup = -77, -1009876543210
		o.server.AddChat(botapi.Chat{ID: group, Kind: botapi.Group, Title: "Small", Owner: ann})
		updates := o.poll(t)
		synctest.Wait()
		o.server.Migrate(group, supergroup)
		synctest.Wait()
		_, err := o.client.Send(t.Context(), telegram.Message{To: telegram.Address{Chat: group}, HTML: "x"})
		var to, from int64
		for _, u := range updates() {
			if u.Message != nil {
				to, from = to+u.Message.MigrateTo, from+u.Message.MigrateFrom
			}
		}
		if telegram.ClassOf(err) != telegram.Migrated || to != supergroup || from != group {
			t.Errorf("%v; told of %d and %d", err, to, from)
		}
	})
}

func TestSimulatedLostAnswers(t *testing.T) {
	t.Parallel()
	effects := map[string]botapi.Effect{
		"reset": botapi.Reset(), "truncated": botapi.Truncate(), "gateway": botapi.Gateway(504), "silence": botapi.BlackHole(),
		"server": botapi.Refuse(500, "Internal Server Error: restart"),
	}
	for name, effect := range effects {
		synctest.Test(t, func(t *testing.T) {
			o := newOps(t, telegram.Options{})
			o.server.Inject(botapi.Fault{Method: "sendMessage", Times: 1, Stored: true, Effect: effect})
			_, err := o.client.Send(t.Context(), telegram.Message{To: telegram.Address{Chat: ann.ID}, HTML: "x"})
			if !telegram.MaybeSent(err) || telegram.ClassOf(err) != telegram.Retry || len(o.server.Transcript(ann.ID)) == 0 {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestSimulatedFloodKeepsToTheLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOps(t, telegram.Options{})
		var all sync.WaitGroup
		for i := range 120 {
			to := telegram.Address{Chat: []int64{opsGroup, ann.ID}[i%2]}
			all.Go(func() {
				if err := o.client.Turn(t.Context(), to.Chat, telegram.ForNote); err != nil {
					t.Error(err)
				}
				if _, err := o.client.Send(t.Context(), telegram.Message{To: to, HTML: "x"}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := o.server.Limited(); n != 0 {
			t.Errorf("%d calls were too many", n)
		}
		o.server.Inject(botapi.Fault{Method: "sendDocument", Times: 1, Effect: botapi.FloodWait(90)})
		m := telegram.Message{To: telegram.Address{Chat: ann.ID}, Document: &telegram.Document{Name: "x", Bytes: []byte("y")}}
		if _, err := o.client.Send(t.Context(), m); telegram.ClassOf(err) != telegram.RetryAfter {
			t.Errorf("a flooded upload: %v", err)
		}
		began := time.Now()
		if err := o.client.Turn(t.Context(), ann.ID, telegram.ForEdit); err != nil || time.Since(began) < 90*time.Second {
			t.Errorf("the pause lasted %v: %v", time.Since(began), err)
		}
	})
}

func TestSimulatedPeople(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOps(t, telegram.Options{})
		updates := o.poll(t)
		synctest.Wait()
		card, err := o.client.Send(t.Context(), telegram.Message{To: telegram.Address{Chat: opsGroup, Topic: o.topic}, HTML: "Down", Keyboard: keyboard()})
		if err != nil {
			t.Fatal(err)
		}
		for _, post := range []botapi.Post{
			{Chat: opsGroup, From: bob, Text: "/status@Watch_Bot 👋 all", Topic: o.topic},
			{Chat: opsGroup, From: bob, Text: "/status@other_bot"},
			{Chat: opsGroup, From: botapi.AnonymousAdmin(opsGroup), Text: "/mute 1h"},
		} {
			if _, err := o.server.Write(post); err != nil {
				t.Fatal(err)
			}
		}
		tap, err := o.server.Press(opsGroup, card, "Reboot", bob)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		o.server.MakeInaccessible(opsGroup, card)
		if _, err := o.server.Press(opsGroup, card, "Reboot", bob); err != nil {
			t.Fatal(err)
		}
		o.server.Send("message", json.RawMessage(`{"message_id":"poison"}`))
		o.server.Block(ann)
		time.Sleep(3 * time.Second)
		got := updates()
		checkPeople(t, got, telegram.Address{Chat: opsGroup, Topic: o.topic}, card)
		if o.client.Skipped() != 1 {
			t.Errorf("%d updates were skipped", o.client.Skipped())
		}
		for _, u := range got {
			if u.Press != nil && !u.Press.Old {
				if err := o.client.AnswerCallback(t.Context(), u.Press.ID, "Rebooting", true); err != nil {
					t.Error(err)
				}
			}
		}
		if answer, ok := tap.Answer(); !ok || answer.Text != "Rebooting" || !answer.Alert {
			t.Errorf("the press was answered %+v, %v", answer, ok)
		}
	})
}

func checkPeople(t *testing.T, updates []telegram.Update, topic telegram.Address, card int) {
	t.Helper()
	var commands []string
	var presses []telegram.Press
	var memberships []telegram.Membership
	for _, u := range updates {
		switch {
		case u.Message != nil && strings.HasPrefix(u.Message.Text, "/"):
			m := u.Message
			_, known := m.Author()
			commands = append(commands, m.Command+"|"+m.Args+"|"+map[bool]string{true: "person"}[known])
			if m.Command == "status" && m.Address != topic {
				t.Errorf("the command came from %v, not from the topic %v", m.Address, topic)
			}
		case u.Press != nil:
			presses = append(presses, *u.Press)
		case u.Membership != nil:
			memberships = append(memberships, *u.Membership)
		}
	}
	if want := []string{"status|👋 all|person", "||person", "mute|1h|"}; !slices.Equal(commands, want) {
		t.Errorf("commands were %q, want %q", commands, want)
	}
	if len(presses) != 2 {
		t.Fatalf("%d presses", len(presses))
	}
	if p := presses[0]; p.Address != topic || p.MessageID != card || p.Data != "reboot:1" || p.From.ID != bob.ID || p.Old {
		t.Errorf("the press is %+v", p)
	}
	if p := presses[1]; p.Address.Chat != opsGroup || p.MessageID != card || !p.Old {
		t.Errorf("the press under an old message is %+v", p)
	}
	if len(memberships) != 1 || memberships[0].New != "kicked" || memberships[0].CanWrite || memberships[0].Chat.ID != ann.ID {
		t.Errorf("memberships are %+v", memberships)
	}
}

func TestSimulatedPolling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var trouble []telegram.Class
		o := newOps(t, telegram.Options{OnTrouble: func(err error) { trouble = append(trouble, telegram.ClassOf(err)) }})
		o.server.ResetUpdateIDs(900_000_000)
		o.server.SetWebhook("https://old.example/hook")
		updates := o.poll(t)
		time.Sleep(time.Minute)
		if info, err := o.client.WebhookInfo(t.Context()); err != nil || info.URL != "https://old.example/hook" {
			t.Errorf("the webhook: %+v, %v", info, err)
		}
		if err := o.client.DeleteWebhook(t.Context()); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		o.server.Say(ann.ID, ann, "one")
		synctest.Wait()
		o.server.Inject(botapi.Fault{Method: "getUpdates", Times: 3, Effect: botapi.Gateway(502)})
		time.Sleep(54 * time.Second) // the poll under way, and into the pause after the third failure
		o.server.ResetUpdateIDs(1)
		o.server.Say(ann.ID, ann, "two")
		o.server.Say(ann.ID, ann, "three")
		time.Sleep(10 * time.Second)
		var texts []string
		for _, u := range updates() {
			if u.Message != nil && u.Message.Chat.Private() {
				texts = append(texts, u.Message.Text)
			}
		}
		if want := []string{"one", "two", "three"}; !slices.Equal(texts, want) {
			t.Errorf("received %q, want %q", texts, want)
		}
		if want := []telegram.Class{telegram.Conflict, telegram.None, telegram.Retry, telegram.None}; !slices.Equal(trouble, want) {
			t.Errorf("told of %q, want %q", trouble, want)
		}
	})
}

func TestSimulatedMenu(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOps(t, telegram.Options{})
		scope := telegram.Scope{Kind: telegram.ScopeChat, Chat: opsGroup, Language: "en"}
		if err := o.client.SetCommands(t.Context(), scope, []telegram.Command{{Name: "status", Description: "How it stands"}}); err != nil {
			t.Fatal(err)
		}
		if menu := o.server.Menu(opsGroup, ann); len(menu) != 1 || menu[0].Command != "status" {
			t.Errorf("the menu is %v", menu)
		}
		if err := o.client.SetCommands(t.Context(), scope, nil); err != nil || len(o.server.Menu(opsGroup, ann)) != 0 {
			t.Errorf("the empty menu: %v", err)
		}
		if me, err := o.client.Me(t.Context()); err != nil || me.Username != "watch_bot" {
			t.Errorf("Me = %+v, %v", me, err)
		}
	})
}
