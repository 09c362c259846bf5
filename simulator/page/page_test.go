package page_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"
)

func TestStateShowsTheGroup(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	said := b.telegram.Say(group, olga, "/status\nplease")
	id := b.send()
	b.bot("sendMessage", `{"chat_id":-1001,"text":"As you wish","reply_parameters":{"message_id":`+number(said)+`}}`)
	b.bot("editMessageText", `{"chat_id":-1001,"message_id":`+number(id)+`,"text":"over"}`)
	got := b.state().Chat
	if got.Title != "Ops" || len(got.People) != 2 || got.People[0].Name != "Olga K" || got.People[0].Role.RU != "дежурная" || got.Members != 3 {
		t.Errorf("got %+v", got)
	}
	if len(got.Messages) != 3 || got.Earlier != 0 {
		t.Fatalf("got %+v", got.Messages)
	}
	person, alert, reply := got.Messages[0], got.Messages[1], got.Messages[2]
	if person.Bot || person.From != "Olga K" || person.FromID != olga.ID || !alert.Bot || !alert.Silent || alert.HTML != "over" || alert.EditedAt == "" || alert.Keyboard != nil {
		t.Errorf("got %+v and %+v", person, alert)
	}
	if reply.Reply == nil || reply.Reply.From != "Olga K" || reply.Reply.Text != "/status" || reply.Reply.ID != said || reply.EditedAt != "" {
		t.Errorf("got %+v", reply)
	}
}

func TestOnlyTheLastMessagesAreShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 203 {
		b.telegram.Say(group, olga, "hello")
	}
	if got := b.state().Chat; len(got.Messages) != 200 || got.Earlier != 3 {
		t.Errorf("%d shown, %d earlier", len(got.Messages), got.Earlier)
	}
}

func TestNoTokenIsShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.send()
	b.post("fault", `{"api":"telegram","kind":"off"}`, 200, nil)
	b.post("fault", `{"api":"green","kind":"garbage"}`, 200, nil)
	for _, path := range []string{"/", "/api/state", "/page.js", "/media/2"} {
		if body := b.do(http.MethodGet, path, "").Body.String(); strings.Contains(body, "secret") {
			t.Errorf("a token is in %s", path)
		}
	}
}

func TestMedia(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var picture bytes.Buffer
	b.must(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2, 2))))
	id := b.upload("sendPhoto", "photo", picture.String())
	rec := b.do(http.MethodGet, "/media/"+number(id), "")
	if rec.Code != 200 || rec.Header().Get("Content-Type") != "image/png" || rec.Header().Get("Content-Disposition") != "" {
		t.Errorf("photo: %d %v", rec.Code, rec.Header())
	}
	id = b.upload("sendDocument", "document", "<script>alert(1)</script>")
	rec = b.do(http.MethodGet, "/media/"+number(id), "")
	if rec.Header().Get("Content-Type") != "application/octet-stream" || rec.Header().Get("Content-Disposition") != "attachment" {
		t.Errorf("document: %d %v", rec.Code, rec.Header())
	}
	if rec = b.do(http.MethodGet, "/media/99", ""); rec.Code != 404 {
		t.Errorf("no file: %d", rec.Code)
	}
}
