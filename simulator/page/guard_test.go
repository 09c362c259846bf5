package page_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestOtherSitesAreRefused sends what a page of another site could make a browser send.
func TestOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	without := func(r *http.Request) { r.Header.Del("Sec-Fetch-Site") }
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	for name, tc := range map[string]struct {
		status int
		edits  []func(*http.Request)
	}{
		"own page":                {200, nil},
		"own page, old browser":   {200, []func(*http.Request){without, header("Origin", "http://localhost:8080")}},
		"other page":              {403, []func(*http.Request){header("Sec-Fetch-Site", "cross-site")}},
		"other port":              {403, []func(*http.Request){header("Sec-Fetch-Site", "same-site")}},
		"other page, old browser": {403, []func(*http.Request){without, header("Origin", "https://evil.example")}},
		"opaque page":             {403, []func(*http.Request){without, header("Origin", "null")}},
		"form":                    {415, []func(*http.Request){header("Content-Type", "text/plain")}},
		"nothing declared":        {415, []func(*http.Request){func(r *http.Request) { r.Header.Del("Content-Type") }}},
		"a name pointed here":     {403, []func(*http.Request){host("evil.example:8080")}},
		"a name like ours":        {403, []func(*http.Request){host("localhost.evil.example")}},
		"no name":                 {403, []func(*http.Request){host("")}},
		"IPv4":                    {200, []func(*http.Request){host("127.0.0.1:8080")}},
		"IPv6":                    {200, []func(*http.Request){host("[::1]:8080")}},
		"IPv6 without port":       {200, []func(*http.Request){host("[::1]")}},
	} {
		before := len(b.telegram.Transcript(group))
		rec := b.do(http.MethodPost, "/api/say", `{"as":501,"text":"hello"}`, tc.edits...)
		said := len(b.telegram.Transcript(group)) > before
		if rec.Code != tc.status || said != (tc.status == 200) {
			t.Errorf("%s: %d %s, said: %t", name, rec.Code, rec.Body, said)
		}
	}
	if rec := b.do(http.MethodGet, "/api/state", "", host("evil.example")); rec.Code != 403 {
		t.Errorf("reading under a foreign name: %d", rec.Code)
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for body, status := range map[string]int{
		``: 400, `{`: 400, `[]`: 400, `{"as":501,"text":"a"} {}`: 400, `{"as":501,"text":"a","token":"b"}`: 400, `{"as":"501","text":"a"}`: 400,
		`{"as":501,"text":"` + strings.Repeat("a", 40<<10) + `"}`: 413,
		`{"as":501,"text":"` + strings.Repeat("a", 4097) + `"}`:   400,
		`{"as":501,"text":" \n"}`:                                 400,
		`{"as":7,"text":"a"}`:                                     400,
	} {
		b.post("say", body, status, nil)
	}
	if n := len(b.telegram.Transcript(group)); n != 0 {
		t.Errorf("%d messages were said", n)
	}
	for _, path := range []string{"/api/say", "/api/press", "/api/instance", "/api/fault", "/nothing"} {
		if rec := b.do(http.MethodGet, path, ""); rec.Code != 404 && rec.Code != 405 {
			t.Errorf("GET %s: %d", path, rec.Code)
		}
	}
}
