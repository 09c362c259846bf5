package instanceapi_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"testing"
	"time"

	"greenwatch/simulator/instanceapi"
)

func decode[T any](b *bench, r reply) T {
	b.t.Helper()
	var v T
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		b.t.Fatalf("%d %q: %v", r.status, r.body, err)
	}
	return v
}

func TestHistory(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		start := time.Now().Unix()
		for _, word := range []instanceapi.State{"starting", "notAuthorized", "suspended", "yellowCard", "odd", "blocked"} {
			time.Sleep(time.Minute)
			b.must(b.api.Set(number, word))
		}
		time.Sleep(time.Minute)
		b.get("reboot")
		time.Sleep(time.Minute)
		type entry struct {
			StateInstance string
			Timestamp     int64
			PhoneNumber   string
		}
		want := []entry{
			{"blocked", start + 450, "79005187566@c.us"}, // after the reboot
			{"blocked", start + 360, "79005187566@c.us"},
			{"notAuthorized", start + 120, "79005187566@c.us"},
			{"authorized", start, "79005187566@c.us"},
		}
		for _, ask := range []struct {
			query, body string
			n           int
		}{{"", "", 4}, {"?count=2", "", 2}, {"", `{"count":3}`, 3}, {"?count=100", `{"count":1}`, 4}} {
			r := b.do(b.t.Context(), "GET", path("GetStateInstanceHistory")+ask.query, ask.body)
			if got := decode[[]entry](b, r); fmt.Sprint(got) != fmt.Sprint(want[:ask.n]) {
				b.t.Errorf("%+v:\ngot  %v\nwant %v", ask, got, want[:ask.n])
			}
			time.Sleep(time.Second)
		}
		for _, query := range []string{"?count=0", "?count=-1", "?count=x", "?count="} {
			if r := b.do(b.t.Context(), "GET", path("getStateInstanceHistory")+query, ""); r.status != http.StatusBadRequest {
				b.t.Errorf("%s: %d", query, r.status)
			}
			time.Sleep(time.Second)
		}
	})
}

func TestSettingsApplyAfterTheRestart(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.Set(number, instanceapi.Blocked))
		url := func() any {
			time.Sleep(time.Second)
			return decode[map[string]any](b, b.get("getSettings"))["webhookUrl"]
		}
		if r := decode[map[string]any](b, b.get("getSettings")); r["stateWebhook"] != "no" || r["typeInstance"] != "whatsapp" || r["wid"] != "" {
			b.t.Errorf("settings of a new instance: %v", r)
		}
		b.expect(b.post("setSettings", `{"webhookUrl":"https://hooks.example/x","stateWebhook":"yes"}`), 200, `{"saveSettings":true}`)
		b.expectState("starting")
		if got := url(); got != "" {
			b.t.Errorf("too early: %v", got)
		}
		time.Sleep(30 * time.Second)
		b.expectState("blocked")
		if got := url(); got != "https://hooks.example/x" {
			b.t.Errorf("never: %v", got)
		}
		if n := len(b.counters().Reboots); n != 0 {
			b.t.Errorf("%d reboots counted", n)
		}
	})
}

func TestSettingsRefused(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		for body, words := range map[string]string{
			``:                                       "Unexpected token _ in JSON at position 0",
			`[]`:                                     "Unexpected token _ in JSON at position 0",
			`{}`:                                     "bad request data",
			`{"foo":1}`:                              "Validation failed. Details: 'foo' is not allowed",
			`{"stateWebhook":true}`:                  "Validation failed. Details: 'stateWebhook' must be one of [yes, no]",
			`{"webhookUrl":1}`:                       "Validation failed. Details: 'webhookUrl' must be a string",
			`{"linkPreview":"yes"}`:                  "Validation failed. Details: 'linkPreview' must be a boolean",
			`{"autoTyping":"1"}`:                     "Validation failed. Details: 'autoTyping' must be a number",
			`{"delaySendMessagesMilliseconds":1e16}`: "Validation failed. Details: 'delaySendMessagesMilliseconds' must be a number from 500 to 600000",
		} {
			b.expect(b.post("setSettings", body), http.StatusBadRequest, words)
			b.expectState("authorized")
		}
	})
}

func TestAccountSettings(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		const phone = "79005187566"
		for word, want := range map[instanceapi.State]string{
			"authorized": phone, "suspended": phone, "notAuthorized": "", "blocked": "", "starting": "",
		} {
			b.must(b.api.Set(number, word))
			got := decode[map[string]string](b, b.get("getWaSettings"))
			if got["phone"] != want || (got["avatar"] == "") != (want == "") || (got["deviceId"] == "") != (want == "") ||
				got["stateInstance"] != string(word) {
				b.t.Errorf("%s: %v", word, got)
			}
			time.Sleep(time.Second)
		}
		if r := b.get("getAccountSettings"); r.status != http.StatusNotFound {
			b.t.Errorf("WhatsApp has no getAccountSettings, answered %d", r.status)
		}
		const id = "3100309139"
		b.must(b.api.Add(instanceapi.Instance{ID: id, Token: token, Line: instanceapi.MAX, State: instanceapi.Suspended}))
		r := b.do(b.t.Context(), "GET", "/v3/waInstance"+id+"/getAccountSettings/"+token, "")
		got := decode[struct{ SuspendedUntil int64 }](b, r)
		if got.SuspendedUntil <= time.Now().Unix() {
			b.t.Errorf("%s", r.body)
		}
	})
}

func TestQRRotates(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		type code struct{ Type, Message string }
		ask := func() code {
			time.Sleep(time.Second)
			return decode[code](b, b.get("qr"))
		}
		if got := ask(); got != (code{"alreadyLogged", "instance account already authorized"}) {
			b.t.Errorf("authorized: %v", got)
		}
		b.must(b.api.Set(number, instanceapi.NotAuthorized))
		seen := map[string]bool{}
		for range 60 {
			got := ask()
			data, err := base64.StdEncoding.DecodeString(got.Message)
			b.must(err)
			if _, err := png.Decode(bytes.NewReader(data)); err != nil || got.Type != "qrCode" {
				b.t.Fatalf("%s: %v", got.Type, err)
			}
			seen[got.Message] = true
		}
		if len(seen) < 3 || len(seen) > 4 {
			b.t.Errorf("%d codes in a minute", len(seen))
		}
		b.must(b.api.Set(number, instanceapi.Blocked))
		if got := ask(); got.Type != "error" {
			b.t.Errorf("blocked: %v", got)
		}
		b.must(b.api.Set(number, instanceapi.PendingPassword))
		if got := ask(); got.Type != "pending_password" {
			b.t.Errorf("pendingPassword: %v", got)
		}
		b.must(b.api.Link(number))
		b.expect(b.get("qr"), 400, "instance in starting process try later")
	})
}
