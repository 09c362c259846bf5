package greenapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/simulator/instanceapi"
)

const webhookToken = "hookTESTtestTESTtest"

// plain is settings with the token open, to be compared.
type plain struct {
	Type, URL, Token string
	State            bool
	Others           []string
}

func open(s greenapi.Settings) plain {
	return plain{s.Type, s.WebhookURL, s.WebhookToken.Reveal(), s.StateWebhook, s.Others}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]plain{
		`{"webhookUrl":""}`: {},
		`{"webhookUrl":"","webhookUrlToken":null,"stateWebhook":"no","incomingWebhook":"no"}`: {},
		`{"webhookUrl":"https://a.example/x?k=1","webhookUrlToken":"` + webhookToken + `","typeInstance":"whatsapp"}`: {
			Type: "whatsapp", URL: "https://a.example/x?k=1", Token: webhookToken,
		},
		`{"webhookUrl":"","stateWebhook":"yes","incomingWebhook":"yes","brandNewWebhook":"YES","deviceWebhook":"no","keepOnlineStatus":"yes"}`: {
			State: true, Others: []string{"brandNewWebhook", "incomingWebhook"},
		},
		`{"webhookUrl":"","stateWebhook":true,"aWebhook":false,"bWebhook":null,"cWebhook":"","dWebhook":1,"eWebhook":"maybe","fWebhook":[]}`: {
			State: true, Others: []string{"dWebhook", "eWebhook", "fWebhook"},
		},
	} {
		s, err := newClient(t, greenapi.Options{HTTP: answering(200, body)}).Settings(t.Context(), id)
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if diff := cmp.Diff(want, open(s)); diff != "" {
			t.Errorf("%s:\n%s", body, diff)
		}
	}
	for _, body := range []string{
		`{}`, `{"webhookUrl":null}`, `{"webhookUrl":5}`, `{"stateWebhook":"yes"}`, `{"webhookUrl":"","webhookUrlToken":5}`, `[]`, `null`,
		`{"webhookUrl":"","typeInstance":{}}`, "{\"webhookUrl\":\"\"}\x00", strings.Repeat(`{"webhookUrl":`, 4_000),
	} {
		if _, err := newClient(t, greenapi.Options{HTTP: answering(200, body)}).Settings(t.Context(), id); err == nil {
			t.Errorf("%.60s: taken", body)
		} else {
			isFault(t, err)
		}
	}
}

func TestSetSettingsSends(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change greenapi.SettingsChange
		want   string // empty: nothing is sent
	}{
		"all": {
			greenapi.SettingsChange{
				StateWebhook: new(true), WebhookURL: new("https://a.example/<x>"), WebhookToken: new(secret.New(webhookToken)),
				Others: map[string]bool{"incomingWebhook": true, "deviceWebhook": false},
			},
			`{"deviceWebhook":"no","incomingWebhook":"yes","stateWebhook":"yes","webhookUrl":"https://a.example/<x>","webhookUrlToken":"` + webhookToken + `"}`,
		},
		"one":          {greenapi.SettingsChange{StateWebhook: new(false)}, `{"stateWebhook":"no"}`},
		"emptied":      {greenapi.SettingsChange{WebhookURL: new(""), WebhookToken: new(secret.Text{})}, `{"webhookUrl":"","webhookUrlToken":""}`},
		"nothing":      {greenapi.SettingsChange{}, ""},
		"no such kind": {greenapi.SettingsChange{StateWebhook: new(true), Others: map[string]bool{"keepOnlineStatus": true}}, ""},
		"odd kind":     {greenapi.SettingsChange{Others: map[string]bool{"a b Webhook": true}}, ""},
		"state twice":  {greenapi.SettingsChange{Others: map[string]bool{"stateWebhook": true}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			c := newClient(t, greenapi.Options{HTTP: inProcess(func(r *http.Request) (*http.Response, error) {
				calls++
				var sent, want any
				body, err := io.ReadAll(r.Body)
				if err != nil || json.Unmarshal(body, &sent) != nil || json.Unmarshal([]byte(test.want), &want) != nil {
					t.Fatalf("sent %s, %v", body, err)
				}
				if diff := cmp.Diff(want, sent); diff != "" {
					t.Error(diff)
				}
				if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || r.GetBody != nil ||
					r.ContentLength != int64(len(body)) || !strings.HasSuffix(r.URL.Path, "/setSettings/"+token) {
					t.Errorf("sent as %s with %v", r.Method, r.Header)
				}
				return answering(200, `{"saveSettings":true}`)(r)
			})})
			o := c.SetSettings(t.Context(), id, test.change)
			if test.want == "" {
				if calls != 0 || o.Kind != monitor.OutcomeRefused || !strings.HasPrefix(o.Detail, "not sent: ") {
					t.Errorf("went as %+v with %d calls", o, calls)
				}
				return
			}
			if calls != 1 || o != (monitor.Outcome{Kind: monitor.OutcomeAccepted}) {
				t.Errorf("went as %+v with %d calls", o, calls)
			}
		})
	}
}

