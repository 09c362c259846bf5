package botapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"greenwatch/simulator"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/simtest"
)

const (
	token = "4242:secret-part-of-the-token"
	group = int64(-1001)
	basic = int64(-77)
	forum = int64(-1002)
	radio = int64(-1003)
)

func anna() botapi.Person {
	return botapi.Person{ID: 501, FirstName: "Anna", Username: "anna", Language: "de"}
}
func boris() botapi.Person { return botapi.Person{ID: 502, FirstName: "Boris", LastName: "B"} }

// bench is a server with one chat of each kind, and a bot that speaks plain HTTP to it.
type bench struct {
	*testing.T
	sim    *botapi.Server
	client *http.Client
}

// newBench makes a bench without rate limits; edit may change the options.
func newBench(t *testing.T, edit ...func(*botapi.Options)) *bench {
	t.Helper()
	o := botapi.Options{Token: token, Username: "watch_bot", Name: "Watch", NoLimits: true}
	for _, f := range edit {
		f(&o)
	}
	sim := botapi.New(simtest.New(t).Watch(o))
	sim.Open(anna())
	people := []botapi.Person{boris()}
	sim.AddChat(botapi.Chat{ID: group, Kind: botapi.Supergroup, Title: "Ops", Username: "ops", Owner: anna(), Members: people})
	sim.AddChat(botapi.Chat{ID: basic, Kind: botapi.Group, Title: "Small", Owner: anna(), Members: people})
	sim.AddChat(botapi.Chat{ID: forum, Kind: botapi.Supergroup, Title: "Forum", Forum: true, Owner: anna(), Members: people})
	sim.AddChat(botapi.Chat{ID: radio, Kind: botapi.Channel, Title: "Radio", Owner: anna()})
	return &bench{T: t, sim: sim, client: &http.Client{Transport: simulator.Transport(sim)}}
}

func limited(o *botapi.Options) { o.NoLimits = false }

type params map[string]any

// reply is an answer of the Bot API.
type reply struct {
	OK          bool
	Result      json.RawMessage
	Code        int `json:"error_code"`
	Description string
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		Migrated   int64 `json:"migrate_to_chat_id"`
	}
	header http.Header
}

// ask calls a method with a form and says what came of it.
func (b *bench) ask(ctx context.Context, method string, p params) (reply, error) {
	form := url.Values{}
	for name, value := range p {
		form.Set(name, text(value))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://sim/bot"+token+"/"+method, strings.NewReader(form.Encode()))
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(req)
}

func (b *bench) do(req *http.Request) (reply, error) {
	resp, err := b.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	r := reply{header: resp.Header}
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		return r, fmt.Errorf("status %d: %w", resp.StatusCode, err)
	}
	if want := map[bool]int{true: 200, false: r.Code}[r.OK]; resp.StatusCode != want {
		b.Errorf("status %d, want %d", resp.StatusCode, want)
	}
	if ct := resp.Header.Get("Content-Type"); ct != "application/json" {
		b.Errorf("content type %q", ct)
	}
	return r, nil
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int, int64, bool:
		return fmt.Sprint(v)
	}
	raw, _ := json.Marshal(v)
	return string(raw)
}

// call calls a method that is answered in JSON.
func (b *bench) call(method string, p params) reply {
	b.Helper()
	r, err := b.ask(b.Context(), method, p)
	if err != nil {
		b.Fatalf("%s: %v", method, err)
	}
	return r
}

// ok calls a method that must go well; out, if any, takes the result.
func (b *bench) ok(method string, p params, out ...any) {
	b.Helper()
	r := b.call(method, p)
	if !r.OK {
		b.Fatalf("%s: %d %s", method, r.Code, r.Description)
	}
	for _, o := range out {
		if err := json.Unmarshal(r.Result, o); err != nil {
			b.Fatal(err)
		}
	}
}

// refused calls a method that must be refused with a code and words.
func (b *bench) refused(method string, p params, code int, words string) reply {
	b.Helper()
	r := b.call(method, p)
	if r.OK || r.Code != code || !strings.Contains(r.Description, words) {
		b.Errorf("%s %v: got %v %d %q, want %d %q", method, p, r.OK, r.Code, r.Description, code, words)
	}
	return r
}

// send sends a text and returns the message's id.
func (b *bench) send(chat int64, text string, more ...params) int {
	b.Helper()
	p := params{"chat_id": chat, "text": text}
	for _, m := range more {
		for k, v := range m {
			p[k] = v
		}
	}
	var m struct {
		ID int `json:"message_id"`
	}
	b.ok("sendMessage", p, &m)
	return m.ID
}

// got is an update as far as the tests look at it.
type got struct {
	ID       int      `json:"update_id"`
	Message  *gotText `json:"message"`
	Edited   *gotText `json:"edited_message"`
	Post     *gotText `json:"channel_post"`
	Callback *struct {
		ID      string
		Data    string
		From    struct{ ID int64 }
		Message gotText
	} `json:"callback_query"`
	Mine *struct {
		Chat struct{ ID int64 }
		Old  struct{ Status string } `json:"old_chat_member"`
		New  struct{ Status string } `json:"new_chat_member"`
	} `json:"my_chat_member"`
	Other *struct{} `json:"chat_member"`
}

type gotText struct {
	ID     int `json:"message_id"`
	Date   int64
	Thread int  `json:"message_thread_id"`
	Topic  bool `json:"is_topic_message"`
	Text   string
	From   *struct {
		ID int64
		Is bool `json:"is_bot"`
	}
	Sender   *struct{ ID int64 } `json:"sender_chat"`
	Entities []struct {
		Type           string
		Offset, Length int
		Language, URL  string
		UnixTime       int64 `json:"unix_time"`
	}
	ReplyTo     *gotText               `json:"reply_to_message"`
	MigrateTo   int64                  `json:"migrate_to_chat_id"`
	MigrateFrom int64                  `json:"migrate_from_chat_id"`
	Joined      []struct{ ID int }     `json:"new_chat_members"`
	Left        *struct{ ID int }      `json:"left_chat_member"`
	Created     *struct{ Name string } `json:"forum_topic_created"`
	Closed      *struct{}              `json:"forum_topic_closed"`
	Edit        int64                  `json:"edit_date"`
}

// updates polls at once and confirms nothing.
func (b *bench) updates(p ...params) []got {
	b.Helper()
	var out []got
	b.ok("getUpdates", append(p, params{})[0], &out)
	return out
}

// drain polls, confirms all and returns it.
func (b *bench) drain() []got {
	b.Helper()
	out := b.updates()
	if len(out) > 0 {
		b.updates(params{"offset": out[len(out)-1].ID + 1})
	}
	return out
}

// seen is the last message of a chat as people see it.
func (b *bench) seen(chat int64) botapi.Message {
	b.Helper()
	all := b.sim.Transcript(chat)
	if len(all) == 0 {
		b.Fatalf("nothing to be seen in chat %d", chat)
	}
	return all[len(all)-1]
}

func within(t *testing.T, start time.Time, want time.Duration) {
	t.Helper()
	if d := time.Since(start); d != want {
		t.Errorf("took %v, want %v", d, want)
	}
}

func keyboard(buttons ...params) params {
	return params{"inline_keyboard": [][]params{buttons}}
}

// unchecked makes a bench whose bot may depart from the schema.
func unchecked(t *testing.T) *bench {
	t.Helper()
	sim := botapi.New(botapi.Options{Token: token, NoLimits: true})
	sim.Open(anna())
	return &bench{T: t, sim: sim, client: &http.Client{Transport: simulator.Transport(sim)}}
}
