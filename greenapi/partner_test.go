package greenapi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/simulator"
	"greenwatch/simulator/instanceapi"
)

// partnerToken is the tests' token in the form of a partner's, so that whatever searches for it finds it.
const partnerToken = "gac." + token

func newPartner(t testing.TB, via http.RoundTripper) *greenapi.Partner {
	t.Helper()
	p, err := greenapi.NewPartner(greenapi.PartnerOptions{Token: secret.New(partnerToken), URL: "https://" + host, HTTP: via})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.CloseIdleConnections)
	return p
}

func TestNewPartner(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"":                            "https://api.green-api.com",
		" https://" + host + "/ ":     "https://" + host,
		"https://" + host + "/v3":     "https://" + host + "/v3",
		"https://a.test/v3/partner/":  "https://a.test/v3",
		"https://a.test:8443/partner": "https://a.test:8443",
	} {
		p, err := greenapi.NewPartner(greenapi.PartnerOptions{
			Token: secret.New(partnerToken), URL: url, UserAgent: "greenwatch/1.2",
			HTTP: inProcess(func(r *http.Request) (*http.Response, error) {
				if got := r.Method + " " + r.URL.String(); got != "GET "+want+"/partner/getInstances/"+partnerToken {
					t.Errorf("%q: asked for %s", url, got)
				}
				if r.Header.Get("User-Agent") != "greenwatch/1.2" {
					t.Errorf("sent with %v", r.Header)
				}
				return answering(200, "[]")(r)
			}),
		})
		if err != nil {
			t.Errorf("%q: %v", url, err)
			continue
		}
		if list, err := p.Instances(t.Context()); err != nil || len(list) != 0 {
			t.Errorf("%q: %v, %v", url, list, err)
		}
	}
	for _, o := range []greenapi.PartnerOptions{
		{},
		{Token: secret.New("short")},
		{Token: secret.New(partnerToken + "/x")},
		{Token: secret.New(partnerToken), URL: "ftp://a"},
		{Token: secret.New(partnerToken), URL: "https://a/partner/getInstances/" + partnerToken},
		{Token: secret.New(partnerToken), Timeout: -1},
	} {
		_, err := greenapi.NewPartner(o)
		if err == nil || !strings.HasPrefix(err.Error(), "greenapi: partner: ") {
			t.Fatalf("error %v", err)
		}
		clean(t, err.Error())
	}
}

