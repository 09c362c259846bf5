package instanceapi_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"greenwatch/simulator/instanceapi"
)

const partner = "gac.0000000000000000000000000000000000000000002345"

type listed struct {
	IDInstance                               int64
	Name, TypeInstance, APITokenInstance     string
	TimeCreated, TimeDeleted, ExpirationDate string
	Deleted, IsExpired                       bool
}

func (b *bench) partner(verb, path string) reply {
	b.t.Helper()
	return b.do(b.t.Context(), verb, path, "")
}

func TestPartnerRoutes(t *testing.T) {
	const unauthorized, unknown = `{"code":401,"description":"Unauthorized"}`, `{"code":404,"description":"Not found"}`
	for name, tc := range map[string]struct {
		options    instanceapi.Options
		verb, path string
		status     int
		body       string // empty: only the status counts
	}{
		"the list":          {instanceapi.Options{PartnerToken: partner}, "GET", "/partner/getInstances/" + partner, 200, ""},
		"any case, v3":      {instanceapi.Options{PartnerToken: partner}, "GET", "/v3/partner/GETinstances/" + partner, 200, ""},
		"wrong token":       {instanceapi.Options{PartnerToken: partner}, "GET", "/partner/getInstances/gac", 200, unauthorized},
		"wrong token, 400":  {instanceapi.Options{PartnerToken: partner, PartnerErrors: true}, "GET", "/partner/getInstances/gac", 400, "bad request data"},
		"a slash too much":  {instanceapi.Options{PartnerToken: partner}, "GET", "/partner/getInstances/" + partner + "/", 200, unauthorized},
		"wrong verb":        {instanceapi.Options{PartnerToken: partner}, "POST", "/partner/getInstances/" + partner, 200, unknown},
		"unknown method":    {instanceapi.Options{PartnerToken: partner}, "GET", "/partner/getEverything/" + partner, 200, unknown},
		"an instance's own": {instanceapi.Options{PartnerToken: partner}, "GET", "/partner/reboot/" + partner, 200, unknown},
		"no token":          {instanceapi.Options{PartnerToken: partner}, "GET", "/partner/getInstances", 404, ""},
		"no partner":        {instanceapi.Options{}, "GET", "/partner/getInstances/", 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, tc.options)
			r := b.partner(tc.verb, tc.path)
			if r.status != tc.status || tc.body != "" && r.body != tc.body {
				t.Errorf("answer is %d %q", r.status, r.body)
			}
		})
	}
}

func TestPartnerList(t *testing.T) {
	virtual(t, instanceapi.Options{PartnerToken: partner}, func(b *bench) {
		list := func() []listed { return decode[[]listed](b, b.partner("GET", "/partner/getInstances/"+partner)) }
		zone := time.FixedZone("", 3*60*60)
		form := func(at time.Time) string { return at.In(zone).Format("2006-01-02T15:04:05") }
		start := time.Now()
		b.must(b.api.Add(instanceapi.Instance{ID: "410022705196", Token: "t2", Line: instanceapi.MAX, Expires: start.Add(time.Hour)}))
		want := []listed{
			{7105187566, "Front desk", "whatsapp", token, form(start), "0001-01-01T00:00:00", form(start.Add(30 * 24 * time.Hour)), false, false},
			{410022705196, "", "v3", "t2", form(start), "0001-01-01T00:00:00", form(start.Add(time.Hour)), false, false},
		}
		check := func(when string, want ...listed) {
			got := list()
			if len(got) != len(want) {
				b.t.Fatalf("%s: %+v", when, got)
			}
			for i := range want {
				if got[i] != want[i] {
					b.t.Errorf("%s: got %+v, want %+v", when, got[i], want[i])
				}
			}
		}
		check("at first", want...)
		time.Sleep(time.Hour)
		want[1].IsExpired = true
		check("expired", want...)
		b.must(b.api.SetExpires("410022705196", start.Add(2*time.Hour)))
		want[1].IsExpired, want[1].ExpirationDate = false, form(start.Add(2*time.Hour))
		check("paid", want...)
		b.must(b.api.SetAccount(number, instanceapi.Deleted))
		want[0].Deleted, want[0].TimeDeleted = true, form(time.Now())
		check("deleted", want...)
		b.must(b.api.SetToken("410022705196", "t3"))
		want[1].APITokenInstance = "t3"
		b.must(b.api.SetListed(number, false))
		check("left out", want[1])
		b.must(b.api.SetListed(number, true))
		b.must(b.api.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.BadGateway, Methods: []string{"getInstances"}}))
		if r := b.partner("GET", "/partner/getInstances/"+partner); r.status != http.StatusBadGateway {
			b.t.Errorf("broken: %d", r.status)
		}
	})
}

func TestPaidTimeEnds(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.SetExpires(number, time.Now().Add(time.Hour)))
		b.expectState("authorized")
		time.Sleep(time.Hour)
		b.expectState("Instance account is expired. Renew your instance from personal area")
		b.must(b.api.SetExpires(number, time.Time{}))
		b.expectState("authorized")
	})
}

func TestTokenRotates(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.SetToken(number, "another"))
		if r := b.get("getStateInstance"); r.status != http.StatusUnauthorized {
			b.t.Errorf("the old token: %d", r.status)
		}
		r := b.do(b.t.Context(), "GET", "/waInstance"+number+"/getStateInstance/another", "")
		b.expect(r, 200, `{"stateInstance":"authorized"}`)
		for _, err := range []error{b.api.SetToken(number, ""), b.api.SetToken(number, "a/b")} {
			if err == nil {
				b.t.Error("taken")
			}
		}
		if err := b.api.SetToken("1", "another"); !errors.Is(err, instanceapi.ErrUnknownInstance) {
			b.t.Errorf("unknown: %v", err)
		}
	})
}