func TestSetSettingsOutcome(t *testing.T) {
	t.Parallel()
	const accepted, refused, unknown = monitor.OutcomeAccepted, monitor.OutcomeRefused, monitor.OutcomeUnknown
	for name, test := range map[string]struct {
		status int
		body   string
		want   monitor.OutcomeKind
		detail string
	}{
		"accepted":        {200, `{"saveSettings":true}`, accepted, ""},
		"not saved":       {200, `{"saveSettings":false}`, refused, "saveSettings: false"},
		"another's yes":   {200, `{"isReboot":true}`, unknown, "no saveSettings in the answer"},
		"no with 200":     {200, `{"status":false,"reason":"try later"}`, refused, "try later"},
		"invalid":         {400, "Validation failed. Details: 'foo' is not allowed", refused, "HTTP 400: Validation failed. Details: 'foo' is not allowed"},
		"secret quoted":   {400, "Validation failed. Details: '" + webhookToken + "' is too short", refused, "HTTP 400: Validation failed. Details: … is too short"},
		"address quoted":  {400, "no answer from https://a.example/x", refused, "HTTP 400: no answer from …"},
		"throttled":       {429, "", refused, "HTTP 429"},
		"bad gateway":     {502, nginx, unknown, "HTTP 502"},
		"hung up":         {499, "", unknown, "HTTP 499"},
		"gateway timeout": {504, "", unknown, "HTTP 504"},
		"HTML":            {200, nginx, unknown, "HTML, not JSON"},
		"empty":           {200, "", unknown, "empty answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			c := newClient(t, greenapi.Options{HTTP: inProcess(func(r *http.Request) (*http.Response, error) {
				calls++
				return answering(test.status, test.body)(r)
			})})
			change := greenapi.SettingsChange{WebhookURL: new("https://a.example/x"), WebhookToken: new(secret.New(webhookToken))}
			got := c.SetSettings(t.Context(), id, change)
			if want := (monitor.Outcome{Kind: test.want, Detail: test.detail}); got != want || calls != 1 {
				t.Errorf("went as %+v with %d calls, want %+v", got, calls, want)
			}
		})
	}
	c := newClient(t, greenapi.Options{HTTP: inProcess(func(*http.Request) (*http.Response, error) {
		t.Error("a call was made")
		return nil, io.EOF
	})})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	change := greenapi.SettingsChange{StateWebhook: new(true)}
	for _, o := range []monitor.Outcome{c.SetSettings(ctx, id, change), c.SetSettings(t.Context(), "1", change)} {
		if o.Kind != refused || !strings.HasPrefix(o.Detail, "not sent: ") {
			t.Errorf("went as %+v", o)
		}
	}
}

