package botapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"greenwatch/simulator/botapi"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, tc := range []struct {
		path string
		code int
		text string
	}{
		{"/bot" + token + "/getMe", 200, ""},
		{"/bot" + token + "/GETME", 200, ""},
		{"/bot" + token + "/test/getme", 200, ""},
		{"/bot4242:another/getMe", 401, "Unauthorized"},
		{"/bot" + token + "/getMeNot", 404, "Not Found: method not found"},
		{"/bot" + token, 404, "Not Found"},
		{"/bot/getMe", 404, "Not Found"},
		{"/", 404, "Not Found"},
		{"/bot" + token + "/a/b", 404, "Not Found"},
	} {
		rec := httptest.NewRecorder()
		b.sim.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, tc.path, nil))
		var r reply
		if err := json.Unmarshal(rec.Body.Bytes(), &r); err != nil {
			t.Errorf("%s: %v", tc.path, err)
		}
		if rec.Code != tc.code || r.Description != tc.text || rec.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %q", tc.path, rec.Code, r.Description)
		}
	}
}

func TestGetMe(t *testing.T) {
	t.Parallel()
	var me struct {
		ID       int64
		IsBot    bool `json:"is_bot"`
		Username string
	}
	newBench(t).ok("getMe", nil, &me)
	if me.ID != 4242 || !me.IsBot || me.Username != "watch_bot" {
		t.Errorf("got %+v", me)
	}
}

func TestJSONRequests(t *testing.T) {
	t.Parallel()
	b := unchecked(t)
	post := func(body string) reply {
		req := httptest.NewRequest(http.MethodPost, "http://sim/bot"+token+"/sendMessage", strings.NewReader(body))
		req.RequestURI = ""
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
		r, err := b.do(req)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := post(`{"chat_id":501,"text":"hello","entities":null,"disable_notification":true}`); !r.OK {
		t.Errorf("got %+v", r)
	}
	if m := b.seen(501); m.Text != "hello" || !m.Silent {
		t.Errorf("got %+v", m)
	}
	if r := post(`{"chat_id"`); r.Code != 400 {
		t.Errorf("got %+v", r)
	}
}

func TestEncoding(t *testing.T) {
	t.Parallel()
	newBench(t).refused("sendMessage", params{"chat_id": 501, "text": "a\xff"}, 400, "strings must be encoded in UTF-8")
}

func TestRequestsAreRecorded(t *testing.T) {
	t.Parallel()
	var hooked []botapi.Request
	b := newBench(t, func(o *botapi.Options) { o.OnRequest = func(r botapi.Request) { hooked = append(hooked, r) } })
	b.send(501, "my token is "+token)
	b.refused("sendMessage", params{"chat_id": 9, "text": "x"}, 400, "chat not found")
	b.updates()
	all := b.sim.Requests("SENDMESSAGE")
	if len(all) != 2 || len(hooked) != 3 || len(b.sim.Requests()) != 3 {
		t.Fatalf("got %d and %d", len(all), len(hooked))
	}
	if all[0].Status != 200 || all[0].Result == nil || all[0].At.IsZero() || all[1].Status != 400 || all[1].Params["chat_id"] != "9" ||
		all[1].Error != "Bad Request: chat not found" {
		t.Errorf("got %+v", all)
	}
	if got := all[0].Params["text"]; got != "my token is [token]" {
		t.Errorf("recorded %q", got)
	}
}

// TestListener drives the server behind a real socket: a long poll, a reset and a page of HTML.
func TestListener(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	server := httptest.NewServer(b.sim)
	defer server.Close()
	get := func(method string) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/bot"+token+"/"+method, nil)
		if err != nil {
			t.Fatal(err)
		}
		return server.Client().Do(req)
	}
	changed := make(chan struct{})
	go func() {
		defer close(changed)
		resp, err := get("getUpdates?timeout=50")
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = resp.Body.Close() }()
		var r reply
		if err := json.NewDecoder(resp.Body).Decode(&r); err != nil || !strings.Contains(string(r.Result), "hello") {
			t.Errorf("got %s, %v", r.Result, err)
		}
	}()
	b.sim.Say(501, anna(), "hello")
	<-changed

	b.sim.Inject(botapi.Fault{Method: "getMe", Times: 4, Effect: botapi.Reset()}) // net/http tries a GET again
	if resp, err := get("getMe"); err == nil {
		t.Errorf("got %v", resp.Status)
		_ = resp.Body.Close()
	}
	b.sim.ClearFaults()
	b.sim.Inject(botapi.Fault{Effect: botapi.Gateway(502)})
	resp, err := get("getMe")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != 502 || resp.Header.Get("Content-Type") != "text/html" {
		t.Errorf("got %v %v", resp.Status, resp.Header)
	}
}
