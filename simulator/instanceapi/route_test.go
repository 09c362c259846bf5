package instanceapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"greenwatch/simulator/instanceapi"
)

func TestRoutes(t *testing.T) {
	const there = "/waInstance" + number
	for _, tc := range []struct {
		name, verb, path string
		status           int
		body             string // empty: only the status counts
	}{
		{"as documented", "GET", there + "/getStateInstance/" + token, 200, `{"stateInstance":"authorized"}`},
		{"any case", "GET", there + "/GETSTATEinstance/" + token, 200, `{"stateInstance":"authorized"}`},
		{"v3", "GET", "/v3" + there + "/getStateInstance/" + token, 200, `{"stateInstance":"authorized"}`},
		{"v3 twice", "GET", "/v3/v3" + there + "/getStateInstance/" + token, 404, ""},
		{"wrong token", "GET", there + "/getStateInstance/0" + token, 401, "Unauthorized"},
		{"part of the token", "GET", there + "/getStateInstance/" + token[1:], 401, "Unauthorized"},
		{"unknown id", "GET", "/waInstance7105000000/getStateInstance/" + token, 403, "Forbidden"},
		{"id is no number", "GET", "/waInstanceX/getStateInstance/" + token, 403, "Forbidden"},
		{"wrong verb", "POST", there + "/reboot/" + token, 404, ""},
		{"unknown method", "GET", there + "/getEverything/" + token, 404, ""},
		{"no token", "GET", there + "/getStateInstance", 404, ""},
		{"empty token", "GET", there + "/getStateInstance/", 404, ""},
		{"a tail too much", "GET", there + "/getStateInstance/" + token + "/5", 404, ""},
		{"a slash too much", "GET", "/" + there + "/getStateInstance/" + token, 404, ""},
		{"root", "GET", "/", 404, ""},
		{"options", "OPTIONS", there + "/getStateInstance/" + token, 204, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, instanceapi.Options{})
			r := b.do(t.Context(), tc.verb, tc.path, "")
			if r.err != nil || r.status != tc.status || tc.body != "" && r.body != tc.body {
				t.Errorf("answer is %d %q (%v)", r.status, r.body, r.err)
			}
			html := strings.HasPrefix(r.header.Get("Content-Type"), "text/html") && strings.HasPrefix(r.body, "<html>")
			if html != (tc.status == http.StatusNotFound) {
				t.Errorf("HTML is %v for status %d", html, tc.status)
			}
		})
	}
}

func TestErrorBodies(t *testing.T) {
	t.Parallel()
	for body, want := range map[instanceapi.ErrorBody]reply{
		instanceapi.Text:  {body: "Unauthorized", header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}},
		instanceapi.JSON:  {body: `{"message":"Unauthorized","statusCode":401}`, header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}},
		instanceapi.Empty: {body: "", header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}},
	} {
		b := newBench(t, instanceapi.Options{ErrorBody: body})
		r := b.do(t.Context(), "GET", "/waInstance"+number+"/getStateInstance/wrong", "")
		b.expect(r, http.StatusUnauthorized, want.body)
		if got := r.header.Get("Content-Type"); got != want.header.Get("Content-Type") {
			t.Errorf("form %d: content type %q", body, got)
		}
	}
}

func TestHosts(t *testing.T) {
	const other = "410022705196"
	for host, want := range map[string]int{
		"7105.api.greenapi.com":     200,
		"7105.api.greenapi.com:443": 200,
		"API.green-api.com":         200,
		"api.greenapi.com":          200,
		"7103.api.greenapi.com":     403,
		"71050.api.greenapi.com":    403,
	} {
		b := newBench(t, instanceapi.Options{CheckHost: true})
		r := b.do(t.Context(), "GET", "https://"+host+path("getStateInstance"), "")
		if r.status != want {
			t.Errorf("%s: %d, want %d", host, r.status, want)
		}
	}
	b := newBench(t, instanceapi.Options{CheckHost: true})
	b.must(b.api.Add(instanceapi.Instance{ID: other, Token: token, Host: "own.example"}))
	for host, want := range map[string]int{"own.example": 200, "4100.api.green-api.com": 403} {
		r := b.do(t.Context(), "GET", "https://"+host+"/waInstance"+other+"/qr/"+token, "")
		if r.status != want {
			t.Errorf("%s: %d, want %d", host, r.status, want)
		}
	}
}

func TestTwelveDigits(t *testing.T) {
	t.Parallel()
	b := newBench(t, instanceapi.Options{})
	b.must(b.api.Add(instanceapi.Instance{ID: "410022705196", Token: token, Line: instanceapi.Telegram}))
	b.must(b.api.Break(instanceapi.PoolScope("4100"), instanceapi.Fault{Kind: instanceapi.BadGateway, Calls: 1}))
	for _, want := range []int{502, 200} {
		r := b.do(t.Context(), "GET", "https://4100.api.green-api.com/waInstance410022705196/getStateInstance/"+token, "")
		if r.status != want {
			t.Errorf("status %d, want %d", r.status, want)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	b := newBench(t, instanceapi.Options{})
	for _, i := range []instanceapi.Instance{
		{ID: number, Token: token},
		{ID: "", Token: token},
		{ID: "07", Token: token},
		{ID: "71o5", Token: token},
		{ID: "1234567890123456789", Token: token},
		{ID: "7105"},
		{ID: "7105", Token: "a/b"},
		{ID: token, Token: number},
	} {
		err := b.api.Add(i)
		if err == nil {
			t.Errorf("%s was added", i.ID)
		} else if strings.Contains(err.Error(), token) {
			t.Error("the error names the token")
		}
	}
}

func TestLimiter(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.Add(instanceapi.Instance{ID: "7105000001", Token: token}))
		got := func(method string) int { return b.get(method).status }
		for i, want := range []int{200, 429, 429} {
			if s := got("getStateInstance"); s != want {
				b.t.Errorf("call %d: %d, want %d", i, s, want)
			}
		}
		if s := got("GetWaSettings"); s != 200 {
			b.t.Errorf("another method has its own bucket, answered %d", s)
		}
		if r := b.do(b.t.Context(), "GET", "/waInstance7105000001/getStateInstance/"+token, ""); r.status != 200 {
			b.t.Errorf("another instance has its own bucket, answered %d", r.status)
		}
		time.Sleep(999 * time.Millisecond)
		if s := got("getstateinstance"); s != 429 {
			b.t.Errorf("after 999 ms: %d", s)
		}
		time.Sleep(time.Millisecond)
		if s := got("getStateInstance"); s != 200 {
			b.t.Errorf("after a second: %d; refused calls must cost nothing", s)
		}
		time.Sleep(time.Hour)
		for i, want := range []int{200, 200, 200, 429} {
			if s := got("qr"); s != want {
				b.t.Errorf("qr %d: %d, want %d", i, s, want)
			}
		}
	})
}

func TestLimiterAnswer(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{0: "", 1500 * time.Millisecond: "2"} {
		b := newBench(t, instanceapi.Options{RetryAfter: wait})
		b.get("reboot")
		r := b.get("reboot")
		b.expect(r, http.StatusTooManyRequests, "")
		if got := r.header.Get("Retry-After"); got != want {
			t.Errorf("Retry-After is %q, want %q", got, want)
		}
		if n := len(b.counters().Reboots); n != 1 {
			t.Errorf("%d reboots", n)
		}
	}
}