// What is cut is searched before: half a token would not be found.
func TestSetSettingsShowsNoPartOfTheToken(t *testing.T) {
	t.Parallel()
	const hook = "hookTESTtestTESTtest-ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefghijklmnopqrstuvwxyz"
	change := greenapi.SettingsChange{WebhookToken: new(secret.New(hook))}
	for _, status := range []int{200, 400} {
		for pad := range 130 {
			body := `{"status":false,"message":"` + strings.Repeat("x", pad) + " " + hook + ` is not allowed"}`
			o := newClient(t, greenapi.Options{HTTP: answering(status, body)}).SetSettings(t.Context(), id, change)
			if o.Kind != monitor.OutcomeRefused || strings.Contains(o.Detail, hook[:4]) {
				t.Errorf("after %d characters: %+v", pad, o)
			}
		}
	}
}

// TestSetSettingsIsSentOnce on a connection that worked before and dies of it.
func TestSetSettingsIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, via := range map[string]http.RoundTripper{"own transport": nil, "kept connection": &http.Transport{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent atomic.Int32
			url, _ := wire(t, func(conn net.Conn, r *http.Request) bool {
				if r.Method == http.MethodPost {
					sent.Add(1)
					return false
				}
				return write(conn, "200 OK", `{"stateInstance":"authorized"}`)
			})
			c := newClient(t, greenapi.Options{Credentials: at(url), HTTP: via})
			c.State(t.Context(), id)
			o := c.SetSettings(t.Context(), id, greenapi.SettingsChange{StateWebhook: new(true)})
			if o.Kind != monitor.OutcomeUnknown || sent.Load() != 1 {
				t.Errorf("went as %+v, sent %d times", o, sent.Load())
			}
		})
	}
}

func TestSimulatedSettings(t *testing.T) {
	t.Parallel()
	for _, line := range []instanceapi.Line{instanceapi.WhatsApp, instanceapi.Telegram, instanceapi.MAX} {
		synctest.Test(t, func(t *testing.T) {
			_, c := simulated(t, instanceapi.Options{}, line)
			expect := func(want plain) {
				t.Helper()
				s, err := c.Settings(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				want.Type = string(line)
				if diff := cmp.Diff(want, open(s)); diff != "" {
					t.Error(diff)
				}
				time.Sleep(time.Second)
			}
			change := func(s greenapi.SettingsChange) {
				t.Helper()
				if o := c.SetSettings(t.Context(), id, s); o != (monitor.Outcome{Kind: monitor.OutcomeAccepted}) {
					t.Errorf("%s: went as %+v", line, o)
				}
				if r := c.State(t.Context(), id); r.State != monitor.Starting {
					t.Errorf("%s: read as %+v", line, r)
				}
				time.Sleep(time.Minute)
			}
			expect(plain{})
			change(greenapi.SettingsChange{
				StateWebhook: new(true), WebhookURL: new("https://a.example/x"), WebhookToken: new(secret.New(webhookToken)),
				Others: map[string]bool{"incomingWebhook": true, "pollMessageWebhook": false},
			})
			expect(plain{URL: "https://a.example/x", Token: webhookToken, State: true, Others: []string{"incomingWebhook"}})
			change(greenapi.SettingsChange{StateWebhook: new(false), WebhookURL: new("")})
			expect(plain{Token: webhookToken, Others: []string{"incomingWebhook"}})
			o := c.SetSettings(t.Context(), id, greenapi.SettingsChange{Others: map[string]bool{"brandNewWebhook": true}})
			if o.Kind != monitor.OutcomeRefused || !strings.Contains(o.Detail, "brandNewWebhook") {
				t.Errorf("%s: went as %+v", line, o)
			}
		})
	}
}

func TestSettingsShowNoSecret(t *testing.T) {
	t.Parallel()
	body := `{"webhookUrl":"","webhookUrlToken":"` + token + `"}`
	s, err := newClient(t, greenapi.Options{HTTP: answering(200, body)}).Settings(t.Context(), id)
	if err != nil || s.WebhookToken.Reveal() != token {
		t.Fatal(err)
	}
	out := new(bytes.Buffer)
	for _, v := range []any{s, &s, greenapi.SettingsChange{WebhookToken: &s.WebhookToken}} {
		slog.New(slog.NewJSONHandler(out, nil)).Info("shown", "value", v)
		slog.New(slog.NewTextHandler(out, nil)).Info("shown", "value", v)
	}
	clean(t, out.String())
}
