package page_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/page"
)

const (
	botToken      = "4242:secret-part-of-the-bot"
	instanceToken = "d75b-secret-of-the-instance"
	group         = int64(-1001)
	kazan         = "7105000017"
	moscow        = "7106000018"
)

var (
	olga = botapi.Person{ID: 501, FirstName: "Olga", LastName: "K"}
	gleb = botapi.Person{ID: 502, FirstName: "Gleb"}
)

// bench is a page over a group with two persons and two instances.
type bench struct {
	*testing.T
	telegram  *botapi.Server
	instances *instanceapi.Server
	page      *page.Page
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, telegram: botapi.New(botapi.Options{Token: botToken, Name: "Watch"}), instances: instanceapi.New(instanceapi.Options{})}
	b.telegram.AddChat(botapi.Chat{ID: group, Kind: botapi.Supergroup, Title: "Ops", Owner: olga, Members: []botapi.Person{gleb}})
	b.must(b.instances.Add(instanceapi.Instance{ID: kazan, Token: instanceToken, Name: "Kazan 07"}))
	b.must(b.instances.Add(instanceapi.Instance{ID: moscow, Token: instanceToken, Name: "Moscow 12"}))
	b.rebuild()
	return b
}

// rebuild makes the page anew, over another server too; edit may change its options.
func (b *bench) rebuild(edit ...func(*page.Options)) {
	o := page.Options{
		Telegram: b.telegram, Instances: b.instances, Chat: group, Title: "Ops", Bot: "Watch",
		People: []page.Person{{Person: olga, Role: page.Text{EN: "operator", RU: "дежурная"}}, {Person: gleb}},
	}
	for _, f := range edit {
		f(&o)
	}
	b.page = page.New(o)
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// bot calls a method of the Bot API as the bot does and returns the result's message_id. Where the connection breaks it
// is 0.
func (b *bench) bot(method, body string) int {
	b.Helper()
	defer func() {
		v := recover()
		if err, _ := v.(error); v != nil && !errors.Is(err, http.ErrAbortHandler) {
			panic(v)
		}
	}()
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/bot"+botToken+"/"+method, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	b.telegram.ServeHTTP(rec, r)
	var out struct {
		Result struct {
			ID int `json:"message_id"`
		}
	}
	_ = json.Unmarshal(rec.Body.Bytes(), &out) // a result of true has no id
	return out.Result.ID
}

// send has the bot send an alert with a button.
func (b *bench) send() int {
	b.Helper()
	return b.bot("sendMessage", `{"chat_id":-1001,"text":"<b>Kazan 07</b> stopped &lt;img src=x&gt;","parse_mode":"HTML",
		"disable_notification":true,"reply_markup":{"inline_keyboard":[[{"text":"Reboot","callback_data":"r:1"},{"text":"Old","callback_data":"r:0","disabled":{}}]]}}`)
}

// do asks the page; edit may change the request.
func (b *bench) do(method, path, body string, edit ...func(*http.Request)) *httptest.ResponseRecorder {
	b.Helper()
	r := httptest.NewRequestWithContext(b.Context(), method, "http://localhost:8080"+path, strings.NewReader(body))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for _, f := range edit {
		f(r)
	}
	rec := httptest.NewRecorder()
	b.page.ServeHTTP(rec, r)
	return rec
}

// post does an action that must answer with the given status, and fills out if that is not nil.
func (b *bench) post(action, body string, status int, out any) {
	b.Helper()
	rec := b.do(http.MethodPost, "/api/"+action, body)
	if rec.Code != status {
		b.Errorf("%s %s: %d %s", action, body, rec.Code, rec.Body)
	}
	if status >= 400 && !strings.Contains(rec.Body.String(), `{"error":"`) {
		b.Errorf("%s %s: no error in %s", action, body, rec.Body)
	}
	if out != nil {
		b.must(json.Unmarshal(rec.Body.Bytes(), out))
	}
}

// shown is the state as the page's script reads it.
type shown struct {
	Chat struct {
		Title   string
		Members int
		Typing  bool
		Presses []struct{ Message int }
		People  []struct {
			Name string
			Role page.Text
		}
		Messages []struct {
			ID, Size    int
			From, HTML  string
			FromID      int64
			Bot, Silent bool
			Reply       *struct {
				ID         int
				From, Text string
			}
			Keyboard [][]struct{ Text, Data string }
			EditedAt string
		}
		Earlier int
	}
	Panel struct {
		Shown, Storm    int
		Instances       []struct{ ID, Name, Word, Answer string }
		Choices         []option
		Scopes          []string
		Green, Telegram []option
		Broken          []struct{ Scope, Kind string }
		Cut             string
	}
	Stage struct {
		Language string
		Offset   int
		Clock    struct {
			Speeds  []page.Speed
			At      string
			Turning bool
		}
		Story struct {
			Scenes, Scene int
			Playing       bool
			Caption       page.Text
			Told          *struct {
				Text string
				Nth  int
			}
		}
	}
}

type option struct {
	Key   string
	Label page.Text
}

func (b *bench) state() shown {
	b.Helper()
	var out shown
	b.must(json.Unmarshal(b.do(http.MethodGet, "/api/state", "").Body.Bytes(), &out))
	return out
}

func number(n int) string { return strconv.Itoa(n) }

// upload has the bot send a file and returns the message's id.
func (b *bench) upload(method, part, content string) int {
	b.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	b.must(w.WriteField("chat_id", "-1001"))
	file, err := w.CreateFormFile(part, "a file")
	b.must(err)
	_, err = file.Write([]byte(content))
	b.must(err)
	b.must(w.Close())
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/bot"+botToken+"/"+method, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	rec := httptest.NewRecorder()
	b.telegram.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		b.Fatalf("%s: %s", method, rec.Body)
	}
	all := b.telegram.Transcript(group)
	return all[len(all)-1].ID
}
