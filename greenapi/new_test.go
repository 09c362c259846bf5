package greenapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	with := func(change func(*greenapi.Credential)) []greenapi.Credential {
		c := credential()
		change(&c)
		return []greenapi.Credential{c}
	}
	to := func(url string) []greenapi.Credential {
		return with(func(c *greenapi.Credential) { c.URL = url })
	}
	tok := func(s string) []greenapi.Credential {
		return with(func(c *greenapi.Credential) { c.Token = secret.New(s) })
	}
	for name, test := range map[string]struct {
		given []greenapi.Credential
		want  string
	}{
		"no id":            {with(func(c *greenapi.Credential) { c.ID = "" }), "credential 1: idInstance"},
		"token as id":      {with(func(c *greenapi.Credential) { c.ID = token }), "credential 1: idInstance"},
		"id given twice":   {[]greenapi.Credential{credential(), credential()}, "7105000017: given twice"},
		"no token":         {with(func(c *greenapi.Credential) { c.Token = secret.Text{} }), "apiTokenInstance is missing"},
		"token short":      {tok("abc"), "apiTokenInstance is not"},
		"token long":       {tok(strings.Repeat(token, 6)), "apiTokenInstance is not"},
		"token of dots":    {tok("........"), "apiTokenInstance is not"},
		"token with slash": {tok(token + "/logout"), "apiTokenInstance is not"},
		"token with query": {tok(token + "?a"), "apiTokenInstance is not"},
		"token with space": {tok(token + " "), "apiTokenInstance is not"},
		"token escaped":    {tok(token + "%2f"), "apiTokenInstance is not"},
		"token not ASCII":  {tok(token + "с"), "apiTokenInstance is not"},
		"token with break": {tok(token + "\r\nHost: a"), "apiTokenInstance is not"},
		"no URL":           {to(""), "apiUrl does not begin"},
		"host alone":       {to(host), "apiUrl does not begin"},
		"other scheme":     {to("ftp://" + host), "apiUrl does not begin"},
		"no host":          {to("https://"), "apiUrl has no host"},
		"port alone":       {to("https://:443"), "apiUrl has no host"},
		"garbage":          {to("https://a b/" + token), "apiUrl is not a URL"},
		"user":             {to("https://a:" + token + "@" + host), "apiUrl has more"},
		"query":            {to("https://" + host + "?token=" + token), "apiUrl has more"},
		"fragment":         {to("https://" + host + "#" + token), "apiUrl has more"},
		"a whole call":     {to("https://" + host + "/waInstance7105000017/getStateInstance/" + token), "apiUrl has more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := greenapi.New(greenapi.Options{Credentials: test.given})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want %q in it", err, test.want)
			}
			clean(t, err.Error())
		})
	}
	if _, err := greenapi.New(greenapi.Options{Timeout: -time.Second}); err == nil {
		t.Error("a negative time-out was taken")
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://7105.api.greenapi.test":           "https://7105.api.greenapi.test",
		" https://7105.api.greenapi.test/ ":        "https://7105.api.greenapi.test",
		"http://127.0.0.1:8080":                    "http://127.0.0.1:8080",
		"http://[::1]:8080/":                       "http://[::1]:8080",
		"https://3100.api.green-api.test/v3":       "https://3100.api.green-api.test/v3",
		"https://3100.api.green-api.test/V3//v3/ ": "https://3100.api.green-api.test/v3",
	} {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			var sent []*http.Request
			c := newClient(t, greenapi.Options{
				Credentials: []greenapi.Credential{{ID: "410022705196", Token: secret.New(token), URL: url}},
				HTTP: inProcess(func(r *http.Request) (*http.Response, error) {
					sent = append(sent, r)
					return answering(200, `{}`)(r)
				}),
				UserAgent: "greenwatch/1.2",
			})
			c.State(t.Context(), "410022705196")
			c.Reboot(t.Context(), "410022705196")
			for i, method := range []string{"getStateInstance", "reboot"} {
				r := sent[i]
				if got, want := r.URL.String(), want+"/waInstance410022705196/"+method+"/"+token; got != want {
					t.Errorf("asked for %s, want %s", got, want)
				}
				if r.Method != http.MethodGet || r.Header.Get("User-Agent") != "greenwatch/1.2" {
					t.Errorf("sent as %s with %v", r.Method, r.Header)
				}
			}
		})
	}
}

func TestUnknownInstanceIsNotAskedFor(t *testing.T) {
	t.Parallel()
	c := newClient(t, greenapi.Options{HTTP: inProcess(func(*http.Request) (*http.Response, error) {
		t.Error("a call was made")
		return nil, http.ErrServerClosed
	})})
	if r := c.State(t.Context(), "1"); r.Instance != "1" || r.Answer != monitor.NoAnswer || r.Detail == "" || r.At.IsZero() {
		t.Errorf("read as %+v", r)
	}
	if o := c.Reboot(t.Context(), "1"); o.Kind != monitor.OutcomeRefused || !strings.HasPrefix(o.Detail, "not sent: ") {
		t.Errorf("went as %+v", o)
	}
}
