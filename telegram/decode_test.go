package telegram

import (
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var (
	ann   = Person{ID: 5, Name: "Ann Lee", Username: "ann", Language: "en"}
	group = Chat{ID: -1001, Type: "supergroup", Title: "Ops", Forum: true}
)

const (
	annJSON   = `{"id":5,"is_bot":false,"first_name":"Ann","last_name":"Lee","username":"ann","language_code":"en"}`
	groupJSON = `{"id":-1001,"type":"supergroup","title":"Ops","is_forum":true}`
)

// decodes checks what an update with the given content is read as.
func decodes(t *testing.T, name, content string, want Update) {
	t.Helper()
	raw := json.RawMessage(`{"update_id":3000000000,` + content + `}`)
	got, err := decodeUpdate(raw, "watch_bot")
	want.ID, want.Raw = 3000000000, raw
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%s: %v %s", name, err, diff)
	}
}

func TestDecodeMessages(t *testing.T) {
	t.Parallel()
	const mute = `"text":"/mute","entities":[{"type":"bot_command","offset":0,"length":5}]`
	cases := []struct {
		name, content string
		want          Incoming // and what all have
	}{
		{
			"command in a topic",
			`"message_thread_id":42,"is_topic_message":true,"from":` + annJSON +
				`,"text":"/Mute@Watch_Bot  1h","entities":[{"type":"bot_command","offset":0,"length":15}]`,
			Incoming{Address: Address{-1001, 42}, From: ann, Text: "/Mute@Watch_Bot  1h", Command: "mute", Args: "1h"},
		},
		{"reply outside topics", `"message_thread_id":3,"from":` + annJSON + `,"text":"x"`, Incoming{From: ann, Text: "x"}},
		{
			"General by its number", `"message_thread_id":1,"is_topic_message":true,"from":` + annJSON + `,"text":"x"`,
			Incoming{From: ann, Text: "x"},
		},
		{
			"forwarded command", `"from":` + annJSON + `,"forward_origin":{"type":"hidden_user"},` + mute,
			Incoming{From: ann, Text: "/mute"},
		},
		{"caption, no sender", `"caption":"/mute","caption_entities":[{"type":"bot_command","offset":0,"length":5}]`, Incoming{}},
		{
			"written as a chat", `"from":{"id":1087968824,"is_bot":true,"first_name":"Group"},"sender_chat":` + groupJSON + `,` + mute,
			Incoming{From: Person{ID: anonymousAdmin, Name: "Group", IsBot: true}, SenderChat: -1001, Text: "/mute", Command: "mute"},
		},
		{"migration, old chat", `"from":` + annJSON + `,"migrate_to_chat_id":-1002`, Incoming{From: ann, MigrateTo: -1002}},
		{"migration, new chat", `"from":` + annJSON + `,"migrate_from_chat_id":-9`, Incoming{From: ann, MigrateFrom: -9}},
	}
	for _, tc := range cases {
		tc.want.Chat, tc.want.Address.Chat, tc.want.MessageID, tc.want.At = group, group.ID, 7, time.Unix(1700000000, 0)
		decodes(t, tc.name, `"message":{"message_id":7,"date":1700000000,"chat":`+groupJSON+`,`+tc.content+`}`, Update{Message: &tc.want})
	}
}

func TestDecodeTheRest(t *testing.T) {
	t.Parallel()
	press := `"callback_query":{"id":"99","from":` + annJSON + `,"chat_instance":"1","data":"ack:1"`
	decodes(
		t, "press", press+`,"message":{"message_id":8,"date":1700000000,"message_thread_id":42,"is_topic_message":true,"chat":`+groupJSON+`}}`,
		Update{Press: &Press{ID: "99", Data: "ack:1", From: ann, Chat: group, Address: Address{-1001, 42}, MessageID: 8}},
	)
	decodes(
		t, "press under an old message", press+`,"message":{"message_id":8,"date":0,"chat":`+groupJSON+`}}`,
		Update{Press: &Press{ID: "99", Data: "ack:1", From: ann, Chat: group, Address: Address{Chat: -1001}, MessageID: 8, Old: true}},
	)
	decodes(
		t, "press without a message", press+`,"inline_message_id":"x"}`,
		Update{Press: &Press{ID: "99", Data: "ack:1", From: ann}},
	)
	decodes(
		t, "blocked", `"my_chat_member":{"chat":{"id":5,"type":"private","first_name":"Ann","last_name":"Lee"},"from":`+annJSON+
			`,"date":1700000000,"old_chat_member":{"status":"member","user":{}},"new_chat_member":{"status":"kicked","user":{},"until_date":0}}`,
		Update{Membership: &Membership{
			Chat: Chat{ID: 5, Type: "private", Title: "Ann Lee"}, By: ann, At: time.Unix(1700000000, 0), Old: "member", New: "kicked",
		}},
	)
	decodes(t, "unknown kind", `"poll":{"id":"1"}`, Update{})
}

