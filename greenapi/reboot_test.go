package greenapi_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"greenwatch/greenapi"
	"greenwatch/monitor"
)

func TestReboot(t *testing.T) {
	t.Parallel()
	const accepted, refused, unknown = monitor.OutcomeAccepted, monitor.OutcomeRefused, monitor.OutcomeUnknown
	for name, test := range map[string]struct {
		status int
		body   string
		want   monitor.OutcomeKind
		detail string
	}{
		"accepted":            {200, `{"isReboot":true}`, accepted, ""},
		"failed":              {200, `{"isReboot":false}`, refused, "isReboot: false"},
		"failed for a reason": {200, `{"isReboot":false,"reason":"try later"}`, refused, "try later"},
		"no with 200":         {200, `{"status":false,"reason":"instance is starting or not authorized"}`, refused, "instance is starting or not authorized"},
		"words without no":    {200, `{"reason":"something"}`, unknown, "no isReboot in the answer"},
		"as text":             {200, `{"isReboot":"true"}`, unknown, "no isReboot in the answer"},
		"null":                {200, `null`, unknown, "no isReboot in the answer"},
		"array":               {200, `[]`, unknown, "no isReboot in the answer"},
		"empty":               {200, ``, unknown, "empty answer"},
		"HTML":                {200, `<html>`, unknown, "HTML, not JSON"},
		"truncated":           {200, `{"isReboot":tr`, unknown, "not JSON"},
		"too large":           {200, strings.Repeat(" ", 65<<10), unknown, "answer over 64 KiB"},
		"no content":          {204, ``, unknown, "HTTP 204"},
		"redirect":            {307, ``, unknown, "HTTP 307"},
		"not now":             {400, `instance in starting process try later`, refused, "HTTP 400: instance in starting process try later"},
		"no token":            {401, ``, refused, "HTTP 401"},
		"wrong address":       {403, `{"message":"Forbidden"}`, refused, "HTTP 403: Forbidden"},
		"path quoted":         {404, "Cannot GET /waInstance7105000017/reboot/" + token, refused, "HTTP 404: Cannot GET …"},
		"request time-out":    {408, ``, unknown, "HTTP 408"},
		"throttled":           {429, `Too Many Requests`, refused, "HTTP 429: Too Many Requests"},
		"quota":               {466, ``, refused, "HTTP 466"},
		"hung up":             {499, ``, unknown, "HTTP 499"},
		"error":               {500, `{"isReboot":true}`, unknown, "HTTP 500"},
		"bad gateway":         {502, `<html>`, unknown, "HTTP 502"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newClient(t, greenapi.Options{HTTP: answering(test.status, test.body)}).Reboot(t.Context(), id)
			if want := (monitor.Outcome{Kind: test.want, Detail: test.detail}); got != want {
				t.Errorf("went as %+v, want %+v", got, want)
			}
		})
	}
}

func TestRebootIsOneCallWhateverHappens(t *testing.T) {
	t.Parallel()
	for _, via := range []inProcess{
		answering(502, ""), answering(429, ""), answering(200, ""),
		func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
	} {
		calls := 0
		c := newClient(t, greenapi.Options{HTTP: inProcess(func(r *http.Request) (*http.Response, error) {
			calls++
			return via(r)
		})})
		if c.Reboot(t.Context(), id); calls != 1 {
			t.Errorf("%d calls", calls)
		}
	}
}

func TestRebootIsNotSentWithoutTime(t *testing.T) {
	t.Parallel()
	c := newClient(t, greenapi.Options{HTTP: inProcess(func(*http.Request) (*http.Response, error) {
		t.Error("a call was made")
		return nil, io.EOF
	})})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := c.Reboot(ctx, id); o.Kind != monitor.OutcomeRefused || o.Detail != "not sent: there was no time left for it" {
		t.Errorf("went as %+v", o)
	}
}
