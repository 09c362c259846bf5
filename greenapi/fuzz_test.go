package greenapi_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
)

// FuzzAnswer looks for an answer that becomes something it must not: a state without a state word, a text that is too
// long, not printable or shows the token, or a reboot that is called accepted or refused without the API saying so.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		"", "null", "{", "<html>", `"authorized"`, "[1]", `{"stateInstance":"authorized"}`, `{"isReboot":true}`,
		`{"stateInstance":"a","STATEinstance":null}`, `{"status":false,"reason":"instance is starting or not authorized"}`,
		"Instance account is expired. Renew your instance from personal area", `{"reason":"` + token + `"}`,
		"{\"stateInstance\":\"\xff\xfe\\ud800\u202e\"}", `{"message":"Cannot GET /waInstance7105000017/reboot/` + token + `"}`,
		strings.Repeat("[", 9_999) + strings.Repeat("]", 9_999), `{"reason":` + strings.Repeat(`{"a":`, 11_000),
		"\xef\xbb\xbf{}", `{"stateInstance":1e400}`, `{"\u0073tateInstance":"blocked","reason":{"reason":{}}}`,
	} {
		for _, status := range []int{200, 400, 401, 404, 429, 502} {
			f.Add(status, body)
		}
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		c := newClient(t, greenapi.Options{HTTP: answering(status, body)})
		r := c.State(t.Context(), id)
		shown(t, string(r.State), 64)
		shown(t, r.Detail, 200)
		word, state := strings.Contains(strings.ToLower(body), `nstance`), r.Answer == monitor.Answered
		switch {
		case r.Answer == "":
			t.Error("no answer at all")
		case state && (status != 200 || r.State == ""):
			t.Errorf("%d became state %q", status, r.State)
		case state && r.State != monitor.Null && !word && !strings.Contains(body, `\u`):
			t.Errorf("state %q out of a body that has none", r.State)
		case (r.Answer == monitor.Refused) != (r.Refusal != ""):
			t.Errorf("refused as %+v", r.Finding)
		}
		o := c.Reboot(t.Context(), id)
		shown(t, o.Detail, 200)
		if o.Kind == monitor.OutcomeAccepted && (status != 200 || !strings.Contains(body, "true")) {
			t.Errorf("%d %q was taken for a yes", status, body)
		}
		if o.Kind == monitor.OutcomeRefused && status != 200 && (status < 400 || status > 498) {
			t.Errorf("%d was taken for a no", status)
		}
	})
}

// FuzzQuestions looks for an answer that makes a question end otherwise than with a fault that is fit to be shown, or with
// an answer that may be believed.
func FuzzQuestions(f *testing.F) {
	for _, body := range []string{
		"", "null", "[]", "[", "{}", "<html>", `{"count":5}`, "{\"\u0441ount\":5}", `[{"messageID":"a"},{"messagesIDs":["b"]}]`,
		`{"webhookUrl":"","stateWebhook":"yes","aWebhook":"yes"}`, `[{"stateInstance":"a","timestamp":5}]`, `{"result":true}`,
		`{"receiptId":1,"body":{"typeWebhook":"a"}}`, `{"code":401,"description":"` + token + `"}`, `{"saveSettings":true}`,
		`[{"idInstance":1,"name":"a","expirationDate":"2022-06-03T18:39:44"}]`, `[{"idInstance":"1","name":"` + token + `"},5]`,
	} {
		for _, status := range []int{200, 400, 404, 502} {
			f.Add(status, body)
		}
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		c := newClient(t, greenapi.Options{HTTP: answering(status, body)})
		p, err := greenapi.NewPartner(greenapi.PartnerOptions{Token: secret.New(token), HTTP: answering(status, body)})
		if err != nil {
			t.Fatal(err)
		}
		n, counting := c.Messages(t.Context(), id)
		head, of, showing := c.Head(t.Context(), id)
		past, remembering := c.History(t.Context(), id, 100)
		_, setting := c.Settings(t.Context(), id)
		got, _, receiving := c.Receive(t.Context(), id)
		_, deleting := c.Delete(t.Context(), id, 1)
		list, listing := p.Instances(t.Context())
		for _, err := range []error{counting, showing, remembering, setting, receiving, deleting, listing} {
			if err != nil {
				isFault(t, err)
			} else if status != 200 {
				t.Errorf("%d is an answer", status)
			}
		}
		shown(t, head, 64)
		if n < 0 || of < 0 || (of > 0) != (head != "") || got.Receipt < 0 {
			t.Errorf("%d wait, the first is %q of %d, the receipt %d", n, head, of, got.Receipt)
		}
		for i, p := range past {
			shown(t, string(p.State), 64)
			if p.State == "" || i > 0 && p.At.Before(past[i-1].At) {
				t.Errorf("the past is %v", past)
			}
		}
		for _, i := range list {
			shown(t, i.Name+i.Type, 128)
			if _, err := monitor.ParseInstanceID(string(i.ID)); err != nil {
				t.Error(err)
			}
		}
		change := greenapi.SettingsChange{StateWebhook: new(true)}
		if o := c.SetSettings(t.Context(), id, change); o.Kind == monitor.OutcomeAccepted && (status != 200 || !strings.Contains(body, "true")) {
			t.Errorf("%d %q was taken for a yes", status, body)
		}
	})
}

// shown fails the test if a text may not be shown to people.
func shown(t *testing.T, s string, limit int) {
	t.Helper()
	clean(t, s)
	if n := utf8.RuneCountInString(s); n > limit || !utf8.ValidString(s) {
		t.Errorf("%d characters, or not UTF-8: %q", n, s)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("not printable: %q", s)
	}
	if strings.Contains(s, "waInstance7105000017/") || strings.Contains(s, host) || strings.Contains(s, "://") {
		t.Errorf("an address is shown: %q", s)
	}
}