func TestPartnerFaults(t *testing.T) {
	t.Parallel()
	nothing, throttled := monitor.Finding{Answer: monitor.NoAnswer}, monitor.Finding{Answer: monitor.Throttled}
	for name, test := range map[string]stateCase{
		"wrong token":        {200, `{"code":401,"description":"Unauthorized"}`, refused(monitor.WrongToken), "code 401: Unauthorized"},
		"code as text":       {200, "\n {\"code\":\"401\"}", refused(monitor.WrongToken), "code 401"},
		"not found":          {200, `{"code":404,"description":"Not found"}`, refused(monitor.NotFound), "code 404: Not found"},
		"forbidden":          {200, `{"code":403}`, refused(monitor.WrongAddress), "code 403"},
		"throttled":          {200, `{"code":429}`, throttled, "code 429"},
		"a code of theirs":   {200, `{"code":500,"description":"oops"}`, nothing, "code 500"},
		"code 200":           {200, `{"code":200}`, nothing, "no list in the answer"},
		"huge code":          {200, `{"code":1e99}`, nothing, "no list in the answer"},
		"real 400":           {400, "bad request data", nothing, "HTTP 400: bad request data"},
		"real 401":           {401, "", refused(monitor.WrongToken), "HTTP 401"},
		"real 404":           {404, nginx, refused(monitor.NotFound), "HTTP 404"},
		"real 429":           {429, "", throttled, "HTTP 429"},
		"bad gateway":        {502, nginx, nothing, "HTTP 502"},
		"redirect":           {302, "", nothing, "HTTP 302"},
		"path quoted":        {404, "Cannot GET /partner/getInstances/" + partnerToken, refused(monitor.NotFound), "HTTP 404: Cannot GET …"},
		"token quoted":       {200, `{"code":401,"description":"no partner ` + strings.ToUpper(partnerToken) + ` here"}`, refused(monitor.WrongToken), "code 401: no partner … here"},
		"object":             {200, `{"data":[]}`, nothing, "no list in the answer"},
		"null":               {200, "null", nothing, "no list in the answer: null"},
		"empty":              {200, "", nothing, "empty answer"},
		"HTML":               {200, nginx, nothing, "HTML, not JSON"},
		"truncated":          {200, `[{"idInstance":1},{"idInst`, nothing, "not JSON"},
		"truncated between":  {200, `[{"idInstance":1},`, nothing, "not JSON"},
		"not closed":         {200, `[{"idInstance":1}`, nothing, "not JSON"},
		"two lists":          {200, `[{"idInstance":1}][]`, nothing, "not JSON"},
		"deep":               {200, strings.Repeat("[", 100_000), nothing, "not JSON"},
		"entry without id":   {200, `[{"idInstance":1},{"name":"` + token + `"}]`, nothing, "an instance without idInstance in the answer"},
		"entry with odd id":  {200, `[{"idInstance":1.5}]`, nothing, "an instance without idInstance in the answer"},
		"entry of no object": {200, `[5]`, nothing, "an instance without idInstance in the answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, err := newPartner(t, answering(test.status, test.body)).Instances(t.Context())
			f := faultOf(t, err)
			if f.Finding() != test.want || f.Detail() != test.detail || list != nil {
				t.Errorf("%+v %q, %v, want %+v %q", f.Finding(), f.Detail(), list, test.want, test.detail)
			}
		})
	}
}

func TestPartnerEntries(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 3*60*60)
	body := ` [
	{"idInstance":7105000017,"name":" Shop  North ","typeInstance":"whatsapp","typeAccount":"","timeCreated":"2022-06-03T18:39:44",
	 "timeDeleted":"0001-01-01T00:00:00","apiTokenInstance":"` + token + `","deleted":false,"tariff":"PARTNER","isFree":false,
	 "isPartner":true,"expirationDate":"2022-07-03T18:39:44.123Z","isExpired":false},
	{"idInstance":"410022705196","name":"named ` + token + `","messenger":"V3","apiTokenInstance":"` + token + `","deleted":true,"isExpired":true},
	{"idInstance":3,"name":"` + partnerToken + `","typeInstance":5,"apiTokenInstance":null,"deleted":"maybe","isExpired":"yes","expirationDate":1700000000},
	{"idInstance":4,"name":{"a":1},"apiTokenInstance":7,"deleted":1,"isExpired":0,"expirationDate":"soon","timeCreated":"0001-01-01T00:00:00"},
	{"idInstance":null,"deleted":true},
	{"idInstance":5,"name":"` + strings.Repeat("я", 99) + `\u0000","timeCreated":"2022-06-03 18:39:44","expirationDate":"2022-06-03"}
	] `
	list, err := newPartner(t, answering(200, body)).Instances(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []greenapi.PartnerInstance{
		{ID: id, Name: "Shop  North", Type: "whatsapp", Token: secret.New(token), Created: time.Date(2022, 6, 3, 18, 39, 44, 0, zone), Expires: time.Date(2022, 7, 3, 18, 39, 44, 123e6, time.UTC), Renews: true},
		{ID: "410022705196", Name: "***", Type: "v3", Token: secret.New(token), Deleted: true, Expired: true},
		{ID: "3", Name: "***", Expired: true, Expires: time.Unix(1700000000, 0)},
		{ID: "4", Deleted: true},
		{ID: "5", Name: strings.Repeat("я", 63) + "…", Created: time.Date(2022, 6, 3, 18, 39, 44, 0, zone), Expires: time.Date(2022, 6, 3, 0, 0, 0, 0, zone)},
	}
	line := func(p greenapi.PartnerInstance) string {
		return fmt.Sprint(p.ID, p.Name, p.Type, p.Token.Reveal(), p.Created.UTC(), p.Deleted, p.Expired, p.Expires.UTC(), p.Renews)
	}
	if len(list) != len(want) {
		t.Fatalf("%d entries, want %d", len(list), len(want))
	}
	out := new(bytes.Buffer)
	for i := range want {
		if got, want := line(list[i]), line(want[i]); got != want {
			t.Errorf("entry %d: %s, want %s", i, got, want)
		}
		slog.New(slog.NewJSONHandler(out, nil)).Info("shown", "value", list[i])
	}
	clean(t, out.String())
}

