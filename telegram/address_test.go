package telegram

import (
	"strings"
	"testing"

	"greenwatch/secret"
)

func TestParseAddress(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text string
		want Address
		fail string // a part of the error
	}{
		{text: "123", want: Address{Chat: 123}},
		{text: " -1001234567890 ", want: Address{Chat: -1001234567890}},
		{text: "-1001234567890/42", want: Address{Chat: -1001234567890, Topic: 42}},
		{text: "-1001234567890/1", want: Address{Chat: -1001234567890}},
		{text: "", fail: "chat must be a number"},
		{text: "0", fail: "chat must be a number"},
		{text: "@channel", fail: "chat must be a number"},
		{text: "/4", fail: "chat must be a number"},
		{text: "5/", fail: "topic must be a positive number"},
		{text: "5/0", fail: "topic must be a positive number"},
		{text: "5/-3", fail: "topic must be a positive number"},
		{text: "5/99999999999", fail: "topic must be a positive number"},
		{text: "5/6/7", fail: "topic must be a positive number"},
	}
	for _, tc := range cases {
		got, err := ParseAddress(tc.text)
		switch {
		case tc.fail == "" && (err != nil || got != tc.want):
			t.Errorf("ParseAddress(%q) = %v, %v; want %v", tc.text, got, err, tc.want)
		case tc.fail != "" && (err == nil || !strings.Contains(err.Error(), tc.fail)):
			t.Errorf("ParseAddress(%q) = %v, %v; want an error with %q", tc.text, got, err, tc.fail)
		}
		if err == nil {
			if again, err := ParseAddress(got.String()); err != nil || again != got {
				t.Errorf("%v does not survive String: %v, %v", got, again, err)
			}
		}
	}
}

func TestNewRefusesBadOptions(t *testing.T) {
	t.Parallel()
	good := secret.New(testToken)
	cases := map[string]Options{
		"missing":    {},
		"look like":  {Token: secret.New("abc")},
		"look like ": {Token: secret.New("1:a/../b")},
		"begin with": {Token: good, APIURL: "api.telegram.org"},
		"no host":    {Token: good, APIURL: "https://"},
		"query":      {Token: good, APIURL: "https://example.org/?a=b"},
		"password":   {Token: good, APIURL: "https://a:b@example.org"},
		"read as":    {Token: good, APIURL: "https://a:b@ex ample.org"},
	}
	for part, o := range cases {
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), strings.TrimSpace(part)) {
			t.Errorf("New: %v; want an error with %q", err, part)
		}
	}
	if _, err := New(Options{Token: good, APIURL: "http://127.0.0.1:8081/prefix/"}); err != nil {
		t.Error(err)
	}
}
