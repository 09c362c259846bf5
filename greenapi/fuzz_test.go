package greenapi_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"greenwatch/greenapi"
	"greenwatch/monitor"
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
