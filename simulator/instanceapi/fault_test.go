package instanceapi_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"greenwatch/simulator/instanceapi"
)

func TestEveryKind(t *testing.T) {
	const proper = `{"stateInstance":"authorized"}`
	type kind = instanceapi.Kind
	for k, want := range map[kind]struct {
		status int
		body   string // what it holds
		begin  string // of the content type
	}{
		instanceapi.ServerErrorJSON: {500, `"message":"Internal Server Error"`, "application/json"},
		instanceapi.ServerErrorText: {500, "Internal Server Error", "text/plain"},
		instanceapi.ClientClosed:    {499, "499 Client Closed Request", "text/html"},
		instanceapi.BadGateway:      {502, "502 Bad Gateway", "text/html"},
		instanceapi.GatewayTimeout:  {504, "504 Gateway Timeout", "text/html"},
		instanceapi.Unauthorized:    {401, "Unauthorized", "text/plain"},
		instanceapi.Forbidden:       {403, "Forbidden", "text/plain"},
		instanceapi.NotFound:        {404, "404 Not Found", "text/html"},
		instanceapi.Throttled:       {429, "", ""},
		instanceapi.Redirect:        {302, "", ""},
		instanceapi.Garbage:         {200, "\xff\x00", "application/json"},
		instanceapi.Null:            {200, "null", "application/json"},
		instanceapi.EmptyBody:       {200, "", "application/json"},
		instanceapi.StatusFalse:     {200, `{"status":false,"reason":"`, "application/json"},
		instanceapi.Array:           {200, `["authorized"]`, "application/json"},
		instanceapi.Number:          {200, "42", "application/json"},
		instanceapi.UnknownObject:   {200, `{"result"`, "application/json"},
		instanceapi.Truncated:       {200, proper[:len(proper)/2], "application/json"},
		instanceapi.Drip:            {200, proper, "application/json"},
		instanceapi.Slow:            {200, proper, "application/json"},
		instanceapi.Custom:          {200, "", "application/json"},
		instanceapi.Echo:            {502, "Cannot GET " + path("getStateInstance"), "text/plain"},
	} {
		t.Run(string(k), func(t *testing.T) {
			virtual(t, instanceapi.Options{}, func(b *bench) {
				b.must(b.api.Break(instanceapi.InstanceScope(number), instanceapi.Fault{Kind: k, Calls: 1}))
				r := b.get("getStateInstance")
				if r.err != nil || r.status != want.status || !strings.Contains(r.body, want.body) ||
					!strings.HasPrefix(r.header.Get("Content-Type"), want.begin) {
					b.t.Errorf("%d %q %q (%v)", r.status, r.body, r.header.Get("Content-Type"), r.err)
				}
				if want.body == "" && r.body != "" {
					b.t.Errorf("body %q", r.body)
				}
				if k == instanceapi.Garbage && utf8.ValidString(r.body) {
					b.t.Error("garbage is valid UTF-8")
				}
				b.expectState("authorized")
			})
		})
	}
}

func TestKindsAreComplete(t *testing.T) {
	t.Parallel()
	b := newBench(t, instanceapi.Options{})
	seen := map[instanceapi.Kind]bool{}
	for _, k := range instanceapi.Kinds() {
		seen[k] = true
		b.must(b.api.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: k}))
	}
	if len(seen) != 27 {
		t.Errorf("%d different kinds", len(seen))
	}
	for scope, f := range map[instanceapi.Scope]instanceapi.Fault{
		instanceapi.WholeAPI:           {Kind: "earthquake"},
		instanceapi.InstanceScope("1"): {Kind: instanceapi.Hang},
		instanceapi.PoolScope("71"):    {Kind: instanceapi.Hang},
		"planet":                       {Kind: instanceapi.Hang},
	} {
		if b.api.Break(scope, f) == nil {
			t.Errorf("%s: %q was taken", scope, f.Kind)
		}
	}
}

func TestFaultDetails(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		one := instanceapi.InstanceScope(number)
		b.must(b.api.Break(one, instanceapi.Fault{Kind: instanceapi.Throttled, RetryAfter: 7 * time.Second, Calls: 1}))
		if r := b.get("getStateInstance"); r.header.Get("Retry-After") != "7" {
			b.t.Errorf("Retry-After: %v", r.header)
		}
		b.must(b.api.Break(one, instanceapi.Fault{Kind: instanceapi.Redirect, Location: "https://thief.example", Calls: 1}))
		if r := b.get("getStateInstance"); r.header.Get("Location") != "https://thief.example"+path("getStateInstance") {
			b.t.Error("the redirect does not lead to the other host with the path kept")
		}
		b.must(b.api.Break(one, instanceapi.Fault{
			Kind: instanceapi.Custom, Status: 466, ContentType: "text/plain", Body: "quota", Calls: 1,
		}))
		b.expect(b.get("getStateInstance"), 466, "quota")

		began := time.Now()
		b.must(b.api.Break(one, instanceapi.Fault{Kind: instanceapi.BadGateway, Delay: 25 * time.Second, Calls: 1}))
		if r := b.get("getStateInstance"); r.status != 502 || time.Since(began) != 25*time.Second {
			b.t.Errorf("%d after %v", r.status, time.Since(began))
		}
	})
}