func TestCanWrite(t *testing.T) {
	t.Parallel()
	cases := []struct {
		chatType, member string
		want             bool
	}{
		{"supergroup", `{"status":"creator"}`, true},
		{"supergroup", `{"status":"administrator"}`, true},
		{"supergroup", `{"status":"member"}`, true},
		{"supergroup", `{"status":"restricted","is_member":true,"can_send_messages":true}`, true},
		{"supergroup", `{"status":"restricted","is_member":true,"can_send_messages":false}`, false},
		{"supergroup", `{"status":"restricted","is_member":false,"can_send_messages":true}`, false},
		{"supergroup", `{"status":"left"}`, false},
		{"private", `{"status":"member"}`, true},
		{"private", `{"status":"kicked"}`, false},
		{"channel", `{"status":"administrator","can_post_messages":true}`, true},
		{"channel", `{"status":"administrator","can_post_messages":false}`, false},
		{"channel", `{"status":"member"}`, false},
	}
	for _, tc := range cases {
		var m wireMember
		if err := json.Unmarshal([]byte(tc.member), &m); err != nil {
			t.Fatal(err)
		}
		if got := m.canWrite(tc.chatType); got != tc.want {
			t.Errorf("%s in a %s: %v", tc.member, tc.chatType, got)
		}
	}
}

func TestAuthor(t *testing.T) {
	t.Parallel()
	cases := map[string]*Incoming{
		"nothing":          nil,
		"no sender":        {},
		"a bot":            {From: Person{ID: 6, IsBot: true}},
		"anonymous admin":  {From: Person{ID: anonymousAdmin, IsBot: true}, SenderChat: -1},
		"admin, unmarked":  {From: Person{ID: anonymousAdmin}},
		"channel":          {From: Person{ID: channelBot}},
		"service":          {From: Person{ID: serviceAccount}},
		"in a chat's name": {From: ann, SenderChat: -1},
	}
	for name, m := range cases {
		if p, ok := m.Author(); ok || p != (Person{}) {
			t.Errorf("%s passes for a person", name)
		}
	}
	if p, ok := (&Incoming{From: ann}).Author(); !ok || p != ann {
		t.Error("Ann is not known")
	}
}

func TestCommand(t *testing.T) {
	t.Parallel()
	entity := func(length int) []wireEntity { return []wireEntity{{Type: "bot_command", Length: length}} }
	cases := []struct {
		text       string
		entities   []wireEntity
		name, args string
	}{
		{"/start", entity(6), "start", ""},
		{"/start abc_-1", entity(6), "start", "abc_-1"},
		{"/STATUS@Watch_BOT all", entity(17), "status", "all"},
		{"/status@other_bot all", entity(17), "", ""},
		{"/status@watch_bot_2", entity(19), "", ""},
		{"/mute\u00a02h", entity(5), "mute", "2h"},
		{"/mute\u3000\u20032h\n", entity(5), "mute", "2h"},
		{"/mute\nПривет 👋", entity(5), "mute", "Привет 👋"},
		{"/mute-all", entity(5), "", ""},
		{"/mute", nil, "", ""},
		{"/mute", []wireEntity{{Type: "code", Length: 5}}, "", ""},
		{"hello /mute", []wireEntity{{Type: "bot_command", Offset: 6, Length: 5}}, "", ""},
		{"/mute", entity(500), "mute", ""},
		{"/mute", entity(-1), "", ""},
		{"👋/mute", entity(7), "", ""},
		{"", entity(3), "", ""},
	}
	for _, tc := range cases {
		if name, args := command(tc.text, tc.entities, "watch_bot"); name != tc.name || args != tc.args {
			t.Errorf("command(%q) = %q, %q; want %q, %q", tc.text, name, args, tc.name, tc.args)
		}
	}
}

func TestByteOffsetCountsUTF16(t *testing.T) {
	t.Parallel()
	for units, want := range map[int]int{-3: 0, 0: 0, 1: 1, 2: 3, 3: 7, 4: 7, 5: 8, 6: 9, 100: 9} {
		if got := byteOffset("aя👋bc", units); got != want {
			t.Errorf("%d units are %d bytes, want %d", units, got, want)
		}
	}
}

func FuzzCommand(f *testing.F) {
	f.Add("/start@watch_bot 👋", 16, 0)
	f.Add("\xff\xfe/x", 2, 0)
	f.Fuzz(func(t *testing.T, text string, length, offset int) {
		name, args := command(text, []wireEntity{{Type: "bot_command", Offset: offset, Length: length}}, "watch_bot")
		if utf8.ValidString(text) && (!utf8.ValidString(name) || !utf8.ValidString(args)) {
			t.Errorf("%q was cut within a character: %q, %q", text, name, args)
		}
	})
}

func FuzzDecodeUpdate(f *testing.F) {
	f.Add([]byte(text(1, "/x")))
	f.Add([]byte(`{"update_id":1,"callback_query":{"message":null}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(_ *testing.T, raw []byte) { _, _ = decodeUpdate(raw, "watch_bot") })
}
