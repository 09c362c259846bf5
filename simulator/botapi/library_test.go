package botapi_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"greenwatch/simulator/botapi"
)

// TestLibrary drives the server with the library that bots in Go use.
func TestLibrary(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, limited)
		bot, err := tgbotapi.NewBotAPIWithClient(token, "http://sim/bot%s/%s", b.client)
		if err != nil || bot.Self.ID != 4242 {
			t.Fatalf("got %+v, %v", bot, err)
		}
		msg := tgbotapi.NewMessage(group, "<b>down</b> since 3")
		msg.ParseMode = tgbotapi.ModeHTML
		msg.ReplyMarkup = tgbotapi.NewInlineKeyboardMarkup(tgbotapi.NewInlineKeyboardRow(tgbotapi.NewInlineKeyboardButtonData("Do", "do")))
		sent, err := bot.Send(msg)
		if err != nil || sent.Text != "down since 3" || sent.Entities[0].Length != 4 {
			t.Fatalf("got %+v, %v", sent, err)
		}
		edited, err := bot.Send(tgbotapi.NewEditMessageText(group, sent.MessageID, "up"))
		if err != nil || edited.EditDate == 0 || edited.ReplyMarkup != nil {
			t.Errorf("got %+v, %v", edited, err)
		}
		photo := tgbotapi.NewPhoto(group, tgbotapi.FileBytes{Name: "chart.png", Bytes: picture(t, 40, 30)})
		sent, err = bot.Send(photo)
		if err != nil || sent.Photo[0].Width != 40 || b.seen(group).Photo != "chart.png" {
			t.Errorf("got %+v, %v", sent, err)
		}
		time.AfterFunc(5*time.Second, func() { b.sim.Say(group, boris(), "/status@watch_bot now") })
		updates, err := bot.GetUpdates(tgbotapi.UpdateConfig{Timeout: 30, AllowedUpdates: []string{"message", "callback_query"}})
		if err != nil || len(updates) != 1 || updates[0].Message.Command() != "status" || updates[0].Message.CommandArguments() != "now" {
			t.Errorf("got %+v, %v", updates, err)
		}
	})
}

// TestLibraryUploads meets a limit and a broken connection in an upload, whose body the library streams in chunks.
func TestLibraryUploads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		bot, err := tgbotapi.NewBotAPIWithClient(token, "http://sim/bot%s/%s", b.client)
		if err != nil {
			t.Fatal(err)
		}
		send := func() (*tgbotapi.APIResponse, error) {
			return bot.Request(tgbotapi.NewDocument(501, tgbotapi.FileBytes{Name: "big", Bytes: make([]byte, 3<<20)}))
		}
		b.sim.Inject(botapi.Fault{Times: 1, Effect: botapi.FloodWait(9)})
		var e *tgbotapi.Error
		if resp, err := send(); !errors.As(err, &e) || e.RetryAfter != 9 || resp.ErrorCode != 429 {
			t.Errorf("got %v", err)
		}
		b.sim.Inject(botapi.Fault{Times: 1, Effect: botapi.Reset()})
		if _, err := send(); err == nil {
			t.Error("no error")
		}
		if _, err := send(); err != nil || b.seen(501).Document != "big" {
			t.Errorf("got %v", err)
		}
	})
}