func TestFaultCounts(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		one := instanceapi.InstanceScope(number)
		b.must(b.api.Break(one, instanceapi.Fault{Kind: instanceapi.Number, Calls: 2}))
		b.must(b.api.Break(one, instanceapi.Fault{Kind: instanceapi.Array, Calls: 1}))
		for _, want := range []string{"42", "42", `["authorized"]`, "authorized"} {
			b.expectState(want)
		}
		b.must(b.api.Break(one, instanceapi.Fault{Kind: instanceapi.Number}))
		for range 5 {
			b.expectState("42")
		}
		b.api.Mend(one)
		b.expectState("authorized")
	})
}

func TestFaultScopes(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		ask := func(id string) string {
			time.Sleep(time.Second)
			return b.do(b.t.Context(), "GET", "/waInstance"+id+"/getStateInstance/"+token, "").body
		}
		const good = `{"stateInstance":"authorized"}`
		for _, id := range []string{"7105000001", "7107000001"} {
			b.must(b.api.Add(instanceapi.Instance{ID: id, Token: token}))
		}
		check := func(want ...string) {
			b.t.Helper()
			for i, id := range []string{number, "7105000001", "7107000001", "9999"} {
				if got := ask(id); got != want[i] {
					b.t.Errorf("%s answers %s, want %s", id, got, want[i])
				}
			}
		}
		b.must(b.api.Break(instanceapi.InstanceScope(number), instanceapi.Fault{Kind: instanceapi.Number}))
		check("42", good, good, "Forbidden")
		b.must(b.api.Break(instanceapi.PoolScope("7105"), instanceapi.Fault{Kind: instanceapi.Array}))
		check(`["authorized"]`, `["authorized"]`, good, "Forbidden")
		b.must(b.api.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.ServerErrorText}))
		const down = "Internal Server Error"
		check(down, down, down, down)
		if v := b.snapshot(); len(v.Faults) != 3 || v.Answer != "http_500_text" || v.Faults[0].Scope != instanceapi.WholeAPI {
			b.t.Errorf("snapshot: %q, %v", v.Answer, v.Faults)
		}
		b.api.Mend(instanceapi.WholeAPI)
		b.api.Mend(instanceapi.PoolScope("7105"))
		check("42", good, good, "Forbidden")
	})
}

func TestFaultOfOneMethod(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		b.must(b.api.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.NotFound, Methods: []string{"REBOOT"}}))
		b.expectState("authorized")
		if r := b.get("reboot"); r.status != 404 {
			b.t.Errorf("reboot: %d", r.status)
		}
		if v := b.snapshot(); v.Answer != "authorized" || v.Reboots != 0 {
			b.t.Errorf("%q, %d reboots", v.Answer, v.Reboots)
		}
	})
}

func TestLostAnswerOfAReboot(t *testing.T) {
	virtual(t, instanceapi.Options{}, func(b *bench) {
		one := instanceapi.InstanceScope(number)
		for _, k := range []instanceapi.Kind{instanceapi.Reset, instanceapi.Reset, instanceapi.GatewayTimeout} {
			b.must(b.api.Break(one, instanceapi.Fault{Kind: k, Methods: []string{"reboot"}, Executed: true, Calls: 1}))
			if r := b.get("reboot"); r.err == nil && r.status != 504 {
				b.t.Errorf("%s: %d %q", k, r.status, r.body)
			}
			b.expectState("starting")
			time.Sleep(time.Hour)
		}
		b.must(b.api.Break(one, instanceapi.Fault{Kind: instanceapi.Reset, Calls: 1}))
		if r := b.get("reboot"); !errors.Is(r.err, io.ErrUnexpectedEOF) && !errors.Is(r.err, io.EOF) {
			b.t.Errorf("%v", r.err)
		}
		b.expectState("authorized")
		b.must(b.api.Break(one, instanceapi.Fault{Kind: instanceapi.Slow, Executed: true, Calls: 1}))
		b.expect(b.get("reboot"), 200, `{"isReboot":true}`)
		b.expectState("authorized") // restarted a minute ago, at once
		if n := len(b.counters().Reboots); n != 4 {
			b.t.Errorf("%d reboots carried out", n)
		}
	})
}