func TestPartnerListIsBounded(t *testing.T) {
	t.Parallel()
	for want, entry := range map[string]string{
		"more than 50000 instances in the answer":      strings.Repeat(`{"idInstance":1},`, 1_000),
		"an instance without idInstance in the answer": strings.Repeat(`{},`, 1_000),
	} {
		endless := inProcess(func(*http.Request) (*http.Response, error) {
			body, w := io.Pipe()
			go func() {
				_, err := io.WriteString(w, "[")
				for err == nil {
					_, err = io.WriteString(w, entry)
				}
			}()
			return &http.Response{StatusCode: 200, Body: body}, nil
		})
		_, err := newPartner(t, endless).Instances(t.Context())
		if f := faultOf(t, err); f.Detail() != want {
			t.Errorf("error %v, want %s", f, want)
		}
	}
}

func TestPartnerGivesUp(t *testing.T) {
	t.Parallel()
	for _, via := range []inProcess{silent, stuck} {
		synctest.Test(t, func(t *testing.T) {
			p := newPartner(t, via)
			asked := time.Now()
			_, err := p.Instances(t.Context())
			if f := faultOf(t, err); f.Detail() != "timed out after 30s" || time.Since(asked) != 30*time.Second {
				t.Errorf("%v after %v", f, time.Since(asked))
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := p.Instances(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestSimulatedPartner(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := instanceapi.New(instanceapi.Options{PartnerToken: partnerToken})
		p := newPartner(t, simulator.Transport(server))
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		soon := time.Now().Add(72 * time.Hour).Truncate(time.Second)
		must(server.Add(instanceapi.Instance{ID: string(id), Token: token, Name: "Front desk", Expires: soon}))
		must(server.Add(instanceapi.Instance{ID: "410022705196", Token: token, Line: instanceapi.Telegram}))
		must(server.SetAccount("410022705196", instanceapi.Deleted))
		list, err := p.Instances(t.Context())
		must(err)
		if len(list) != 2 || list[0].ID != id || list[0].Name != "Front desk" || list[0].Type != "whatsapp" || list[0].Deleted || list[0].Expired ||
			list[0].Token.Reveal() != token || !list[0].Expires.Equal(soon) || !list[1].Deleted || list[1].Type != "telegram" {
			t.Errorf("listed %+v", list)
		}
		time.Sleep(73 * time.Hour)
		if list, err = p.Instances(t.Context()); err != nil || !list[0].Expired {
			t.Errorf("listed %+v, %v", list, err)
		}
		for _, kind := range instanceapi.Kinds() {
			server.Mend(instanceapi.WholeAPI)
			must(server.Break(instanceapi.WholeAPI, breaking(kind)))
			if list, err := p.Instances(t.Context()); err == nil {
				t.Errorf("%s: listed %+v", kind, list)
			} else {
				isFault(t, err)
			}
		}
		wrong, err := greenapi.NewPartner(greenapi.PartnerOptions{Token: secret.New("gac.another"), HTTP: simulator.Transport(server)})
		must(err)
		server.Mend(instanceapi.WholeAPI)
		_, err = wrong.Instances(t.Context())
		if f := faultOf(t, err); f.Finding() != refused(monitor.WrongToken) {
			t.Errorf("%v", f)
		}
	})
}
